import type { NamedBreak, NamedSide } from '../sim/outcome-details.js';
import { counted, grouped } from './amount.js';
import type { Decision } from './artifacts.js';
import { type Html, html } from './html.js';
import { dataTable, number, rowsWithin } from './report-table.js';

/** A break as the page shows it. */
export type ShownBreak = Pick<NamedBreak, 'field' | 'state' | 'reason' | 'holders' | 'support' | 'sides'> & {
  readonly key: string;
};

/** Markup that breaks may take, and decisions; the rest is in breaks.csv and explain.jsonl. */
const MAX_MARKUP = 600_000;
/** Names that are listed one by one. */
const MAX_NAMES = 6;
/** Characters of a key or a value that are shown. */
const MAX_TEXT = 200;

const STATES: Readonly<Record<NamedBreak['state'], string>> = {
  divergent: 'somebody holds another record than the agreed one',
  unresolved: 'no rule could decide it',
  unvouched: 'so few hold it that all of them may be lying',
};

const WHOLE = html`<span class="word">whole record</span>`;

const HOLDS: Readonly<Record<NamedSide['holds'], string>> = {
  agreed: 'the agreed record',
  other: 'another record',
  none: 'no record',
};

/** The breaks with every side of each, searchable by text and state. */
export function breaksTable(breaks: readonly ShownBreak[], rest: string): Html {
  if (breaks.length === 0) return html`<p>None: every key has one agreed record, and everybody holds it.</p>`;
  const rows = rowsWithin(MAX_MARKUP, breakRows(breaks));
  const states = (Object.keys(STATES) as NamedBreak['state'][]).filter((state) =>
    breaks.some((each) => each.state === state),
  );
  const meanings = states.map((state) => html`<li><b>${state}</b>: ${STATES[state]}</li>`);
  return html`<ul class="soft plain">${meanings}</ul>
<form class="search" role="search" data-searches="breaks" hidden>
<label>Search the breaks <input type="search" autocomplete="off" spellcheck="false"></label>
<label>State <select><option value="">all</option>${states.map((state) => html`<option>${state}</option>`)}</select></label>
<output role="status" aria-live="polite"></output>
</form>
${dataTable(['Key', 'Field', 'State', 'Who holds what', 'Reason', ['Support']], rows, 'Breaks', { id: 'breaks', isLong: true })}${omitted(breaks.length - rows.length, rest)}`;
}

function* breakRows(breaks: readonly ShownBreak[]): Generator<Html> {
  for (const { key, field, state, reason, sides, support } of breaks)
    yield html`<tr data-state="${state}"><td><code>${clipped(key)}</code></td><td>${field ?? WHOLE}</td><td class="word">${state}</td><td>${sidesList(sides)}</td><td>${clipped(reason)}</td>${number(support)}</tr>`;
}

function sidesList(sides: readonly NamedSide[]): Html {
  const items = sides.map(({ banks, holds, value }) => {
    const others = sides.flatMap((side) => (side.banks === banks ? [] : side.banks));
    return html`<li>${value === null ? HOLDS[holds] : html`<q>${clipped(value)}</q>`}: <span class="soft">${namesInShort(banks, others)}</span></li>`;
  });
  return html`<ul class="sides">${items}</ul>`;
}

/** Names, or who is not among them, or how many there are: a long list would hide the rest of the row. */
export function namesInShort(names: readonly string[], others: readonly string[]): Html {
  if (names.length > MAX_NAMES && others.length === 0) return html`all ${counted(names.length, 'bank')}`;
  if (names.length > MAX_NAMES && others.length <= MAX_NAMES) return html`all but ${listed(others)}`;
  if (names.length <= MAX_NAMES) return listed(names);
  return html`${listed(names.slice(0, MAX_NAMES - 1))} and ${grouped(names.length - MAX_NAMES + 1)} more`;
}

/** A name is not broken at its hyphens. */
const listed = (names: readonly string[]): Html =>
  html`${names.map((name, i) => html`${i === 0 ? '' : ', '}<span class="word">${name}</span>`)}`;

/** How contested fields of disputed keys were decided. */
export function decisionsTable(decided: readonly Decision[], rest: string): Html {
  const rows = rowsWithin(MAX_MARKUP / 2, decisionRows(decided));
  return html`${dataTable(['Key', 'Field', 'Value', 'Rule', 'Supported by', 'Otherwise', ['Margin']], rows, 'Decisions on disputed fields', { id: 'decisions', isLong: true })}${omitted(decided.length - rows.length, rest)}`;
}

function* decisionRows(decided: readonly Decision[]): Generator<Html> {
  for (const { key, field, value, rule, supporters, dissenters, margin } of decided) {
    yield html`<tr><td><code>${clipped(key)}</code></td><td>${field}</td><td>${clipped(value)}</td><td class="word">${rule}</td><td>${namesInShort(supporters, dissenters)}</td><td>${namesInShort(dissenters, supporters)}</td>${number(margin)}</tr>`;
  }
}

const omitted = (count: number, rest: string): Html =>
  count > 0 ? html`<p class="soft">and ${grouped(count)} more${rest}</p>` : html``;

function clipped(text: string): string {
  const points = [...text.slice(0, 2 * MAX_TEXT)];
  return points.length > MAX_TEXT || text.length > 2 * MAX_TEXT
    ? `${points.slice(0, MAX_TEXT).join('')}…`
    : text;
}
