import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { columnStatistics } from '../../src/data/statistics.js';

const schema = defineSchema({
  name: 'numbers',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    count: { type: 'integer', optional: true },
    label: { type: 'string' },
    day: { type: 'date' },
    amount: { type: 'decimal', scale: 2, optional: true },
  },
});
const dataset = (rows: readonly (readonly [bigint | null, bigint | null])[]): Dataset =>
  Dataset.fromRecords(
    schema,
    rows.map(([count, amount], i) => [BigInt(i), count, 'x', 7n, amount]),
  );
const BOUND = 1n << 96n;

describe('column statistics', () => {
  it('are count, sum and sum of squares of numbers that are not of the key, in the order of the fields', () => {
    expect(
      columnStatistics(
        dataset([
          [2n, 150n],
          [-3n, null],
        ]),
      ),
    ).toEqual([2n, -1n, 13n, 1n, 150n, 22_500n]);
  });

  it('of nothing are zeros, one triple for each column all the same', () => {
    expect(columnStatistics(dataset([]))).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
    expect(columnStatistics(dataset([[null, null]]))).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
  });

  it('leave out what could wrap a sum in the field they are committed in', () => {
    const rows = [
      [BOUND - 1n, 0n],
      [BOUND, 0n],
      [1n - BOUND, 0n],
      [-BOUND, 0n],
    ] as const;
    const [count, sum, squares] = columnStatistics(dataset(rows));
    expect([count, sum, squares]).toEqual([2n, 0n, 2n * (BOUND - 1n) ** 2n]);
  });

  it('do not depend on the order of the records', () => {
    const number = fc.option(fc.bigInt({ min: -(1n << 100n), max: 1n << 100n }), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 20 }), (rows) => {
        expect(columnStatistics(dataset([...rows].reverse()))).toEqual(columnStatistics(dataset(rows)));
      }),
      { numRuns: 50 },
    );
  });
});
