import type { Command } from 'commander';
import type { ColumnReading } from '../data/column-reading.js';
import { type Dialect, PLAIN_DIALECT } from '../data/dialect.js';
import type { BadRow } from '../data/table-error.js';
import { counted, grouped } from './amount.js';
import { jsonText } from './artifacts.js';
import { failureLine, placeOf } from './cli-error.js';
import { bankNames, readSchemaFile } from './input.js';
import { type Paint, paintFor } from './paint.js';
import { clipped, printable } from './printable.js';
import { drawTable } from './table.js';
import { type FileReading, readFiles, tableFiles } from './tables.js';

interface CheckFlags {
  readonly schema: string;
  readonly json?: boolean;
}

const WIDTH = 80;
/** Most bad rows of a file that are listed for people; the JSON has all. */
const MAX_LISTED = 20;
/** Characters of a cell that are shown. */
const MAX_SAMPLE = 24;

/** `concordat check`: reads banks' files as `reconcile` would, says how, and writes nothing. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Read files as reconcile would and show how each column was read; writes nothing.')
    .argument('<bank.csv...>', 'one file for each bank')
    .requiredOption('--schema <schema.json>', 'what a record is')
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      `
A file that is not plain CSV in UTF-8 is declared, in bank-a.dialect.json
beside bank-a.csv, or in the schema file under "dialects": { "bank-a": … }:
  { "delimiter": ";", "quote": "\\"", "decimal": ",", "thousands": ".",
    "negative": ["parentheses", "trailing"], "nulls": ["NULL"],
    "encoding": "utf-8" | "utf-16" | "utf-16le" | "utf-16be" | "windows-1252",
    "skipLines": 2, "footerRows": 1, "dateFromMidnight": true,
    "dateFormats": ["dd-MMM-yy"], "zone": "+01:00" }
Exit code 2 when a file or a row cannot be read.`,
    )
    .action(run);
}

function run(files: readonly string[], flags: CheckFlags): void {
  const banks = bankNames(files);
  const source = readSchemaFile(flags.schema);
  const readings = readFiles(source.schema, tableFiles(files, banks, source));
  process.stdout.write(
    flags.json ? jsonText(document(readings)) : page(readings, paintFor(process.stdout, process.env)),
  );
  if (readings.some(({ table }) => table === null || table.badRows.length > 0)) process.exitCode = 2;
}

function document(readings: readonly FileReading[]): object {
  return {
    version: 1,
    files: readings.map(({ bank, file, dialect, declaredIn, table, failure }) => ({
      bank,
      file,
      dialect,
      declaredIn,
      error: table === null ? failureLine(failure) : null,
      records: table?.dataset.size ?? null,
      columns: table?.columns ?? [],
      notices: table?.notices ?? [],
      badRows: table?.badRows ?? [],
    })),
  };
}

function page(readings: readonly FileReading[], paint: Paint): string {
  const lines = readings.flatMap((reading) => [...fileLines(reading, paint), '']);
  const failed = readings.filter(({ table }) => table === null).length;
  const bad = readings.reduce((sum, { table }) => sum + (table?.badRows.length ?? 0), 0);
  const verdict =
    failed + bad === 0
      ? `${counted(readings.length, 'file')} read without a fault`
      : [
          ...(failed > 0 ? [`${counted(failed, 'file')} cannot be read`] : []),
          ...(bad > 0 ? [`${counted(bad, 'row')} cannot be read`] : []),
        ].join(', ');
  return `${[...lines, verdict].join('\n')}\n`;
}

function fileLines({ file, dialect, declaredIn, table, failure }: FileReading, paint: Paint): string[] {
  const title = paint.bold(printable(file));
  if (table === null) return [title, `  ${failureLine(failure)}`];
  const { badRows, columns, dataset, notices } = table;
  const said = notices.map((notice) => printable(notice.slice(file.length + 2)));
  return [
    `${title}: ${counted(dataset.size, 'record')}${badRows.length > 0 ? `, ${counted(badRows.length, 'bad row')}` : ''}`,
    `  ${dialectLine(dialect, declaredIn)}`,
    ...drawTable(
      [
        { title: 'field', align: 'left' },
        { title: 'column', align: 'left' },
        { title: 'values', align: 'right' },
        { title: 'empty', align: 'right' },
        { title: 'as written → as read', align: 'left', shrinks: true },
      ],
      columns.map((column) => columnCells(column)),
      WIDTH,
      paint,
    ),
    ...said.map((notice) => `  note: ${notice}`),
    ...badRows.slice(0, MAX_LISTED).map((row) => `  ${badLine(row)}`),
    ...(badRows.length > MAX_LISTED ? [`  and ${grouped(badRows.length - MAX_LISTED)} more, in --json`] : []),
  ];
}

function columnCells({ field, column, values, empty, samples }: ColumnReading): { text: string }[] {
  const shown = samples.map(({ text, value }) => {
    const [written, read] = [clipped(text, MAX_SAMPLE), clipped(value, MAX_SAMPLE)];
    return value === text ? written : `${written} → ${value === '' ? '(none)' : read}`;
  });
  return [
    { text: field },
    { text: column ?? '(none)' },
    { text: grouped(values) },
    { text: grouped(empty) },
    { text: shown.join(', ') },
  ];
}

function badLine(row: BadRow): string {
  return printable(`${placeOf(row.file, row.line, row.column)}: ${row.reason}`);
}

function dialectLine(dialect: Dialect, declaredIn: string | null): string {
  if (declaredIn === null) return 'plain CSV, nothing declared';
  const declared = Object.entries(dialect).filter(
    ([member, value]) => JSON.stringify(value) !== JSON.stringify(PLAIN_DIALECT[member as keyof Dialect]),
  );
  const members = declared.map(([member, value]) => `${member} ${JSON.stringify(value)}`);
  return printable(`as declared in ${declaredIn}: ${members.join(', ') || 'nothing beside plain CSV'}`);
}
