import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER } from '../../src/crypto/babyjubjub.js';
import { statisticsOutliers } from '../../src/data/outliers.js';

const AMOUNT = [{ name: 'amount' }];
/** Banks that report this count and this sum of the one column. */
const banks = (...figures: readonly (readonly [count: bigint, sum: bigint])[]): bigint[][] =>
  figures.map(([count, sum]) => [count, sum, 0n]);
const flagged = (...figures: readonly (readonly [bigint, bigint])[]): string[] =>
  statisticsOutliers(banks(...figures), AMOUNT).map(({ bank, figure }) => `${bank} ${figure}`);

describe('outliers among column statistics', () => {
  it('are banks whose mean is far from that of the others', () => {
    expect(flagged([10n, 1000n], [10n, 1001n], [10n, 1002n], [10n, 2000n])).toEqual(['3 mean']);
    expect(flagged([10n, 1000n], [10n, 1001n], [10n, 1002n], [10n, -1000n])).toEqual(['3 mean']);
  });

  it('are banks with far more or fewer values than the others', () => {
    expect(flagged([100n, 0n], [101n, 0n], [102n, 0n], [111n, 0n])).toEqual([]);
    expect(flagged([100n, 0n], [101n, 0n], [102n, 0n], [112n, 0n])).toEqual(['3 count']);
    expect(flagged([90n, 0n], [101n, 0n], [102n, 0n], [102n, 0n])).toEqual(['0 count']);
  });

  it('are not those within five times the spread of the others', () => {
    const means = [1000n, 1100n, 1200n, 1300n, 1400n];
    const one = (last: bigint) => flagged(...[...means, last].map((mean) => [1n, mean] as const));
    // The median is the lower of the middle two, 1200 with a high figure and 1100 with a low one; the MAD is 100.
    expect(one(1700n)).toEqual([]);
    expect(one(1701n)).toEqual(['5 mean']);
    expect(one(600n)).toEqual([]);
    expect(one(599n)).toEqual(['5 mean']);
  });

  it('are not copies that nearly agree, though their spread is zero', () => {
    const same = [1000n, 1_000_000n] as const;
    expect(flagged(same, same, same, [1000n, 1_005_000n])).toEqual([]);
    expect(flagged(same, same, same, [1000n, 1_005_001n])).toEqual(['3 mean']);
    const debt = [1000n, -1_000_000n] as const;
    expect(flagged(debt, debt, debt, [1000n, -1_005_000n])).toEqual([]);
    expect(flagged(debt, debt, debt, [1000n, -1_005_001n])).toEqual(['3 mean']);
    expect(flagged([1n, 0n], [1n, 0n], [1n, 0n], [1n, 5n])).toEqual([]);
    expect(flagged([1n, 0n], [1n, 0n], [1n, 0n], [1n, 6n])).toEqual(['3 mean']);
  });

  it('are told with the field and the figure, in order of field, figure, bank', () => {
    const usual = [10n, 50n, 0n, 10n, 70n, 0n];
    const each = [usual, [90n, 9000n, 0n, 10n, 70n, 0n], usual, usual, [10n, 50n, 0n, 90n, 630n, 0n]];
    expect(statisticsOutliers(each, [{ name: 'a' }, { name: 'b' }])).toEqual([
      { bank: 1, field: 'a', figure: 'count' },
      { bank: 1, field: 'a', figure: 'mean' },
      { bank: 4, field: 'b', figure: 'count' },
    ]);
  });

  it('are nobody where fewer than three have a figure', () => {
    expect(flagged([1n, 1n], [1n, 99_999n])).toEqual([]);
    expect(flagged()).toEqual([]);
    expect(flagged([1n, 1n], [1n, 99_999n], [0n, 0n])).toEqual([]);
    expect(statisticsOutliers(banks([1n, 1n]), [])).toEqual([]);
  });

  it('have no mean where they have no value, and a missing number is zero', () => {
    expect(flagged([0n, 500n], [3n, 30n], [3n, 30n], [3n, 30n], [-1n, 30n])).toEqual([]);
    expect(statisticsOutliers([...banks([50n, 1n], [50n, 1n], [50n, 1n]), []], AMOUNT)).toEqual([
      { bank: 3, field: 'amount', figure: 'count' },
    ]);
  });

  it('keep means exact that no float tells apart', () => {
    const huge = 1n << 80n;
    const mean = (off: bigint) => [1n, huge * 10_000n + off] as const;
    const bound = (5n * huge * 10_000n) / 1000n;
    expect(flagged(mean(0n), mean(0n), mean(0n), mean(bound))).toEqual([]);
    expect(flagged(mean(0n), mean(0n), mean(0n), mean(bound + 1n))).toEqual(['3 mean']);
  });

  it('of any numbers whatever are found without a throw, the same each time', () => {
    const number = fc.oneof(fc.bigInt(-9n, 9n), fc.bigInt(-ORDER, ORDER));
    fc.assert(
      fc.property(
        fc.array(fc.array(number, { maxLength: 7 }), { maxLength: 9 }),
        fc.nat(3).map((count) => Array.from({ length: count }, (_, i) => ({ name: `f${i}` }))),
        (each, fields) => {
          const found = statisticsOutliers(each, fields);
          expect(statisticsOutliers(each, fields)).toEqual(found);
          for (const { bank } of found) expect(bank).toBeLessThan(each.length);
        },
      ),
    );
  });

  it('do not depend on who is who', () => {
    const column = fc.tuple(fc.bigInt(0n, 40n), fc.bigInt(-500n, 500n));
    fc.assert(
      fc.property(fc.array(column, { maxLength: 9 }), (figures) => {
        const last = figures.length - 1;
        const mirrored = flagged(...[...figures].reverse()).map((name) => {
          const [bank, figure] = name.split(' ');
          return `${last - Number(bank)} ${figure}`;
        });
        expect(mirrored.sort()).toEqual(flagged(...figures).sort());
      }),
      { numRuns: 200 },
    );
  });

  it('are never honest banks that agree, whatever f of 3f + 1 report', () => {
    const lie = fc.tuple(fc.bigInt(), fc.bigInt());
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 4 }), (lies) => {
        const honest = new Array(2 * lies.length + 1).fill([12n, 3456n] as const);
        const found = flagged(...lies, ...honest).map((name) => Number.parseInt(name, 10));
        for (const bank of found) expect(bank).toBeLessThan(lies.length);
      }),
      { numRuns: 200 },
    );
  });
});
