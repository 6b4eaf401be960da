import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/protocol/messages.js';
import { OrderWatch } from '../../src/sim/oracle-order.js';
import { FACTS } from './oracle-fixture.js';

type Step = readonly [from: number, said: 'prepare' | 'commit' | 'timeout', view: number, index?: number];

function alarmsOf(steps: readonly Step[], epochs: readonly number[] = []): string[] {
  const alarms: string[] = [];
  const watch = new OrderWatch(FACTS, (guarantee, what) => alarms.push(`${guarantee}: ${what}`));
  for (const [i, [from, said, view, index = 0]] of steps.entries()) {
    const epoch = epochs[i] ?? 0;
    const message =
      said === 'timeout'
        ? { type: said, epoch, view }
        : { type: 'vote', phase: said, epoch, slot: { view, index } };
    watch.onMessage(from, message as Message);
  }
  return alarms;
}

describe('an honest bank', () => {
  it('votes upwards, twice in a slot, and passes over slots and views', () => {
    const upwards: Step[] = [
      [0, 'prepare', 0, 0],
      [0, 'commit', 0, 0],
      [0, 'prepare', 0, 2],
      [0, 'commit', 0, 3],
      [0, 'timeout', 0],
      [0, 'prepare', 2, 0],
      [0, 'timeout', 2],
    ];
    expect(alarmsOf(upwards)).toEqual([]);
  });

  it('may say again what it has said', () => {
    const votes: Step[] = [
      [0, 'prepare', 0, 0],
      [0, 'commit', 0, 0],
      [0, 'prepare', 0, 1],
      [0, 'timeout', 0],
    ];
    expect(alarmsOf([...votes, ...votes])).toEqual([]);
  });

  it('does not vote for the first time in a slot below, or at one in which it voted', () => {
    expect(
      alarmsOf([
        [0, 'prepare', 0, 1],
        [0, 'prepare', 0, 0],
      ]),
    ).toEqual(['agreement: honest north votes after 0.1: prepare 0/0.0']);
    expect(
      alarmsOf([
        [0, 'commit', 1, 0],
        [0, 'prepare', 1, 0],
      ]),
    ).toEqual(['agreement: honest north votes after 1.0: prepare 0/1.0']);
    expect(
      alarmsOf([
        [0, 'commit', 1, 0],
        [0, 'prepare', 0, 3],
      ]),
    ).toHaveLength(1);
  });

  it('does not vote for the second time below a slot in which it voted', () => {
    expect(
      alarmsOf([
        [0, 'prepare', 0, 0],
        [0, 'prepare', 0, 1],
        [0, 'commit', 0, 0],
      ]),
    ).toEqual(['agreement: honest north votes after 0.1: commit 0/0.0']);
  });

  it('does not vote in a view that it gave up on, nor in one before', () => {
    for (const phase of ['prepare', 'commit'] as const)
      expect(
        alarmsOf([
          [1, 'timeout', 1],
          [1, phase, 1, 4],
          [1, phase, 2, 0],
        ]),
      ).toEqual([`agreement: honest east votes in a view that it gave up on: ${phase} 0/1.4`]);
    expect(
      alarmsOf([
        [0, 'timeout', 2],
        [0, 'timeout', 1],
        [0, 'prepare', 2, 0],
      ]),
    ).toHaveLength(1);
  });

  it('is not bound by what others say, nor by what it said in other epochs', () => {
    const steps: Step[] = [
      [0, 'prepare', 1, 0],
      [1, 'prepare', 0, 0],
      [0, 'timeout', 1],
      [1, 'commit', 1, 0],
      [0, 'prepare', 0, 0],
    ];
    expect(alarmsOf(steps, [0, 0, 0, 0, 1])).toEqual([]);
  });
});
