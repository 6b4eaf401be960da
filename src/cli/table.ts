import type { Paint } from './paint.js';
import { printable } from './printable.js';

/** A column of a {@link drawTable}. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Whether it gives way when the table is wider than it may be; at most one column should. */
  readonly shrinks?: boolean;
}

/** A cell: its text, and the colour it is painted in. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Columns that a shrinking column keeps at least. */
const MIN_WIDTH = 6;

/**
 * A table in box-drawing characters, as lines of at most `width` columns as far as its shrinking column allows, whose
 * text is broken between words; a word that does not fit ends in `…`. Widths count code points: characters that a
 * terminal draws two columns wide put their row out of line.
 */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): string[] {
  const texts = rows.map((row) => row.map(({ text }) => printable(text)));
  const widths = columns.map(({ title }, c) =>
    Math.max(lengthOf(title), ...texts.map((row) => lengthOf(row[c] ?? ''))),
  );
  const total = widths.reduce((sum, w) => sum + w + 3, 1);
  const shrinking = columns.findIndex(({ shrinks }) => shrinks);
  if (shrinking >= 0 && total > width)
    widths[shrinking] = Math.max(MIN_WIDTH, widths[shrinking]! - (total - width));

  const rule = (left: string, middle: string, right: string): string =>
    paint.dim(left + widths.map((w) => '─'.repeat(w + 2)).join(middle) + right);
  const bar = paint.dim('│');
  const line = (cells: readonly string[], painted: (text: string, c: number) => string): string =>
    `${bar} ${cells.map((text, c) => painted(padded(text, widths[c]!, columns[c]!.align), c)).join(` ${bar} `)} ${bar}`;
  return [
    rule('┌', '┬', '┐'),
    line(
      columns.map(({ title }) => title),
      (text) => paint.bold(text),
    ),
    rule('├', '┼', '┤'),
    ...texts.flatMap((row, r) =>
      brokenRow(row, shrinking, widths).map((part) =>
        line(part, (text, c) => rows[r]![c]?.paint?.(text) ?? text),
      ),
    ),
    rule('└', '┴', '┘'),
  ];
}

/** A row as one or more, so that the text of the shrinking column fits; below the first the other cells are empty. */
function brokenRow(row: readonly string[], shrinking: number, widths: readonly number[]): string[][] {
  if (shrinking < 0) return [[...row]];
  return wrapped(row[shrinking] ?? '', widths[shrinking]!).map((part, i) =>
    row.map((text, c) => (c === shrinking ? part : i === 0 ? text : '')),
  );
}

/** Code points of a text. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** Text in lines of at most `width` columns, broken at spaces; a longer word stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function padded(text: string, width: number, align: 'left' | 'right'): string {
  const points = [...text];
  if (points.length > width) return `${points.slice(0, width - 1).join('')}…`;
  const space = ' '.repeat(width - points.length);
  return align === 'left' ? text + space : space + text;
}

/**
 * A bar of `width` characters in parts proportional to `values`, each drawn with its own character; every value above
 * zero gets at least one, so that a rare thing stays visible.
 */
export function stackedBar(
  values: readonly number[],
  characters: readonly string[],
  width: number,
): readonly string[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return values.map(() => '');
  const lengths = values.map((value) => (value === 0 ? 0 : Math.max(1, Math.round((value / total) * width))));
  const widest = lengths.indexOf(Math.max(...lengths));
  lengths[widest]! += width - lengths.reduce((sum, length) => sum + length, 0);
  return lengths.map((length, i) => (characters[i] ?? ' ').repeat(Math.max(0, length)));
}
