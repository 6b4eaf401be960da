import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import { genesisChain } from '../../src/protocol/chain.js';
import { messageReader } from '../../src/sim/message-reader.js';
import { booksOf, CUSTOMER, requestOf, run, type Setup, simulationOf } from './disputed-fixture.js';

/** Books of which some keys are disputed, and on some one bank errs. */
const booksFor = (banks: number): Dataset[] =>
  booksOf(banks, 24, (truth, i, bank) => {
    const differs = i < 8 ? (i + bank) % 2 === 0 : i < 16 && i % banks === bank;
    return differs ? truth.with(CUSTOMER, `${truth[CUSTOMER]}, or ${i < 8 ? 'not' : bank}`) : truth;
  });

const schedules = new Map<string, readonly number[]>();
/** The banks that lead the first views, in order. */
function schedule(banks: number, seed: number): readonly number[] {
  const name = `${banks}/${seed}`;
  const made = () => genesisChain(simulationOf(booksFor(banks), { seed }).consortium.manifest).schedule;
  const order = schedules.get(name) ?? made();
  schedules.set(name, order);
  return order;
}

/**
 * An epoch under these liars, and the most slots that an honest leader used of a view.
 * @param names of the adversaries of those who lead the first views, in order; null for an honest one
 */
function led(
  banks: number,
  names: readonly (string | null)[],
  seed: number,
  parameters: Setup['parameters'] = {},
) {
  const order = schedule(banks, seed);
  const liars = Object.fromEntries(names.flatMap((name, i) => (name === null ? [] : [[order[i]!, name]])));
  const read = messageReader(banks);
  const used = new Map<string, Set<number>>();
  const ran = run(booksFor(banks), {
    liars,
    seed,
    parameters,
    onSend: (from, _, bytes) => {
      const message = liars[from] ? null : read(bytes);
      if (message?.type !== 'draft' && message?.type !== 'proposal' && message?.type !== 'repeat') return;
      const { view, index } = message.type === 'draft' ? message.draft.header.slot : message.slot;
      const name = `${from}/${view}`;
      used.set(name, (used.get(name) ?? new Set()).add(index));
    },
  });
  return { ...ran, slots: Math.max(0, ...[...used.values()].map((indices) => indices.size)) };
}

/** What inclusion promises, said without the oracle: it is asked as well. */
function expectIncluded({ simulation, record, honest, outputs }: ReturnType<typeof led>): void {
  expect(simulation.oracle.violations).toEqual([]);
  expect(record.complete).toBe(true);
  const { faults, quorum } = simulation.consortium.manifest;
  const { inputs } = record.sealed[honest[0]!]!;
  const all = honest.every((bank) => inputs.includes(bank));
  expect(all || inputs.length >= quorum + faults).toBe(true);
  expect(inputs.length).toBeGreaterThanOrEqual(quorum);
  for (const bank of honest) {
    expect(record.sealed[bank]!.outcome).not.toBeNull();
    const { table, versions } = requestOf(outputs[bank]!);
    for (const row of table.rows)
      for (const [place, version] of row.column.entries())
        if (row.standing.class === 'disputed' && version > 0 && honest.includes(inputs[place]!))
          expect(versions.get(row)![version - 1]).not.toBeNull();
  }
}

const LEADERS = [
  'censor',
  'two-faced',
  'late-thin',
  'copycat',
  'equivocate',
  'lying-leader',
  'crash',
  'delay',
  'silent',
];
const FOLLOWERS = ['withhold-slices', 'garbage-sketch', 'late-thin', 'silent'];

describe('under a leader that is', () => {
  it.each(LEADERS)('%s, four banks include all that are honest', (name) => {
    expectIncluded(led(4, [name], 1));
  });

  it.each(LEADERS.flatMap((name, i) => [[name, FOLLOWERS[i % FOLLOWERS.length]!] as const]))(
    '%s, with an accomplice that is %s, seven banks include all that are honest, or most',
    (leader, follower) => expectIncluded(led(7, [leader, follower], 1)),
  );
});

describe('with more banks, a leader that is', () => {
  const CUNNING = ['censor', 'two-faced', 'late-thin', 'copycat', 'lying-leader'];

  it.each(CUNNING.map((name, i) => [5 + (i % 2), name] as const))(
    '%i: %s leaves out no honest one',
    (banks, name) => expectIncluded(led(banks, [name], 3, { statistics: 'none' })),
  );

  it.each(['censor', 'two-faced', 'copycat'])(
    'ten: %s, with two accomplices, leaves out no honest one, or has most',
    (name) => {
      expectIncluded(led(10, [name, 'late-thin', 'withhold-slices'], 1, { statistics: 'none' }));
    },
  );
});

describe('a book of strangers', () => {
  /** Bank 0 has no record in common with the others. */
  const strange = (banks: number): Dataset[] =>
    booksOf(banks, 200, (truth, _, bank) =>
      bank === 0 ? [-(truth[0] as bigint), ...truth.slice(1)] : truth,
    );

  /** The draft's leader must not be the stranger. */
  const seed = [1, 2, 3, 4].find((each) => schedule(6, each)[0] !== 0)!;

  it('is no input where enough others are, and its bank gets the result all the same', () => {
    const { record, simulation } = run(strange(6), { seed, parameters: { statistics: 'none' } });
    expect(simulation.oracle.violations).toEqual([]);
    expect(record.sealed[1]!.inputs).toEqual([1, 2, 3, 4, 5]);
    expect(record.sealed[0]!.outcome?.rows.length).toBe(200);
  });

  it('is one where the draft would be thin without it', () => {
    const { record, simulation } = run(strange(4), {
      seed: [1, 2, 3, 4].find((each) => schedule(4, each)[0] !== 0)!,
      parameters: { statistics: 'none' },
    });
    expect(simulation.oracle.violations).toEqual([]);
    expect(record.sealed[1]!.inputs).toEqual([0, 1, 2, 3]);
  });
});

describe('an honest leader', () => {
  it('needs one slot where nobody lies', () => {
    for (const banks of [4, 5, 7]) expect(led(banks, [], 1).slots).toBe(1);
  });

  it.each(FOLLOWERS)('needs three for a liar that is %s, and two more, at most', (name) => {
    for (const seed of [1, 2]) {
      // The liar leads last, so that an honest leader has to deal with it, and does so in its view.
      const ran = led(4, [null, null, null, name], seed);
      expectIncluded(ran);
      expect(ran.record.views).toBe(1);
      expect(ran.slots).toBeGreaterThan(0);
      expect(ran.slots).toBeLessThanOrEqual(5);
    }
  });
});
