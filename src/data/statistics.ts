import { ORDER } from '../crypto/babyjubjub.js';
import { type Codec, encode, list, nullable, struct, text } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import type { Dataset } from './dataset.js';
import { type Field, MAX_FIELDS, MAX_NAME_BYTES } from './field.js';
import { integerCodec } from './integer.js';
import type { Schema } from './schema.js';

/** Why numbers are no statistics of a commitment. The numbers themselves may be secret and are never named. */
export type StatisticsError =
  /** The number at `index` is too large for a scalar of either sign. */
  | { readonly code: 'STATISTICS_OUT_OF_RANGE'; readonly index: number }
  /** The number at `index` is not from 0 below the order. */
  | { readonly code: 'STATISTICS_NOT_SCALAR'; readonly index: number };

/** A value this large or larger is left out of the statistics: its square could wrap a sum in a 251-bit field. */
const BOUND = 1n << 96n;
/** The largest magnitude that has a scalar of its own: half of the group order, which is odd. */
const HALF = (ORDER - 1n) / 2n;
/** Most banks whose statistics are opened together; up to so many, sums of honest banks cannot wrap. */
const MAX_STATISTICS_BANKS = 1024;
/** Numbers of each column: count, sum, sum of squares. */
export const FIGURES = 3;

/** The fields that have statistics: integers and decimals that are not part of the key, in the schema's order. */
export const statisticsFields = ({ fields, key }: Schema): Field[] =>
  fields.filter(({ type, name }) => (type === 'integer' || type === 'decimal') && !key.includes(name));

/**
 * Count, sum and sum of squares of every numeric column (integer or decimal, in units of the last digit) that is not
 * part of the key: three numbers for each, in the order of {@link statisticsFields}. Sums are signed. Absent values, and
 * those of 2^96 or more in magnitude, are not counted; with fewer than 2^32 records a count is below 2^32, a sum below
 * 2^128 in magnitude, a sum of squares below 2^224.
 */
export function columnStatistics(dataset: Dataset): bigint[] {
  const { fields } = dataset.schema;
  return statisticsFields(dataset.schema).flatMap((field) => {
    const f = fields.indexOf(field);
    let count = 0n;
    let sum = 0n;
    let squares = 0n;
    for (const { values } of dataset.entries) {
      const value = values[f];
      if (typeof value !== 'bigint' || value >= BOUND || value <= -BOUND) continue;
      count++;
      sum += value;
      squares += value * value;
    }
    return [count, sum, squares];
  });
}

/**
 * Signed numbers as scalars of the group they are committed in: x as x, a negative x as ORDER + x.
 *
 * Adding scalars modulo the order then adds the numbers, as long as the true sum is within half of the order: of at most
 * 1024 banks with fewer than 2^32 records each, whose values are below 2^96 in magnitude, no sum reaches 2^234, and half
 * of the order is above 2^249. A liar may commit to any scalars; then a total may be any number within that half.
 *
 * @throws {@link StatisticsError} `STATISTICS_OUT_OF_RANGE` beyond half of the order: two numbers would be one scalar.
 */
export function statisticsToScalars(statistics: readonly bigint[]): bigint[] {
  return statistics.map((x, index) => {
    if (x > HALF || x < -HALF)
      throw new ConcordatError<StatisticsError>(
        { code: 'STATISTICS_OUT_OF_RANGE', index },
        `statistic ${index} is beyond half of the group order`,
      );
    return x < 0n ? ORDER + x : x;
  });
}

/**
 * The signed numbers of scalars, the inverse of {@link statisticsToScalars}: a scalar above half of the order stands for
 * a negative number.
 * @throws {@link StatisticsError} `STATISTICS_NOT_SCALAR` for one that is negative or not below the order.
 */
export function scalarsToStatistics(scalars: readonly bigint[]): bigint[] {
  return scalars.map((scalar, index) => {
    if (scalar < 0n || scalar >= ORDER)
      throw new ConcordatError<StatisticsError>(
        { code: 'STATISTICS_NOT_SCALAR', index },
        `scalar ${index} is not from 0 below the group order`,
      );
    return scalar > HALF ? scalar - ORDER : scalar;
  });
}

/**
 * Column statistics that were opened to every executor, the same for all of them. They are what the banks committed to
 * before they saw one another's data; that a bank's commitment is true to its records is not guaranteed.
 */
export interface OpenedStatistics {
  /** Names of the banks whose statistics are in, at most 1024. */
  readonly banks: readonly string[];
  /** Sums over these banks, numbers in the order of {@link columnStatistics}; signed, below 2^511 in magnitude. */
  readonly totals: readonly bigint[];
  /** Each bank's own, in the order of `banks`; null where only the totals were opened. */
  readonly each: readonly (readonly bigint[])[] | null;
}

const numbers: Codec<readonly bigint[]> = list(integerCodec, FIGURES * MAX_FIELDS, 'statistics');

const openedCodec: Codec<OpenedStatistics | null> = nullable(
  struct<OpenedStatistics>({
    banks: list(text(MAX_NAME_BYTES, 'bank'), MAX_STATISTICS_BANKS, 'banks') as Codec<readonly string[]>,
    totals: numbers,
    each: nullable(list(numbers, MAX_STATISTICS_BANKS, 'statistics of banks')),
  }),
);

/**
 * Canonical bytes of opened statistics, or of there being none; committed to under the result root, never decoded.
 *
 * The integers may be as long as any value of a record: the plain sum of 1024 liars' scalars fits, so that no liar makes
 * this throw.
 *
 * @throws `EncodingError` beyond the bounds stated at {@link OpenedStatistics}, which callers keep
 */
export const encodeStatistics = (statistics: OpenedStatistics | null): Uint8Array =>
  encode(openedCodec, statistics);
