import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { columnStatistics, type OpenedStatistics } from '../../src/data/statistics.js';
import { DEFAULT_PARAMETERS, type StatisticsMode } from '../../src/protocol/manifest.js';
import { statisticsReport } from '../../src/sim/statistics-report.js';

const schema = defineSchema({
  name: 'books',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    name: { type: 'string' },
    amount: { type: 'decimal', scale: 2, optional: true },
    pieces: { type: 'integer' },
  },
});
const book = (...rows: [bigint, bigint | null, bigint][]): Dataset =>
  Dataset.fromRecords(
    schema,
    rows.map(([id, amount, pieces]) => [id, 'x', amount, pieces]),
  );
const report = (opened: OpenedStatistics | null, statistics: StatisticsMode = 'open') =>
  statisticsReport({ schema, parameters: { ...DEFAULT_PARAMETERS, statistics } }, opened);

/** What is opened of these books, bank by bank. */
function opened(...books: Dataset[]): OpenedStatistics {
  const each = books.map(columnStatistics);
  return {
    banks: books.map((_, i) => `bank-${i}`),
    totals: each[0]!.map((_, i) => each.reduce((sum, own) => sum + own[i]!, 0n)),
    each,
  };
}

describe('statistics as a report has them', () => {
  it('are count, sum and mean of every numeric field outside the key, in the field’s scale', () => {
    const found = report(opened(book([1n, 1250n, 3n], [2n, null, 4n]), book([1n, 1n, 4n])));
    expect(found).toEqual({
      mode: 'open',
      banks: ['bank-0', 'bank-1'],
      fields: [
        { field: 'amount', count: '2', sum: '12.51', mean: '6.26' },
        { field: 'pieces', count: '3', sum: '11', mean: '4' },
      ],
      outliers: [],
    });
  });

  it('have means rounded half to even, below zero too, and none where there are no values', () => {
    const mean = (...amounts: bigint[]) =>
      report(opened(book(...amounts.map((a, i): [bigint, bigint, bigint] => [BigInt(i), a, 0n]))))!.fields[0]!
        .mean;
    expect([mean(1n, 2n), mean(3n, 4n), mean(-1n, -2n), mean(-3n, -4n), mean(1n, 1n, 2n)]).toEqual([
      '0.02',
      '0.04',
      '-0.02',
      '-0.04',
      '0.01',
    ]);
    expect(report(opened(book([1n, null, 0n])))!.fields[0]).toMatchObject({ count: '0', mean: null });
  });

  it('name the banks that are outliers where each was opened, and nobody where only sums were', () => {
    const usual = book([1n, 1000n, 1n], [2n, 1000n, 1n]);
    const odd = book([1n, 1000n, 1n], [2n, 900_000n, 1n]);
    const statistics = opened(usual, usual, odd, usual);
    expect(report(statistics)!.outliers).toEqual([{ bank: 'bank-2', field: 'amount', figure: 'mean' }]);
    expect(report({ ...statistics, each: null }, 'aggregate')).toMatchObject({
      mode: 'aggregate',
      outliers: [],
    });
  });

  it('stand whatever a liar makes of the sums', () => {
    const totals = [-5n, 2n ** 250n, 1n, 0n, 7n, 0n];
    expect(report({ banks: ['a'], totals, each: null })!.fields).toEqual([
      { field: 'amount', count: '-5', sum: `${2n ** 250n / 100n}.24`, mean: null },
      { field: 'pieces', count: '0', sum: '7', mean: null },
    ]);
    expect(report({ banks: [], totals: [], each: null })!.fields[0]).toMatchObject({
      count: '0',
      mean: null,
    });
  });

  it('are null where nothing was opened', () => expect(report(null)).toBeNull());
});
