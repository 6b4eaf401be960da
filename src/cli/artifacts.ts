import type { Schema } from '../data/schema.js';
import type { BadRow } from '../data/table-error.js';
import { formatValue, type Value } from '../data/value.js';
import type { ReconcileOutcome } from '../sim/reconcile.js';
import { csvLine } from './csv-text.js';

type Row = ReconcileOutcome['rows'][number];
type Break = ReconcileOutcome['breaks'][number];
type Explanation = ReconcileOutcome['explanations'][number];

/**
 * `reconciled.csv`: a header of the schema's field names, then the rows in order of their key's values. A field without
 * a decided value is empty, as is one that is absent: breaks.csv tells them apart.
 */
export function* reconciledCsv(schema: Schema, rows: readonly Row[]): Generator<string> {
  yield csvLine(schema.fields.map(({ name }) => name));
  for (const { values } of [...rows].sort((a, b) => compareKeys(schema, a, b)))
    yield csvLine(schema.fields.map((field, f) => formatValue(field, values[f] ?? null)));
}

/**
 * `breaks.csv`: unresolved keys and fields first, then unvouched ones, then those decided against somebody, each by key.
 * An unvouched key is shown as its key id even where this run knows more: who does not hold it is not to learn it.
 */
export function* breaksCsv(breaks: readonly Break[]): Generator<string> {
  yield csvLine([
    ...['key', 'field', 'state', 'reason', 'holders', 'support'],
    ...['about', 'agreed', 'dissenters', 'sides'],
  ]);
  for (const each of sortedBreaks(breaks))
    yield csvLine([
      shownKey(each),
      each.field ?? '',
      each.state,
      each.reason,
      each.holders.join(';'),
      String(each.support),
      each.about ?? '',
      each.agreed ?? '',
      each.dissenters.join(';'),
      each.sides.map(sideText).join(' | '),
    ]);
}

/** `rejects.csv`: rows that were left out, file by file, in the order of each. */
export function* rejectsCsv(rows: readonly BadRow[]): Generator<string> {
  yield csvLine(['file', 'line', 'column', 'cell', 'reason']);
  for (const { file, line, column, cell, reason } of rows)
    yield csvLine([file, String(line), column ?? '', cell ?? '', reason]);
}

/** What a side holds, and who is on it: `"12.50": a;b`, or a word where no value is shown. */
function sideText({ banks, holds, hasRecord, value }: Break['sides'][number]): string {
  const held =
    value !== null ? JSON.stringify(value) : !hasRecord ? 'none' : holds === 'agreed' ? 'agreed' : 'hidden';
  return `${held}: ${banks.join(';')}`;
}

/** What needs a person first: what stays open, then what too few hold, then what was decided against somebody. */
const URGENCY: readonly Break['state'][] = ['unresolved', 'unvouched', 'divergent'];

/** Breaks in the order in which they are shown: what needs a person first, then by key, then field. */
export function sortedBreaks(breaks: readonly Break[]): Break[] {
  return [...breaks].sort(
    (a, b) =>
      URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state) ||
      compareKeyText(shownKey(a), shownKey(b)) ||
      compareText(a.field ?? '', b.field ?? ''),
  );
}

/** The key of a break as it may be shown to everybody. */
export function shownKey({ key, id, state }: Break): string {
  return state === 'unvouched' || key === null ? id : key;
}

/** `explain.jsonl`: one JSON object a line, by key and in the schema's order of fields; values as reconciled.csv has them. */
export function* explainJsonl(schema: Schema, explanations: readonly Explanation[]): Generator<string> {
  const sorted = sortedExplanations(schema, explanations);
  for (const { key, field, value, rule, supporters, dissenters, margin, class: keyClass, hidden } of sorted) {
    const declared = schema.fields.find(({ name }) => name === field);
    const shown = declared && typeof value === 'bigint' ? formatValue(declared, value) : value;
    yield `${JSON.stringify({ key, field, value: shown, rule, supporters, dissenters, margin, class: keyClass, ...(hidden && hidden.length > 0 && { hidden }) })}\n`;
  }
}

/** One field of a disputed key on which its holders differed, and how it was decided. */
export interface Decision {
  readonly key: string;
  readonly field: string;
  /** As reconciled.csv has it. */
  readonly value: string;
  readonly rule: string;
  readonly supporters: readonly string[];
  readonly dissenters: readonly string[];
  readonly margin: number;
}

/** The contested fields of the disputed keys that were decided, in the order of explain.jsonl. */
export function contested(schema: Schema, explanations: readonly Explanation[]): Decision[] {
  return sortedExplanations(schema, explanations).flatMap((each) => {
    const { key, field, value, rule, supporters, dissenters, margin } = each;
    if (each.class !== 'disputed' || dissenters.length === 0) return [];
    const declared = schema.fields.find(({ name }) => name === field)!;
    return [{ key, field, value: formatValue(declared, value), rule, supporters, dissenters, margin }];
  });
}

function sortedExplanations(schema: Schema, explanations: readonly Explanation[]): Explanation[] {
  const place = new Map(schema.fields.map(({ name }, f) => [name, f]));
  return [...explanations].sort(
    (a, b) => compareKeyText(a.key, b.key) || (place.get(a.field) ?? 0) - (place.get(b.field) ?? 0),
  );
}

/** A JSON document as a file, indented. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function compareKeys(schema: Schema, a: Row, b: Row): number {
  for (const f of schema.keyIndexes) {
    const order = compareValues(a.values[f] ?? null, b.values[f] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by size, text by UTF-16 units, which is the same everywhere; the values are of one field. */
function compareValues(a: Value, b: Value): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  return compareText(String(a), String(b));
}

function compareKeyText(a: string, b: string): number {
  const integer = /^-?[0-9]{1,154}$/;
  return integer.test(a) && integer.test(b) ? compareValues(BigInt(a), BigInt(b)) : compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
