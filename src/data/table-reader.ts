import { ConcordatError } from '../crypto/error.js';
import { type CsvRow, type CsvSyntaxError, parseCsv } from './csv.js';
import { Dataset, type DatasetError } from './dataset.js';
import { type Header, matchHeader } from './header.js';
import type { Schema } from './schema.js';
import { type BadRow, tableError } from './table-error.js';
import { readValue, type Value, type ValueError } from './value.js';
import { decodeWindows1252 } from './windows-1252.js';

/** Most bytes of a table file. */
export const MAX_TABLE_BYTES = 268_435_456;

/** How {@link readCsv} reads. */
export interface ReadCsvOptions {
  /** What errors and notices call the file. */
  readonly file: string;
  /** Leave bad rows out and list them, rather than refuse the file at the first; false by default. */
  readonly skipBadRows?: boolean;
}

/** A table as read. */
export interface ReadTable {
  /** The records of all rows that were read. */
  readonly dataset: Dataset;
  /** One sentence each on what was done beyond the letter of the file: its encoding, columns ignored. */
  readonly notices: readonly string[];
  /** Rows left out, in the order of the file; always empty without `skipBadRows`. */
  readonly badRows: readonly BadRow[];
}

/**
 * A bank's records from the bytes of a CSV file with a header.
 *
 * UTF-8, with or without a byte-order mark; bytes that are not UTF-8 are read as windows-1252, with a notice. The syntax
 * is `parseCsv`'s, the header's match `matchHeader`'s, a cell's reading `readValue`'s. Columns of no field are ignored,
 * with a notice; an optional field without a column is null in every record. A row is bad when it has not as many cells
 * as the header, when a cell is no value of its field, when it is too long for a record, or when an earlier row has its
 * key: the earlier one is kept, since a reader cannot know which is right.
 *
 * @throws {@link TableError}: `CSV_EMPTY`, `CSV_TOO_LARGE`, `CSV_MALFORMED`, `CSV_COLUMN_MISSING`,
 * `CSV_COLUMN_AMBIGUOUS` always; `CSV_ROW_INVALID` unless `skipBadRows`.
 */
export function readCsv(schema: Schema, bytes: Uint8Array, options: ReadCsvOptions): ReadTable {
  const { file, skipBadRows = false } = options;
  if (bytes.length > MAX_TABLE_BYTES)
    tableError({ code: 'CSV_TOO_LARGE', file, line: null, what: 'file', limit: MAX_TABLE_BYTES });
  const { text, isUtf8 } = decodeText(bytes);
  const notices = isUtf8 ? [] : [`${file}: not UTF-8, read as windows-1252`];
  const badRows: BadRow[] = [];

  const rows = rowsOf(file, text);
  const first = rows.next();
  if (first.done) return tableError({ code: 'CSV_EMPTY', file });
  const header = matchHeader(schema, file, first.value);
  if (header.unknown.length > 0) {
    const names = header.unknown.map((name) => JSON.stringify(name.trim()));
    notices.push(`${file}: ignored ${names.length === 1 ? 'column' : 'columns'} ${names.join(', ')}`);
  }

  const dataset = Dataset.build(schema, (add) => {
    const lines: number[] = [];
    for (const row of rows) {
      const fault = addRow(schema, header, row, lines, add);
      if (fault === null) {
        lines.push(row.line);
        continue;
      }
      const bad: BadRow = { file, line: row.line, ...fault };
      if (!skipBadRows) tableError({ code: 'CSV_ROW_INVALID', ...bad });
      badRows.push(bad);
    }
  });
  if (dataset.size === 0) notices.push(`${file}: has no records`);
  return { dataset, notices, badRows };
}

/** Text of a file; a byte-order mark is not part of it. Every byte string is some windows-1252 text. */
function decodeText(bytes: Uint8Array): { text: string; isUtf8: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isUtf8: true };
  } catch {
    return { text: decodeWindows1252(bytes), isUtf8: false };
  }
}

/** The rows of a text, with the file's name in what is thrown. */
function* rowsOf(file: string, text: string): Generator<CsvRow> {
  try {
    yield* parseCsv(text);
  } catch (error) {
    if (error instanceof ConcordatError)
      tableError({ file, ...(error.detail as CsvSyntaxError) }, { cause: error });
    throw error;
  }
}

type Fault = Pick<BadRow, 'column' | 'reason'>;

/** Adds a row's record, or says what is wrong with the row. */
function addRow(
  schema: Schema,
  header: Header,
  row: CsvRow,
  lines: readonly number[],
  add: (values: readonly Value[]) => void,
): Fault | null {
  const { names, columnOf } = header;
  const cells = row.cells.length;
  if (cells !== names.length)
    return {
      column: null,
      reason: `the row has ${cells} cells, the header has ${names.length}`,
    };
  let column: string | null = null;
  try {
    const values = schema.fields.map((field, i) => {
      const place = columnOf[i]!;
      column = names[place]?.trim() ?? null;
      return place < 0 ? null : readValue(field, row.cells[place]!);
    });
    column = null;
    add(values);
    return null;
  } catch (error) {
    if (!(error instanceof ConcordatError)) throw error;
    return { column, reason: reasonOf(error, lines) };
  }
}

/** What the error says of the row, without the place that the caller adds. */
function reasonOf(error: ConcordatError, lines: readonly number[]): string {
  const detail = error.detail as ValueError | DatasetError | { readonly code: 'ENCODING_TOO_LARGE' };
  switch (detail.code) {
    case 'DATASET_DUPLICATE_KEY':
      return `line ${lines[detail.earlier]} has the key ${JSON.stringify(detail.key)} too`;
    case 'VALUE_INVALID':
      return detail.reason;
    default:
      return error.message;
  }
}
