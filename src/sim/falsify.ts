import { DAY_MS, MAX_DAY } from '../data/date.js';
import { type Field, MAX_INTEGER } from '../data/field.js';
import type { Schema } from '../data/schema.js';
import type { Value } from '../data/value.js';
import type { Random } from './random.js';

/** Chance that one field more than the first is altered by {@link falsifyRecord}. */
const ANOTHER_FIELD = 0.25;
/** The year 2000, in days: what a date is taken for that a record lacked. */
const SOME_DAY = 10_957n;

/**
 * The record with other values in one or more of its fields; all are valid and the key stays, so nothing but the truth
 * tells the two apart.
 *
 * @param values in the order of the schema's fields
 * @returns a copy, unchanged only if no field outside the key has a second value
 */
export function falsifyRecord(schema: Schema, values: readonly Value[], random: Random): Value[] {
  return alter(schema, values, random, ANOTHER_FIELD);
}

/** {@link falsifyRecord} for exactly one field, as a slip of the pen would do it. */
export function misstateField(schema: Schema, values: readonly Value[], random: Random): Value[] {
  return alter(schema, values, random, 0);
}

/** The record with another value in this field, which must have one: see {@link misstateField}. */
export function restateField(
  schema: Schema,
  values: readonly Value[],
  field: number,
  random: Random,
): Value[] {
  const out = [...values];
  out[field] = otherValue(schema.fields[field]!, out[field]!, random);
  return out;
}

function alter(schema: Schema, values: readonly Value[], random: Random, another: number): Value[] {
  const out = [...values];
  const open = schema.fields
    .map((_, i) => i)
    .filter((i) => !schema.keyIndexes.includes(i) && hasOtherValue(schema.fields[i]!));
  for (const [place, i] of random.shuffle(open).entries())
    if (place === 0 || random.chance(another)) out[i] = otherValue(schema.fields[i]!, out[i]!, random);
  return out;
}

function hasOtherValue(field: Field): boolean {
  return field.type !== 'enum' || field.values.length > 1 || field.optional;
}

function otherValue(field: Field, value: Value, random: Random): Value {
  switch (field.type) {
    case 'integer':
    case 'decimal':
      return shifted(value ?? 0n, 1_000_000n, MAX_INTEGER, random);
    case 'date':
      return shifted(value ?? SOME_DAY, 30n, MAX_DAY, random);
    case 'timestamp':
      return shifted(value ?? SOME_DAY * DAY_MS, DAY_MS, (MAX_DAY + 1n) * DAY_MS - 1n, random);
    case 'boolean':
      return value === null ? random.chance(0.5) : !value;
    case 'enum': {
      const others = field.values.filter((other) => other !== value);
      return others.length > 0 ? random.pick(others) : null;
    }
    case 'string':
      return otherText(typeof value === 'string' ? value : '', random);
  }
}

/** A number that differs by 1 to `most`, or for a large one by up to its eighth; downwards where `limit` is near. */
function shifted(value: Value, most: bigint, limit: bigint, random: Random): bigint {
  const from = value as bigint;
  const eighth = (from < 0n ? -from : from) / 8n;
  const span = most < eighth ? eighth : most;
  const by = 1n + (span < 2n ** 53n ? BigInt(random.int(Number(span))) : span / BigInt(1 + random.int(1000)));
  return from + by > limit || (random.chance(0.5) && from > by) ? from - by : from + by;
}

const ALPHABETS = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];

/**
 * Another letter or digit in the place of one. It is of the same kind, so that the bytes stay as many and the field's
 * `normalise` steps leave it alone; a text without any is replaced by a single letter, which fits every field.
 */
function otherText(text: string, random: Random): string {
  const places = [...text].flatMap((_, i) => (alphabetOf(text[i]) ? [i] : []));
  if (places.length === 0) return random.pick(lettersBut(ALPHABETS[0]!, text));
  const at = random.pick(places);
  const other = random.pick(lettersBut(alphabetOf(text[at])!, text[at]!));
  return (text.slice(0, at) + other + text.slice(at + 1)).normalize('NFC');
}

function alphabetOf(character: string | undefined): string | undefined {
  return character === undefined ? undefined : ALPHABETS.find((alphabet) => alphabet.includes(character));
}

const lettersBut = (alphabet: string, but: string): string[] =>
  [...alphabet].filter((letter) => letter !== but);
