import { settledBound } from '../data/key-class.js';
import type { Schema } from '../data/schema.js';
import type { Value } from '../data/value.js';
import { misstateField, restateField } from './falsify.js';
import type { Random } from './random.js';

/**
 * What the banks have wrong: for each its rows by their place in the truth, null where it lacks the row; beyond the
 * truth, extras.
 */
export type Slips = Map<number, Map<number, readonly Value[] | null>>;

/** What slips are drawn from. */
export interface SlipSource {
  readonly schema: Schema;
  /** Rows of the truth. */
  readonly rows: readonly (readonly Value[])[];
  /** Banks that err. */
  readonly honest: readonly number[];
}

/** The slips of one bank, to be added to. */
function slipsOf(slips: Slips, bank: number): Map<number, readonly Value[] | null> {
  const own = slips.get(bank) ?? new Map<number, readonly Value[] | null>();
  slips.set(bank, own);
  return own;
}

/**
 * One honest bank, drawn for each, errs on `wrong` keys: of every four two are altered in one field, one is missing and
 * one is extra.
 * @param extra makes the record of a key that the truth lacks
 * @returns the slips, and the places of the truth that were drawn
 */
export function drawSlips(
  { schema, rows, honest }: SlipSource,
  wrong: number,
  extra: (place: number) => readonly Value[],
  random: Random,
): { readonly slips: Slips; readonly places: ReadonlySet<number> } {
  const slips: Slips = new Map();
  const places = random.shuffle([...rows.keys()]).slice(0, wrong);
  for (const [i, place] of places.entries()) {
    const own = slipsOf(slips, random.pick(honest));
    if (i % 4 === 1) own.set(place, null);
    else if (i % 4 === 3) own.set(rows.length + i, extra(rows.length + i));
    else own.set(place, misstateField(schema, rows[place]!, random));
  }
  return { slips, places: new Set(places) };
}

/**
 * How many honest banks have to err on a key, each in its own way, before what the others hold no longer settles it: those
 * who hold the truth, liars included, are then one short of the bound.
 */
export const dissentersNeeded = (banks: number, faults: number): number =>
  banks - settledBound(banks, faults) + 1;

/**
 * On each of these keys so many honest banks err that no version settles, each in another field as long as there are
 * fields. So most banks have every single field right, though hardly two have the same record.
 */
export function addDisputes(
  slips: Slips,
  { schema, rows, honest }: SlipSource,
  places: readonly number[],
  dissenters: number,
  random: Random,
): void {
  const fields = [...schema.fields.keys()].filter((field) => !schema.keyIndexes.includes(field));
  for (const place of places) {
    const order = random.shuffle(fields);
    for (const [i, bank] of random
      .shuffle([...honest])
      .slice(0, dissenters)
      .entries()) {
      const row = restateField(schema, rows[place]!, order[i % order.length]!, random);
      slipsOf(slips, bank).set(place, row);
    }
  }
}

/** Units of the last digit that {@link addNoise} moves a number by, at most. */
export const MAX_NOISE = 5;

/**
 * On each of these keys every honest bank's number in one field is off by its own −5 to 5 units, also where the bank errs
 * otherwise. Up to eleven banks are off by different amounts.
 */
export function addNoise(
  slips: Slips,
  { rows, honest }: SlipSource,
  places: readonly number[],
  field: number,
  random: Random,
): void {
  const offsets = Array.from({ length: 2 * MAX_NOISE + 1 }, (_, i) => BigInt(i - MAX_NOISE));
  for (const place of places) {
    const drawn = random.shuffle([...offsets]);
    for (const [i, bank] of honest.entries()) {
      const own = slipsOf(slips, bank);
      const row = own.has(place) ? own.get(place)! : rows[place]!;
      if (row !== null) own.set(place, row.with(field, (row[field] as bigint) + drawn[i % drawn.length]!));
    }
  }
}
