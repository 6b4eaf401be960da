import { describe, expect, it } from 'vitest';
import { buildConflictTable, type ConflictRow } from '../../src/data/conflict.js';
import { planDisclosures } from '../../src/data/disclosure.js';
import { classify, existenceBound, isOpened } from '../../src/data/key-class.js';
import { type Outcome, reconcileOutcome } from '../../src/data/outcome.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { requestOf } from './reconcile-fixture.js';

const positions = (absence: 'vote' | 'abstain') =>
  defineSchema({
    name: 'positions',
    version: 1,
    absence,
    key: ['isin'],
    fields: { isin: { type: 'string' }, qty: { type: 'integer' } },
  });
const VOTE = positions('vote');
const opened = ({ standing }: ConflictRow): boolean => isOpened(standing);

/** Books of holdings as `key: quantity`. */
const booksOf = (books: readonly Readonly<Record<string, number>>[]): Value[][][] =>
  books.map((book) => Object.entries(book).map(([isin, qty]) => [isin, BigInt(qty)]));
const outcomeOf = (books: readonly Readonly<Record<string, number>>[], faults: number): Outcome =>
  reconcileOutcome(requestOf(VOTE, faults, booksOf(books), { opened }));
const tableOf = (outcome: Outcome): Record<string, number> =>
  Object.fromEntries(outcome.rows.map(({ values: [isin, qty] }) => [isin, Number(qty)]));
const keyOf = ({ entry }: Outcome['breaks'][number]): string => String(entry?.values[0]);

/** Seven books, two of which may lie: who holds what of five positions. */
const SEVEN = [
  ...new Array(4).fill({ X1: 100, X2: 200, X3: 300, X5: 500 }),
  { X1: 101, X3: 300, X5: 500, X6: 600 },
  { X1: 101, X3: 999, X5: 500, X6: 600 },
  { X1: 101, X3: 999, X5: 500, X6: 600 },
];

describe('where absence is a vote, existence', () => {
  it('is decided by all inputs: what three of seven hold does not exist, whatever they agree on', () => {
    const outcome = outcomeOf(SEVEN, 2);
    expect(tableOf(outcome)).toEqual({ X1: 100, X2: 200, X3: 300, X5: 500 });
    // Bank 0 lacks X6, and the record of a key that does not exist is opened to nobody.
    const told = outcome.breaks.map((each) => [
      keyOf(each),
      each.field,
      each.state,
      each.reason,
      ...each.dissenters,
    ]);
    expect(told.sort()).toEqual([
      [
        'X1',
        'qty',
        'divergent',
        '4 of 7 hold the agreed value; bank-4, bank-5, bank-6 differ',
        'bank-4',
        'bank-5',
        'bank-6',
      ],
      [
        'X2',
        null,
        'divergent',
        '4 of 7 hold it; bank-4, bank-5, bank-6 lack it',
        'bank-4',
        'bank-5',
        'bank-6',
      ],
      ['X3', null, 'divergent', '5 of 7 hold one version; bank-5, bank-6 differ', 'bank-5', 'bank-6'],
      [
        'undefined',
        null,
        'divergent',
        '4 of 7 do not hold it; bank-4, bank-5, bank-6 hold it',
        'bank-4',
        'bank-5',
        'bank-6',
      ],
    ]);
  });

  it('is open where two of four hold the record: every key is unresolved, and none is in the table', () => {
    const halves = [
      { X1: 100, X2: 200, X3: 300 },
      { Y1: 100, Y2: 200, Y3: 300 },
    ] as const;
    const outcome = outcomeOf([halves[0], halves[0], halves[1], halves[1]], 1);
    expect(outcome.rows).toEqual([]);
    expect(outcome.totals).toEqual({ unanimous: 0, settled: 0, disputed: 6, unvouched: 0, unresolved: 6 });
    expect(outcome.breaks).toHaveLength(6);
    for (const { state, reason, dissenters } of outcome.breaks)
      expect([state, reason, dissenters]).toEqual([
        'unresolved',
        '2 of 4 hold it, 2 do not; 3 decide whether it exists',
        [],
      ]);
  });

  it('is open where four of ten hold it and two of the others say nothing that decides', () => {
    const holders = (count: number) => Array.from({ length: 10 }, (_, i) => (i < count ? { A: 1 } : {}));
    expect(tableOf(outcomeOf(holders(4), 3))).toEqual({});
    expect(outcomeOf(holders(4), 3).totals).toMatchObject({ unresolved: 0 });
    expect(outcomeOf(holders(5), 3).totals).toMatchObject({ disputed: 1, unresolved: 1 });
    expect(tableOf(outcomeOf(holders(6), 3))).toEqual({ A: 1 });
  });

  it('has an honest voice behind it, and follows honest inputs that are more than half, whoever the liars are', () => {
    for (let inputs = 1; inputs <= 10; inputs++)
      for (let faults = 0; 3 * faults < inputs; faults++)
        for (let held = 1; held <= inputs; held++) {
          const column = Array.from({ length: inputs }, (_, i) => (i < held ? 1 : 0));
          const { exists } = classify(column, { faults, absence: 'vote' });
          const [yes, no] = [held, inputs - held];
          if (exists !== null) expect(exists ? yes : no).toBeGreaterThan(faults);
          if (2 * (yes - faults) > inputs && yes - faults > faults) expect(exists).toBe(true);
          if (2 * (no - faults) > inputs && no - faults > faults) expect(exists).toBe(false);
          expect(exists === true).toBe(yes >= existenceBound(inputs, faults));
        }
  });

  it('is no question of a rule: a function of the host is not asked about a key that is not agreed to exist', () => {
    const asked: string[] = [];
    const request = requestOf(VOTE, 2, booksOf(SEVEN), { opened });
    reconcileOutcome(request, {
      decide: ({ versions, lacking }) => {
        asked.push(`${versions[0]!.values[0]}: ${lacking.join(' ')}`);
        return undefined;
      },
    });
    expect(asked.sort()).toEqual(['X1: ', 'X2: bank-4 bank-5 bank-6']);
  });

  it('that is not agreed opens no record and shows no digest', () => {
    const rule = { faults: 2, absence: 'vote' as const };
    const digest = new Uint8Array(16).fill(7);
    const held = [digest, digest, digest, null, null, null, null];
    const table = buildConflictTable(7, [[new Uint8Array(8), held]], rule);
    expect(table.rows[0]!.standing).toMatchObject({ class: 'disputed', exists: false });
    expect(table.rows[0]!.digests).toEqual([null]);
    expect(planDisclosures(table, { faults: 2, quota: 9 }).dealers.size).toBe(0);
  });
});

describe('where absence is no say', () => {
  it('f + 1 holders make a key exist, and who lacks it differs in nothing', () => {
    const schema = positions('abstain');
    const books = booksOf([{ A: 1 }, { A: 1 }, {}, {}]);
    const outcome = reconcileOutcome(requestOf(schema, 1, books, { opened }));
    expect(tableOf(outcome)).toEqual({ A: 1 });
    expect(outcome.breaks).toEqual([]);
  });
});

describe('who lacks the key', () => {
  it('is told to a rule of the host', () => {
    const schema = defineSchema({
      name: 'ruled',
      version: 1,
      absence: 'vote',
      key: ['id'],
      fields: { id: { type: 'integer' }, qty: { type: 'integer', resolve: { function: 'mine' } } },
    });
    const books: Value[][][] = [[[1n, 1n]], [[1n, 2n]], [[1n, 3n]], []];
    const lacking: (readonly number[] | undefined)[] = [];
    reconcileOutcome(requestOf(schema, 1, books, { opened }), {
      functions: new Map([
        [
          'mine',
          (_, context) => {
            lacking.push(context.lacking);
            return { state: 'unresolved', reason: 'told' };
          },
        ],
      ]),
    });
    expect(lacking).toEqual([[3]]);
  });
});
