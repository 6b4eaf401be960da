import { existsSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { isConcordatError } from '../crypto/error.js';
import type { Dataset } from '../data/dataset.js';
import { type Dialect, type DialectError, defineDialect, PLAIN_DIALECT } from '../data/dialect.js';
import type { Schema } from '../data/schema.js';
import type { BadRow } from '../data/table-error.js';
import { type ReadTable, readCsv } from '../data/table-reader.js';
import { counted } from './amount.js';
import { failureLine, inputError, placeOf, unreadable, usageError } from './cli-error.js';
import { readInput, readJson } from './input.js';

/** A bank's file, and the dialect that it is read in. */
export interface TableFile {
  readonly bank: string;
  readonly file: string;
  readonly dialect: Dialect;
  /** Where the dialect is declared, null where none is. */
  readonly declaredIn: string | null;
}

/** A file as read: its table, or why there is none. */
export type FileReading = TableFile &
  (
    | { readonly table: ReadTable; readonly failure: null }
    | { readonly table: null; readonly failure: unknown }
  );

/** The tables of all banks of a run. */
export interface Tables {
  readonly datasets: readonly { readonly id: string; readonly dataset: Dataset }[];
  /** How a file was read; the library's sentence without the file's name before it. */
  readonly notices: readonly { readonly bank: string; readonly file: string; readonly text: string }[];
  readonly badRows: readonly BadRow[];
}

/**
 * The dialect of each bank's file: that of `NAME.dialect.json` beside `NAME.csv`, else the one that the schema file declares
 * for the bank under `dialects`, else the plain one.
 *
 * @throws {@link CliError} `INPUT_UNREADABLE` for a declaration that is none; `USAGE_INVALID` for one of no bank.
 */
export function tableFiles(
  files: readonly string[],
  banks: readonly string[],
  declared: { readonly file: string; readonly dialects: Readonly<Record<string, unknown>> },
): TableFile[] {
  for (const bank of Object.keys(declared.dialects))
    if (!banks.includes(bank))
      usageError(`${declared.file}: "dialects" has one for "${bank}", which no file is called`);
  return files.map((file, i) => {
    const bank = banks[i]!;
    const beside = `${file.slice(0, file.length - extname(file).length)}.dialect.json`;
    if (existsSync(beside))
      return { bank, file, dialect: readDialect(beside, '', readJson(beside)), declaredIn: beside };
    if (!Object.hasOwn(declared.dialects, bank))
      return { bank, file, dialect: PLAIN_DIALECT, declaredIn: null };
    const dialect = readDialect(declared.file, `dialects.${bank}: `, declared.dialects[bank]);
    return { bank, file, dialect, declaredIn: declared.file };
  });
}

function readDialect(file: string, place: string, json: unknown): Dialect {
  try {
    return defineDialect(json);
  } catch (error) {
    if (!isConcordatError(error, 'DIALECT_INVALID')) throw error;
    const { member, reason } = error.detail as DialectError;
    return inputError(
      file,
      `${place}${member === '' ? 'the dialect' : `"${member}"`} ${reason}`,
      {},
      { cause: error },
    );
  }
}

/**
 * Reads every file, whatever is wrong with one: a person who mends mistakes one at a time reads a file for each of them.
 * @throws {@link CliError} `USAGE_INVALID` when two arguments are one file.
 */
export function readFiles(schema: Schema, files: readonly TableFile[]): FileReading[] {
  expectDistinct(files.map(({ file }) => file));
  return files.map((each): FileReading => {
    const { file, dialect } = each;
    try {
      const bytes = readInput(file);
      const table = readCsv(schema, bytes, { file, dialect, skipBadRows: true });
      return { ...each, table, failure: null };
    } catch (failure) {
      if (!isConcordatError(failure)) throw failure;
      return { ...each, table: null, failure };
    }
  });
}

function expectDistinct(files: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    if (!existsSync(file)) continue;
    const { dev, ino } = statSync(file);
    const other = seen.get(`${dev}:${ino}`);
    if (other !== undefined) usageError(`${file} and ${other} are one file: each bank needs its own`);
    seen.set(`${dev}:${ino}`, file);
  }
}

/** What may be left out of the tables of a run. */
export interface Skipping {
  /** Whether rows that cannot be read may be left out at all. */
  readonly skipBadRows: boolean;
  /** Whether they are too many: given how many are bad of how many rows in all. */
  readonly isTooMany: (bad: number, rows: number) => boolean;
}

/**
 * The tables of a run, of files that were all read.
 *
 * @param check the command that lists everything that is wrong with these files
 * @throws the first fault, which says how many more there are: a file that is no table, or a row that cannot be read unless
 * such rows are to be left out. Under `"absence": "vote"` they never are: a row that is left out would say that its key does
 * not exist, against the banks that have it.
 */
export function tablesOf(
  schema: Schema,
  readings: readonly FileReading[],
  skipping: Skipping,
  check: string,
): Tables {
  const bad = readings.flatMap(({ table }) => table?.badRows ?? []);
  const failed = readings.filter(({ table }) => table === null);
  const mayStay = skipping.skipBadRows && schema.absence === 'abstain';
  const faults = failed.length + (mayStay ? 0 : bad.length);
  if (faults > 0) {
    const first = failed[0];
    const more = faults === 1 ? '' : `; ${counted(faults - 1, 'more fault')}, which ${check} lists`;
    if (first) refuseFirst(first, more);
    const { file, line, column, reason } = bad[0]!;
    return unreadable(
      file,
      `${placeOf(file, line, column)}: ${reason}${adviceFor(schema, skipping)}${more}`,
      line,
    );
  }
  const rows = readings.reduce((sum, { table }) => sum + table!.dataset.size, bad.length);
  if (skipping.isTooMany(bad.length, rows))
    usageError(
      `${counted(bad.length, 'row')} of ${rows} cannot be read, more than --max-bad-rows allows; ${check} lists them`,
    );
  return {
    datasets: readings.map(({ bank, table }) => ({ id: bank, dataset: table!.dataset })),
    notices: readings.flatMap(({ bank, file, table }) =>
      table!.notices.map((notice) => ({ bank, file, text: notice.slice(file.length + 2) })),
    ),
    badRows: bad,
  };
}

function adviceFor({ absence }: Schema, { skipBadRows }: Skipping): string {
  if (skipBadRows)
    return '; --skip-bad-rows is refused under "absence": "vote", where a row left out says that its key does not exist';
  return absence === 'vote' ? '' : '; --skip-bad-rows leaves such rows out, as if the bank did not know them';
}

function refuseFirst({ file, failure }: FileReading, more: string): never {
  if (more === '') throw failure;
  return unreadable(file, `${failureLine(failure)}${more}`, null, { cause: failure });
}
