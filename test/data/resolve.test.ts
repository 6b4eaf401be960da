import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { canonicalClaims, compareValues } from '../../src/data/resolve/claims.js';
import {
  authority,
  type Claim,
  latest,
  majority,
  median,
  type ResolveContext,
  type Resolver,
  resolveField,
  trimmedMean,
} from '../../src/data/resolve.js';
import type { Value } from '../../src/data/value.js';

/** Claims of banks 0, 1, … in this order. */
const claim = (...values: Value[]): Claim[] => values.map((value, bank) => ({ value, banks: [bank] }));

const context = (faults: number, more: Partial<ResolveContext> = {}): ResolveContext => ({
  faults,
  withheld: 0,
  tolerance: null,
  bankIds: Array.from({ length: 40 }, (_, i) => `bank-${i}`),
  ...more,
});

const dated = (faults: number, ...instants: (bigint | null)[]): ResolveContext =>
  context(faults, { instants: (bank) => instants[bank] ?? null });

const decidedBy = (rule: Resolver, claims: readonly Claim[], given: ResolveContext): Value | undefined => {
  const resolution = rule(claims, given);
  return resolution.state === 'decided' ? resolution.value : undefined;
};

const sorted = (values: readonly bigint[]): bigint[] => [...values].sort((a, b) => Number(a - b));
const least = (values: readonly bigint[]): bigint => sorted(values)[0]!;
const greatest = (values: readonly bigint[]): bigint => sorted(values).at(-1)!;

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

describe('latest', () => {
  it('is the newest value that f + 1 banks date', () => {
    expect(latest(claim('old', 'new', 'old', 'new', 'newest'), dated(1, 1n, 5n, 2n, 4n, 9n))).toEqual({
      state: 'decided',
      value: 'new',
      rule: 'latest',
      supporters: [1, 3],
      dissenters: [0, 2, 4],
      margin: 0,
    });
  });

  it('is not moved by a bank that dates itself newest, alone or in a crowd', () => {
    expect(decidedBy(latest, claim('lie', 'a', 'a', 'b', 'b'), dated(1, 10n ** 30n, 4n, 4n, 5n, 5n))).toBe(
      'b',
    );
    expect(decidedBy(latest, claim('a', 'a', 'a', 'b', 'b'), dated(1, 10n ** 30n, 4n, 4n, 5n, 5n))).toBe('b');
  });

  it('is not decided by claims without a date, or too few of them', () => {
    expect(latest(claim('a', 'a', 'b'), dated(1, 1n, null, 9n))).toEqual({
      state: 'unresolved',
      reason: 'no value is dated by 2 banks',
    });
    expect(latest(claim('a', 'a'), context(0)).state).toBe('unresolved');
    expect(latest([], dated(0)).state).toBe('unresolved');
  });

  it('prefers more supporters among equally new values, and leaves equals unresolved', () => {
    expect(decidedBy(latest, claim('a', 'b', 'b'), dated(0, 5n, 5n, 5n))).toBe('b');
    expect(latest(claim('a', 'b'), dated(0, 5n, 5n)).state).toBe('unresolved');
  });

  it('is decided although up to f holders are withheld, and not when an honest one must be among them', () => {
    const given = dated(1, 1n, 5n, 2n, 4n);
    const said = claim('old', 'new', 'old', 'new');
    expect(decidedBy(latest, said, { ...given, withheld: 1 })).toBe('new');
    expect(latest(said, { ...given, withheld: 2 })).toEqual({
      state: 'unresolved',
      reason: '2 holders are withheld, and one of them may have a newer value',
    });
    expect(latest([], { ...given, withheld: 1 })).toEqual({
      state: 'unresolved',
      reason: 'no value is dated by 2 banks',
    });
  });

  it('takes null, and numbers within tolerance, as values', () => {
    expect(decidedBy(latest, claim(null, null, 1n, 1n), dated(1, 7n, 7n, 6n, 6n))).toBe(null);
    const near = { ...dated(1, 7n, 8n, 9n, 1n, 1n), tolerance: 1n };
    expect(decidedBy(latest, claim(10n, 11n, 12n, 50n, 50n), near)).toBe(11n);
  });

  it('is a value an honest bank dates as new, and no older than what f + 1 honest banks date', () => {
    const one = fc.record({ value: fc.constantFrom('a', 'b', 'c'), instant: fc.bigInt(0n, 9n) });
    const liar = fc.record({ value: fc.constantFrom('a', 'b', 'c', 'x'), instant: fc.bigInt(-99n, 99n) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.array(liar, { maxLength: 3 }), (honest, liars) => {
        const all = [...honest, ...liars];
        const faults = liars.length;
        const given = dated(faults, ...all.map(({ instant }) => instant));
        const value = decidedBy(latest, claim(...all.map((bank) => bank.value)), given);
        const vouched = ['a', 'b', 'c'].flatMap((v) => {
          const instants = honest.filter((bank) => bank.value === v).map(({ instant }) => instant);
          return instants.length > faults ? [instants.sort((x, y) => Number(y - x))[faults]!] : [];
        });
        if (value === undefined) return;
        const own = honest.filter((bank) => bank.value === value).map(({ instant }) => instant);
        expect(own.length).toBeGreaterThan(0);
        if (vouched.length > 0) expect(greatest(own)).toBeGreaterThanOrEqual(greatest(vouched));
      }),
      { numRuns: 300 },
    );
  });
});

describe('authority', () => {
  const trusted = authority(['bank-9', 'bank-2', 'bank-0']);

  it('believes the first listed bank that holds the record, and names it', () => {
    expect(trusted(claim('a', 'a', 'b'), context(1))).toEqual({
      state: 'decided',
      value: 'b',
      rule: 'authority: bank-2',
      supporters: [2],
      dissenters: [0, 1],
      margin: 0,
    });
    expect(decidedBy(trusted, claim('a', 'b'), context(1))).toBe('a');
    expect(decidedBy(trusted, claim('a', 'a', null), context(1))).toBe(null);
  });

  it('does not pass the word on from a bank whose version is withheld', () => {
    const withholds = (...banks: number[]) =>
      context(1, { withheld: banks.length, withholds: (bank) => banks.includes(bank) });
    expect(trusted([{ value: 'a', banks: [0, 1] }], withholds(2))).toEqual({
      state: 'unresolved',
      reason: 'bank-2 holds it, and what it says is withheld',
    });
    expect(decidedBy(trusted, claim('a', 'a', 'b'), withholds(0, 3))).toBe('b');
    expect(decidedBy(trusted, [{ value: 'a', banks: [0, 1] }], withholds(3))).toBe('a');
    expect(decidedBy(trusted, [{ value: 'a', banks: [0] }], context(1, { withheld: 1 }))).toBe('a');
  });

  it('does not decide when no listed bank holds it', () => {
    expect(trusted([{ value: 'a', banks: [1, 3] }], context(0))).toEqual({
      state: 'unresolved',
      reason: 'none of bank-9, bank-2, bank-0 holds it',
    });
    expect(authority([])(claim('a'), context(0)).state).toBe('unresolved');
    expect(trusted([{ value: 'a', banks: [77] }], context(0)).state).toBe('unresolved');
  });
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

describe('a field', () => {
  const environment = {
    faults: 1,
    withheld: 0,
    bankIds: ['bank-0', 'bank-1', 'bank-2'],
    instants: (name: string) => (bank: number) => (name === 'updated' ? BigInt(bank) : null),
  };
  const said = claim(1n, 5n, 5n);
  const ruleOf = (resolve: Parameters<typeof resolveField>[0]['resolve'], more = {}) =>
    resolveField({ resolve, tolerance: null }, said, { ...environment, ...more });

  it('is resolved by the rule of its schema', () => {
    expect(ruleOf('majority')).toMatchObject({ rule: 'majority', value: 5n });
    expect(ruleOf('median')).toMatchObject({ rule: 'median', value: 5n });
    expect(ruleOf('trimmed-mean')).toMatchObject({ rule: 'trimmed-mean', value: 5n });
    expect(ruleOf({ latest: 'updated' })).toMatchObject({ rule: 'latest', value: 5n });
    expect(ruleOf({ latest: 'closed' }).state).toBe('unresolved');
    expect(ruleOf({ authority: ['bank-0'] })).toMatchObject({ rule: 'authority: bank-0', value: 1n });
  });

  it('is resolved within its tolerance', () => {
    const near = resolveField({ resolve: 'majority', tolerance: 2n }, claim(1n, 3n, 9n), environment);
    expect(near).toMatchObject({ value: 1n, supporters: [0, 1] });
  });

  it('is resolved by a function of the host, and stays open when there is none of that name', () => {
    const largest: Resolver = (claims, { faults }) => ({
      state: 'unresolved',
      reason: `${claims.length} claims, ${faults} faults`,
    });
    const functions = new Map([['largest', largest]]);
    expect(ruleOf({ function: 'largest' }, { functions })).toMatchObject({ reason: '3 claims, 1 faults' });
    expect(ruleOf({ function: 'toString' }, { functions })).toEqual({
      state: 'unresolved',
      reason: 'no function "toString" is registered',
    });
    expect(ruleOf({ function: 'largest' }).state).toBe('unresolved');
  });

  it('stays open when a function of the host throws, and the reason is what it says', () => {
    const thrown = (error: unknown) => {
      const functions = new Map<string, Resolver>([
        [
          'broken',
          () => {
            throw error;
          },
        ],
      ]);
      return ruleOf({ function: 'broken' }, { functions });
    };
    const reason = (text: string) => ({ state: 'unresolved', reason: `function "broken" failed: ${text}` });
    expect(thrown(new Error('out of tune'))).toEqual(reason('out of tune'));
    expect(thrown('plain text')).toEqual(reason('plain text'));
    expect(thrown(undefined)).toEqual(reason('undefined'));
    expect(thrown(Object.create(null))).toEqual(reason('it threw what has no text'));
    expect(thrown(new Error('x'.repeat(5000)))).toEqual(reason('x'.repeat(200)));
  });

  it('stays open when a function of the host returns no resolution', () => {
    const good = {
      state: 'decided',
      value: 5n,
      rule: 'mine',
      supporters: [1, 2],
      dissenters: [0],
      margin: 0,
    };
    const returned = (answer: unknown) =>
      ruleOf({ function: 'mine' }, { functions: new Map([['mine', (() => answer) as unknown as Resolver]]) });
    expect(returned(good)).toEqual(good);
    const { margin: _, ...incomplete } = good;
    for (const bad of [
      undefined,
      null,
      5n,
      [],
      Promise.resolve(good),
      incomplete,
      { ...good, state: 'Decided' },
      { ...good, value: 5 },
      { ...good, value: undefined },
      { ...good, value: {} },
      { ...good, rule: 7 },
      { ...good, supporters: [3] },
      { ...good, supporters: [-1] },
      { ...good, supporters: ['bank-1'] },
      { ...good, supporters: new Set([1]) },
      { ...good, dissenters: new Array(1e6).fill(0) },
      { ...good, margin: 0.5 },
      { state: 'unresolved' },
    ])
      expect(returned(bad)).toEqual({
        state: 'unresolved',
        reason: 'function "mine" returned no resolution',
      });
    const trap = {
      get state(): string {
        throw new Error('caught in the act');
      },
    };
    expect(returned(trap)).toEqual({
      state: 'unresolved',
      reason: 'function "mine" failed: caught in the act',
    });
  });

  it('shows a function of the host copies, which it may ruin', () => {
    const banks = [...environment.bankIds];
    const claims = claim(1n, 5n, 5n);
    const vandal: Resolver = (given, { bankIds }) => {
      (bankIds as string[]).length = 0;
      (given[0]!.banks as number[]).push(2);
      (given as Claim[]).pop();
      return { state: 'unresolved', reason: 'done' };
    };
    const resolve = { function: 'vandal' };
    const given = { ...environment, bankIds: banks, functions: new Map([['vandal', vandal]]) };
    expect(resolveField({ resolve, tolerance: null }, claims, given)).toMatchObject({ reason: 'done' });
    expect([banks, claims]).toEqual([environment.bankIds, claim(1n, 5n, 5n)]);
  });

  it('is resolved knowing who is withheld', () => {
    const withheld = { withheld: 1, withholds: (bank: number) => bank === 0 };
    const open = said.slice(1);
    const by = (resolve: Parameters<typeof resolveField>[0]['resolve']) =>
      resolveField({ resolve, tolerance: null }, open, { ...environment, ...withheld });
    expect(by('majority')).toMatchObject({ value: 5n, margin: 0 });
    expect(by('median')).toMatchObject({ reason: 'median needs 3 numbers, 2 are claimed' });
    expect(by({ latest: 'updated' })).toMatchObject({ value: 5n });
    expect(by({ authority: ['bank-0', 'bank-1'] }).state).toBe('unresolved');
    expect(by({ authority: ['bank-1'] })).toMatchObject({ value: 5n });
  });
});
