import type { Report } from '../sim/report.js';
import type { Timeline } from '../sim/timeline.js';
import { against, byteSize, counted, grouped, percent } from './amount.js';
import type { Decision } from './artifacts.js';
import { type Html, html, trusted } from './html.js';
import { breaksTable, decisionsTable, type ShownBreak } from './report-breaks.js';
import { banksFigure, drawn, type Figure, keysFigure, stepsFigure } from './report-figures.js';
import { hashSource, type PageScript, pageScripts, scriptJson } from './report-scripts.js';
import { STYLE } from './report-style.js';
import { banksTable, epochsTable, parametersTable, statisticsTable } from './report-tables.js';
import { timelineFigure, timelineNote } from './report-timeline.js';
import { excessInWords, suspicionInWords, toleranceInWords } from './verdict.js';

/** What a page is made of. */
export interface ReportPage {
  /** What was run, e.g. the schema's name. */
  readonly title: string;
  readonly report: Report;
  /** The command that gives the same figures again; without a seed, those of other keys and another schedule. */
  readonly command: string;
  /** When what went between the banks, or null where the run has none to show. */
  readonly timeline: Timeline | null;
  /** The breaks, or null where the run has none to show. */
  readonly breaks: readonly ShownBreak[] | null;
  /** The contested fields of disputed keys that were decided, or null where the run has none to show. */
  readonly decided: readonly Decision[] | null;
  /** What decided the run and is not in the report, by name; nothing by default. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** One sentence each on how the inputs were read. */
  readonly notices: readonly string[];
  /** Whether breaks.csv and explain.jsonl lie beside the page. */
  readonly hasFiles: boolean;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/**
 * A run as one HTML page that needs nothing else: no network, no font, no file beside it. Every text in it is escaped;
 * its policy forbids all requests, and all scripts and styles but its own, which it names by their hashes, so that data
 * from a hostile bank stays text. Equal runs give equal pages.
 *
 * @throws a system error when a file of this package or of Chart.js is not there
 */
export function reportPage(page: ReportPage): string {
  const { title, report } = page;
  const figures = {
    timeline: page.timeline && timelineFigure(page.timeline, report),
    keys: keysFigure(report.keys),
    steps: stepsFigure(report),
    banks: banksFigure(report),
  };
  const sections = sectionsOf(page, figures);
  const scripts = pageScripts();
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<title>${title} · Concordat</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
<header>
${heading(title, report)}
${tiles(report)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="content" tabindex="-1">
${sections.map(section)}
</main>
<script type="application/json" id="figures">${trusted(scriptJson(dataOf(figures)))}</script>
${scripts.map(scriptElement)}
</body>
</html>
`;
  return body.markup;
}

type Figures = Readonly<Record<Figure['name'], Figure | null>>;

const dataOf = (figures: Figures): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(figures).flatMap(([name, figure]) => (figure ? [[name, figure.data]] : [])),
  );

const scriptElement = ({ kind, text }: PageScript): Html =>
  kind === 'module'
    ? html`<script type="module">${trusted(text)}</script>
`
    : html`<script>${trusted(text)}</script>
`;

function policy(scripts: readonly PageScript[]): string {
  const sources = scripts.map(({ source }) => source).join(' ');
  return `default-src 'none'; script-src ${sources}; style-src ${hashSource(STYLE.markup)}; base-uri 'none'; form-action 'none'`;
}

function sectionsOf(page: ReportPage, figures: Figures): Section[] {
  const { report, command, timeline, breaks, decided, notices } = page;
  const found: (Section | null)[] = [
    figures.timeline && {
      id: 'timeline',
      title: 'What went between the banks',
      content: html`${drawn(figures.timeline)}${timelineNote(timeline!)}`,
    },
    figures.keys && {
      id: 'keys',
      title: 'What became of the keys',
      content: html`${drawn(figures.keys)}${keysNote(report)}`,
    },
    breaks && {
      id: 'differences',
      title: `Breaks (${grouped(breaks.length)})`,
      content: breaksTable(breaks, report.banks, page.hasFiles ? ' in breaks.csv' : ''),
    },
    decided && decided.length > 0
      ? {
          id: 'decided',
          title: `Disputed fields, decided (${grouped(decided.length)})`,
          content: decisionsTable(decided, report.banks, page.hasFiles ? ' in explain.jsonl' : ''),
        }
      : null,
    figures.steps && {
      id: 'steps',
      title: 'Bytes by step',
      content: html`${drawn(figures.steps)}${report.protocol === 'naive' ? SCALE_NOTE : COMPARISON_NOTE}`,
    },
    figures.banks && {
      id: 'traffic',
      title: 'Bytes by bank',
      content: html`${drawn(figures.banks)}${SCALE_NOTE}`,
    },
    { id: 'banks', title: 'Banks', content: banksTable(report.perBank, lostBy(breaks ?? [])) },
    report.suspicions.length > 0
      ? {
          id: 'suspicions',
          title: 'Suspicions, none of them proof',
          content: list(report.suspicions.map(suspicionInWords)),
        }
      : null,
    report.statistics && {
      id: 'statistics',
      title: 'Column statistics',
      content: statisticsTable(report.statistics),
    },
    report.statisticsWithheld
      ? { id: 'statistics', title: 'Column statistics', content: html`<p>${report.statisticsWithheld}</p>` }
      : null,
    report.byEpoch.length > 1
      ? { id: 'epochs', title: 'Epochs', content: epochsTable(report.byEpoch) }
      : null,
    notices.length > 0 ? { id: 'notices', title: 'Reading the files', content: list(notices) } : null,
    {
      id: 'network',
      title: 'Network',
      content: parametersTable(report.network, 'Every parameter of the network model'),
    },
    {
      id: 'parameters',
      title: 'Parameters',
      content: parametersTable(
        { ...page.parameters, ...report.parameters, ...ownParameters(report) },
        'Every other parameter of the run',
      ),
    },
    {
      id: 'again',
      title: 'Run it again',
      content: html`<div id="command"><pre>${command}</pre></div><p><button type="button" data-copies="command" hidden>Copy the command</button></p>`,
    },
  ];
  return found.filter((each) => each !== null);
}

const section = ({ id, title, content }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>
`;

function heading(title: string, report: Report): Html {
  const { agreement, violations, banks, faults, quorum, seed } = report;
  const isGood = agreement && violations.length === 0;
  const excess = excessInWords(report);
  const broken = violations.length === 0 ? html`` : html`<div class="bad">${list(violations)}</div>`;
  const seeded = seed === null ? '' : `, seed ${seed}`;
  const root =
    report.resultRoot === ''
      ? html``
      : html`<p class="soft">Result root <code>${report.resultRoot}</code></p>`;
  // Naive broadcast has neither keys nor a seal.
  const rehearsal =
    report.protocol === 'naive'
      ? html``
      : html`
<p class="soft">${REHEARSAL}</p>`;
  return html`<h1>${title}</h1>
<p class="soft">${toleranceInWords(banks, faults)}; a quorum is ${quorum}${seeded}</p>${rehearsal}
<p class="verdict ${isGood ? 'good' : 'bad'}">${verdictOf(report)}</p>${excess === null ? html`` : html`<p class="odd">${excess}.</p>`}${broken}
${root}`;
}

/** Every run that a page shows is one of `simulate` or `reconcile`. */
const REHEARSAL =
  'A rehearsal: one process had the keys of all banks, so a seal of this run proves nothing to others.';

function verdictOf(report: Report): string {
  if (!report.agreement) return '✘ No agreement';
  if (report.violations.length === 0)
    return report.protocol === 'naive' ? '✔ Agreed' : '✔ Agreed, all guarantees held';
  return excessInWords(report) === null ? '✘ A guarantee was broken' : '✘ More banks lied than may';
}

/** On how many keys each bank holds something else than was agreed, of those that were settled. */
function lostBy(breaks: readonly ShownBreak[]): Map<string, number> {
  const lost = new Map<string, number>();
  for (const { state, dissenters } of breaks)
    if (state === 'divergent') for (const bank of dissenters) lost.set(bank, (lost.get(bank) ?? 0) + 1);
  return lost;
}

function tiles(report: Report): Html {
  const { bytes, naive, rounds, views, messages, disclosed, accuracy, agreement, certificateBytes } = report;
  const isNaive = report.protocol === 'naive';
  const saving = isNaive || !agreement ? null : against(bytes.total, naive.bytes, 'naive broadcast');
  const shown: [string, string][] = [
    [byteSize(bytes.total), saving ?? 'on the wire'],
    [
      grouped(messages.total),
      isNaive ? 'messages' : `messages, ${grouped(naive.messages)} by naive broadcast`,
    ],
    agreement
      ? [
          grouped(rounds),
          isNaive ? 'message delays' : `message delays to agree, in ${counted(views, 'view')}`,
        ]
      : [grouped(views), `${views === 1 ? 'view' : 'views'}, in none of which all agreed`],
    [grouped(disclosed.rawRecords), `of ${counted(disclosed.ofRecords, 'raw record')} left their bank`],
  ];
  if (certificateBytes > 0) shown.push([byteSize(certificateBytes), 'in the certificate']);
  if (accuracy !== null && report.resultRoot !== '')
    shown.push([percent(accuracy), 'of the true cells are right']);
  return html`<dl class="tiles">${shown.map(([figure, text]) => html`<div class="tile"><dt>${text}</dt><dd>${figure}</dd></div>`)}</dl>`;
}

const SCALE_NOTE = html`<p class="soft">The scale is logarithmic: each line is ten times the one before.</p>`;

const COMPARISON_NOTE = html`<p class="soft">The scale is logarithmic: each line is ten times the one before. Naive broadcast
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
    seed: seed ?? 'random',
    bls: cryptography.bls,
    ...(cryptography.fallback === undefined ? {} : { 'why not blst': cryptography.fallback }),
  };
}
