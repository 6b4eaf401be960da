import { expectList, expectObject, wrongType } from './argument.js';
import { decodePoint, encodePoint, type GroupPoint, isPoint, WIDE_LENGTH, ZERO } from './babyjubjub.js';
import { expectBytes } from './bytes.js';
import { ConcordatError, messageOf } from './error.js';
import { MAX_VALUES } from './pedersen.js';
import { addScalars, evaluate, isScalar, weightedSum } from './polynomial.js';
import {
  expectThreshold,
  isPlace,
  MAX_SHARES,
  polynomialOf,
  type SharingOptions,
  weightsAt,
} from './shamir.js';
import { type Basis, combination } from './sharing-basis.js';

export { type Basis, feldman, pedersen } from './sharing-basis.js';

/** Why a sharing was not made, or its commitments not accepted. `which` numbers a commitment. */
export type SharingError =
  /** Not as many commitments as the threshold. */
  | { readonly code: 'SHARING_WRONG_DEGREE'; readonly expected: number; readonly got: number }
  /** The commitment is no canonical point of the subgroup. */
  | { readonly code: 'SHARING_POINT_INVALID'; readonly which: number }
  /** The last commitment is neutral: fewer shares than promised would do. */
  | { readonly code: 'SHARING_DEGREE_TOO_LOW' }
  /** Not as many secrets as the basis has generators. */
  | { readonly code: 'SHARING_WRONG_WIDTH'; readonly expected: number; readonly got: number }
  /** Sharings, or shares, of different makes. */
  | {
      readonly code: 'SHARING_NOT_SUMMABLE';
      readonly reason: 'nothing to add' | 'different places' | 'different thresholds' | 'different bases';
    };

function sharingError(detail: SharingError, options?: ErrorOptions): never {
  throw new ConcordatError<SharingError>(detail, messageOf(detail), options);
}

/** Shares of several scalars at one place: the values there of one polynomial for each. Secret. */
export interface VectorShare {
  /** The place, from 1. */
  readonly x: number;
  /** As many as the basis has generators; in a Pedersen sharing the last is of the blinding. */
  readonly ys: readonly bigint[];
}

/** What a dealer makes: the commitments for all, as encoded points, and one share for each holder. */
export interface VerifiableSharing {
  /** As many as the threshold, 32 bytes each, that of the constant coefficients first. For everyone. */
  readonly commitments: Uint8Array[];
  /** The shares at x = 1, 2, …, each for its holder alone. */
  readonly shares: VectorShare[];
}

/**
 * Shares scalars, one polynomial of degree threshold − 1 for each, and commits to the coefficients: commitment j is
 * Σ coefficient j of polynomial i · generator i, so the first one commits to what is shared.
 *
 * Not guaranteed: that a receiver gets the share it should, which it checks with {@link SharingCommitments.verify};
 * constant time; that secrets leave the memory. Scalars are bigints.
 *
 * @param secrets as many as the basis has generators, with {@link pedersen} the blinding last: the one of the bank's
 * commitment, when that is to be opened through this sharing
 * @param options the randomness as `shamir.split` takes it, for each scalar in turn
 * @throws {@link SharingError} `SHARING_WRONG_WIDTH`; `SHARING_DEGREE_TOO_LOW` when every leading coefficient is zero,
 * which nobody would accept and which random bytes do not make; `ShamirError`, or `BytesError` `BYTES_WRONG_LENGTH`.
 */
export function deal(basis: Basis, secrets: readonly bigint[], options: SharingOptions): VerifiableSharing {
  const { threshold, shares } = expectObject(options, 'options');
  expectBasis(basis);
  expectThreshold(threshold, shares);
  if (expectList(secrets, 'secrets').length !== basis.length)
    sharingError({ code: 'SHARING_WRONG_WIDTH', expected: basis.length, got: secrets.length });
  const each = (threshold - 1) * WIDE_LENGTH;
  const wide = expectBytes(options.coefficients, each * basis.length, 'coefficients');
  const polynomials = secrets.map((secret, i) =>
    polynomialOf(secret, threshold, wide.subarray(i * each, (i + 1) * each)),
  );
  const points = Array.from({ length: threshold }, (_, j) =>
    combination(
      basis,
      polynomials.map((polynomial) => polynomial[j]!),
    ),
  );
  if (points.at(-1)!.is0()) sharingError({ code: 'SHARING_DEGREE_TOO_LOW' });
  return {
    commitments: points.map(encodePoint),
    shares: Array.from({ length: shares }, (_, i) => ({
      x: i + 1,
      ys: polynomials.map((polynomial) => evaluate(polynomial, i + 1)),
    })),
  };
}

/** Generators to multiply: what is none would be a fault of the engine's somewhere within. */
function expectBasis(basis: Basis): void {
  if (expectList(basis, 'basis', MAX_VALUES + 1).findIndex((generator) => !isPoint(generator)) >= 0)
    wrongType('basis', 'a list of generators');
}

/** The scalars that `shares`, exactly as many as the threshold and at different places, rebuild. Checks none of them. */
function combine(shares: readonly VectorShare[]): bigint[] {
  const weights = weightsAt(
    shares.map((share) => share.x),
    shares.length,
  );
  return shares[0]!.ys.map((_, i) =>
    weightedSum(
      weights,
      shares.map((share) => share.ys[i]!),
    ),
  );
}

/** x·point by doubling and adding: for a place's few bits the table that a multiplication makes first costs more. */
function timesPlace(point: GroupPoint, x: number): GroupPoint {
  let product = point;
  for (let bit = 30 - Math.clz32(x); bit >= 0; bit--) {
    product = product.double();
    if ((x >>> bit) & 1) product = product.add(point);
  }
  return product;
}

/**
 * A dealer's commitments, decoded and checked: who holds one may verify shares with it. Decoding costs a subgroup check
 * for each point, many times what verifying a share does, so it is done once.
 */
export class SharingCommitments {
  /** What the scalars are committed with. */
  readonly basis: Basis;
  readonly #points: readonly GroupPoint[];

  private constructor(basis: Basis, points: readonly GroupPoint[]) {
    this.basis = basis;
    this.#points = points;
  }

  /**
   * The commitments of a dealer that is not trusted.
   *
   * There must be exactly `threshold`, counted before any is decoded. More would let the dealer hand out shares that no
   * `threshold` banks can rebuild the secret from; fewer, or a list padded with the neutral element, would be a
   * polynomial of lower degree, which fewer banks than promised can solve. Every point must be canonical and in the
   * prime-order subgroup, else one sharing has several encodings, and a small-order part makes the check of a share
   * depend on its place.
   *
   * @throws {@link SharingError} `SHARING_WRONG_DEGREE`, `SHARING_POINT_INVALID`, `SHARING_DEGREE_TOO_LOW`.
   */
  static decode(basis: Basis, threshold: number, encoded: readonly Uint8Array[]): SharingCommitments {
    expectBasis(basis);
    const got = Array.isArray(encoded) ? encoded.length : 0;
    if (got !== threshold || got === 0)
      sharingError({ code: 'SHARING_WRONG_DEGREE', expected: threshold, got });
    // Not `map`, which passes over the holes of a sparse array.
    const points = Array.from(encoded, (bytes, which) => {
      try {
        return decodePoint(bytes);
      } catch (cause) {
        return sharingError({ code: 'SHARING_POINT_INVALID', which }, { cause });
      }
    });
    if (points.at(-1)!.is0()) sharingError({ code: 'SHARING_DEGREE_TOO_LOW' });
    return new SharingCommitments(basis, points);
  }

  /**
   * The commitments to the sum of what several dealers shared, against which the sums of their shares verify. That they
   * may cancel each other's leading coefficients is not refused: a dealer needs to know the others' for it.
   * @throws {@link SharingError} `SHARING_NOT_SUMMABLE`.
   */
  static sum(sharings: readonly SharingCommitments[]): SharingCommitments {
    expectList(sharings, 'sharings', MAX_SHARES);
    if (sharings.findIndex((sharing) => !(sharing instanceof SharingCommitments)) >= 0)
      return wrongType('sharings', 'a list of commitments that were decoded');
    const [first, ...rest] = sharings;
    if (!first) return sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'nothing to add' });
    for (const { basis, threshold } of rest) {
      if (threshold !== first.threshold)
        sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'different thresholds' });
      if (basis.length !== first.basis.length || basis.some((g, i) => !g.equals(first.basis[i]!)))
        sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'different bases' });
    }
    const points = first.#points.map((point, j) =>
      rest.reduce((sum, other) => sum.add(other.#points[j]!), point),
    );
    return new SharingCommitments(first.basis, points);
  }

  /** Shares that rebuild what was shared: the degree and one. */
  get threshold(): number {
    return this.#points.length;
  }

  /** The commitment to what is shared, 32 bytes; in a Pedersen sharing what `pedersen.verify` opens. */
  get commitment(): Uint8Array {
    return encodePoint(this.#points[0]!);
  }

  /** Whether these are the scalars that are shared, the blinding last. False on anything malformed; never throws. */
  opens(scalars: readonly bigint[]): boolean {
    return this.#isVector(scalars) && combination(this.basis, scalars).equals(this.#points[0]!);
  }

  /**
   * Whether this is the share at its place: Σ ys[i]·generator i = Σ x^j · commitment j. False on anything malformed, a
   * place out of range or a scalar that is not reduced; never throws.
   *
   * The right side by Horner's rule: x has a few bits, so a step is a few doublings instead of a multiplication.
   */
  verify(share: VectorShare): boolean {
    if (!isPlace(share?.x) || !this.#isVector(share.ys)) return false;
    const value = this.#points.reduceRight((sum, point) => timesPlace(sum, share.x).add(point), ZERO);
    return combination(this.basis, share.ys).equals(value);
  }

  /**
   * The scalars that are shared, out of candidates of which at least {@link SharingCommitments.threshold} at different
   * places are true shares; undefined when they are too few. Which true shares are among them does not matter.
   *
   * Tries the first of each place at once, against the first commitment: one check for all of them, and shares that
   * open it are as good as true, since it opens to nothing else. Only when that fails is each one verified, so that a
   * liar costs time and nothing more.
   */
  recover(candidates: readonly VectorShare[]): bigint[] | undefined {
    const formed = expectList(candidates, 'candidates', MAX_SHARES).filter(
      (share) => isPlace(share?.x) && this.#isVector(share.ys),
    );
    const first = this.#first(formed);
    if (first.length < this.threshold) return undefined;
    const scalars = combine(first);
    if (this.opens(scalars)) return scalars;
    const honest = this.#first(formed, (share) => this.verify(share));
    return honest.length < this.threshold ? undefined : combine(honest);
  }

  /** As many shares as the threshold that `fits` takes, the first of each place; no more are looked at. */
  #first(shares: readonly VectorShare[], fits = (_: VectorShare) => true): VectorShare[] {
    const places = new Map<number, VectorShare>();
    for (const share of shares)
      if (places.size < this.threshold && !places.has(share.x) && fits(share)) places.set(share.x, share);
    return [...places.values()];
  }

  #isVector(scalars: unknown): boolean {
    return isVector(scalars) && scalars.length === this.basis.length;
  }
}

/** Not `every`, which passes over the holes of a sparse array. */
const isVector = (scalars: unknown): scalars is readonly bigint[] =>
  Array.isArray(scalars) && scalars.findIndex((value) => !isScalar(value)) < 0;

/**
 * The share, at its place, of the sum of what several dealers shared.
 * @throws {@link SharingError} `SHARING_NOT_SUMMABLE`, or `ArgumentError` for what is no list of shares.
 */
export function addShares(shares: readonly VectorShare[]): VectorShare {
  expectList(shares, 'shares', MAX_SHARES);
  if (shares.findIndex((share) => !isPlace(share?.x) || !isVector(share.ys)) >= 0)
    return wrongType('shares', 'a list of shares');
  const [first, ...rest] = shares;
  if (!first) return sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'nothing to add' });
  for (const { x, ys } of rest) {
    if (x !== first.x) sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'different places' });
    if (ys.length !== first.ys.length)
      sharingError({ code: 'SHARING_NOT_SUMMABLE', reason: 'different bases' });
  }
  return { x: first.x, ys: first.ys.map((y, i) => rest.reduce((sum, { ys }) => addScalars(sum, ys[i]!), y)) };
}
