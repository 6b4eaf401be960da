import { expectList } from './argument.js';
import {
  decodePoint,
  encodePoint,
  type GroupPoint,
  hashToGroup,
  ORDER,
  scalarFromBytes,
  ZERO,
} from './babyjubjub.js';
import { equalBytes } from './bytes.js';
import { ConcordatError } from './error.js';
import { isScalar } from './polynomial.js';

export { ORDER };

/** Why something was not committed to. The values themselves are secret and never named. */
export type PedersenError =
  /** The value at `index` is no bigint from 0 below the order. */
  | { readonly code: 'PEDERSEN_VALUE_OUT_OF_RANGE'; readonly index: number }
  /** The blinding is no bigint from 0 below the order. */
  | { readonly code: 'PEDERSEN_BLINDING_OUT_OF_RANGE' }
  /** More than {@link MAX_VALUES}. */
  | { readonly code: 'PEDERSEN_TOO_MANY_VALUES'; readonly limit: number; readonly got: number };

/** The longest vector that is committed to. */
export const MAX_VALUES = 4096;

const BLINDING_LABEL = 'concordat/1/pedersen/blinding';
const valueLabel = (index: number): string => `concordat/1/pedersen/value/${index}`;

/** Made when first used, and kept: hashing to the group takes milliseconds. */
let blindingGenerator: GroupPoint | undefined;
const valueGenerators: GroupPoint[] = [];

/** The generators of a commitment to `count` values. */
export interface Generators {
  /** H, of the blinding. */
  readonly blinding: GroupPoint;
  /** G_0 … G_(count−1), of the values. */
  readonly values: readonly GroupPoint[];
}

/**
 * The generators, each hashed to the group from its own published string, `concordat/1/pedersen/blinding` and
 * `concordat/1/pedersen/value/0`, `…/1`, …: nobody knows one as a combination of the others, which is what binding
 * rests on. (Multiples of one another, or of the base point by known factors, would let their maker open a commitment
 * to anything.)
 * @throws {@link PedersenError} `PEDERSEN_TOO_MANY_VALUES` above {@link MAX_VALUES}.
 */
export function generators(count: number): Generators {
  if (!Number.isSafeInteger(count) || count < 0 || count > MAX_VALUES)
    throw new ConcordatError<PedersenError>(
      { code: 'PEDERSEN_TOO_MANY_VALUES', limit: MAX_VALUES, got: count },
      `a commitment takes 0 to ${MAX_VALUES} values`,
    );
  while (valueGenerators.length < count)
    valueGenerators.push(hashToGroup(valueLabel(valueGenerators.length)));
  blindingGenerator ??= hashToGroup(BLINDING_LABEL);
  return { blinding: blindingGenerator, values: valueGenerators.slice(0, count) };
}

/**
 * The Pedersen vector commitment `blinding·H + Σ values[i]·G_i` over Baby Jubjub, 32 bytes (see `encodePoint`).
 *
 * Perfectly hiding when `blinding` is uniform and used once; binding as long as discrete logarithms in the group are
 * hard; the commitments of two vectors add up to that of their sum modulo {@link ORDER}.
 *
 * Not guaranteed: the number of values is not bound, a trailing zero changes nothing, so both sides must know it; the
 * sum of two values may wrap modulo the order, so callers bound them; multiplication by a secret is in JavaScript
 * bigints and zero values are skipped, so this does not take constant time.
 *
 * @param values integers from 0 below {@link ORDER}
 * @param blinding likewise, as the function `blinding` gives
 * @throws {@link PedersenError} when a scalar is not in range (it is never reduced: two openings would be one) or there
 * are more than {@link MAX_VALUES}.
 */
export function commit(values: readonly bigint[], blinding: bigint): Uint8Array {
  const { blinding: h, values: g } = generators(expectList(values, 'values').length);
  const bad = values.findIndex((value) => !isScalar(value));
  if (bad >= 0)
    throw new ConcordatError<PedersenError>(
      { code: 'PEDERSEN_VALUE_OUT_OF_RANGE', index: bad },
      `value ${bad} is not from 0 below the group order`,
    );
  if (!isScalar(blinding))
    throw new ConcordatError<PedersenError>(
      { code: 'PEDERSEN_BLINDING_OUT_OF_RANGE' },
      'the blinding is not from 0 below the group order',
    );
  const term = (point: GroupPoint, scalar: bigint): GroupPoint =>
    scalar === 0n ? ZERO : point.multiply(scalar);
  return encodePoint(values.reduce((sum, value, i) => sum.add(term(g[i]!, value)), term(h, blinding)));
}

/**
 * Whether `commitment` opens to exactly these values and this blinding. False on anything malformed or out of range;
 * never throws. Since an honest commitment is a canonical encoding, comparing the bytes also refuses every other.
 */
export function verify(commitment: Uint8Array, values: readonly bigint[], blinding: bigint): boolean {
  if (!(commitment instanceof Uint8Array) || !isScalar(blinding)) return false;
  if (!Array.isArray(values) || values.length > MAX_VALUES) return false;
  // Not `every`, which passes over the holes of a sparse array.
  if (values.findIndex((value) => !isScalar(value)) >= 0) return false;
  return equalBytes(commit(values, blinding), commitment);
}

/**
 * Returns the commitment when it is one: 32 canonical bytes of a point in the prime-order subgroup. The neutral element
 * is one, it opens to zeros without a blinding. Says nothing of whether its maker can open it.
 * @throws `GroupError` `GROUP_POINT_INVALID`.
 */
export function validate(commitment: Uint8Array): Uint8Array {
  decodePoint(commitment);
  return commitment;
}

/**
 * The commitment to the sum of two vectors, under the sum of their blindings, both modulo {@link ORDER}.
 * @throws `GroupError` `GROUP_POINT_INVALID`.
 */
export function add(a: Uint8Array, b: Uint8Array): Uint8Array {
  return encodePoint(decodePoint(a).add(decodePoint(b)));
}

/**
 * A blinding from at least 48 uniform bytes, secret and used for one commitment only, reduced without visible bias.
 * @throws `GroupError` `GROUP_SCALAR_TOO_SHORT`.
 */
export const blinding = (wideBytes: Uint8Array): bigint => scalarFromBytes(wideBytes);
