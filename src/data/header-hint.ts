import { type CsvRow, parseCsv } from './csv.js';
import type { Dialect } from './dialect.js';
import { fieldsByColumn } from './header.js';
import { columnKey } from './normalise.js';
import type { Schema } from './schema.js';

/** Lines in which a header is looked for, after a file did not begin with one. */
const LOOKED_AT = 30;
/** What is looked at of a file, in UTF-16 units: hints must not cost as much as reading. */
const LOOKED_AT_LENGTH = 65_536;

/**
 * What a file looks like whose first row is not the schema's header: another delimiter, lines before the header. It is only
 * said, never acted on. Null when nothing better is seen.
 */
export function missingHint(schema: Schema, text: string, dialect: Dialect): string | null {
  const fieldOf = fieldsByColumn(schema);
  const start = text.slice(0, LOOKED_AT_LENGTH);
  const separator = /^sep=(.)\r?\n/i.exec(start)?.[1];
  if (separator !== undefined && dialect.skipLines === 0)
    return `the first line is a spreadsheet's "sep=": declare "skipLines": 1 and "delimiter": ${JSON.stringify(separator)}`;
  const matches = (row: CsvRow): number => row.cells.filter((cell) => fieldOf.has(columnKey(cell))).length;
  let best: { matched: number; delimiter: string; line: number } | null = null;
  for (const delimiter of [dialect.delimiter, ',', ';', '\t', '|'])
    for (const row of firstRows(start, delimiter, dialect)) {
      const matched = matches(row);
      if (matched > (best?.matched ?? 0)) best = { matched, delimiter, line: row.line };
    }
  if (best === null) return null;
  const declare = [
    ...(best.delimiter === dialect.delimiter ? [] : [`"delimiter": ${JSON.stringify(best.delimiter)}`]),
    ...(best.line === dialect.skipLines + 1 ? [] : [`"skipLines": ${best.line - 1}`]),
  ];
  return declare.length === 0
    ? null
    : `line ${best.line} looks like the header: declare ${declare.join(' and ')} in a dialect`;
}

function firstRows(text: string, delimiter: string, { quote }: Dialect): CsvRow[] {
  const rows: CsvRow[] = [];
  try {
    for (const row of parseCsv(text, { delimiter, quote })) {
      if (rows.length === LOOKED_AT) break;
      rows.push(row);
    }
  } catch {
    // Cut off in the middle of a cell, or no CSV with this delimiter: what was read before counts.
  }
  return rows;
}

/** The column name of a file that is most like one of a field's, null when none is alike in half of its letters. */
export function nearestColumn(unknown: readonly string[], columns: readonly string[]): string | null {
  let nearest: { name: string; share: number } | null = null;
  for (const name of unknown)
    for (const column of columns) {
      const [a, b] = [columnKey(name).slice(0, 64), columnKey(column).slice(0, 64)];
      if (a === '') continue;
      const share = editDistance(a, b) / Math.max(a.length, b.length);
      if (share <= 0.5 && share < (nearest?.share ?? 1)) nearest = { name, share };
    }
  return nearest?.name ?? null;
}

/** Letters to insert, delete or replace to make one text of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
