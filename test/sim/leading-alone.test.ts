import { describe, expect, it } from 'vitest';
import type { Seal } from '../../src/protocol/seal.js';
import { grindSchedule } from '../../src/sim/adversaries/schedule.js';
import { defineAdversary } from '../../src/sim/adversary.js';
import { PAYMENTS } from '../../src/sim/generate.js';
import { ScheduleWatch } from '../../src/sim/oracle-schedule.js';
import { networkPreset } from '../../src/sim/presets.js';
import { BANKS, BOOKS, leader, suite } from './attack-fixture.js';
import { FACTS } from './oracle-fixture.js';
import { Simulation } from './remembered.js';

const wayOf = (way: string) =>
  defineAdversary({
    name: way,
    attack: (outgoing, context) => {
      context.memory.set('way', way);
      return grindSchedule.attack!(outgoing, context);
    },
  });

/** Two epochs of banks that hold the same, the first of which the liar leads. */
function seals(ways: ReadonlyMap<number, string>): { seals: Seal[]; violations: readonly string[] } {
  const simulation = new Simulation({
    schema: PAYMENTS,
    banks: BOOKS.datasets.map((_, i) => ({ id: `bank-${i}`, dataset: BOOKS.datasets[0]! })),
    faults: 1,
    adversaries: new Map([...ways].map(([bank, way]) => [bank, wayOf(way)])),
    network: networkPreset('synchronous', { banks: BANKS }),
    suite,
    seed: 1,
  });
  const honest = [0, 1, 2, 3].find((bank) => !ways.has(bank))!;
  const books = BOOKS.datasets.map(() => BOOKS.datasets[0]!);
  const sealed = [undefined, books].map((each) => simulation.runEpoch(each).sealed[honest]!.seal);
  return { seals: sealed, violations: simulation.oracle.violations };
}

describe('a leader that wants to lead more often', () => {
  it('leads without being an input, and the next order is what it would have been', () => {
    const alone = seals(new Map([[leader, 'leads-alone']]));
    const sound = seals(new Map());
    expect(alone.violations).toEqual([]);
    const [first, second] = alone.seals as [Seal, Seal];
    expect(first.header.slot.view).toBe(0);
    expect(first.header.inputs).not.toContain(leader);
    expect(second.header.schedule).toEqual(sound.seals[1]!.header.schedule);
  });
});

describe('the watch over the order of leaders', () => {
  const { seals: pair } = seals(new Map());
  const [first, second] = pair as [Seal, Seal];
  const watched = () => {
    const alarms: string[] = [];
    const ids = ['a', 'b', 'c', 'd'];
    return { alarms, watch: new ScheduleWatch({ ...FACTS, ids }, (_, what) => alarms.push(what)) };
  };
  const changed = (seal: Seal, header: Partial<Seal['header']>): Seal => ({
    ...seal,
    header: { ...seal.header, ...header },
  });

  it('says nothing of epochs that follow from one another', () => {
    const { alarms, watch } = watched();
    for (const bank of [0, 1, 2]) watch.onSealed(bank, first);
    for (const bank of [0, 1, 2]) watch.onSealed(bank, second);
    expect(alarms).toEqual([]);
  });

  it('rings when an epoch is led in another order, when a failed leader is not last, and when two seals part', () => {
    const [one, two, three, four] = second.header.schedule as [number, number, number, number];
    const other = watched();
    other.watch.onSealed(0, first);
    other.watch.onSealed(0, changed(second, { schedule: [two, one, three, four] }));
    expect(other.alarms).toEqual([expect.stringContaining('in the order')]);

    const failed = watched();
    const schedule = [one, ...first.header.schedule.filter((bank) => bank !== one)];
    failed.watch.onSealed(0, changed(first, { schedule, slot: { view: 1, index: 0 } }));
    failed.watch.onSealed(0, second);
    expect(failed.alarms).toEqual([expect.stringContaining('in the order')]);

    const parted = watched();
    parted.watch.onSealed(0, first);
    parted.watch.onSealed(1, changed(first, { opening: second.header.opening }));
    expect(parted.alarms).toEqual([expect.stringContaining('others with')]);
  });
});
