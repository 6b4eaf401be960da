import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import { AMOUNT, booksOf, CUSTOMER, requestOf, run, type Setup } from './disputed-fixture.js';

/** Books that differ in every figure: amounts are each bank's own, some are missing, some negative. */
const books = (banks: number): Dataset[] =>
  booksOf(banks, 40, (truth, i, bank) => {
    if (i === bank) return null;
    if (i < 30) return truth;
    return truth.with(AMOUNT, BigInt(i % 2 === 0 ? -7 : 5) * (truth[AMOUNT] as bigint) + BigInt(bank));
  });

/** Count, sum and sum of squares of the amounts: the only number beside the key. */
function figures({ entries }: Dataset): bigint[] {
  const amounts = entries.map(({ values }) => values[AMOUNT] as bigint);
  const sum = (numbers: readonly bigint[]) => numbers.reduce((total, number) => total + number, 0n);
  return [BigInt(amounts.length), sum(amounts), sum(amounts.map((amount) => amount * amount))];
}

/** What the honest banks of a run saw of the statistics, all the same; and what each bank's are. */
function opened(banks: number, setup: Setup) {
  const { simulation, record, honest, outputs } = run(books(banks), setup);
  expect(simulation.oracle.violations).toEqual([]);
  expect(record.complete).toBe(true);
  const { inputs } = record.sealed[honest[0]!]!;
  const all = honest.map((bank) => requestOf(outputs[bank]!).statistics);
  for (const each of all) expect(each).toEqual(all[0]);
  const own = (name: string) => figures(record.datasets[Number(name.split('-')[1])]!);
  return { statistics: all[0]!, own, inputs, quorum: simulation.consortium.manifest.quorum };
}

describe('aggregate statistics', () => {
  it.each([
    [4, {}],
    [4, { 1: 'falsify' }],
    [4, { 2: 'collude' }],
    [5, { 0: 'silent' }],
    [5, { 3: 'equivocate' }],
    [5, { 3: 'withhold-slices' }],
    [5, { 1: 'crash' }],
    [6, { 5: 'lying-leader' }],
    [7, { 1: 'falsify', 3: 'silent' }],
    [7, { 2: 'collude', 6: 'collude' }],
    [7, { 0: 'equivocate', 4: 'withhold-slices' }],
  ] as const)('of %i banks, liars %o, are the exact sums over the banks that they name', (banks, liars) => {
    const { statistics, own, inputs, quorum } = opened(banks, { liars });
    expect(statistics.each).toBeNull();
    // A total over few banks would tell much of each.
    expect(statistics.banks.length).toBeGreaterThanOrEqual(Math.max(quorum, banks > 6 ? 5 : 4));
    for (const name of statistics.banks) expect(inputs.map((bank) => `bank-${bank}`)).toContain(name);
    const sums = statistics.totals.map((_, f) =>
      statistics.banks.reduce((sum, name) => sum + own(name)[f]!, 0n),
    );
    expect(statistics.totals).toEqual(sums);
  });
});

describe('totals over too few', () => {
  // Whoever takes away its own figures and those of f liars would be left with one bank's.
  it.each([
    [3, { 0: 'silent' }, 0],
    [3, { 2: 'silent' }, 0],
    [4, { 0: 'silent' }, 1],
    [4, { 3: 'withhold-slices' }, 1],
    [2, {}, 0],
    [1, {}, 0],
  ] as const)('of %i banks, of which %o, are opened to nobody', (banks, liars, faults) => {
    const { statistics } = opened(banks, { liars, faults });
    expect(statistics).toBeNull();
  });

  it('are totals again with f + 3 dealers', () => {
    expect(opened(3, { faults: 0 }).statistics.banks).toHaveLength(3);
    expect(opened(4, { faults: 1 }).statistics.banks).toHaveLength(4);
    expect(opened(4, { faults: 0, liars: { 0: 'silent' } }).statistics.banks).toHaveLength(3);
  });
});

describe('open statistics', () => {
  it.each([
    [4, { 1: 'falsify' }],
    [7, { 2: 'collude', 6: 'silent' }],
  ] as const)(
    'of %i banks, liars %o, are those of every bank that they name, and their sums',
    (banks, liars) => {
      const { statistics, own, quorum } = opened(banks, { liars, parameters: { statistics: 'open' } });
      expect(statistics.banks.length).toBeGreaterThanOrEqual(Math.max(quorum, banks > 6 ? 5 : 4));
      expect(statistics.each).toEqual(statistics.banks.map(own));
      expect(statistics.totals).toEqual(
        statistics.totals.map((_, f) => statistics.banks.reduce((sum, name) => sum + own(name)[f]!, 0n)),
      );
    },
  );
});

describe('no statistics', () => {
  it('are opened when the manifest says none', () => {
    const { outputs } = run(
      books(4).map(
        (_, bank) =>
          booksOf(4, 20, (truth, i) => (i === 3 ? truth.with(CUSTOMER, `${bank} it is`) : truth))[bank]!,
      ),
      { parameters: { statistics: 'none' } },
    );
    for (const each of outputs) expect(requestOf(each).statistics).toBeNull();
  });
});
