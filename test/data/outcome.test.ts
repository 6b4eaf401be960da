import { describe, expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { toHex } from '../../src/crypto/bytes.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { reconcileOutcome } from '../../src/data/outcome.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { type OpenedStatistics, scalarsToStatistics } from '../../src/data/statistics.js';
import { ABSTAIN, account, book, names, type Row, root, rowFor, VOTE } from './outcome-fixture.js';
import { requestOf } from './reconcile-fixture.js';

describe('unanimous records', () => {
  const outcome = reconcileOutcome(requestOf(VOTE, 1, [book(), book(), book(), book()]));

  it('stand as they are, in key-digest order, without a break or an explanation', () => {
    expect(names(VOTE, outcome)).toEqual(['1', '2', '3', '4', '5']);
    expect(outcome.rows.map(({ keyDigest }) => toHex(keyDigest))).toEqual(
      outcome.rows.map(({ keyDigest }) => toHex(keyDigest)).sort(),
    );
    expect(outcome.totals).toEqual({ unanimous: 5, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 });
    expect([outcome.breaks, outcome.explanations]).toEqual([[], []]);
  });

  it('change the root with any value of any field', () => {
    const roots = [account(3, 'other'), account(3, 'owner 3', 301), account(3, 'owner 3', null)].map(
      (row) => {
        const changed = book(row);
        return root(reconcileOutcome(requestOf(VOTE, 1, [changed, changed, changed, changed])));
      },
    );
    expect(new Set([...roots, root(outcome)]).size).toBe(4);
  });

  it('change the root with a record more or less', () => {
    const less = book(3);
    const more = book(account(6));
    const roots = [less, more].map((rows) =>
      root(reconcileOutcome(requestOf(VOTE, 1, [rows, rows, rows, rows]))),
    );
    expect(new Set([...roots, root(outcome)]).size).toBe(3);
  });

  it('of nobody are a result, too', () => {
    const empty = reconcileOutcome(requestOf(VOTE, 1, [[], [], [], []]));
    expect(empty.rows).toEqual([]);
    expect(root(empty)).not.toBe(root(outcome));
  });
});

describe('a settled key', () => {
  const tables = [book(), book(), book(account(2, 'mistaken')), book()];
  const outcome = reconcileOutcome(requestOf(VOTE, 1, tables));

  it('takes its winner', () => {
    expect(rowFor(outcome, 2)!.values).toEqual(account(2));
    expect(outcome.totals).toEqual({ unanimous: 4, settled: 1, disputed: 0, unvouched: 0, unresolved: 0 });
  });

  it('is a break that names who differs, and says by how many it was settled', () => {
    expect(outcome.breaks).toHaveLength(1);
    const [only] = outcome.breaks;
    expect(only).toMatchObject({
      field: null,
      state: 'divergent',
      reason: '3 of 4 hold one version; bank-2 differs',
      holders: ['bank-0', 'bank-1', 'bank-2', 'bank-3'],
      dissenters: ['bank-2'],
      support: 3,
    });
  });

  it('explains every field, with the voices it had beyond those it needed', () => {
    expect(outcome.explanations.map(({ field }) => field)).toEqual(['id', 'owner', 'balance', 'branch']);
    for (const each of outcome.explanations)
      expect(each).toMatchObject({
        class: 'settled',
        rule: 'settled',
        margin: 0,
      });
    // All agree on the key. What the record that lost says of the rest is not shown here: nobody is called a dissenter.
    expect(outcome.explanations.map(({ dissenters, hidden }) => [dissenters, hidden])).toEqual([
      [[], []],
      [[], ['bank-2']],
      [[], ['bank-2']],
      [[], ['bank-2']],
    ]);
  });

  it('has another root than the same record held by all: the totals are under it, too', () => {
    const unanimous = reconcileOutcome(requestOf(VOTE, 1, [book(), book(), book(), book()]));
    expect(outcome.rows).toEqual(unanimous.rows);
    expect(root(outcome)).not.toBe(root(unanimous));
  });

  it('that absence won is in no row, and its one holder is the one that differs', () => {
    const extra = reconcileOutcome(
      requestOf(VOTE, 1, [book(), book(account(9)), book(), book()], { self: 1 }),
    );
    expect(rowFor(extra, 9)).toBeUndefined();
    expect(extra.totals.settled).toBe(1);
    expect(extra.explanations).toEqual([]);
    expect(extra.breaks).toMatchObject([
      {
        state: 'divergent',
        reason: '3 of 4 do not hold it; bank-1 holds it',
        holders: ['bank-1'],
        dissenters: ['bank-1'],
      },
    ]);
  });

  it('counts a bank that lacks it as differing only where absence is a claim', () => {
    const tables = [book(), book(), book(), book(3)];
    const breaks = (schema: Schema) => reconcileOutcome(requestOf(schema, 1, tables)).breaks;
    expect(breaks(VOTE)).toMatchObject([{ dissenters: ['bank-3'] }]);
    expect(breaks(ABSTAIN)).toEqual([]);
  });
});

describe('an unvouched key', () => {
  const request = requestOf(ABSTAIN, 1, [book(), book(account(9)), book(), book()]);
  const outcome = reconcileOutcome(request);

  it('is in no row; the break says how many hold it and how many would have to', () => {
    expect(rowFor(outcome, 9)).toBeUndefined();
    expect(outcome.totals.unvouched).toBe(1);
    expect(outcome.breaks).toMatchObject([
      {
        state: 'unvouched',
        entry: null,
        reason: 'held by 1 of 4 banks; 2 must hold it before an honest one is sure to',
        holders: ['bank-1'],
      },
    ]);
  });

  it('is under the root by its id alone', () => {
    const other = reconcileOutcome(requestOf(ABSTAIN, 1, [book(), book(account(9, 'x')), book(), book()]));
    expect(root(other)).toBe(root(outcome));
    expect(
      root(reconcileOutcome(requestOf(ABSTAIN, 1, [book(), book(account(8)), book(), book()]))),
    ).not.toBe(root(outcome));
  });
});

describe('a disputed key', () => {
  const split = [
    book(),
    book(account(2, 'owner 2', 208)),
    book(account(2, 'owner 2', 210)),
    book(account(2, 'xyz')),
  ];

  it('is unresolved while its versions are not open: nothing of it is in a row', () => {
    const outcome = reconcileOutcome(requestOf(VOTE, 1, split));
    expect(rowFor(outcome, 2)).toBeUndefined();
    expect(outcome.totals).toEqual({ unanimous: 4, settled: 0, disputed: 1, unvouched: 0, unresolved: 1 });
    expect(outcome.breaks).toMatchObject([
      {
        field: null,
        state: 'unresolved',
        reason: 'best version has 1 of 4 voices, 3 settle it; its versions were not opened',
      },
    ]);
  });

  it('is decided as far as the versions that are open support it, and says how many are not', () => {
    const partly = reconcileOutcome(requestOf(VOTE, 1, split, { opened: (_, version) => version !== 3 }));
    expect(rowFor(partly, 2)!.values).toEqual([2n, undefined, 200n, undefined]);
    expect(partly.totals).toMatchObject({ disputed: 1, unresolved: 1 });
    expect(partly.breaks.filter(({ state }) => state === 'unresolved')).toMatchObject([
      {
        field: 'owner',
        state: 'unresolved',
        reason: 'best value has 2 of 4 voices, 3 decide; 1 of 4 versions were not opened',
      },
      { field: 'branch', reason: /registered; 1 of 4 versions were not opened$/ },
    ]);
    expect(partly.explanations.map(({ field }) => field)).toEqual(['id', 'balance']);
  });

  it('has another root with every set of versions that is open', () => {
    const roots = [[], [3], [4], [3, 4], [1, 2, 3, 4]].map((shut) =>
      root(reconcileOutcome(requestOf(VOTE, 1, split, { opened: (_, v) => !shut.includes(v) }))),
    );
    expect(new Set(roots).size).toBe(5);
  });

  it('is decided field by field by the rules of the schema once all versions are open', () => {
    const outcome = reconcileOutcome(requestOf(VOTE, 1, split, { opened: () => true }));
    const [, owner, balance, branch] = rowFor(outcome, 2)!.values;
    expect([owner, balance, branch]).toEqual(['owner 2', 200n, undefined]);
    expect(outcome.explanations.map(({ field, rule }) => `${field} by ${rule}`)).toEqual([
      'id by majority',
      'owner by majority',
      'balance by median',
    ]);
    expect(outcome.explanations[1]).toMatchObject({
      class: 'disputed',
      supporters: ['bank-0', 'bank-1', 'bank-2'],
      dissenters: ['bank-3'],
    });
  });

  it('leaves a field open that its rule cannot decide, and says why', () => {
    const outcome = reconcileOutcome(requestOf(VOTE, 1, split, { opened: () => true }));
    expect(outcome.totals).toMatchObject({ disputed: 1, unresolved: 1 });
    expect(outcome.breaks.filter(({ state }) => state === 'unresolved')).toMatchObject([
      { field: 'branch', state: 'unresolved', reason: 'no function "nobody-registered-it" is registered' },
    ]);
  });

  it('that is wholly decided is not unresolved, and a break in every field in which somebody differs', () => {
    const plain = defineSchema({
      name: 'plain',
      version: 1,
      absence: 'vote',
      key: ['id'],
      fields: { id: { type: 'integer' }, a: { type: 'string' }, b: { type: 'string' } },
    });
    const tables: Row[][] = [[[1n, 'x', 'y']], [[1n, 'x', 'z']], [[1n, 'w', 'y']], [[1n, 'x', 'y']]];
    const outcome = reconcileOutcome(requestOf(plain, 1, tables, { opened: () => true }));
    expect(outcome.rows.map(({ values }) => values)).toEqual([[1n, 'x', 'y']]);
    expect(outcome.totals).toMatchObject({ disputed: 1, unresolved: 0 });
    expect(outcome.breaks).toMatchObject([
      { field: 'a', state: 'divergent', agreed: 'x', dissenters: ['bank-2'] },
      { field: 'b', state: 'divergent', agreed: 'y', dissenters: ['bank-1'] },
    ]);
  });

  it('does not let those who lack it have a say about its fields', () => {
    const tables = [book(), book(account(2, 'b')), book(account(2, 'c')), book(2), book(2)];
    const outcome = reconcileOutcome(requestOf(VOTE, 1, tables, { opened: () => true }));
    expect(outcome.breaks.map(({ field }) => field)).toContain('owner');
    expect(outcome.breaks.find(({ field }) => field === 'owner')!.reason).toMatch(/of 3 voices/);
  });
});

describe('a closed key', () => {
  const settled = [book(), book(), book(account(2, 'mistaken')), book()];
  const split = [book(), book(account(2, 'a')), book(account(2, 'b')), book(account(2, 'c'))];
  const closed = () => true;

  it('is undecided even when it is settled and its winner is at hand', () => {
    const outcome = reconcileOutcome(requestOf(VOTE, 1, settled, { closed }));
    expect(rowFor(outcome, 2)).toBeUndefined();
    expect(outcome.totals).toEqual({ unanimous: 4, settled: 0, disputed: 1, unvouched: 0, unresolved: 1 });
    expect(outcome.explanations).toEqual([]);
    expect(outcome.breaks).toMatchObject([
      {
        field: null,
        state: 'unresolved',
        reason: 'best version has 3 of 4 voices; it stays closed: the quota of forced disclosures is used up',
        holders: ['bank-0', 'bank-1', 'bank-2', 'bank-3'],
        dissenters: [],
        support: 3,
      },
    ]);
  });

  it('is undecided even when it is disputed and its versions are open', () => {
    const opened = () => true;
    const outcome = reconcileOutcome(requestOf(VOTE, 1, split, { opened, closed }));
    expect(rowFor(outcome, 2)).toBeUndefined();
    expect(outcome.totals).toMatchObject({ disputed: 1, unresolved: 1 });
    expect(outcome.breaks[0]!.reason).toMatch(/^best version has 1 of 4 voices; it stays closed/);
    expect(root(outcome)).toBe(root(reconcileOutcome(requestOf(VOTE, 1, split))));
  });

  it('leaves the others as they are', () => {
    const both = settled.map((rows, i) =>
      rows.map((row) => (row[0] === 4n && i === 0 ? account(4, 'x') : row)),
    );
    const one = requestOf(VOTE, 1, both);
    const [first, second] = one.table.rows;
    for (const row of [first!, second!]) {
      const outcome = reconcileOutcome({ ...one, closed: new Set([row]) });
      expect(outcome.totals).toEqual({ unanimous: 3, settled: 1, disputed: 1, unvouched: 0, unresolved: 1 });
      expect(outcome.rows).toHaveLength(4);
      expect(root(outcome)).not.toBe(root(reconcileOutcome(one)));
    }
  });
});

describe('opened statistics', () => {
  const tables = [book(), book(), book(), book()];
  const banks = ['bank-0', 'bank-2'];
  const totals = [10n, -30n, 900n];
  const each = [
    [5n, -15n, 450n],
    [5n, -15n, 450n],
  ];
  const withStatistics = (statistics: OpenedStatistics) =>
    reconcileOutcome(requestOf(VOTE, 1, tables, { statistics }));

  it('are in the result as they were given, or null', () => {
    expect(withStatistics({ banks, totals, each }).statistics).toEqual({ banks, totals, each });
    expect(reconcileOutcome(requestOf(VOTE, 1, tables)).statistics).toBeNull();
  });

  it('are under the root: banks, totals with their signs, and each of the banks own', () => {
    const variants: OpenedStatistics[] = [
      { banks, totals, each },
      { banks, totals, each: null },
      { banks: [...banks].reverse(), totals, each },
      { banks: ['bank-0'], totals, each: null },
      { banks: ['bank-0bank-2'], totals, each: null },
      { banks, totals: [10n, 30n, 900n], each },
      { banks, totals: [10n, -30n], each },
      { banks, totals: [10n, -30n, 900n, 0n], each },
      { banks, totals, each: [each[0]!, [5n, -15n, 451n]] },
      {
        banks,
        totals,
        each: [
          [5n, -15n],
          [450n, ...each[1]!],
        ],
      },
      { banks, totals, each: [[...each[0]!, ...each[1]!]] },
      { banks, totals, each: [] },
      { banks: [], totals: [], each: [] },
      { banks: [], totals: [], each: null },
    ];
    const roots = variants.map((statistics) => root(withStatistics(statistics)));
    roots.push(root(reconcileOutcome(requestOf(VOTE, 1, tables))));
    expect(new Set(roots).size).toBe(variants.length + 1);
  });

  it('do not stop the epoch, however large a liar makes them', () => {
    const largest = scalarsToStatistics([(ORDER - 1n) / 2n, (ORDER + 1n) / 2n]);
    const all = Array.from({ length: 1024 }, () => largest);
    const sums = [0, 1].map((i) => all.reduce((sum, own) => sum + own[i]!, 0n));
    const named = all.map((_, i) => `bank-${i}`);
    expect(withStatistics({ banks: named, totals: sums, each: all }).root).toHaveLength(32);
  });

  it('beyond any field element are refused', () => {
    for (const totals of [[1n << 512n], [-(1n << 512n)]])
      expect(() => withStatistics({ banks, totals, each: null })).toThrow(ConcordatError);
  });
});
