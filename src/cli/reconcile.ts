import { join } from 'node:path';
import type { Command } from 'commander';
import { type ReconcileOutcome, reconcile } from '../index.js';
import type { StatisticsMode } from '../protocol/manifest.js';
import { MAX_QUOTA } from '../sim/run.js';
import { ADVERSARIES_HELP } from './adversaries-help.js';
import { counted, grouped } from './amount.js';
import { breaksCsv, explainJsonl, jsonText, reconciledCsv, rejectsCsv } from './artifacts.js';
import { placeOf, usageError } from './cli-error.js';
import { commandLine } from './command-line.js';
import { conclude, isSound } from './conclude.js';
import { expectNoFounding } from './founding.js';
import { bankNames, readSchemaFile, type SchemaFile } from './input.js';
import {
  type Assignment,
  assignments,
  type ShareLimit,
  shareLimit,
  statisticsOption,
  wholeNumber,
} from './options.js';
import { expectDirectory, type OutputFiles, writeDirectory } from './output.js';
import { type Paint, paintFor } from './paint.js';
import { printable } from './printable.js';
import { progressOn } from './progress.js';
import { pageDetails } from './report-details.js';
import { reportPage } from './report-html.js';
import { label, summarise } from './summary.js';
import { readFiles, type Tables, tableFiles, tablesOf } from './tables.js';

interface ReconcileFlags {
  readonly schema: string;
  readonly out: string;
  readonly faults?: number;
  readonly statistics?: StatisticsMode;
  readonly quota?: number;
  readonly adversary?: readonly Assignment[];
  readonly skipBadRows?: boolean;
  readonly maxBadRows?: ShareLimit;
  readonly seed?: number;
  readonly json?: boolean;
}

const DEFAULT_OUT = 'out';

/** `concordat reconcile`: one epoch among the banks whose files are given. */
export function addReconcile(program: Command): void {
  program
    .command('reconcile')
    .description('Run one epoch among banks, one CSV file a bank; the file names the bank.')
    .argument('<bank.csv...>', 'one file for each bank')
    .requiredOption('--schema <schema.json>', 'what a record is')
    .option('--out <directory>', 'where the result is written', DEFAULT_OUT)
    .option(
      '--faults <F>',
      'lying banks that are tolerated (default: the most that are possible)',
      wholeNumber(0),
    )
    .addOption(statisticsOption())
    .option(
      '--quota <n>',
      'disputed records that one bank can be made to open (default: 16384)',
      wholeNumber(0, MAX_QUOTA),
    )
    .option('--adversary <bank=name>', 'make a bank lie; may be repeated', assignments)
    .option(
      '--skip-bad-rows',
      'leave out rows that cannot be read, list them in rejects.csv; not under "absence": "vote"',
    )
    .option('--max-bad-rows <N|P%>', 'refuse more rows left out than that (default: no limit)', shareLimit)
    .option(
      '--seed <n>',
      'decides keys, schedule and network, to repeat a run (default: they are random)',
      wholeNumber(0),
    )
    .option('--json', 'print the report as JSON')
    .addHelpText('after', ADVERSARIES_HELP)
    .action(run);
}

async function run(bankFiles: readonly string[], flags: ReconcileFlags): Promise<void> {
  const banks = bankNames(bankFiles);
  expectEnough(banks, flags);
  expectDirectory(flags.out);
  expectNoFounding(flags.out);
  const progress = progressOn(process.stderr);
  try {
    progress.show('reading');
    const source = readSchemaFile(flags.schema);
    const { schema } = source;
    expectKnown(source, banks);
    const { skipBadRows = false, maxBadRows = () => false } = flags;
    const tables = tablesOf(
      schema,
      readFiles(schema, tableFiles(bankFiles, banks, source)),
      { skipBadRows, isTooMany: maxBadRows },
      commandLine('check', { schema: flags.schema }, bankFiles),
    );
    const outcome = await reconcile({
      schema,
      datasets: tables.datasets,
      adversaries: Object.fromEntries(
        (flags.adversary ?? []).map(({ bank, adversary }) => [bank, adversary]),
      ),
      onProgress: progress.show,
      ...(flags.faults === undefined ? {} : { faults: flags.faults }),
      ...(flags.statistics === undefined ? {} : { statistics: flags.statistics }),
      ...(flags.quota === undefined ? {} : { quota: flags.quota }),
      ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    });
    // What was not agreed, or not as guaranteed, must not replace a result that was.
    const files = isSound(outcome.report)
      ? outputFiles(outcome, tables, commandOf(bankFiles, flags), flags)
      : new Map();
    if (files.size > 0) {
      expectNoFounding(flags.out);
      writeDirectory(flags.out, files);
    }
    const names = [...files.keys()].map((name) => join(flags.out, name));
    progress.clear();
    process.stdout.write(
      flags.json
        ? jsonText({ ...outcome.report, files: names, notices: tables.notices, skippedRows: tables.badRows })
        : page(outcome, tables, flags.out, paintFor(process.stdout, process.env)),
    );
    conclude(outcome.report);
  } finally {
    progress.clear();
  }
}

/** Refuses what can be refused before a file is read. */
function expectEnough(banks: readonly string[], { faults = 0, adversary = [] }: ReconcileFlags): void {
  if (banks.length < 3 * faults + 1)
    usageError(
      `${counted(banks.length, 'file')} for ${counted(faults, 'lying bank')}: to tolerate F lying banks takes 3F + 1 files, here ${3 * faults + 1}`,
    );
  for (const { bank } of adversary)
    if (!banks.includes(bank))
      usageError(`--adversary: no bank is called "${bank}"; there are ${banks.join(', ')}`);
}

/** Refuses a schema that names what this run has not: a bank, or a function, which the command line has none of. */
function expectKnown({ file, schema }: SchemaFile, banks: readonly string[]): void {
  for (const { name, resolve } of schema.fields) {
    if (typeof resolve === 'string') continue;
    if ('function' in resolve)
      usageError(
        `${file}: fields.${name}.resolve: the function "${resolve.function}" is its host's; use the library, or another rule`,
      );
    if (!('authority' in resolve)) continue;
    const unknown = resolve.authority.find((bank) => !banks.includes(bank));
    if (unknown !== undefined)
      usageError(
        `${file}: fields.${name}.resolve.authority: no bank is called "${unknown}"; there are ${banks.join(', ')}`,
      );
  }
}

/** The command that repeats the run in the same place, rather than over the files of another; without a seed, with other keys. */
function commandOf(files: readonly string[], flags: ReconcileFlags): string {
  const { out, json: _json, adversary = [], maxBadRows, ...same } = flags;
  const assigned = adversary.map(({ bank, adversary }) => `${bank}=${adversary}`);
  const elsewhere = out === DEFAULT_OUT ? {} : { out };
  return commandLine(
    'reconcile',
    { ...same, ...elsewhere, adversary: assigned, maxBadRows: maxBadRows?.text },
    files,
  );
}

function outputFiles(
  outcome: ReconcileOutcome,
  tables: Tables,
  command: string,
  { skipBadRows = false }: ReconcileFlags,
): OutputFiles {
  const { schema, report, rows, breaks, explanations } = outcome;
  const notices = [...groupedNotices(tables.notices), ...skippedLines(tables)];
  return new Map<string, string | Iterable<string>>([
    ['reconciled.csv', reconciledCsv(schema, rows)],
    ['breaks.csv', breaksCsv(breaks)],
    ...(tables.badRows.length > 0 ? ([['rejects.csv', rejectsCsv(tables.badRows)]] as const) : []),
    ['explain.jsonl', explainJsonl(schema, explanations)],
    ['seal.json', jsonText(outcome.seal)],
    ['manifest.json', jsonText(outcome.manifest)],
    [
      'report.html',
      reportPage({
        title: schema.name,
        report,
        command,
        ...pageDetails(outcome, { skipBadRows }),
        notices,
        hasFiles: true,
      }),
    ],
  ]);
}

/** Most skipped rows that are listed for people; the JSON has all. */
const MAX_SKIPPED = 10;

function skippedLines({ badRows }: Tables): string[] {
  if (badRows.length === 0) return [];
  const rest = badRows.length - MAX_SKIPPED;
  return [
    `skipped ${counted(badRows.length, 'bad row')}`,
    ...badRows
      .slice(0, MAX_SKIPPED)
      .map(({ file, line, column, reason }) => `${placeOf(file, line, column?.trim() ?? null)}: ${reason}`),
    ...(rest > 0 ? [`and ${grouped(rest)} more`] : []),
  ];
}

/** What the files are for. */
const PURPOSES: readonly (readonly [string, string])[] = [
  ['reconciled.csv', 'the agreed table'],
  ['breaks.csv', 'where banks differ, or nothing was decided'],
  ['explain.jsonl', 'why each field in question is as it is'],
  ['seal.json', 'seal of this rehearsal, for `concordat verify`'],
  ['manifest.json', 'its banks and their keys, for the same'],
  ['report.html', 'all of this with plots, for a browser'],
];

function page(outcome: ReconcileOutcome, tables: Tables, out: string, paint: Paint): string {
  const states = ['unvouched', 'unresolved', 'divergent'] as const;
  const found = states
    .map((state) => [outcome.breaks.filter((each) => each.state === state).length, state] as const)
    .filter(([count]) => count > 0);
  const breaks = found.map(([count, state]) => `${grouped(count)} ${state}`).join(', ') || 'none';
  const notices = [...groupedNotices(tables.notices), ...skippedLines(tables)];
  const written = isSound(outcome.report)
    ? [out, ...PURPOSES.map(([name, purpose]) => `  ${name.padEnd(15)} ${purpose}`)]
    : ['nothing: what was there is as it was'];
  return `${[
    ...summarise(outcome.report, outcome.schema.name, paint),
    ...label('Breaks', breaks, paint),
    ...reasonLines(outcome.breaks, paint),
    '',
    ...notices.flatMap((notice, i) => label(i === 0 ? 'Notices' : '', notice, paint)),
    ...(notices.length > 0 ? [''] : []),
    ...written.map((line, i) => `${label(i === 0 ? 'Written' : '', '', paint).join('')}${printable(line)}`),
  ].join('\n')}\n\n`;
}

/** Most reasons that are listed; all are in breaks.csv. */
const MAX_REASONS = 5;

/** Why keys or fields stayed open, each reason once with how often it is given, the most frequent first. */
function reasonLines(breaks: ReconcileOutcome['breaks'], paint: Paint): string[] {
  const counts = new Map<string, number>();
  for (const { state, reason } of breaks)
    if (state === 'unresolved') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const rest = sorted.length - MAX_REASONS;
  return [
    ...sorted
      .slice(0, MAX_REASONS)
      .flatMap(([reason, count]) => label('', `${grouped(count)} × ${reason}`, paint)),
    ...(rest > 0 ? label('', `and ${counted(rest, 'other reason')}`, paint) : []),
  ];
}

/** Notices that say the same of several files, as one. */
function groupedNotices(notices: Tables['notices']): string[] {
  const banksOf = new Map<string, string[]>();
  for (const { bank, text } of notices) banksOf.set(text, [...(banksOf.get(text) ?? []), bank]);
  return [...banksOf].map(([text, banks]) => `${banks.join(', ')}: ${text}`);
}
