import { ConcordatError } from '../crypto/error.js';
import { readCell } from './cell.js';
import { ColumnReader, type ColumnReading, surplusNotice } from './column-reading.js';
import { type CsvRow, type CsvSyntaxError, parseCsv } from './csv.js';
import { Dataset, type DatasetError } from './dataset.js';
import { type Dialect, PLAIN_DIALECT } from './dialect.js';
import { type Header, matchHeader } from './header.js';
import { missingHint, nearestColumn } from './header-hint.js';
import type { Schema } from './schema.js';
import { type BadRow, tableError } from './table-error.js';
import { decodeTable } from './table-text.js';
import type { Value, ValueError } from './value.js';

/** Most bytes of a table file. */
export const MAX_TABLE_BYTES = 268_435_456;

/** How {@link readCsv} reads. */
export interface ReadCsvOptions {
  /** What errors and notices call the file. */
  readonly file: string;
  /** Leave bad rows out and list them, rather than refuse the file at the first; false by default. */
  readonly skipBadRows?: boolean;
  /** How the file is written; {@link PLAIN_DIALECT} by default. */
  readonly dialect?: Dialect;
}

/** A table as read. */
export interface ReadTable {
  /** The records of all rows that were read. */
  readonly dataset: Dataset;
  /** One sentence each on what was done beyond the letter of the file, or what a person should look at. */
  readonly notices: readonly string[];
  /** Rows left out, in the order of the file; always empty without `skipBadRows`. */
  readonly badRows: readonly BadRow[];
  /** How the column of each field was read, in the order of the schema. */
  readonly columns: readonly ColumnReading[];
}

/**
 * A bank's records from the bytes of a CSV file with a header.
 *
 * Encoding and kind of the file are `decodeTable`'s, the syntax is `parseCsv`'s, the header's match `matchHeader`'s, a cell's
 * reading `readCell`'s. Columns of no field are ignored, with a notice; an optional field without a column is null in every
 * record, with a notice that names the column most like it. A row is bad when it has not as many cells as the header, when a
 * cell is no value of its field, when it is too long for a record, or when another row has its key: a row that repeats an
 * earlier one whole is left out with a notice; of rows that differ under one key none is kept, since a reader cannot know
 * which is right.
 *
 * @throws {@link TableError}: `CSV_EMPTY`, `CSV_TOO_LARGE`, `CSV_NOT_A_TABLE`, `CSV_ENCODING`, `CSV_MALFORMED`,
 * `CSV_COLUMN_MISSING`, `CSV_COLUMN_AMBIGUOUS` always; `CSV_ROW_INVALID` unless `skipBadRows`.
 */
export function readCsv(schema: Schema, bytes: Uint8Array, options: ReadCsvOptions): ReadTable {
  const { file, skipBadRows = false, dialect = PLAIN_DIALECT } = options;
  if (bytes.length > MAX_TABLE_BYTES)
    tableError({ code: 'CSV_TOO_LARGE', file, line: null, what: 'file', limit: MAX_TABLE_BYTES });
  const { text, notices: ofText } = decodeTable(file, bytes, dialect.encoding);

  const rows = withoutFooter(rowsOf(file, text, dialect), dialect.footerRows);
  const first = rows.next();
  if (first.done) return tableError({ code: 'CSV_EMPTY', file });
  const header = matchHeader(schema, file, first.value, () => missingHint(schema, text, dialect));
  const table = new TableRows(schema, header, file, dialect);
  const dataset = Dataset.build(schema, (add, drop) => {
    for (const row of rows) {
      table.add(row, add, drop);
      const bad = table.firstBad;
      if (bad && !skipBadRows) tableError({ code: 'CSV_ROW_INVALID', ...bad });
    }
  });
  const columns = table.columns;
  const notices = [
    ...ofText,
    ...headerNotices(schema, header),
    ...columns.flatMap((column, i) => {
      const field = schema.fields[i]!;
      return surplusNotice(column, field.type === 'decimal' ? field.scale : 0) ?? [];
    }),
    ...table.notices,
    ...(dataset.size === 0 ? ['has no records'] : []),
  ].map((notice) => `${file}: ${notice}`);
  return { dataset, notices, badRows: table.badRows, columns };
}

/** What the header has too much or too little of, that is no fault. */
function headerNotices(schema: Schema, { unknown, columnOf }: Header): string[] {
  const notices: string[] = [];
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name.trim()));
    notices.push(`ignored ${names.length === 1 ? 'column' : 'columns'} ${names.join(', ')}`);
  }
  for (const [i, { name, columns }] of schema.fields.entries()) {
    if (columnOf[i]! >= 0) continue;
    const nearest = nearestColumn(unknown, columns);
    notices.push(
      `no column for the optional "${name}", so every row lacks it (looked for ${columns.map((column) => JSON.stringify(column)).join(', ')})` +
        (nearest === null ? '' : `; the column most like it is ${JSON.stringify(nearest.trim())}`),
    );
  }
  return notices;
}

/** The rows of a text, with the file's name in what is thrown. */
function* rowsOf(file: string, text: string, dialect: Dialect): Generator<CsvRow> {
  try {
    yield* parseCsv(text, dialect, dialect.skipLines);
  } catch (error) {
    if (error instanceof ConcordatError)
      tableError({ file, ...(error.detail as CsvSyntaxError) }, { cause: error });
    throw error;
  }
}

/** All rows but the last `count`; the header is never one of them. */
function* withoutFooter(rows: Generator<CsvRow>, count: number): Generator<CsvRow> {
  const waiting: CsvRow[] = [];
  let isHeader = true;
  for (const row of rows) {
    if (isHeader) {
      isHeader = false;
      yield row;
      continue;
    }
    waiting.push(row);
    if (waiting.length > count) yield waiting.shift()!;
  }
}

type Add = Parameters<Parameters<typeof Dataset.build>[1]>[0];
type Drop = Parameters<Parameters<typeof Dataset.build>[1]>[1];

/** The cell of a row that is at fault, if it is one cell. */
interface At {
  column: string | null;
  cell: string | null;
}

const WHOLE_ROW: At = { column: null, cell: null };
/** UTF-16 units of a bad cell that are kept to be shown. */
const MAX_CELL_SHOWN = 200;

/** The rows of one table as they are read: what became of each. */
class TableRows {
  /** Lines of the rows in the data set, by their number there. */
  readonly #lines: number[] = [];
  readonly #bad: BadRow[] = [];
  readonly #columns: readonly ColumnReader[];
  #repeated = 0;
  #firstRepeated = 0;

  constructor(
    private readonly schema: Schema,
    private readonly header: Header,
    private readonly file: string,
    private readonly dialect: Dialect,
  ) {
    this.#columns = schema.fields.map((field) => new ColumnReader(field, dialect.decimal));
  }

  get firstBad(): BadRow | undefined {
    return this.#bad[0];
  }

  /** In the order of the file. */
  get badRows(): BadRow[] {
    return this.#bad.sort((a, b) => a.line - b.line);
  }

  get columns(): ColumnReading[] {
    const { columnOf, names } = this.header;
    return this.#columns.map((column, i) => column.read(names[columnOf[i]!]?.trim() ?? null));
  }

  get notices(): string[] {
    if (this.#repeated === 0) return [];
    const rows = this.#repeated === 1 ? 'row repeats an earlier one whole' : 'rows repeat earlier ones whole';
    return [`${this.#repeated} ${rows} and count once, the first in line ${this.#firstRepeated}`];
  }

  /** Adds a row's record, or notes what is wrong with the row. */
  add(row: CsvRow, add: Add, drop: Drop): void {
    const { names } = this.header;
    if (row.cells.length !== names.length) {
      this.#refuse(
        row.line,
        WHOLE_ROW,
        `the row has ${row.cells.length} cells, the header has ${names.length}`,
      );
      return;
    }
    const at: At = { column: null, cell: null };
    try {
      add(this.#values(row, at));
      this.#lines.push(row.line);
    } catch (error) {
      if (!(error instanceof ConcordatError)) throw error;
      const detail = error.detail as ValueError | DatasetError | { readonly code: 'ENCODING_TOO_LARGE' };
      if (detail.code === 'DATASET_DUPLICATE_KEY') this.#onDuplicate(row.line, detail, drop);
      else this.#refuse(row.line, at, detail.code === 'VALUE_INVALID' ? detail.reason : error.message);
    }
  }

  /** The row's values; `at` has the column that is being read. */
  #values(row: CsvRow, at: At): Value[] {
    const { names, columnOf } = this.header;
    const values = this.schema.fields.map((field, i) => {
      const place = columnOf[i]!;
      if (place < 0) return null;
      at.column = names[place]!.trim();
      at.cell = row.cells[place]!;
      return readCell(field, row.cells[place]!, this.dialect);
    });
    at.column = null;
    at.cell = null;
    for (const [i, value] of values.entries())
      if (columnOf[i]! >= 0) this.#columns[i]!.add(row.line, row.cells[columnOf[i]!]!, value);
    return values;
  }

  #onDuplicate(
    line: number,
    { earlier, key, identical }: Extract<DatasetError, { code: 'DATASET_DUPLICATE_KEY' }>,
    drop: Drop,
  ): void {
    const other = this.#lines[earlier]!;
    if (identical) {
      this.#repeated++;
      if (this.#repeated === 1) this.#firstRepeated = line;
      return;
    }
    this.#refuse(line, WHOLE_ROW, `line ${other} has the key ${JSON.stringify(key)} too, and differs`);
    // Noted once, however many rows have the key.
    if (drop(earlier))
      this.#refuse(other, WHOLE_ROW, `line ${line} has the key ${JSON.stringify(key)} too, and differs`);
  }

  #refuse(line: number, { column, cell }: At, reason: string): void {
    this.#bad.push({ file: this.file, line, column, cell: cell?.slice(0, MAX_CELL_SHOWN) ?? null, reason });
  }
}
