import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { canonicalClaims, compareValues } from '../../src/data/resolve/claims.js';
import { authority, latest, majority, median, trimmedMean } from '../../src/data/resolve.js';
import type { Value } from '../../src/data/value.js';
import { claim, context, decidedBy, greatest, least } from './resolve-fixture.js';

describe('claims', () => {
  it('are merged and sorted whatever order they come in', () => {
    const canonical = canonicalClaims([
      { value: 'b', banks: [4, 1] },
      { value: 'a', banks: [3] },
      { value: 'c', banks: [] },
      { value: 'b', banks: [2, 4] },
      { value: null, banks: [0] },
    ]);
    expect(canonical).toEqual([
      { value: null, banks: [0] },
      { value: 'a', banks: [3] },
      { value: 'b', banks: [1, 2, 4] },
    ]);
  });

  it('of two values by one bank are refused by every rule', () => {
    const twice = [...claim(1n, 2n), { value: 3n, banks: [0] }];
    for (const rule of [majority, median, trimmedMean, latest, authority(['bank-0'])]) {
      try {
        rule(twice, context(0));
        expect.unreachable();
      } catch (error) {
        expect(isConcordatError(error, 'CLAIM_BANK_TWICE')).toBe(true);
      }
    }
  });

  it('sort by kind, then numbers by size and text by code unit', () => {
    const values: Value[] = ['é', 'z', 'Z', '', 10n, 9n, -1n, true, false, null];
    expect(values.sort(compareValues)).toEqual([null, false, true, -1n, 9n, 10n, '', 'Z', 'z', 'é']);
  });
});

describe('majority', () => {
  it('decides for more than half, names who says so and by how much', () => {
    expect(majority(claim('a', 'b', 'a', 'a', 'c'), context(1))).toEqual({
      state: 'decided',
      value: 'a',
      rule: 'majority',
      supporters: [0, 2, 3],
      dissenters: [1, 4],
      margin: 0,
    });
  });

  it('does not decide for half, nor for as many voices as there may be liars', () => {
    expect(majority(claim('a', 'a', 'b', 'b'), context(1))).toEqual({
      state: 'unresolved',
      reason: 'best value has 2 of 4 voices, 3 decide',
    });
    expect(majority(claim('a', 'a', 'b'), context(2)).state).toBe('unresolved');
    expect(majority(claim('a'), context(1)).state).toBe('unresolved');
    expect(majority([], context(0)).state).toBe('unresolved');
    expect(decidedBy(majority, claim('a'), context(0))).toBe('a');
  });

  it('treats null as a value', () => {
    expect(decidedBy(majority, claim(null, null, 5n), context(1))).toBe(null);
    expect(decidedBy(majority, claim(null, 5n, 5n), context(1, { tolerance: 100n }))).toBe(5n);
    expect(decidedBy(majority, claim(null, 0n, false, ''), context(0))).toBe(undefined);
  });

  it('counts numbers within tolerance together and decides for the one most banks claim', () => {
    const near = context(1, { tolerance: 1n });
    expect(majority(claim(100n, 101n, 100n, 99n, 200n), near)).toMatchObject({
      value: 100n,
      supporters: [0, 1, 2, 3],
      dissenters: [4],
      margin: 1,
    });
    expect(decidedBy(majority, claim(10n, 11n, 11n), near)).toBe(11n);
    expect(decidedBy(majority, claim(11n, 10n), context(0, { tolerance: 1n }))).toBe(10n);
    expect(decidedBy(majority, claim(10n, 12n, 14n), near)).toBe(undefined);
  });

  it('does not chain: numbers far apart are not joined by those between', () => {
    const chain = majority(claim(0n, 1n, 2n, 3n, 4n, 5n, 6n), context(2, { tolerance: 1n }));
    expect(chain.state).toBe('unresolved');
  });

  it('does not apply a tolerance to text', () => {
    expect(decidedBy(majority, claim('1', '2', '3'), context(0, { tolerance: 9n }))).toBe(undefined);
  });

  it('is never for a value that no honest bank supports, whatever f liars say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(0n, 12n), { maxLength: 7 }),
        fc.array(fc.bigInt(0n, 12n), { maxLength: 4 }),
        fc.bigInt(0n, 2n),
        (honest, liars, tolerance) => {
          const value = decidedBy(majority, claim(...honest, ...liars), context(liars.length, { tolerance }));
          if (typeof value !== 'bigint') return;
          expect(honest.some((own) => own - value <= tolerance && value - own <= tolerance)).toBe(true);
        },
      ),
    );
  });

  it('counts withheld holders as voices that support nothing', () => {
    expect(majority(claim('a', 'a', 'b'), context(1, { withheld: 2 }))).toEqual({
      state: 'unresolved',
      reason: 'best value has 2 of 5 voices, 3 decide',
    });
    expect(majority(claim('a', 'a', 'a'), context(1, { withheld: 2 }))).toMatchObject({
      value: 'a',
      dissenters: [],
      margin: 0,
    });
    expect(decidedBy(majority, claim('a', 'a', 'a'), context(1, { withheld: 3 }))).toBe(undefined);
    expect(majority([], context(0, { withheld: 4 })).state).toBe('unresolved');
  });

  it('decides for the same value or none when any claims are withheld', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.bigInt(0n, 3n), fc.boolean()), { maxLength: 9 }),
        fc.nat(2),
        (said, faults) => {
          const all = said.map(([value], bank) => ({ value, banks: [bank] }));
          const open = all.filter((_, bank) => said[bank]![1]);
          const withheld = all.length - open.length;
          const value = decidedBy(majority, open, context(faults, { withheld }));
          if (value !== undefined) expect(decidedBy(majority, all, context(faults))).toBe(value);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never for a value no honest bank has, nor blocked, by f liars that show or withhold theirs', () => {
    const said = fc.bigInt(0n, 2n);
    fc.assert(
      fc.property(
        fc.array(said, { maxLength: 8 }),
        fc.array(fc.tuple(fc.bigInt(0n, 4n), fc.boolean()), { maxLength: 4 }),
        (honest, liars) => {
          const faults = liars.length;
          const shown = liars.flatMap(([value, shows]) => (shows ? [value] : []));
          const withheld = faults - shown.length;
          const value = decidedBy(majority, claim(...honest, ...shown), context(faults, { withheld }));
          if (value !== undefined) expect(honest).toContain(value);
          const holders = honest.length + faults;
          const agreed = honest.find((one) => {
            const support = honest.filter((other) => other === one).length;
            return 2 * support > holders && support > faults;
          });
          if (agreed !== undefined) expect(value).toBe(agreed);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is what the honest banks agree on, whatever f of 2f + 1 or more say', () => {
    fc.assert(
      fc.property(
        fc
          .nat(4)
          .chain((f) =>
            fc.tuple(fc.constant(f), fc.nat(4), fc.array(fc.string(), { minLength: f, maxLength: f })),
          ),
        ([faults, more, liars]) => {
          const honest = new Array<string>(faults + 1 + more).fill('truth');
          expect(decidedBy(majority, claim(...liars, ...honest), context(faults))).toBe('truth');
        },
      ),
    );
  });
});

describe('median', () => {
  it('is the middle number, the lower of two', () => {
    expect(median(claim(5n, 1n, 9n), context(1))).toEqual({
      state: 'decided',
      value: 5n,
      rule: 'median',
      supporters: [0],
      dissenters: [1, 2],
      margin: 0,
    });
    expect(decidedBy(median, claim(1n, 2n, 3n, 4n), context(1))).toBe(2n);
    expect(decidedBy(median, claim(-7n), context(0))).toBe(-7n);
    expect(
      decidedBy(
        median,
        [{ value: 3n, banks: [0, 1, 2] }, ...claim().concat({ value: 9n, banks: [3, 4] })],
        context(2),
      ),
    ).toBe(3n);
  });

  it('names as supporters those within tolerance', () => {
    expect(median(claim(98n, 100n, 103n), context(1, { tolerance: 2n }))).toMatchObject({
      supporters: [0, 1],
      dissenters: [2],
    });
  });

  it('needs 2f + 1 numbers', () => {
    expect(median(claim(1n, 2n), context(1))).toEqual({
      state: 'unresolved',
      reason: 'median needs 3 numbers, 2 are claimed',
    });
    expect(median([], context(0)).state).toBe('unresolved');
    expect(median(claim(null, 1n, 2n), context(1)).state).toBe('unresolved');
  });

  it('is null when most say null, and else puts nulls aside', () => {
    expect(median(claim(null, null, null, 1n, 2n), context(1))).toMatchObject({
      value: null,
      rule: 'majority',
    });
    expect(median(claim(null, null, 1n, 2n, 3n), context(1))).toMatchObject({
      value: 2n,
      supporters: [3],
      dissenters: [0, 1, 2, 4],
    });
    expect(median(claim(null), context(1)).state).toBe('unresolved');
  });

  it('does not decide about what is no number', () => {
    for (const other of ['5', true, ''])
      expect(median(claim(1n, 2n, 3n, other), context(0)).state).toBe('unresolved');
  });
});

describe('trimmed mean', () => {
  it('drops f at each end and rounds half to even', () => {
    expect(trimmedMean(claim(-1000n, 1n, 2n, 3n, 10n ** 30n), context(1))).toMatchObject({
      value: 2n,
      rule: 'trimmed-mean',
      supporters: [2],
      margin: 2,
    });
    for (const [a, b, mean] of [
      [1n, 2n, 2n],
      [2n, 3n, 2n],
      [-1n, -2n, -2n],
      [-2n, -3n, -2n],
      [0n, -1n, 0n],
      [0n, 1n, 0n],
      [3n, 4n, 4n],
    ] as const)
      expect(decidedBy(trimmedMean, claim(a, b), context(0))).toBe(mean);
    expect(decidedBy(trimmedMean, claim(1n, 1n, 0n), context(0))).toBe(1n);
    expect(decidedBy(trimmedMean, claim(-1n, -1n, 0n), context(0))).toBe(-1n);
    expect(decidedBy(trimmedMean, claim(1n, 0n, 0n), context(0))).toBe(0n);
  });

  it('needs 2f + 1 numbers, and no other kind', () => {
    expect(trimmedMean(claim(1n, 2n, 3n, 4n), context(2)).state).toBe('unresolved');
    expect(trimmedMean(claim(1n, 2n, 3n, 4n, '5'), context(2)).state).toBe('unresolved');
    expect(decidedBy(trimmedMean, claim(null, null, null, null, 5n), context(0))).toBe(null);
  });
});

it('median and trimmed mean stay between the smallest and largest honest number, whatever f liars say', () => {
  const wild = fc.oneof(fc.bigInt(-20n, 20n), fc.bigInt(), fc.constant(null));
  fc.assert(
    fc.property(
      fc.array(fc.bigInt(-9n, 9n), { minLength: 1, maxLength: 8 }),
      fc.array(wild, { maxLength: 6 }),
      fc.bigInt(0n, 3n),
      (honest, liars, tolerance) => {
        for (const rule of [median, trimmedMean]) {
          const value = decidedBy(rule, claim(...liars, ...honest), context(liars.length, { tolerance }));
          if (value === undefined) {
            expect(honest.length).toBeLessThan(2 * liars.length + 1);
            continue;
          }
          expect(value).toBeGreaterThanOrEqual(least(honest));
          expect(value).toBeLessThanOrEqual(greatest(honest));
        }
      },
    ),
    { numRuns: 300 },
  );
});

it('median and trimmed mean do not leave the honest range when any claims are withheld', () => {
  const number = fc.option(fc.bigInt(-9n, 9n), { nil: null });
  const bank = fc.tuple(number, fc.boolean());
  fc.assert(
    fc.property(
      fc.array(bank, { minLength: 1, maxLength: 9 }),
      fc.array(bank, { maxLength: 4 }),
      (honest, liars) => {
        const faults = liars.length;
        const open = [...honest, ...liars].flatMap(([value, shows]) => (shows ? [value] : []));
        const withheld = honest.length + faults - open.length;
        for (const rule of [median, trimmedMean]) {
          const value = decidedBy(rule, claim(...open), context(faults, { withheld }));
          if (value === undefined) continue;
          const said = honest.flatMap(([own]) => (typeof own === 'bigint' ? [own] : []));
          if (value === null) expect(honest.length - said.length).toBeGreaterThan(0);
          else {
            expect(value).toBeGreaterThanOrEqual(least(said));
            expect(value).toBeLessThanOrEqual(greatest(said));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('median and trimmed mean take withheld holders for voices against null', () => {
  for (const rule of [median, trimmedMean]) {
    expect(decidedBy(rule, claim(null, null, 5n), context(1))).toBe(null);
    expect(decidedBy(rule, claim(null, null, 5n), context(1, { withheld: 1 }))).toBe(undefined);
    expect(decidedBy(rule, claim(null, null, 5n, 5n, 6n), context(1, { withheld: 9 }))).toBe(5n);
  }
});

it('no rule depends on the order of claims or of the banks in them', () => {
  const rules = [majority, median, trimmedMean, latest, authority(['bank-3', 'bank-1'])];
  const values = fc.array(fc.oneof(fc.bigInt(0n, 5n), fc.constant(null)), { maxLength: 9 });
  fc.assert(
    fc.property(
      values,
      fc.nat(2),
      fc.bigInt(0n, 2n),
      fc.infiniteStream(fc.nat()),
      (said, faults, tolerance, order) => {
        const given = { ...context(faults, { tolerance }), instants: (bank: number) => BigInt(bank % 3) };
        const shuffled = claim(...said)
          .map((one) => [order.next().value!, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        for (const rule of rules) {
          const once = rule(claim(...said), given);
          expect(rule(shuffled, given)).toEqual(once);
          expect(rule(canonicalClaims(shuffled).reverse(), given)).toEqual(once);
          if (once.state === 'unresolved') continue;
          const banks = [...once.supporters, ...once.dissenters].sort((a, b) => a - b);
          expect(banks).toEqual(said.map((_, bank) => bank));
          expect(once.margin).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});
