import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/data/value.js';
import { measureEpoch } from '../../src/sim/measure.js';
import { booksOf, REFERENCE, type Setup, simulationOf } from './disputed-fixture.js';

const RECORDS = 150;
const LIMIT = 128;
const PARAMETERS = { maxDifferences: LIMIT, sketchSymbols: 32, statistics: 'none' } as const;

/** Banks that write the reference of so many keys otherwise, each in its own way. */
const altered =
  (keys: Readonly<Record<number, number>>) =>
  (truth: readonly Value[], i: number, bank: number): readonly Value[] =>
    i < (keys[bank] ?? 0) ? truth.with(REFERENCE, `${truth[REFERENCE]} ${bank}`) : truth;

function epoch(keys: Readonly<Record<number, number>>, setup: Setup = {}) {
  const simulation = simulationOf(booksOf(4, RECORDS, altered(keys)), { parameters: PARAMETERS, ...setup });
  const record = simulation.runEpoch();
  const honest = [0, 1, 2, 3].filter((bank) => setup.liars?.[bank] === undefined);
  const report = measureEpoch(record, { manifest: simulation.consortium.manifest, honest, truth: null });
  return { record, report, violations: simulation.oracle.violations };
}

/** Which bank leads the first view, whatever the books: the seed decides it. */
const leader = epoch({}).record.sealed[0]!.seal.header.schedule[0]!;
const [other, third] = [0, 1, 2, 3].filter((bank) => bank !== leader) as [number, number];

describe('a bank that differs on as many keys as it may', () => {
  it.each([
    ['whoever leads', other],
    ['when it leads itself', leader],
  ])('is an input though it holds another version of each, %s', (_, bank) => {
    const { record, report, violations } = epoch({ [bank]: LIMIT });
    expect([record.complete, record.views, record.slots, violations]).toEqual([true, 1, 1, []]);
    expect(record.sealed[other]!.inputs).toEqual([0, 1, 2, 3]);
    expect(report.tooDifferent).toEqual([]);
  });

  it('is an input where every bank is needed, since one is silent', () => {
    const { record, violations } = epoch({ [other]: LIMIT }, { liars: { [third]: 'silent' } });
    expect([record.complete, violations]).toEqual([true, []]);
    expect(record.sealed[leader]!.inputs).toContain(other);
  });
});

describe('a bank that differs on more keys than it may', () => {
  it('is named by the others, who agree without it', () => {
    const { record, report, violations } = epoch({ [other]: LIMIT + 10 });
    expect([record.complete, record.views, violations]).toEqual([true, 1, []]);
    expect(record.sealed[leader]!.inputs).not.toContain(other);
    expect(report.agreement).toBe(true);
    const [found, ...more] = report.tooDifferent;
    expect([found!.bank, found!.from, found!.limit, more]).toEqual([
      `bank-${other}`,
      [`bank-${leader}`],
      LIMIT,
      [],
    ]);
    expect(found!.keys).toBeGreaterThan(LIMIT);
  });

  it('is named for what it is when it leads: it differs from all others', () => {
    const { record, report, violations } = epoch({ [leader]: LIMIT + 10 });
    expect([record.complete, record.views, violations]).toEqual([true, 2, []]);
    expect(report.tooDifferent[0]).toMatchObject({ bank: `bank-${leader}`, limit: LIMIT });
    expect(report.tooDifferent[0]!.from).toHaveLength(3);
  });

  it('leaves nothing agreed, and no guarantee broken, where too few others are left', () => {
    const { record, report, violations } = epoch(
      { [other]: LIMIT + 10, [third]: LIMIT + 10 },
      { patience: 60 },
    );
    expect([record.complete, violations]).toEqual([false, []]);
    expect(report.tooDifferent.length).toBeGreaterThan(0);
  });
});
