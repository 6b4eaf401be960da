import { byteSize, grouped, groupedText } from './amount.js';
import { type Html, html } from './html.js';

/** A column's head: its title, alone in an array when the column is of numbers. */
export type Head = string | readonly [string];

/** A cell of a count. It sorts by the count, not by its text. */
export const number = (value: number): Html =>
  html`<td class="number" data-value="${value}">${grouped(value)}</td>`;

/** A cell of a size in bytes. */
export const size = (bytes: number): Html =>
  html`<td class="number" data-value="${bytes}">${byteSize(bytes)}</td>`;

/** A cell of a decimal number in text; empty without one. */
export const decimal = (text: string | null): Html => {
  if (text === null) return html`<td class="number"></td>`;
  const value = Number(text);
  const sorted = Number.isFinite(value) ? html` data-value="${value}"` : html``;
  return html`<td class="number"${sorted}>${groupedText(text)}</td>`;
};

/** What a {@link dataTable} can be beyond a table. */
export interface TableOptions {
  /** The id of the table, by which a search box finds it. */
  readonly id?: string;
  /** Whether it gets a height of its own, within which it scrolls. */
  readonly isLong?: boolean;
  /** Whether each row becomes a card where the screen is narrow. */
  readonly stacks?: boolean;
  /** The head by which the rows are sorted already, ascending. */
  readonly sortedBy?: string;
}

/**
 * A table in a box that scrolls by itself, so that the page never does sideways; the script of the page makes its heads
 * into buttons that sort.
 * @param caption what the table holds, for who does not see it
 */
export function dataTable(
  heads: readonly Head[],
  rows: readonly Html[],
  caption: string,
  { id = '', isLong = false, stacks = false, sortedBy = '' }: TableOptions = {},
): Html {
  const cells = heads.map((head) => {
    const [title, isNumber] = typeof head === 'string' ? [head, false] : [head[0], true];
    const order = title === sortedBy ? html` aria-sort="ascending"` : html``;
    return html`<th scope="col"${isNumber ? html` class="number"` : html``}${order}>${title}</th>`;
  });
  const named = html`${id === '' ? html`` : html` id="${id}"`}${stacks ? html` class="stacks"` : html``}`;
  return html`<div class="scroll${isLong ? ' long' : ''}" role="region" aria-label="${caption}" tabindex="0"><table data-sortable${named}><caption>${caption}</caption><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/**
 * As many of the rows as fit into `characters` of markup, at least one: what a hostile bank puts into its records must
 * not make a page that no browser opens.
 */
export function rowsWithin(characters: number, rows: Iterable<Html>): Html[] {
  const kept: Html[] = [];
  let left = characters;
  for (const row of rows) {
    left -= row.markup.length;
    if (left < 0 && kept.length > 0) break;
    kept.push(row);
  }
  return kept;
}
