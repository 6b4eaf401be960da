import { toHex } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { Field } from '../data/field.js';
import type { OutcomeRow } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Schema } from '../data/schema.js';
import type { Value } from '../data/value.js';
import { nameKey, type OracleFacts } from './oracle-facts.js';
import { isOpenable, type TrueKey } from './oracle-keys.js';

/** What one input says about a field: undefined where a liar may say anything. */
interface Claim {
  readonly bank: number;
  readonly honest: boolean;
  readonly value: Value | undefined;
}

/**
 * What is wrong with one bank's result, in words.
 *
 * Unanimous and settled keys must be decided as they stand, and no other key may have a record unless it is agreed to
 * exist. Disputed ones that are may be decided, by the schema's rules, and then
 * within what those promise whatever the liars say: it is not asked what the rule computes, but whether its value is one
 * that honest inputs bear out. All else must be left open.
 *
 * @param keys the truth, by key digest (hex)
 * @param inputs in the order in which the truth tells what they hold
 * @param opened whether all versions that honest inputs hold are open: then what they make certain must be decided
 */
export function faultsOfRows(
  facts: OracleFacts,
  keys: ReadonlyMap<string, TrueKey>,
  inputs: readonly number[],
  rows: readonly OutcomeRow[],
  opened: boolean,
): string[] {
  const faults: string[] = [];
  const decided = new Map(rows.map((row) => [toHex(row.keyDigest), row.values]));
  const open = (key: string) => faults.push(`decided ${nameKey(key)} that the inputs leave open`);
  for (const [key, truth] of keys) {
    const values = decided.get(key);
    const stands =
      !truth.closed && truth.winner !== null ? truth.entries.get(truth.winner)?.values : undefined;
    if (stands) {
      if (!values || values.some((value, i) => value !== stands[i]))
        faults.push(`decided ${nameKey(key)} against the inputs`);
    } else if (!isOpenable(truth) || truth.closed) {
      if (values) open(key);
    } else if (facts.decides !== 'functions') {
      if (values) faults.push(...unexplained(facts, key, truth, inputs, values));
      if (opened) faults.push(...overlooked(facts, key, truth, inputs, values));
    }
  }
  for (const key of decided.keys()) if (!keys.has(key)) open(key);
  return faults;
}

/** Fields of a disputed key whose value the inputs do not bear out. */
function unexplained(
  { schema, faults, ids, honest }: OracleFacts,
  key: string,
  truth: TrueKey,
  inputs: readonly number[],
  values: readonly (Value | undefined)[],
): string[] {
  return schema.fields.flatMap((field, f) => {
    const value = values[f];
    const claims = claimsOf(honest, truth, inputs, f);
    const isKey = schema.keyIndexes.includes(f);
    const right = isKey
      ? claims.some(({ value: own }) => own === value)
      : value === undefined || isBorneOut(field, value, claims, faults, ids);
    return right ? [] : [`decided field ${field.name} of ${nameKey(key)} as no rule decides it`];
  });
}

function isBorneOut(
  { resolve, tolerance }: Field,
  value: Value,
  claims: readonly Claim[],
  faults: number,
  ids: readonly string[],
): boolean {
  const honest = claims.flatMap((claim) => (claim.honest ? [claim.value as Value] : []));
  const isNear = (own: Value | undefined): boolean =>
    own === value ||
    (tolerance !== null &&
      typeof own === 'bigint' &&
      typeof value === 'bigint' &&
      own - value <= tolerance &&
      value - own <= tolerance);
  if (resolve === 'majority') {
    const support = claims.filter(({ value: own }) => own === undefined || isNear(own)).length;
    return 2 * support > claims.length && support > faults && honest.some(isNear);
  }
  if (resolve === 'median' || resolve === 'trimmed-mean') {
    if (value === null) return honest.includes(null);
    const below = honest.some((own) => typeof own === 'bigint' && own <= (value as bigint));
    return below && honest.some((own) => typeof own === 'bigint' && own >= (value as bigint));
  }
  if ('latest' in resolve) return honest.some(isNear);
  if ('authority' in resolve) {
    const word = resolve.authority.flatMap((id) => claims.filter(({ bank }) => ids[bank] === id))[0];
    return word !== undefined && (word.value === undefined || word.value === value);
  }
  return true;
}

/** What honest holders that outvote all others say by majority, and the result does not. */
function overlooked(
  { schema, faults, honest }: OracleFacts,
  key: string,
  truth: TrueKey,
  inputs: readonly number[],
  values: readonly (Value | undefined)[] | undefined,
): string[] {
  if (!values) return [`left ${nameKey(key)} open though its versions are open`];
  return schema.fields.flatMap((field, f) => {
    if (field.resolve !== 'majority' || schema.keyIndexes.includes(f)) return [];
    const claims = claimsOf(honest, truth, inputs, f);
    const support = new Map<Value, number>();
    for (const { honest: isHonest, value } of claims)
      if (isHonest) support.set(value as Value, (support.get(value as Value) ?? 0) + 1);
    const [certain] = [...support].find(([, count]) => 2 * count > claims.length && count > faults) ?? [];
    if (certain === undefined) return [];
    const right = field.tolerance === null ? values[f] === certain : values[f] !== undefined;
    return right ? [] : [`left field ${field.name} of ${nameKey(key)} to a minority`];
  });
}

function claimsOf(
  honest: readonly number[],
  { held, entries }: TrueKey,
  inputs: readonly number[],
  f: number,
): Claim[] {
  return inputs.flatMap((bank, place) => {
    const version = held[place] ?? null;
    if (version === null) return [];
    const value = entries.get(version)?.values[f];
    return [{ bank, honest: honest.includes(bank), value }];
  });
}

/** Statistics in a request that are not those of the honest banks they are said to be of, in words. */
export function openedFalsely(
  { ids, honest, schema }: OracleFacts,
  datasets: readonly Dataset[],
  { statistics }: ReconcileRequest,
): string[] {
  if (!statistics) return [];
  const { banks, totals, each } = statistics;
  const indices = banks.map((id) => ids.indexOf(id));
  const own = indices.map((bank) => (honest.includes(bank) ? figuresOf(schema, datasets[bank]!) : null));
  const faults = (each ?? []).flatMap((figures, i) =>
    own[i]?.some((figure, f) => figure !== figures[f]) ? [`was given false statistics of ${banks[i]}`] : [],
  );
  const whole = own.flatMap((figures) => figures ?? []).length === totals.length * banks.length;
  const sums = totals.map((_, f) => own.reduce((sum, figures) => sum + (figures?.[f] ?? 0n), 0n));
  if (whole && sums.some((sum, f) => sum !== totals[f]))
    faults.push('was given false totals of honest banks');
  return faults;
}

/** Count, sum and sum of squares of every numeric column outside the key; values of 2^96 or more are not counted. */
function figuresOf(schema: Schema, { entries }: Dataset): bigint[] {
  return schema.fields.flatMap(({ type }, f) => {
    if ((type !== 'integer' && type !== 'decimal') || schema.keyIndexes.includes(f)) return [];
    const column = entries.flatMap(({ values }) => {
      const value = values[f];
      return typeof value === 'bigint' && value < 1n << 96n && value > -(1n << 96n) ? [value] : [];
    });
    const sum = (numbers: readonly bigint[]) => numbers.reduce((total, number) => total + number, 0n);
    return [BigInt(column.length), sum(column), sum(column.map((value) => value * value))];
  });
}
