import { expectObject } from './argument.js';
import { scalarFromBytes, WIDE_LENGTH } from './babyjubjub.js';
import { expectBytes } from './bytes.js';
import { ConcordatError, messageOf } from './error.js';
import { evaluate, isScalar, lagrangeAtZero, weightedSum } from './polynomial.js';

/** Why nothing was shared, or nothing rebuilt. Neither secret nor share is ever named. */
export type ShamirError =
  /** Not 1 ≤ threshold ≤ shares ≤ {@link MAX_SHARES}. */
  | {
      readonly code: 'SHAMIR_BAD_THRESHOLD';
      readonly threshold: number;
      readonly shares: number;
      readonly limit: number;
    }
  /** The secret is no bigint from 0 below the order. */
  | { readonly code: 'SHAMIR_SECRET_OUT_OF_RANGE' }
  /** More or fewer shares than the threshold. */
  | { readonly code: 'SHAMIR_WRONG_COUNT'; readonly expected: number; readonly got: number }
  /** The share at `which` is at no place from 1 to {@link MAX_SHARES}. */
  | { readonly code: 'SHAMIR_X_OUT_OF_RANGE'; readonly which: number }
  /** Two shares are at the place x. */
  | { readonly code: 'SHAMIR_X_TWICE'; readonly x: number }
  /** The share at `which` has a value that is no bigint from 0 below the order. */
  | { readonly code: 'SHAMIR_Y_OUT_OF_RANGE'; readonly which: number };

function shamirError(detail: ShamirError): never {
  throw new ConcordatError<ShamirError>(detail, messageOf(detail));
}

/** Most shares of a secret, and the greatest x. */
export const MAX_SHARES = 2 ** 16;

/** A share: the polynomial's value y at the place x of its holder, 1 … {@link MAX_SHARES}. Secret. */
export interface Share {
  /** The place, from 1: at 0 stands the secret. */
  readonly x: number;
  /** From 0 below the group order. */
  readonly y: bigint;
}

/** How a secret is shared. */
export interface SharingOptions {
  /** Shares that rebuild the secret; one fewer tell nothing. To bear f liars, f + 1. */
  readonly threshold: number;
  /** Shares made. */
  readonly shares: number;
  /**
   * The randomness: {@link WIDE_LENGTH} bytes for each of the threshold − 1 coefficients above the constant one,
   * uniform, secret, and used for one secret only. It comes in because nothing in the core draws any.
   */
  readonly coefficients: Uint8Array;
}

/** Whether x is the place of a share: at x = 0 stands the secret, so a share there would dictate it. */
export const isPlace = (x: unknown): x is number =>
  Number.isSafeInteger(x) && (x as number) >= 1 && (x as number) <= MAX_SHARES;

/**
 * Refuses any threshold but 1 ≤ threshold ≤ shares ≤ {@link MAX_SHARES}.
 * @throws {@link ShamirError} `SHAMIR_BAD_THRESHOLD`.
 */
export function expectThreshold(threshold: number, shares: number): void {
  const fits = Number.isSafeInteger(threshold) && Number.isSafeInteger(shares);
  if (!fits || threshold < 1 || threshold > shares || shares > MAX_SHARES)
    shamirError({ code: 'SHAMIR_BAD_THRESHOLD', threshold, shares, limit: MAX_SHARES });
}

/**
 * A polynomial whose value at 0 is `secret`, its other coefficients from `randomness`, {@link WIDE_LENGTH} bytes each:
 * `threshold` coefficients, that of x^0 first.
 * @throws {@link ShamirError} `SHAMIR_SECRET_OUT_OF_RANGE`, or `BytesError` `BYTES_WRONG_LENGTH`.
 */
export function polynomialOf(secret: bigint, threshold: number, randomness: Uint8Array): bigint[] {
  if (!isScalar(secret)) shamirError({ code: 'SHAMIR_SECRET_OUT_OF_RANGE' });
  const wide = expectBytes(randomness, (threshold - 1) * WIDE_LENGTH, 'coefficients');
  const coefficient = (i: number) => scalarFromBytes(wide.subarray(i * WIDE_LENGTH, (i + 1) * WIDE_LENGTH));
  return [secret, ...Array.from({ length: threshold - 1 }, (_, i) => coefficient(i))];
}

/**
 * Shares a secret, Shamir 1979: the values at x = 1 … shares of a polynomial of degree threshold − 1 over the scalars
 * of Baby Jubjub that is the secret at 0. Deterministic in its arguments.
 *
 * Fewer than `threshold` shares are independent of the secret, whatever computing power their holders have: for every
 * secret exactly one polynomial goes through them. (The coefficients are within 2^-128 of uniform, see
 * `scalarFromBytes`, and so is this.) A zero leading coefficient is not avoided: that would tell something.
 *
 * Not guaranteed: that a dealer shares one secret, or a share it hands out is on the polynomial; nobody can tell, see
 * `verifiable-sharing`. Nor constant time, nor that secret and coefficients leave the memory: they are bigints, which
 * nothing can overwrite.
 *
 * @throws {@link ShamirError} `SHAMIR_BAD_THRESHOLD`, `SHAMIR_SECRET_OUT_OF_RANGE`, or `BytesError`
 * `BYTES_WRONG_LENGTH`: missing randomness is never made up for; `ArgumentError` without options.
 */
export function split(secret: bigint, options: SharingOptions): Share[] {
  const { threshold, shares, coefficients } = expectObject(options, 'options');
  expectThreshold(threshold, shares);
  const polynomial = polynomialOf(secret, threshold, coefficients);
  return Array.from({ length: shares }, (_, i) => ({ x: i + 1, y: evaluate(polynomial, i + 1) }));
}

/** As many as the threshold, and no more than can have places: a list of holes may be of any length. */
function expectCount(got: number, threshold: number): void {
  if (got !== threshold || got < 1 || got > MAX_SHARES)
    shamirError({ code: 'SHAMIR_WRONG_COUNT', expected: threshold, got });
}

/**
 * The weights with which the shares at these places rebuild what was shared.
 * @throws {@link ShamirError} unless there are exactly `threshold` places, in range and all different.
 */
export function weightsAt(xs: readonly number[], threshold: number): bigint[] {
  expectCount(xs.length, threshold);
  const seen = new Set<number>();
  for (const [which, x] of xs.entries()) {
    if (!isPlace(x)) shamirError({ code: 'SHAMIR_X_OUT_OF_RANGE', which });
    if (seen.has(x)) shamirError({ code: 'SHAMIR_X_TWICE', x });
    seen.add(x);
  }
  return lagrangeAtZero(xs);
}

/**
 * The secret that exactly `threshold` shares are of. One more would be a second opinion that this cannot judge, one
 * fewer says nothing, so any other number is refused.
 *
 * Not guaranteed: that it is the secret that was shared. One wrong share changes it to anything its maker likes.
 *
 * @throws {@link ShamirError} `SHAMIR_WRONG_COUNT`, `SHAMIR_X_OUT_OF_RANGE`, `SHAMIR_X_TWICE`, `SHAMIR_Y_OUT_OF_RANGE`;
 * `which` is a place in the list.
 */
export function combine(shares: readonly Share[], threshold: number): bigint {
  const given: readonly Share[] = Array.isArray(shares) ? shares : [];
  expectCount(given.length, threshold);
  const weights = weightsAt(
    Array.from(given, (share) => share?.x),
    threshold,
  );
  const bad = given.findIndex((share) => !isScalar(share.y));
  if (bad >= 0) shamirError({ code: 'SHAMIR_Y_OUT_OF_RANGE', which: bad });
  return weightedSum(
    weights,
    given.map((share) => share.y),
  );
}
