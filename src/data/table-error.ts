import { ConcordatError } from '../crypto/error.js';

/** One row of a table that was not read. */
export interface BadRow {
  /** As the caller named it. */
  readonly file: string;
  /** The physical line on which the row starts, from 1. */
  readonly line: number;
  /** The header of the cell at fault as the file has it, or null when the row as a whole is. */
  readonly column: string | null;
  /** The text of that cell, at most 200 characters of it, or null when the row as a whole is at fault. */
  readonly cell: string | null;
  /** What is wrong with the row, in words. */
  readonly reason: string;
}

/** Why a table was refused. `file` is as the caller named it; lines count from 1, of the file as it is. */
export type TableError =
  /** There is no header. */
  | { readonly code: 'CSV_EMPTY'; readonly file: string }
  /** In bytes for a file, characters for a cell, cells for a row; `line` is null for a whole file. */
  | {
      readonly code: 'CSV_TOO_LARGE';
      readonly file: string;
      readonly line: number | null;
      readonly what: 'file' | 'row' | 'cell';
      readonly limit: number;
    }
  /** Another kind of file than text, or text that is no table; `kind` says which, with what to do. */
  | { readonly code: 'CSV_NOT_A_TABLE'; readonly file: string; readonly kind: string }
  /**
   * Bytes that are not of the encoding. `offset` counts from 0; `byte` is the one there, null at the end of the file.
   * `line` is null where lines cannot be told.
   */
  | {
      readonly code: 'CSV_ENCODING';
      readonly file: string;
      readonly line: number | null;
      readonly offset: number;
      readonly byte: number | null;
      readonly reason: string;
    }
  /** No CSV, for the reason given. */
  | { readonly code: 'CSV_MALFORMED'; readonly file: string; readonly line: number; readonly reason: string }
  /**
   * No column of the file answers to a field that is not optional; `columns` are the names that would. `hint` says what the
   * file looks like instead, such as another delimiter, with what to declare; null when it looks like nothing known.
   */
  | {
      readonly code: 'CSV_COLUMN_MISSING';
      readonly file: string;
      readonly line: number;
      readonly field: string;
      readonly columns: readonly string[];
      readonly hint: string | null;
    }
  /** More than one column, `columns` as the file has them, answers to a field. */
  | {
      readonly code: 'CSV_COLUMN_AMBIGUOUS';
      readonly file: string;
      readonly line: number;
      readonly field: string;
      readonly columns: readonly string[];
    }
  /** A row that is no record. */
  | ({ readonly code: 'CSV_ROW_INVALID' } & BadRow);

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/** Throws a typed {@link TableError} whose message is one line: file, line, column, reason. */
export function tableError(detail: TableError, options?: ErrorOptions): never {
  const line = 'line' in detail && detail.line !== null ? `:${detail.line}` : '';
  throw new ConcordatError<TableError>(detail, `${detail.file}${line}: ${describe(detail)}`, options);
}

function describe(detail: TableError): string {
  switch (detail.code) {
    case 'CSV_EMPTY':
      return 'the file is empty';
    case 'CSV_TOO_LARGE':
      return `the ${detail.what} is larger than ${detail.limit}`;
    case 'CSV_NOT_A_TABLE':
      return `the file is ${detail.kind}`;
    case 'CSV_ENCODING': {
      const byte = detail.byte === null ? 'the end' : `byte 0x${detail.byte.toString(16).padStart(2, '0')}`;
      return `${byte} at offset ${detail.offset} ${detail.reason}`;
    }
    case 'CSV_MALFORMED':
      return detail.reason;
    case 'CSV_COLUMN_MISSING':
      return `no column for "${detail.field}" (looked for ${quoted(detail.columns)})${detail.hint === null ? '' : `; ${detail.hint}`}`;
    case 'CSV_COLUMN_AMBIGUOUS':
      return `more than one column for "${detail.field}": ${quoted(detail.columns)}`;
    case 'CSV_ROW_INVALID':
      return detail.column === null
        ? detail.reason
        : `column ${JSON.stringify(detail.column)}: ${detail.reason}`;
  }
}
