import type { BankReport, KeyCounts, Report } from '../sim/report.js';
import { against, byteSize, counted, duration, grouped, groupedText, percent, times } from './amount.js';
import type { Paint } from './paint.js';
import { clipped, printable } from './printable.js';
import { type Cell, drawTable, stackedBar, wrapped } from './table.js';
import {
  differenceInWords,
  evidenceOf,
  excessInWords,
  outlierInWords,
  STATE_MARK,
  STATISTICS_IN_WORDS,
  suspicionInWords,
  toleranceInWords,
} from './verdict.js';

/** Columns of the page. */
const WIDTH = 80;
/** Most banks that are listed one by one; of more, those that agreed are counted. */
const MAX_LISTED = 20;

/** The result of a run as lines for a terminal of 80 columns. `title` is what was run. */
export function summarise(report: Report, title: string, paint: Paint): string[] {
  return [
    '',
    ...headline(report, title, paint),
    '',
    ...bankTable(report, paint),
    '',
    ...stepTable(report, paint),
    '',
    ...(report.keys.total > 0 ? [...keyLines(report.keys, paint), ''] : []),
    ...factLines(report, paint),
  ];
}

/** The BLS backend, and why it is not the fast one. */
const backend = ({ bls, fallback }: Report['cryptography']): string =>
  fallback === undefined ? bls : `${bls}, since ${fallback}`;

function headline(report: Report, title: string, paint: Paint): string[] {
  const { banks, faults, quorum, epochs, seed } = report;
  const isGood = report.agreement && report.violations.length === 0;
  const excess = excessInWords(report);
  const broken = excess === null ? '✘ a guarantee was broken' : '✘ more lied than may';
  const verdict = isGood ? paint.green('✔ agreed') : paint.red(report.agreement ? broken : '✘ no agreement');
  return [
    `  ${paint.bold(clipped(printable(title), MAX_TITLE))}   ${verdict}`,
    paint.dim(
      `  ${toleranceInWords(banks, faults)} · quorum ${quorum} · ` +
        `${counted(epochs, 'epoch')}${seed === null ? '' : ` · seed ${seed}`}`,
    ),
    ...(excess === null ? [] : [`  ${paint.yellow(excess)}`]),
  ];
}

function bankTable(report: Report, paint: Paint): string[] {
  const listed =
    report.perBank.length <= MAX_LISTED
      ? report.perBank
      : report.perBank.filter((bank) => bank.state !== 'agreed' || bank.adversary !== null);
  const rows = listed.slice(0, MAX_LISTED).map((bank) => bankRow(bank, paint));
  const columns = [
    { title: 'bank', align: 'left' },
    { title: 'state', align: 'left' },
    { title: 'sent', align: 'right' },
    { title: 'received', align: 'right' },
    { title: 'remarks', align: 'left', shrinks: true },
  ] as const;
  const rest = report.perBank.length - rows.length;
  return [
    ...(rows.length > 0 ? drawTable(columns, rows, WIDTH - 2, paint).map((line) => `  ${line}`) : []),
    ...(rest > 0 ? [paint.dim(`  and ${counted(rest, 'other bank')}`)] : []),
  ];
}

function bankRow(bank: BankReport, paint: Paint): Cell[] {
  const colour =
    { agreed: paint.green, faulty: paint.red, silent: paint.dim }[bank.state as string] ?? paint.yellow;
  const remarks = [bank.adversary === null ? '' : `plays ${bank.adversary}`, evidenceOf(bank)];
  return [
    { text: clipped(bank.id, MAX_NAME) },
    { text: `${STATE_MARK[bank.state]} ${bank.state}`, paint: colour },
    { text: byteSize(bank.bytesSent) },
    { text: byteSize(bank.bytesReceived) },
    { text: remarks.filter((remark) => remark !== '').join('; ') },
  ];
}

/** Columns of a bank's name in the table, and of a title, so that what is beside it keeps its place. */
const MAX_NAME = 24;
const MAX_TITLE = 48;

function stepTable({ messages, bytes }: Report, paint: Paint): string[] {
  const steps = Object.entries(bytes.byStep).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const rows = steps.map(([step, size]): Cell[] => [
    { text: step },
    { text: grouped(messages.byStep[step] ?? 0) },
    { text: byteSize(size) },
    { text: '█'.repeat(Math.round((size / (steps[0]?.[1] || 1)) * 34)) || '▏', paint: paint.blue },
  ]);
  const columns = [
    { title: 'step', align: 'left' },
    { title: 'messages', align: 'right' },
    { title: 'bytes', align: 'right' },
    { title: '', align: 'left', shrinks: true },
  ] as const;
  return rows.length > 0 ? drawTable(columns, rows, WIDTH - 2, paint).map((line) => `  ${line}`) : [];
}

function keyLines(keys: KeyCounts, paint: Paint): string[] {
  const parts = [keys.unanimous, keys.settled, keys.disputed, keys.unvouched];
  // Naive broadcast classes none.
  if (parts.every((count) => count === 0)) return label('Keys', grouped(keys.total), paint);
  const colours = [paint.green, paint.blue, paint.yellow, paint.red];
  const bars = stackedBar(parts, ['█', '▓', '▒', '░'], WIDTH - 14);
  const legend = ['█ unanimous', '▓ settled', '▒ disputed', '░ unvouched'].map(
    (name, i) => `${colours[i]!(name)} ${grouped(parts[i]!)}`,
  );
  return [
    `  ${paint.bold('Keys'.padEnd(LABEL_WIDTH - 2))}${bars.map((bar, i) => colours[i]!(bar)).join('')}`,
    ' '.repeat(LABEL_WIDTH) + legend.join('   '),
    ...(keys.disputed > 0
      ? label(
          '',
          `of the disputed, ${grouped(keys.disputed - keys.unresolved)} decided, ${grouped(keys.unresolved)} unresolved`,
          paint,
        )
      : []),
  ];
}

/** Columns that names of facts take. */
const LABEL_WIDTH = 14;

const TEXT_WIDTH = WIDTH - LABEL_WIDTH;

/**
 * A fact of the page: its name, then its text, which is broken between words where it would leave the page. Hex that is
 * longer than a line is broken within; a path never is, since half of it is of no use.
 */
export function label(name: string, text: string, paint: Paint): string[] {
  const broken = printable(text).replace(/\b[0-9a-f]{67,}\b/g, (hex) => hex.replaceAll(/.{66}(?=.)/g, '$& '));
  const lines = wrapped(broken, TEXT_WIDTH);
  return lines.map((line, i) => `  ${paint.bold((i === 0 ? name : '').padEnd(LABEL_WIDTH - 2))}${line}`);
}

/** The figures; a run without a result has no accuracy, and saved nothing on what it did not achieve. */
function factLines(report: Report, paint: Paint): string[] {
  const { bytes, naive, lowerBoundBytes, disclosed, protocol, agreement } = report;
  const isNaive = protocol === 'naive';
  const delays = agreement ? counted(report.rounds, 'message delay') : 'none';
  const broken = excessInWords(report) === null ? 'Violation' : 'Not held';
  const saving = agreement && !isNaive ? against(bytes.total, naive.bytes, 'naive broadcast') : null;
  const bound = agreement ? times(bytes.total, lowerBoundBytes) : null;
  const facts: [string, string][] = [
    [
      'Agreement',
      isNaive ? delays : `${delays}, ${counted(report.views, 'view')}, ${counted(report.slots, 'slot')}`,
    ],
    [
      'Traffic',
      `${byteSize(bytes.total)} in ${counted(report.messages.total, 'message')}, at most ${byteSize(bytes.maxPerBank)} for one bank`,
    ],
  ];
  if (saving !== null) facts.push(['', `${saving} (${byteSize(naive.bytes)})`]);
  if (bound !== null) facts.push(['', `${bound} the least possible (${byteSize(lowerBoundBytes)})`]);
  if (report.certificateBytes > 0)
    facts.push([
      'Certificate',
      `${byteSize(report.certificateBytes)}, signatures by ${backend(report.cryptography)}`,
    ]);
  facts.push([
    'Disclosed',
    `${grouped(disclosed.rawRecords)} of ${counted(disclosed.ofRecords, 'raw record')} left their bank`,
  ]);
  facts.push(...statisticsFacts(report.statistics));
  if (report.statisticsWithheld !== null) facts.push(['Statistics', report.statisticsWithheld]);
  if (report.resultRoot !== '') {
    if (report.accuracy !== null) facts.push(['Accuracy', accuracyOf(report)]);
    facts.push(['Result', report.resultRoot]);
  }
  facts.push(['Took', duration(report.durationMs)]);
  return [
    ...facts.flatMap(([name, text]) => label(name, text, paint)),
    ...report.tooDifferent.flatMap((each) => label('Too different', differenceInWords(each), paint)),
    ...report.suspicions.flatMap((suspicion) => label('Suspected', suspicionInWords(suspicion), paint)),
    ...report.violations.flatMap((violation) => label(broken, violation, paint)),
  ];
}

/** Most fields whose statistics are listed; the JSON has all. */
const MAX_FIELDS = 6;

function statisticsFacts(statistics: Report['statistics']): [string, string][] {
  if (statistics === null) return [];
  const { mode, banks, fields, outliers } = statistics;
  if (fields.length === 0) return [['Statistics', 'none: no field outside the key is a number']];
  const rest = fields.length - MAX_FIELDS;
  const lines = [
    `of ${counted(banks.length, 'bank')}, ${STATISTICS_IN_WORDS[mode]}`,
    ...fields
      .slice(0, MAX_FIELDS)
      .map(
        ({ field, count, sum, mean }) =>
          `${field}: ${groupedText(count)} values, sum ${groupedText(sum)}, mean ${groupedText(mean ?? 'none')}`,
      ),
    ...(rest > 0 ? [`and ${counted(rest, 'other field')}`] : []),
    ...outliers.map(outlierInWords),
  ];
  return lines.map((line, i) => [i === 0 ? 'Statistics' : '', line]);
}

function accuracyOf({ accuracy, resolvedCells, truthCells }: Report): string {
  const share = percent(accuracy ?? 0);
  return truthCells === null
    ? share
    : `${share} of ${counted(truthCells, 'true cell')}, ${grouped(resolvedCells)} of them resolved`;
}
