import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authority, latest } from '../../src/data/resolve.js';
import { claim, context, dated, decidedBy, greatest } from './resolve-fixture.js';

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
