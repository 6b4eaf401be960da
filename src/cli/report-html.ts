import type { Report } from '../sim/report.js';
import { against, byteSize, counted, grouped, percent } from './amount.js';
import type { Decision } from './artifacts.js';
import { type Html, html } from './html.js';
import { banksPlot, comparisonPlot, keysPlot, stepsPlot } from './report-plots.js';
import { STYLE } from './report-style.js';
import {
  banksTable,
  breaksTable,
  decisionsTable,
  epochsTable,
  parametersTable,
  type ShownBreak,
  statisticsTable,
} from './report-tables.js';
import { suspicionInWords } from './verdict.js';

/** What a page is made of. */
export interface ReportPage {
  /** What was run, e.g. the schema's name. */
  readonly title: string;
  readonly report: Report;
  /** The command that gives the same figures again. */
  readonly command: string;
  /** The breaks, or null where the run has none to show. */
  readonly breaks: readonly ShownBreak[] | null;
  /** The contested fields of disputed keys that were decided, or null where the run has none to show. */
  readonly decided: readonly Decision[] | null;
  /** One sentence each on how the inputs were read. */
  readonly notices: readonly string[];
}

/**
 * A run as one HTML page that needs nothing else: no network, no font, no script. Every text in it is escaped, and its
 * policy forbids scripts and requests, so that data from a hostile bank stays text. Equal runs give equal pages but for
 * the duration.
 */
export function reportPage(page: ReportPage): string {
  const { title, report, command, breaks, decided, notices } = page;
  const parts = [
    section('What became of the keys', keysPlot(report.keys), keysNote(report)),
    section('Bytes against the alternatives', comparisonPlot(report), COMPARISON_NOTE),
    section('Bytes by step', stepsPlot(report)),
    section('Bytes by bank', banksPlot(report.perBank)),
    section('Banks', banksTable(report.perBank)),
    ...(report.suspicions.length === 0
      ? []
      : [section('Suspicions, none of them proof', list(report.suspicions.map(suspicionInWords)))]),
    ...(report.statistics === null ? [] : [section('Column statistics', statisticsTable(report.statistics))]),
    ...(decided === null || decided.length === 0
      ? []
      : [section(`Disputed fields, decided (${grouped(decided.length)})`, decisionsTable(decided))]),
    ...(breaks === null ? [] : [section(`Breaks (${grouped(breaks.length)})`, breaksTable(breaks))]),
    ...(report.byEpoch.length > 1 ? [section('Epochs', epochsTable(report.byEpoch))] : []),
    ...(notices.length === 0 ? [] : [section('Reading the files', list(notices))]),
    section('Network', parametersTable(report.network)),
    section('Parameters', parametersTable({ ...report.parameters, ...ownParameters(report) })),
    section('Run it again', html`<pre>${command}</pre>`),
  ];
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} · Concordat</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${header(title, report)}
${tiles(report)}
${parts}
</main>
</body>
</html>
`;
  return body.markup;
}

function section(title: string, ...content: readonly Html[]): Html {
  return html`<section><h2>${title}</h2>${content}</section>
`;
}

function header(title: string, report: Report): Html {
  const { agreement, violations, banks, faults, quorum, seed } = report;
  const isGood = agreement && violations.length === 0;
  const verdict = isGood
    ? 'Agreed, all guarantees held'
    : agreement
      ? 'A guarantee was broken'
      : 'No agreement';
  const broken = violations.length === 0 ? html`` : html`<div class="bad">${list(violations)}</div>`;
  const seeded = seed === null ? '' : `, seed ${seed}`;
  return html`<h1>${title}</h1>
<p class="soft">${counted(banks, 'bank')}, of which up to ${faults} may lie; a quorum is ${quorum}${seeded}</p>
<p class="verdict ${isGood ? 'good' : 'bad'}">${verdict}</p>${broken}
<p>Result root <code>${report.resultRoot}</code></p>`;
}

function tiles(report: Report): Html {
  const { bytes, naive, rounds, views, messages, disclosed, accuracy } = report;
  const saving = against(bytes.total, naive.bytes, 'naive broadcast') ?? 'on the wire';
  const shown: [string, string][] = [
    [byteSize(bytes.total), saving],
    [grouped(messages.total), `messages, ${grouped(naive.messages)} by naive broadcast`],
    [grouped(rounds), `message delays to agree, in ${counted(views, 'view')}`],
    [byteSize(report.certificateBytes), 'in the certificate'],
    [grouped(disclosed.rawRecords), `of ${counted(disclosed.ofRecords, 'raw record')} left their bank`],
  ];
  if (accuracy !== null) shown.push([percent(accuracy), 'of the true cells are right']);
  return html`<div class="tiles">${shown.map(([figure, text]) => html`<div class="tile"><b>${figure}</b><span>${text}</span></div>`)}</div>`;
}

const COMPARISON_NOTE = html`<p class="soft">Each step of the scale is ten times the one before. Naive broadcast
carries the same canonical bytes and is measured in the same simulator; the lower bound is what each honest bank must at
least receive of the result that it did not hold.</p>`;

function keysNote({ keys, records }: Report): Html {
  return html`<p class="soft">${grouped(records)} keys in the union. Unanimous: all inputs hold the same record. Settled:
one version has support that liars cannot have made. Disputed: the rest, whose versions are opened and
decided field by field; ${grouped(keys.unresolved)} of them ${keys.unresolved === 1 ? 'is' : 'are'} unresolved. Unvouched: so few hold the key that no honest bank may be among them.</p>`;
}

function list(sentences: readonly string[]): Html {
  return html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function ownParameters(report: Report): Record<string, string | number> {
  const { protocol, banks, faults, quorum, quota, epochs, seed, cryptography } = report;
  return {
    protocol,
    banks,
    faults,
    quorum,
    quota: quota ?? 'none',
    epochs,
    seed: seed ?? 'none',
    bls: cryptography.bls,
  };
}
