import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { executorCount, expectTolerance, maxFaults, quorum, sealQuorum } from '../../src/protocol/quorum.js';

/** Every consortium of up to 100 banks with every number of faults it can bear. */
const sizes: readonly (readonly [n: number, f: number])[] = Array.from(
  { length: 100 },
  (_, i) => i + 1,
).flatMap((n) => Array.from({ length: Math.floor((n - 1) / 3) + 1 }, (_, f) => [n, f] as const));

const refuses = (banks: number, faults: number): boolean => {
  try {
    expectTolerance(banks, faults);
    return false;
  } catch (error) {
    return isConcordatError(error, 'TOO_MANY_FAULTS');
  }
};

describe('a quorum', () => {
  it('shares an honest bank with every other quorum, for every n to 100 and every f', () => {
    for (const [n, f] of sizes) {
      const q = quorum(n, f);
      // Two sets of q among n share at least 2q − n; f of these may lie.
      expect(2 * q - n, `n = ${n}, f = ${f}`).toBeGreaterThanOrEqual(f + 1);
    }
  });

  it('is the smallest that does', () => {
    for (const [n, f] of sizes) expect(2 * (quorum(n, f) - 1) - n).toBeLessThan(f + 1);
  });

  it('is reached by the honest banks alone', () => {
    for (const [n, f] of sizes) expect(quorum(n, f), `n = ${n}, f = ${f}`).toBeLessThanOrEqual(n - f);
  });

  it('holds f + 1 honest banks or more, so that one of them may be wrong about what it holds', () => {
    for (const [n, f] of sizes) expect(quorum(n, f) - f).toBeGreaterThanOrEqual(f + 1);
  });

  it('is 2f + 1 at n = 3f + 1, and 4 at n = 6, f = 1, where 2f + 1 would let two quorums part', () => {
    for (let f = 0; f <= 33; f++) expect(quorum(3 * f + 1, f)).toBe(2 * f + 1);
    expect(quorum(6, 1)).toBe(4);
    expect(2 * (2 * 1 + 1) - 6).toBe(0);
  });
});

describe('the executors', () => {
  it('are never more than the banks', () => {
    for (const [n, f] of sizes) expect(executorCount(f)).toBeLessThanOrEqual(n);
  });

  it('seal by a quorum that the honest ones reach and that shares an honest one with every other', () => {
    for (let f = 0; f <= 33; f++) {
      expect(sealQuorum(f)).toBeLessThanOrEqual(executorCount(f) - f);
      expect(2 * sealQuorum(f) - executorCount(f)).toBeGreaterThanOrEqual(f + 1);
    }
  });
});

describe('a consortium', () => {
  it('bears every f up to (n − 1)/3', () => {
    for (const [n, f] of sizes) expect(refuses(n, f), `n = ${n}, f = ${f}`).toBe(false);
  });

  it('is refused as soon as n < 3f + 1', () => {
    for (let n = 1; n <= 100; n++) {
      expect(refuses(n, maxFaults(n) + 1), `n = ${n}`).toBe(true);
      expect(refuses(n, n)).toBe(true);
    }
  });

  it('is refused when its numbers are none', () => {
    for (const nonsense of [0, -1, -4, 1.5, Number.NaN, Infinity, -Infinity, 2 ** 60]) {
      expect(refuses(nonsense, 0)).toBe(true);
      if (nonsense !== 0) expect(refuses(100, nonsense)).toBe(true);
    }
    expect(refuses('4' as unknown as number, 1)).toBe(true);
    expect(refuses(4, null as unknown as number)).toBe(true);
  });

  it('names the most faults it bears', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 10, 31, 100].map(maxFaults)).toEqual([0, 0, 0, 1, 1, 1, 2, 3, 10, 33]);
    expect(() => expectTolerance(6, 2)).toThrow(/6 banks bear at most 1/);
  });
});
