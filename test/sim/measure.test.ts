import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import type { OutcomeRow } from '../../src/data/outcome.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { DEFAULT_PARAMETERS } from '../../src/protocol/manifest.js';
import type { EpochRecord } from '../../src/sim/epoch-record.js';
import { accuracyOf, type MeasureContext, measureEpoch } from '../../src/sim/measure.js';

const schema = defineSchema({
  name: 'tiny',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string', optional: true } },
});
const book = (...rows: Value[][]): Dataset => Dataset.fromRecords(schema, rows);
const truth = book([1n, 'a'], [2n, 'b'], [3n, null]);
const row = (dataset: Dataset, id: bigint, ...change: (Value | undefined)[]): OutcomeRow => {
  const { keyDigest, values } = dataset.entries.find((entry) => entry.values[0] === id)!;
  return { keyDigest, values: change.length > 0 ? change : values };
};
const all = [row(truth, 1n), row(truth, 2n), row(truth, 3n)];

describe('accuracy', () => {
  it('is right cells over truth cells', () => {
    expect(accuracyOf(all, truth)).toEqual({ accuracy: 1, resolvedCells: 6, truthCells: 6, inventedRows: 0 });
    expect(accuracyOf([...all.slice(1), row(truth, 1n, 1n, 'z')], truth).accuracy).toBe(5 / 6);
  });

  it('counts an open cell and a missing record as wrong', () => {
    const open = accuracyOf([...all.slice(1), row(truth, 1n, 1n, undefined)], truth);
    expect(open).toEqual({ accuracy: 5 / 6, resolvedCells: 5, truthCells: 6, inventedRows: 0 });
    expect(accuracyOf(all.slice(1), truth).accuracy).toBe(4 / 6);
    expect(accuracyOf([], truth).accuracy).toBe(0);
  });

  it('counts every cell of a record that the truth lacks as wrong', () => {
    const more = book([9n, 'x']);
    expect(accuracyOf([...all.slice(1), row(more, 9n)], truth)).toMatchObject({
      accuracy: 4 / 8,
      resolvedCells: 6,
    });
  });

  it('takes an absent value for a value: right where the truth lacks it, wrong elsewhere', () => {
    expect(accuracyOf([...all.slice(1), row(truth, 1n, 1n, null)], truth).accuracy).toBe(5 / 6);
  });

  it('takes a number within its field’s tolerance of the truth for right, and none beyond', () => {
    const amounts = defineSchema({
      name: 'amounts',
      version: 1,
      absence: 'vote',
      key: ['id'],
      fields: { id: { type: 'integer' }, amount: { type: 'decimal', scale: 2, tolerance: '0.05' } },
    });
    const known = Dataset.fromRecords(amounts, [[1n, 1000n]]);
    const accuracy = (amount: bigint) => accuracyOf([row(known, 1n, 1n, amount)], known).accuracy;
    expect([1000n, 1005n, 995n].map(accuracy)).toEqual([1, 1, 1]);
    expect([1006n, 994n].map(accuracy)).toEqual([0.5, 0.5]);
  });

  it('is unknown where the truth is', () => {
    expect(accuracyOf(all, null)).toEqual({
      accuracy: null,
      resolvedCells: 6,
      truthCells: null,
      inventedRows: null,
    });
  });

  it('of an empty truth is whole', () => {
    expect(accuracyOf([], book()).accuracy).toBe(1);
  });
});

const manifest = {
  banks: ['north', 'south', 'east', 'west'].map((id) => ({ id })),
  schema,
  parameters: DEFAULT_PARAMETERS,
} as unknown as MeasureContext['manifest'];

describe('an epoch in which nobody sealed', () => {
  const nothing = [undefined, undefined];
  const record = {
    epoch: 4,
    complete: false,
    datasets: [truth, truth],
    sealed: nothing,
    roots: nothing,
    agreed: nothing,
    delays: nothing,
    views: 7,
    slots: 3,
    traffic: {
      total: { messages: 0, bytes: 0 },
      byLabel: {},
      sent: [],
      received: [],
    },
    work: [],
    disclosed: [new Set<string>(), new Set(['00'])],
    suspicions: [],
    tooDifferent: [],
    heard: new Set<number>(),
    heardLate: new Set<number>(),
    evidence: [[], []],
  } as unknown as EpochRecord;

  it('has figures all the same: what was sent and seen, and zeros', () => {
    expect(measureEpoch(record, { manifest, honest: [0, 1], truth })).toMatchObject({
      epoch: 4,
      agreement: false,
      resultRoot: '',
      rounds: 0,
      views: 7,
      slots: 3,
      lowerBoundBytes: 0,
      certificateBytes: 0,
      keys: { total: 0 },
      disclosed: { rawRecords: 1, ofRecords: 6 },
      accuracy: 0,
      statistics: null,
      suspicions: [],
      tooDifferent: [],
    });
  });

  it('names who differs too much: one bank from a leader, or a leader from more than f others', () => {
    const found = (by: number, bank: number, keys: number) => ({ by, bank, keys, limit: 64 });
    const tooDifferentOf = (tooDifferent: ReturnType<typeof found>[]) =>
      measureEpoch(
        { ...record, tooDifferent },
        { manifest: { ...manifest, faults: 1 }, honest: [0, 1], truth },
      ).tooDifferent;
    const name = (bank: number) => manifest.banks[bank]!.id;
    expect(tooDifferentOf([found(0, 2, 90), found(1, 2, 80)])).toEqual([
      { bank: name(2), from: [name(0), name(1)], keys: 80, limit: 64 },
    ]);
    const others = [1, 2];
    expect(tooDifferentOf(others.map((bank) => found(0, bank, 70)))).toEqual([
      { bank: name(0), from: others.map(name), keys: 70, limit: 64 },
    ]);
  });

  it('tells what honest banks suspect, each reason once, and nothing that a liar says', () => {
    const suspicions = [
      { by: 1, bank: 3, reason: 'late' },
      { by: 0, bank: 3, reason: 'late' },
      { by: 1, bank: 3, reason: 'late' },
      { by: 0, bank: 2, reason: 'odd' },
      { by: 3, bank: 0, reason: 'a lie' },
      { by: 0, bank: 3, reason: 'early' },
    ];
    const measured = measureEpoch({ ...record, suspicions }, { manifest, honest: [0, 1, 2], truth });
    expect(measured.suspicions).toEqual([
      { bank: 'east', reason: 'odd', by: ['north'] },
      { bank: 'west', reason: 'early', by: ['north'] },
      { bank: 'west', reason: 'late', by: ['north', 'south'] },
    ]);
  });
});
