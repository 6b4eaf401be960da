import type { EdwardsPoint } from '@noble/curves/abstract/edwards.js';
import { babyjubjub } from '@noble/curves/misc.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { wrongType } from './argument.js';
import { concatBytes, expectAnyBytes, uint64, utf8 } from './bytes.js';
import { ConcordatError } from './error.js';
import { hash } from './hash.js';
import { isInPrimeSubgroup } from './prime-subgroup.js';

/** Why bytes are not a group element, or too few to make a scalar. */
export type GroupError =
  /** What is wrong with a point's 32 bytes. */
  | {
      readonly code: 'GROUP_POINT_INVALID';
      readonly reason:
        | 'not 32 bytes'
        | 'not canonical, or not on the curve'
        | 'not in the prime-order subgroup';
    }
  /** Fewer bytes than make a scalar whose bias does not count. */
  | { readonly code: 'GROUP_SCALAR_TOO_SHORT'; readonly least: number; readonly got: number };

/** A point of the prime-order subgroup of Baby Jubjub. */
export type GroupPoint = EdwardsPoint;

const { Point } = babyjubjub;
const { Fp, Fn } = Point;

/**
 * The order of the subgroup, EIP-2494's `l`, a prime of 251 bits:
 * 2736030358979909402780800718157159386076813972158567259200215660948447373041. Scalars are integers from 0 below it.
 */
export const ORDER: bigint = Fn.ORDER;

/** The neutral element: the sum of nothing. */
export const ZERO: GroupPoint = Point.ZERO;

/** Bytes of an encoded point. */
export const POINT_LENGTH = 32;

/** Fewest bytes that {@link scalarFromBytes} takes: 128 bits more than the order has, rounded up. */
export const WIDE_LENGTH = 48;

/**
 * The encoding of a point, 32 bytes: y little-endian, and in the highest bit the parity of x, as RFC 8032 §5.1.2 does
 * on its curve. It is not circomlib's `packPoint`, which sets that bit when x > p/2.
 */
export const encodePoint = (point: GroupPoint): Uint8Array =>
  isPoint(point) ? point.toBytes() : wrongType('point', 'a point of Baby Jubjub');

/** Whether `value` is a point as this library has them. Anything at all may be asked. */
export const isPoint = (value: unknown): value is GroupPoint => value instanceof Point;

/**
 * The point of these bytes. Decoding is validation: y ≥ p, a sign on x = 0, a y without an x, and a point with a
 * part of order 2, 4 or 8 are refused. Otherwise one element would have several encodings, and a commitment could be
 * shifted by a small-order point that vanishes from a product with a multiple of 8.
 * @throws {@link GroupError} `GROUP_POINT_INVALID`.
 */
export function decodePoint(bytes: Uint8Array): GroupPoint {
  const refuse = (reason: Extract<GroupError, { code: 'GROUP_POINT_INVALID' }>['reason']): never => {
    throw new ConcordatError<GroupError>(
      { code: 'GROUP_POINT_INVALID', reason },
      `not a group element: ${reason}`,
    );
  };
  if (!(bytes instanceof Uint8Array) || bytes.length !== POINT_LENGTH) return refuse('not 32 bytes');
  let point: GroupPoint;
  try {
    point = Point.fromBytes(bytes, false);
  } catch {
    return refuse('not canonical, or not on the curve');
  }
  return isInPrimeSubgroup(point) ? point : refuse('not in the prime-order subgroup');
}

/**
 * A scalar from at least {@link WIDE_LENGTH} uniform bytes, big-endian: with 384 bits or more the remainder is within
 * 2^-128 of uniform, where 32 bytes would favour small scalars visibly. Not constant-time: it is a division of bigints.
 * @throws {@link GroupError} `GROUP_SCALAR_TOO_SHORT`.
 */
export function scalarFromBytes(wide: Uint8Array): bigint {
  if (expectAnyBytes(wide, 'wide').length < WIDE_LENGTH)
    throw new ConcordatError<GroupError>(
      { code: 'GROUP_SCALAR_TOO_SHORT', least: WIDE_LENGTH, got: wide.length },
      `a scalar takes at least ${WIDE_LENGTH} bytes, got ${wide.length}`,
    );
  return bytesToNumberBE(wide) % ORDER;
}

/**
 * A point whose discrete logarithm to any other nobody knows, from a published label. Try and increment: for
 * counter = 0, 1, … the 64 bytes `hash('generator', label, counter, 0) ‖ hash('generator', label, counter, 1)`, the
 * counter in 8 bytes and the last part in one, are reduced big-endian modulo p to y. The first y that has an x gives
 * the point with even x, times the cofactor 8; the neutral element counts as a miss. The time taken depends on the
 * label, which is public.
 */
export function hashToGroup(label: string): GroupPoint {
  // Encoding would replace a lone surrogate, and so make one point of different labels.
  if (typeof label !== 'string' || !label.isWellFormed()) return wrongType('label', 'well-formed text');
  const tag = utf8(label);
  for (let counter = 0; ; counter++) {
    const half = (index: number) => hash('generator', tag, uint64(counter), Uint8Array.of(index));
    const y = Fp.create(bytesToNumberBE(concatBytes(half(0), half(1))));
    let point: GroupPoint;
    try {
      point = Point.fromBytes(Fp.toBytes(y), false).clearCofactor();
    } catch {
      continue;
    }
    if (!point.is0()) return Point.fromAffine(point.toAffine());
  }
}
