import { ConcordatError } from '../crypto/error.js';

/** Why text is not CSV. Lines count from 1, as an editor does. */
export type CsvSyntaxError =
  | { readonly code: 'CSV_MALFORMED'; readonly line: number; readonly reason: string }
  | {
      readonly code: 'CSV_TOO_LARGE';
      readonly line: number;
      readonly what: 'row' | 'cell';
      readonly limit: number;
    };

/** One record of a CSV text. */
export interface CsvRow {
  /** The physical line on which the row starts; a quoted cell may hold more lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Most UTF-16 units of a cell. */
export const MAX_CELL_LENGTH = 1_048_576;
/** Most cells of a row. */
export const MAX_CELLS = 4096;

/** What separates cells, and what encloses one that holds such a mark; null for nothing. One UTF-16 unit each. */
export interface CsvMarks {
  readonly delimiter: string;
  readonly quote: string | null;
}

const RFC_4180: CsvMarks = { delimiter: ',', quote: '"' };

const LF = 0x0a;
const CR = 0x0d;

/**
 * The rows of a CSV text (RFC 4180), one by one.
 *
 * Lines may end in CRLF, LF or CR; the last need not end. A quoted cell may hold commas, line ends and doubled quotes.
 * A quote inside a cell that does not begin with one stands for itself, as spreadsheets read it. Lines with nothing on
 * them are skipped. Nothing is trimmed.
 *
 * @param marks others than the comma and the double quote
 * @param skip physical lines before the first row, which are not read
 * @throws {@link CsvSyntaxError}, when the fault is reached: a quoted cell that does not end, or goes on after its
 * closing quote; a cell over {@link MAX_CELL_LENGTH} units or a row over {@link MAX_CELLS} cells.
 */
export function* parseCsv(text: string, marks: CsvMarks = RFC_4180, skip = 0): Generator<CsvRow> {
  const delimiter = marks.delimiter.charCodeAt(0);
  // A unit that no text has at this place: NaN, which equals nothing.
  const quote = marks.quote === null ? Number.NaN : marks.quote.charCodeAt(0);
  let at = 0;
  let line = 1;

  /** Steps over one line end, which there is. */
  const endLine = (): void => {
    at += text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
    line++;
  };

  const quotedCell = (): string => {
    const opened = line;
    let cell = '';
    for (let from = ++at; ; ) {
      if (at >= text.length) malformed(opened, 'a quoted cell opens here and does not end');
      if (at - from + cell.length > MAX_CELL_LENGTH) tooLarge(opened, 'cell', MAX_CELL_LENGTH);
      const unit = text.charCodeAt(at);
      if (unit === LF || unit === CR) {
        endLine();
        continue;
      }
      if (unit === quote) {
        cell += text.slice(from, at);
        if (text.charCodeAt(at + 1) !== quote) break;
        from = ++at;
      }
      at++;
    }
    const after = text.charCodeAt(++at);
    if (at < text.length && after !== delimiter && after !== LF && after !== CR)
      malformed(line, 'a quoted cell goes on after its closing quote');
    return cell;
  };

  const plainCell = (): string => {
    const from = at;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === delimiter || unit === LF || unit === CR) break;
    }
    if (at - from > MAX_CELL_LENGTH) tooLarge(line, 'cell', MAX_CELL_LENGTH);
    return text.slice(from, at);
  };

  while (line <= skip && at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === LF || unit === CR) endLine();
    else at++;
  }
  while (at < text.length) {
    const start = at;
    const row = { line, cells: [] as string[] };
    for (;;) {
      if (row.cells.length === MAX_CELLS) tooLarge(row.line, 'row', MAX_CELLS);
      row.cells.push(text.charCodeAt(at) === quote ? quotedCell() : plainCell());
      if (text.charCodeAt(at) !== delimiter) break;
      at++;
    }
    const blank = at === start;
    if (at < text.length) endLine();
    if (!blank) yield row;
  }
}

function malformed(line: number, reason: string): never {
  throw new ConcordatError<CsvSyntaxError>(
    { code: 'CSV_MALFORMED', line, reason },
    `line ${line}: ${reason}`,
  );
}

function tooLarge(line: number, what: 'row' | 'cell', limit: number): never {
  const detail = { code: 'CSV_TOO_LARGE', line, what, limit } as const;
  throw new ConcordatError<CsvSyntaxError>(detail, `line ${line}: the ${what} is larger than ${limit}`);
}
