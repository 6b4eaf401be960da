import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER, WIDE_LENGTH } from '../../src/crypto/babyjubjub.js';
import { concatBytes, fromHex } from '../../src/crypto/bytes.js';
import { combine, MAX_SHARES, type Share, split } from '../../src/crypto/shamir.js';
import { codeOf, NONSENSE, pick, randomness, subsets } from './sharing-fixture.js';

const scalar = fc.bigInt({ min: 0n, max: ORDER - 1n });
/** Randomness that gives just these coefficients. */
const wide = (...coefficients: bigint[]): Uint8Array =>
  concatBytes(...coefficients.map((c) => fromHex(c.toString(16).padStart(2 * WIDE_LENGTH, '0'))));
const random = (seed: string | number, threshold: number) => randomness(seed, (threshold - 1) * WIDE_LENGTH);

const mod = (a: bigint): bigint => ((a % ORDER) + ORDER) % ORDER;
function inverse(a: bigint): bigint {
  let [result, square] = [1n, mod(a)];
  for (let rest = ORDER - 2n; rest > 0n; rest >>= 1n, square = mod(square * square))
    if (rest & 1n) result = mod(result * square);
  return result;
}
/** The coefficients of the polynomial through these points, by solving for them: Gauss on Vandermonde's matrix. */
function through(points: readonly (readonly [bigint, bigint])[]): bigint[] {
  const rows = points.map(([x, y]) => {
    const row = points.map((_, j) => mod(x ** BigInt(j)));
    return [...row, y];
  });
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0n);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const scale = inverse(rows[column]![column]!);
    rows[column] = rows[column]!.map((value) => mod(value * scale));
    for (let i = 0; i < rows.length; i++) {
      const factor = rows[i]![column]!;
      if (i !== column) rows[i] = rows[i]!.map((value, j) => mod(value - factor * rows[column]![j]!));
    }
  }
  return rows.map((row) => row.at(-1)!);
}

describe('split', () => {
  it('gives the values of the polynomial, as in the textbook example 1234 + 166x + 94x²', () => {
    const shares = split(1234n, { threshold: 3, shares: 6, coefficients: wide(166n, 94n) });
    expect(shares.map(({ x, y }) => [x, y])).toEqual([
      [1, 1494n],
      [2, 1942n],
      [3, 2578n],
      [4, 3402n],
      [5, 4414n],
      [6, 5614n],
    ]);
  });

  it('reduces modulo the order, not modulo 2^256', () => {
    const [one] = split(ORDER - 1n, { threshold: 2, shares: 2, coefficients: wide(5n) });
    expect(one!.y).toBe(4n);
  });

  it('takes each coefficient from 48 bytes of its own', () => {
    const [one] = split(0n, { threshold: 3, shares: 3, coefficients: wide(ORDER + 1n, ORDER + 2n) });
    expect(one!.y).toBe(3n);
  });

  it('hands out the secret itself where one share is to suffice', () => {
    const shares = split(7n, { threshold: 1, shares: 3, coefficients: new Uint8Array() });
    expect(shares.map(({ y }) => y)).toEqual([7n, 7n, 7n]);
  });

  it('refuses thresholds that cannot be', () => {
    const cases: [unknown, unknown][] = [
      [0, 3],
      [-1, 3],
      [4, 3],
      [1.5, 3],
      [1, 0],
      [1, MAX_SHARES + 1],
      [1, 2.5],
      [Number.NaN, 3],
      [1, Number.POSITIVE_INFINITY],
      ...NONSENSE.map((bad): [unknown, unknown] => [bad, 3]),
      ...NONSENSE.map((bad): [unknown, unknown] => [1, bad]),
    ];
    for (const [threshold, shares] of cases) {
      const options = { threshold, shares, coefficients: new Uint8Array() } as never;
      expect(codeOf(() => split(1n, options))).toBe('SHAMIR_BAD_THRESHOLD');
    }
  });

  it('refuses a secret out of range, which it would change, and never names it', () => {
    for (const secret of [-1n, ORDER, ORDER + 4711n, 1n << 256n, 5, ...NONSENSE]) {
      const act = () => split(secret as bigint, { threshold: 2, shares: 3, coefficients: random(1, 2) });
      expect(codeOf(act)).toBe('SHAMIR_SECRET_OUT_OF_RANGE');
    }
    try {
      split(ORDER + 4711n, { threshold: 2, shares: 3, coefficients: random(1, 2) });
    } catch (error) {
      expect(String(error)).not.toContain(String(ORDER + 4711n));
    }
  });

  it('refuses too little randomness, and too much', () => {
    for (const length of [0, 47, 48, 95, 97, 144])
      expect(codeOf(() => split(1n, { threshold: 3, shares: 4, coefficients: new Uint8Array(length) }))).toBe(
        'BYTES_WRONG_LENGTH',
      );
    for (const bad of NONSENSE)
      expect(codeOf(() => split(1n, { threshold: 3, shares: 4, coefficients: bad as Uint8Array }))).toBe(
        'BYTES_NOT_BYTES',
      );
  });
});

describe('combine', () => {
  it('gives the secret from every set of f + 1 shares, in any order', () => {
    const shares = split(42n, { threshold: 3, shares: 7, coefficients: random('all', 3) });
    for (const set of subsets(3, 7)) {
      const chosen = set.map((i) => shares[i]!);
      expect(combine(chosen, 3)).toBe(42n);
      expect(combine(chosen.toReversed(), 3)).toBe(42n);
    }
  });

  it('gives the secret from any f + 1 of n shares, n from 1 to 100', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(), scalar, (n, seed, secret) => {
        const threshold = Math.floor((n - 1) / 3) + 1;
        const shares = split(secret, { threshold, shares: n, coefficients: random(seed, threshold) });
        const set = pick(seed, threshold, n).map((i) => shares[i]!);
        expect(combine(set, threshold)).toBe(secret);
      }),
      { numRuns: 40 },
    );
  });

  it('reaches to the greatest place', () => {
    const shares = split(3n, { threshold: 2, shares: MAX_SHARES, coefficients: random('far', 2) });
    expect(combine([shares[0]!, shares.at(-1)!], 2)).toBe(3n);
    expect(shares.at(-1)!.x).toBe(MAX_SHARES);
  });

  const shares = split(99n, { threshold: 3, shares: 5, coefficients: random('bad', 3) });
  const [a, b, c] = shares as [Share, Share, Share];

  it('refuses a share at x = 0, which would dictate the secret', () => {
    expect(codeOf(() => combine([a, b, { x: 0, y: 666n }], 3))).toBe('SHAMIR_X_OUT_OF_RANGE');
  });

  it('refuses every other x that is no place, above all one that is 0 modulo the order', () => {
    for (const x of [-1, 0.5, MAX_SHARES + 1, 2 ** 53, Number(ORDER), -0, ORDER, 3n, '3', ...NONSENSE])
      expect(codeOf(() => combine([a, b, { x: x as number, y: 1n }], 3))).toBe('SHAMIR_X_OUT_OF_RANGE');
  });

  it('refuses two shares at one place, equal or not', () => {
    expect(codeOf(() => combine([a, b, a], 3))).toBe('SHAMIR_X_TWICE');
    expect(codeOf(() => combine([a, b, { x: a.x, y: 1n }], 3))).toBe('SHAMIR_X_TWICE');
  });

  it('refuses any number of shares but the threshold', () => {
    for (const few of [[], [a], [a, b], shares.slice(0, 4), shares])
      expect(codeOf(() => combine(few, 3))).toBe('SHAMIR_WRONG_COUNT');
    expect(codeOf(() => combine([], 0))).toBe('SHAMIR_WRONG_COUNT');
  });

  it('refuses a y out of range instead of reducing it, and never names it', () => {
    for (const y of [-1n, ORDER, c.y + ORDER, 1n << 300n, 4, ...NONSENSE])
      expect(codeOf(() => combine([a, b, { x: c.x, y: y as bigint }], 3))).toBe('SHAMIR_Y_OUT_OF_RANGE');
    try {
      combine([a, b, { x: 3, y: ORDER + 4711n }], 3);
    } catch (error) {
      const told = String(error) + JSON.stringify((error as { detail: unknown }).detail);
      expect(told).not.toContain(String(ORDER + 4711n));
      expect(told).not.toContain(String(a.y));
    }
  });

  it('gives another secret for a share that was changed: nothing here verifies', () => {
    expect(combine([a, b, { x: c.x, y: (c.y + 1n) % ORDER }], 3)).not.toBe(99n);
  });
});

describe('f shares', () => {
  it('are as likely under every secret: one choice of the other coefficients gives them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        scalar,
        scalar,
        fc.nat(),
        (threshold, secret, other, seed) => {
          const n = 3 * threshold;
          const shares = split(secret, { threshold, shares: n, coefficients: random(seed, threshold) });
          const known = pick(seed, threshold - 1, n).map((i) => shares[i]!);
          const [constant, ...rest] = through([
            [0n, other],
            ...known.map(({ x, y }) => [BigInt(x), y] as const),
          ]);
          expect(constant).toBe(other);
          const again = split(other, { threshold, shares: n, coefficients: wide(...rest) });
          for (const { x, y } of known) expect(again[x - 1]).toEqual({ x, y });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('and one more are those of one secret only', () => {
    const shares = split(5n, { threshold: 3, shares: 4, coefficients: wide(17n, 23n) });
    const points = shares.slice(1).map(({ x, y }) => [BigInt(x), y] as const);
    expect(through(points)).toEqual([5n, 17n, 23n]);
  });
});
