import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import type { Manifest } from '../../src/protocol/manifest.js';
import {
  agreedAlike,
  agreedFrom,
  agreedValue,
  areHoldings,
  type Holding,
  holdingsCodec,
  NOTHING_DEALT,
  sameHoldings,
} from '../../src/protocol/value.js';
import { consortium, type Fixture } from './network.js';

const N = 7;
let fixture: Fixture; // n = 7, f = 2, q = 5, statistics in sum
let bare: Fixture; // the same without statistics
beforeAll(async () => {
  fixture = await consortium(N, 2);
  bare = await consortium(N, 2, { parameters: { statistics: 'none' } });
});

const root = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const holding = (dealer: number, fill = 1): Holding => ({ dealer, root: root(fill) });
const all = (fill = 1): Holding[] => Array.from({ length: N }, (_, dealer) => holding(dealer, fill));
const lists = (...each: readonly (readonly Holding[])[]): ReadonlyMap<number, readonly Holding[]> =>
  new Map(each.map((list, bank) => [bank, list]));
const dealers = (holdings: readonly Holding[]): number[] => holdings.map(({ dealer }) => dealer);

/** Any lists of any attesters: for each dealer no root, or one of three. */
const anyLists = fc
  .array(fc.array(fc.nat(3), { minLength: N, maxLength: N }), { minLength: 5, maxLength: N })
  .map((rows) =>
    lists(...rows.map((row) => row.flatMap((fill, i) => (fill === 0 ? [] : [holding(i, fill)])))),
  );

describe('what is agreed of lists that differ', () => {
  it('has every pair that a quorum lists, and none that one attester fewer lists', () => {
    for (const listed of [4, 5]) {
      const held = Array.from({ length: N }, (_, bank) => (bank < listed ? all() : all().slice(1)));
      const { holdings } = agreedFrom(fixture.manifest, lists(...held));
      expect(dealers(holdings).includes(0), `${listed}`).toBe(listed >= fixture.manifest.quorum);
      expect(dealers(holdings)).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6]));
    }
  });

  it('never has two roots of a dealer, is sorted, and is listed by a quorum pair by pair', () => {
    fc.assert(
      fc.property(anyLists, (held) => {
        const { holdings } = agreedFrom(fixture.manifest, held);
        expect(areHoldings(holdings, dealers(all()))).toBe(true);
        const names = (list: readonly Holding[]): string[] => list.map((h) => `${h.dealer}/${toHex(h.root)}`);
        for (const name of new Set([...held.values()].flatMap(names))) {
          const count = [...held.values()].filter((list) => names(list).includes(name)).length;
          expect(names(holdings).includes(name), `${name} ${count}`).toBe(count >= fixture.manifest.quorum);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('sums the dealers whom one quorum of attesters holds without exception, at least a quorum of them', () => {
    fc.assert(
      fc.property(anyLists, (held) => {
        const { holdings, summed } = agreedFrom(fixture.manifest, held);
        expect(summed.every((dealer) => dealers(holdings).includes(dealer))).toBe(true);
        if (summed.length === 0) return;
        expect(summed.length).toBeGreaterThanOrEqual(fixture.manifest.quorum);
        const holders = [...held.values()].filter((list) =>
          holdings.every(
            (pair) => !summed.includes(pair.dealer) || list.some((mine) => sameHoldings([mine], [pair])),
          ),
        );
        expect(holders.length).toBeGreaterThanOrEqual(fixture.manifest.quorum);
      }),
      { numRuns: 200 },
    );
  });

  it('sums nothing when no quorum of attesters shares a quorum of dealers, though every pair is in W', () => {
    // Each of seven attesters lacks two dealers of its own: every dealer has five listers, no five lists share five.
    const held = Array.from({ length: N }, (_, bank) =>
      all().filter(({ dealer }) => dealer !== bank && dealer !== (bank + 1) % N),
    );
    const { holdings, summed } = agreedFrom(fixture.manifest, lists(...held));
    expect(dealers(holdings)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(summed).toEqual([]);
  });

  it('does not let f attesters that list nothing, or made-up roots, take a dealer out of W or of the sum', () => {
    for (const lie of [[], all(9)]) {
      const held = Array.from({ length: N }, (_, bank) => (bank < 2 ? lie : all()));
      expect(agreedFrom(fixture.manifest, lists(...held))).toEqual({
        holdings: all(),
        summed: [0, 1, 2, 3, 4, 5, 6],
      });
    }
  });

  it('is the same in whatever order the lists came', () => {
    fc.assert(
      fc.property(anyLists, fc.infiniteStream(fc.nat()), (held, keys) => {
        const shuffled = [...held].map((entry) => ({ entry, key: keys.next().value as number }));
        shuffled.sort((a, b) => a.key - b.key);
        expect(agreedFrom(fixture.manifest, new Map(shuffled.map(({ entry }) => entry)))).toEqual(
          agreedFrom(fixture.manifest, held),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('sums nothing where statistics are not summed', () => {
    const held = lists(...Array.from({ length: N }, () => all()));
    expect(agreedFrom(bare.manifest, held)).toEqual({ holdings: all(), summed: [] });
    expect(agreedAlike(bare.manifest, all()).summed).toEqual([]);
  });
});

describe('what is agreed of lists that are alike', () => {
  it('is that list, as it would be of the lists one by one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(N - 1)), (some) => {
        const list = some.sort((a, b) => a - b).map((dealer) => holding(dealer));
        const alike = agreedAlike(fixture.manifest, list);
        expect(alike.holdings).toEqual(list);
        expect(alike).toEqual(agreedFrom(fixture.manifest, lists(...Array.from({ length: N }, () => list))));
      }),
    );
  });

  it('sums from a quorum of dealers on, and nothing below', () => {
    expect(agreedAlike(fixture.manifest, all().slice(0, 5)).summed).toEqual([0, 1, 2, 3, 4]);
    expect(agreedAlike(fixture.manifest, all().slice(0, 4)).summed).toEqual([]);
    // n = 4, f = 1: a quorum is three, and of three one bank with one liar would know the third's own.
    const few = { statistics: 'aggregate', quorum: 3, faults: 1 } as Manifest;
    expect(agreedAlike(few, all().slice(0, 3)).summed).toEqual([]);
    expect(agreedFrom(few, lists(...[0, 1, 2].map(() => all().slice(0, 3)))).summed).toEqual([]);
    expect(agreedAlike(few, all().slice(0, 4)).summed).toEqual([0, 1, 2, 3]);
    const two = { ...few, quorum: 2, faults: 0 } as Manifest;
    expect(agreedAlike(two, all().slice(0, 2)).summed).toEqual([]);
    expect(agreedAlike(two, all().slice(0, 3)).summed).toEqual([0, 1, 2]);
  });
});

describe('the agreed value', () => {
  it('is another for another draft, dealer, root, or sum, and tells a list from a sum', () => {
    const one = { holdings: all(), summed: [0, 1, 2, 3, 4] };
    const values = [
      agreedValue(root(1), one),
      agreedValue(root(2), one),
      agreedValue(root(1), NOTHING_DEALT),
      agreedValue(root(1), { ...one, summed: [] }),
      agreedValue(root(1), { ...one, summed: [0, 1, 2, 3, 5] }),
      agreedValue(root(1), { ...one, holdings: all().slice(1) }),
      agreedValue(root(1), { ...one, holdings: all(2) }),
      agreedValue(root(1), { holdings: [], summed: one.summed }),
    ];
    expect(new Set(values.map(toHex)).size).toBe(values.length);
    expect(agreedValue(root(1), { holdings: [...all()], summed: [0, 1, 2, 3, 4] })).toEqual(values[0]);
  });
});

describe('a list of holdings', () => {
  it('is one for each of some banks, ascending', () => {
    expect(areHoldings([], [])).toBe(true);
    expect(areHoldings([holding(0), holding(3, 2)], [0, 1, 3])).toBe(true);
    for (const bad of [
      [holding(3), holding(0)],
      [holding(0), holding(0)],
      [holding(0, 1), holding(0, 2)],
      [holding(2)],
      [holding(0), holding(7)],
    ])
      expect(areHoldings(bad, [0, 1, 3])).toBe(false);
  });

  it('equals no other in dealer, root, order or length', () => {
    expect(sameHoldings(all(), all())).toBe(true);
    for (const other of [all(2), all().slice(1), [...all()].reverse(), [...all().slice(0, 6), holding(6, 2)]])
      expect(sameHoldings(all(), other)).toBe(false);
  });

  it('comes back from its bytes; truncated or longer they are refused', () => {
    const encoded = encode(holdingsCodec, all());
    expect(decode(holdingsCodec, encoded)).toEqual(all());
    for (let cut = 0; cut < encoded.length; cut++)
      expect(() => decode(holdingsCodec, encoded.subarray(0, cut))).toThrow();
    expect(() => decode(holdingsCodec, Uint8Array.of(...encoded, 0))).toThrow();
  });
});
