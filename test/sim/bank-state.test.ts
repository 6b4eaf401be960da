import { describe, expect, it } from 'vitest';
import { buildConflictTable, type ConflictTable, type Holdings } from '../../src/data/conflict.js';
import { bankStates, divergentInputs } from '../../src/sim/bank-state.js';
import type { EpochRecord } from '../../src/sim/epoch-record.js';

const RULE = { faults: 1, absence: 'vote' } as const;
const digest = (n: number): Uint8Array => new Uint8Array(16).fill(n);

/** A table of `rows` keys, in each of which the inputs hold these versions; 0 is absence. */
function tableOf(rows: readonly (readonly number[])[], absence: 'vote' | 'abstain' = 'vote'): ConflictTable {
  const holdings = rows.map((numbers, i): [Uint8Array, Holdings] => [
    Uint8Array.of(0, 0, 0, 0, 0, 0, i >> 8, i & 255),
    numbers.map((n) => (n === 0 ? null : digest(n))),
  ]);
  return buildConflictTable(rows[0]?.length ?? 0, holdings, { ...RULE, absence });
}
const repeat = (times: number, row: readonly number[]) => Array.from({ length: times }, () => row);
const divergent = (table: ConflictTable, inputs = [0, 1, 2, 3]): number[] => [
  ...divergentInputs(table, inputs),
];

describe('divergent inputs', () => {
  it('are those that lost on unusually many settled keys', () => {
    expect(divergent(tableOf(repeat(11, [1, 1, 1, 2])))).toEqual([3]);
  });

  it('are none at ten keys: so many slips happen', () => {
    expect(divergent(tableOf(repeat(10, [1, 1, 1, 2])))).toEqual([]);
  });

  it('are named by their index in the consortium, not by their column', () => {
    expect(divergent(tableOf(repeat(11, [1, 2, 1, 1])), [1, 4, 5, 6])).toEqual([4]);
  });

  it('are none for keys that nobody won', () => {
    expect(divergent(tableOf(repeat(30, [1, 1, 2, 2])))).toEqual([]);
  });

  it('count a missing record only where absence is a claim', () => {
    expect(divergent(tableOf(repeat(11, [1, 1, 1, 0])))).toEqual([3]);
    expect(divergent(tableOf(repeat(11, [1, 1, 1, 0]), 'abstain'))).toEqual([]);
  });

  it('stand out against what all others lose', () => {
    const noise = [0, 1, 2, 3, 4].flatMap((bank) =>
      repeat(
        8,
        [0, 1, 2, 3, 4, 5, 6].map((i) => (i === bank ? 2 : 1)),
      ),
    );
    const liar = repeat(40, [1, 1, 1, 1, 1, 1, 2]);
    expect(divergent(tableOf([...noise, ...liar]), [0, 1, 2, 3, 4, 5, 6])).toEqual([6]);
  });

  it('of no conflict at all are none', () => {
    expect(divergent({ inputs: 4, rows: [] })).toEqual([]);
  });
});

describe('the state of a bank', () => {
  const table = tableOf(repeat(20, [1, 1, 1, 2]));
  const root = new Uint8Array(32);
  const full = { outcome: { root }, seal: { root }, table, inputs: [0, 1, 2, 3] };
  const record = (change: Partial<Record<keyof EpochRecord, unknown>>): EpochRecord =>
    ({
      sealed: [full, full, full, full],
      heard: new Set([0, 1, 2, 3]),
      heardLate: new Set([0, 1, 2, 3]),
      ...change,
    }) as unknown as EpochRecord;
  const states = (change: Partial<Record<keyof EpochRecord, unknown>>, faulty: number[] = []) =>
    bankStates(record(change), [0, 1, 2], new Set(faulty));

  it('is agreed for who sealed, divergent for whose records lost', () => {
    expect(states({})).toEqual(['agreed', 'agreed', 'agreed', 'divergent']);
  });

  it('is divergent for a bank that computed another result than was sealed', () => {
    const other = { ...full, outcome: { root: new Uint8Array(32).fill(1) } };
    expect(states({ sealed: [full, other, full, full] })[1]).toBe('divergent');
  });

  it('is faulty by proof alone, whatever else it did', () => {
    expect(states({}, [3])[3]).toBe('faulty');
    expect(states({ sealed: [full, full, full, undefined], heard: new Set() }, [3])[3]).toBe('faulty');
  });

  it('is silent for a bank that nobody honest heard, though it may have sealed for itself', () => {
    const left = { ...full, inputs: [0, 1, 2], table: tableOf(repeat(3, [1, 1, 2])) };
    expect(
      states({ sealed: [left, left, left, left], heard: new Set([0, 1]), heardLate: new Set() })[3],
    ).toBe('silent');
  });

  it('is behind for a bank with the seal and no data, or that was heard to the end and did not seal', () => {
    expect(states({ sealed: [full, { ...full, outcome: null }, full, full] })[1]).toBe('behind');
    expect(states({ sealed: [full, undefined, full, undefined] })).toMatchObject([
      'agreed',
      'behind',
      'agreed',
      'behind',
    ]);
  });

  it('is silent for a bank that fell silent before the inputs were agreed', () => {
    expect(states({ sealed: [full, full, full, undefined], heardLate: new Set([0, 1, 2]) })[3]).toBe(
      'silent',
    );
  });

  it('accuses nobody when nobody sealed', () => {
    const none = [undefined, undefined, undefined, undefined];
    expect(states({ sealed: none, heardLate: new Set() })).toEqual(['behind', 'behind', 'behind', 'silent']);
  });
});
