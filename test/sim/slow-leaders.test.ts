import { describe, expect, it } from 'vitest';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { adversaries } from '../../src/sim/adversaries.js';
import { generate } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, Simulation } from './remembered.js';

const suite = defaultSuite(await loadRememberingBls());

/** Runs an epoch whose first f leaders are slow. Returns when honest banks saw the views begin and the inputs agreed, in Δ. */
function epoch(banks: number, faults: number) {
  const honest = [...Array(banks).keys()];
  const books = { banks, faults, records: 8, divergence: 0, disputed: 0, honest };
  const { schema, datasets } = generate({ ...books, random: new Random(1) });
  const network = networkPreset('synchronous', { banks });
  const run = (slow: readonly number[]) => {
    const views: number[] = [];
    let agreed = 0;
    let now = (): number => 0;
    const simulation = new Simulation({
      schema,
      banks: datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
      faults,
      adversaries: new Map(slow.map((bank) => [bank, adversaries['slow-leader']!])),
      network,
      suite,
      seed: 1,
      parameters: { statistics: 'none' },
      onOutput: (bank, output) => {
        if (slow.includes(bank)) return;
        if (output.type === 'view') views[output.view] ??= now() / network.deltaMs;
        if (output.type === 'agreed') agreed = now() / network.deltaMs;
      },
    });
    now = () => simulation.now;
    const { schedule } = simulation.chainOf(0);
    const record = simulation.runEpoch();
    return { views, agreed, schedule, record, violations: simulation.oracle.violations };
  };
  return run(run([]).schedule.slice(0, faults));
}

describe('f leaders that propose anew just before each slot ends', () => {
  it.each([
    [4, 1],
    [7, 2],
    [10, 3],
  ])('of %i banks hold each view for no longer than an honest leader may need', (banks, faults) => {
    const { views, agreed, record, violations } = epoch(banks, faults);
    expect([record.complete, violations]).toEqual([true, []]);
    expect(record.slots).toBeGreaterThan(3 * faults);
    expect(views).toHaveLength(faults + 1);
    for (let view = 0; view < faults; view++)
      expect(views[view + 1]! - views[view]!).toBeLessThan(25 + 16 * faults);
    expect(agreed).toBeLessThan((faults + 1) * (25 + 16 * faults));
  });
});
