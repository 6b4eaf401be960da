import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { isConcordatError } from '../../src/crypto/error.js';
import * as pedersen from '../../src/crypto/pedersen.js';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import {
  columnStatistics,
  scalarsToStatistics,
  statisticsFields,
  statisticsToScalars,
} from '../../src/data/statistics.js';

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

it('the fields that have statistics are those of numbers that are not of the key', () => {
  expect(statisticsFields(schema).map(({ name }) => name)).toEqual(['count', 'amount']);
});

const HALF = (ORDER - 1n) / 2n;
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return isConcordatError(error) ? error.code : 'untyped';
  }
};

describe('statistics as scalars', () => {
  it('keep numbers from 0, and take the order to negative ones', () => {
    expect(statisticsToScalars([0n, 1n, -1n, HALF, -HALF])).toEqual([0n, 1n, ORDER - 1n, HALF, ORDER - HALF]);
  });

  it('change their sign above half of the order', () => {
    expect(scalarsToStatistics([0n, HALF, HALF + 1n, ORDER - 1n])).toEqual([0n, HALF, -HALF, -1n]);
  });

  it('come back, each scalar from one number', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(-HALF, HALF)), (numbers) => {
        expect(scalarsToStatistics(statisticsToScalars(numbers))).toEqual(numbers);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, ORDER - 1n)), (scalars) => {
        expect(statisticsToScalars(scalarsToStatistics(scalars))).toEqual(scalars);
      }),
    );
  });

  it('are refused beyond half of the order, and are no scalars below zero or from the order on', () => {
    for (const number of [HALF + 1n, -HALF - 1n, ORDER, 1n << 600n])
      expect(codeOf(() => statisticsToScalars([0n, number]))).toBe('STATISTICS_OUT_OF_RANGE');
    for (const scalar of [-1n, ORDER, ORDER + 1n, 1n << 600n])
      expect(codeOf(() => scalarsToStatistics([0n, scalar]))).toBe('STATISTICS_NOT_SCALAR');
  });

  it('of as many and as large banks as are allowed add up without wrapping', () => {
    const records = (1n << 32n) - 1n;
    const value = BOUND - 1n;
    for (const sign of [1n, -1n]) {
      const bank = [records, sign * records * value, records * value * value];
      const sums = statisticsToScalars(bank).map((scalar) => (1024n * scalar) % ORDER);
      expect(scalarsToStatistics(sums)).toEqual(bank.map((number) => 1024n * number));
    }
  });

  it('are committed to, and added up under their commitments, with sums below zero', () => {
    const debts = columnStatistics(
      dataset([
        [-7n, -100n],
        [3n, null],
      ]),
    );
    const assets = columnStatistics(dataset([[2n, 40n]]));
    expect(debts).toEqual([2n, -4n, 58n, 1n, -100n, 10_000n]);
    const [one, other] = [debts, assets].map(statisticsToScalars);
    const sum = one!.map((scalar, i) => (scalar + other![i]!) % ORDER);
    const together = pedersen.add(pedersen.commit(one!, 11n), pedersen.commit(other!, 22n));
    expect(pedersen.verify(together, sum, 33n)).toBe(true);
    expect(scalarsToStatistics(sum)).toEqual([3n, -2n, 62n, 2n, -60n, 11_600n]);
    expect(codeOf(() => pedersen.commit(debts, 11n))).toBe('PEDERSEN_VALUE_OUT_OF_RANGE');
  });
});
