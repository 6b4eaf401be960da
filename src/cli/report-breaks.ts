import type { NamedBreak, NamedSide } from '../sim/outcome-details.js';
import { counted, grouped } from './amount.js';
import type { Decision } from './artifacts.js';
import { type Html, html } from './html.js';
import { clipped as shortened } from './printable.js';
import { dataTable, number, rowsWithin } from './report-table.js';

/** A break as the page shows it. */
export type ShownBreak = Pick<
  NamedBreak,
  'field' | 'state' | 'reason' | 'holders' | 'dissenters' | 'support' | 'sides'
> & {
  /** The key's text, or its id. */
  readonly key: string;
  /** Whether it is its id: hexadecimal, which is no number. */
  readonly isId: boolean;
};

/** Markup that breaks may take, and decisions; the rest is in breaks.csv and explain.jsonl. */
const MAX_MARKUP = 600_000;
/** Names that are listed one by one. */
const MAX_NAMES = 6;
/** Characters of a key or a value that are shown. */
const MAX_TEXT = 200;

const STATES: Readonly<Record<NamedBreak['state'], string>> = {
  divergent: 'decided, and somebody holds something else, or nothing',
  unresolved: 'no rule could decide it',
  unvouched: 'so few hold it that all of them may be lying',
};

/** What is said of a side beside its value. */
const NOTE: Readonly<Partial<Record<NamedSide['holds'], string>>> = {
  agreed: ', as agreed',
  near: ', within tolerance',
};

/** What the banks of a side hold, where its text is not shown. */
function holdingOf(side: NamedSide, sides: readonly NamedSide[]): string {
  if (!side.hasRecord) return side.holds === 'agreed' ? 'no record, as agreed' : 'no record';
  if (side.holds === 'hidden') return 'a record that is not shown';
  if (side.holds === 'agreed') return 'the agreed record';
  const records = sides.filter(({ hasRecord }) => hasRecord);
  const isOther = records.some(({ holds }) => holds === 'agreed') || records[0] !== side;
  return isOther ? 'another record' : 'a record';
}

/**
 * The breaks with every side of each, searchable by text and state.
 * @param banks how many there are; those that are no inputs are in no side
 * @param isHeldByAll whether every key is held alike by all inputs
 */
export function breaksTable(
  breaks: readonly ShownBreak[],
  banks: number,
  rest: string,
  isHeldByAll: boolean,
): Html {
  if (breaks.length === 0)
    return isHeldByAll
      ? html`<p>None: every key has one agreed record, and everybody holds it.</p>`
      : html`<p>None: no bank holds another record of a key than the agreed one. Some do not hold all keys.</p>`;
  const rows = rowsWithin(MAX_MARKUP, breakRows(breaks, banks));
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
${dataTable(['Key', 'Field', 'State', 'Who holds what', 'Reason', ['Support']], rows, 'Breaks', { id: 'breaks', isLong: true, stacks: true, sortedBy: 'State' })}${omitted(breaks.length - rows.length, rest)}`;
}

function* breakRows(breaks: readonly ShownBreak[], banks: number): Generator<Html> {
  for (const { key, isId, field, state, reason, sides, support } of breaks)
    yield html`<tr data-state="${state}"><td${isId ? html` data-id` : html``}><code>${clipped(key)}</code></td><td class="word">${field ?? 'whole record'}</td><td class="word">${state}</td><td>${sidesList(sides, banks)}</td><td>${clipped(reason)}</td>${number(support)}</tr>`;
}

function sidesList(sides: readonly NamedSide[], all: number): Html {
  const items = sides.map((side) => {
    const { banks, value } = side;
    const others = sides.flatMap((other) => (other === side ? [] : other.banks));
    const held =
      value === null ? holdingOf(side, sides) : html`<q>${clipped(value)}</q>${NOTE[side.holds] ?? ''}`;
    return html`<li>${held}: <span class="soft">${namesInShort(banks, others, all, 'all inputs')}</span></li>`;
  });
  return html`<ul class="sides">${items}</ul>`;
}

/**
 * Names, or who is not among them, or how many there are: a long list would hide the rest of the row. "All but" is said
 * only where it is true of every bank.
 * @param banks how many banks there are
 * @param scope whether names and others together are all inputs, or only some of them
 */
export function namesInShort(
  names: readonly string[],
  others: readonly string[],
  banks: number,
  scope: 'all inputs' | 'some',
): Html {
  if (names.length <= MAX_NAMES) return listed(names);
  if (others.length <= MAX_NAMES) {
    const isOfAll = names.length + others.length === banks;
    if (isOfAll)
      return others.length === 0 ? html`all ${counted(banks, 'bank')}` : html`all but ${listed(others)}`;
    if (scope === 'all inputs')
      return html`all ${others.length === 0 ? '' : 'other '}inputs (${grouped(names.length)})`;
  }
  return html`${listed(names.slice(0, MAX_NAMES - 1))} and ${grouped(names.length - MAX_NAMES + 1)} more`;
}

/** A name is not broken at its hyphens. */
const listed = (names: readonly string[]): Html =>
  html`${names.map((name, i) => html`${i === 0 ? '' : ', '}<span class="word">${name}</span>`)}`;

/** How contested fields of disputed keys were decided. */
export function decisionsTable(decided: readonly Decision[], banks: number, rest: string): Html {
  const rows = rowsWithin(MAX_MARKUP / 2, decisionRows(decided, banks));
  return html`${dataTable(['Key', 'Field', 'Value', 'Rule', 'Supported by', 'Otherwise', ['Margin']], rows, 'Decisions on disputed fields', { id: 'decisions', isLong: true, stacks: true })}${omitted(decided.length - rows.length, rest)}`;
}

function* decisionRows(decided: readonly Decision[], banks: number): Generator<Html> {
  for (const { key, field, value, rule, supporters, dissenters, margin } of decided) {
    yield html`<tr><td><code>${clipped(key)}</code></td><td class="word">${field}</td><td>${clipped(value)}</td><td class="word">${rule}</td><td>${namesInShort(supporters, dissenters, banks, 'some')}</td><td>${namesInShort(dissenters, supporters, banks, 'some')}</td>${number(margin)}</tr>`;
  }
}

const omitted = (count: number, rest: string): Html =>
  count > 0 ? html`<p class="soft">and ${grouped(count)} more${rest}</p>` : html``;

const clipped = (text: string): string => shortened(text, MAX_TEXT);
