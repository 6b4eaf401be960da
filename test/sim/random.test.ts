import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { Random, xoshiro128 } from '../../src/sim/random.js';

const draws = (random: Random, count = 20): number[] => Array.from({ length: count }, () => random.next());

describe('xoshiro128**', () => {
  it('gives the outputs of the reference C code 1.1 for the state 1, 2, 3, 4', () => {
    // prng.di.unimi.it/xoshiro128starstar.c
    const next = xoshiro128(Uint32Array.of(1, 2, 3, 4));
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});

describe('Random', () => {
  it('never changes what a seed gives', () => {
    expect(toHex(new Random(1).bytes(16))).toMatchInlineSnapshot(`"15a8ebbcdd5d64ecd39fe7879a3f61c0"`);
    expect(new Random('concordat').int(1_000_000)).toMatchInlineSnapshot(`515877`);
    expect(new Random(Uint8Array.of(1, 2, 3)).next()).toMatchInlineSnapshot(`0.6395334343022229`);
  });

  it('gives unrelated streams for different seeds, of different types too', () => {
    const seeds = [0, 1, -1, 2 ** 53 - 1, '', '1', '0', 'a', new Uint8Array(), utf8('1'), Uint8Array.of(1)];
    const streams = seeds.map((seed) => draws(new Random(seed), 4).join());
    expect(new Set(streams).size).toBe(seeds.length);
  });

  it('refuses a number that is not a safe integer as seed', () => {
    for (const seed of [0.5, Number.NaN, Infinity, 2 ** 53, -(2 ** 53)])
      expect(() => new Random(seed)).toThrow(expect.objectContaining({ code: 'RANDOM_SEED_INVALID' }));
  });

  it('forks streams that do not depend on what was drawn before', () => {
    const fresh = new Random(7);
    const used = new Random(7);
    draws(used);
    expect(draws(used.fork('network'))).toEqual(draws(fresh.fork('network')));
    expect(draws(fresh.fork('network'))).toEqual(draws(fresh.fork('network')));
  });

  it('is not moved on by a fork', () => {
    const forked = new Random(7);
    draws(forked.fork('network'));
    expect(draws(forked)).toEqual(draws(new Random(7)));
  });

  it('forks different streams for different labels, nestings and seeds', () => {
    const root = new Random(7);
    const streams = [
      root,
      root.fork(''),
      root.fork('a'),
      root.fork('b'),
      root.fork('a').fork('b'),
      root.fork('b').fork('a'),
      root.fork('ab'),
      new Random(8).fork('a'),
    ].map((random) => draws(random, 4).join());
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('draws numbers from 0 to below 1', () => {
    const random = new Random(3);
    const numbers = draws(random, 10_000);
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(numbers.reduce((a, b) => a + b) / numbers.length).toBeCloseTo(0.5, 1);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('draws integers below any bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (seed, bound) => {
        const drawn = new Random(seed).int(bound);
        expect(Number.isSafeInteger(drawn) && drawn >= 0 && drawn < bound).toBe(true);
      }),
    );
  });

  it('draws every integer alike, where the remainder of a division would not', () => {
    const random = new Random(11);
    // A third of 2^32 and a half: without rejection, the lower third would come twice as often.
    const bound = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 12_000; i++) if (random.int(bound) < 2 ** 30) low++;
    expect(low / 12_000).toBeCloseTo(1 / 3, 1);
    const dice = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 12_000; i++) dice[random.int(6)]!++;
    for (const count of dice) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('uses more than 32 bits for a bound beyond them', () => {
    const random = new Random(5);
    const drawn = Array.from({ length: 64 }, () => random.int(2 ** 53 - 1));
    expect(Math.max(...drawn)).toBeGreaterThan(2 ** 52);
    expect(drawn.some((x) => x % 2 ** 32 !== x)).toBe(true);
  });

  it('refuses bounds and lengths that are none', () => {
    const random = new Random(1);
    for (const bound of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])
      expect(() => random.int(bound)).toThrow(expect.objectContaining({ code: 'RANDOM_BOUND_INVALID' }));
    for (const length of [-1, 1.5, Number.NaN, 2 ** 32])
      expect(() => random.bytes(length)).toThrow(expect.objectContaining({ code: 'RANDOM_BOUND_INVALID' }));
  });

  it('gives as many bytes as asked for, of every value', () => {
    const random = new Random(1);
    for (const length of [0, 1, 3, 4, 5, 33]) expect(random.bytes(length)).toHaveLength(length);
    expect(new Set(random.bytes(4096)).size).toBe(256);
  });

  it('lets the impossible never happen and the certain always, at the same cost', () => {
    const random = new Random(1);
    const twin = new Random(1);
    for (let i = 0; i < 200; i++) {
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
      twin.chance(0.3);
      twin.chance(0.7);
    }
    expect(random.next()).toBe(twin.next());
  });

  it('shuffles into a permutation and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items];
        const shuffled = new Random(seed).shuffle(items);
        expect(items).toEqual(before);
        expect([...shuffled].sort()).toEqual([...items].sort());
      }),
    );
  });

  it('shuffles into every order alike', () => {
    const random = new Random(2);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('picks every item, and nothing from nothing', () => {
    const random = new Random(2);
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
    expect(() => random.pick([])).toThrow(expect.objectContaining({ code: 'RANDOM_NOTHING_TO_PICK' }));
  });
});
