import { describe, expect, it } from 'vitest';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { StatisticsMode } from '../../src/protocol/manifest.js';
import type { Message } from '../../src/protocol/messages.js';
import { maxFaults } from '../../src/protocol/quorum.js';
import { adversaries } from '../../src/sim/adversaries.js';
import { type Adversary, defineAdversary } from '../../src/sim/adversary.js';
import { generate } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, Simulation } from './remembered.js';

const suite = defaultSuite(await loadRememberingBls());

interface Setting {
  readonly banks: number;
  readonly statistics: StatisticsMode;
  readonly disputed?: number;
  /** What one bank does that does not lead. */
  readonly adversary?: Adversary;
}

/** What an epoch took: delays from the first Open to the last honest bank's commit certificate, views and slots. */
interface Course {
  readonly delays: number;
  readonly views: number;
  readonly slots: number;
  readonly leader: number;
}

function epoch({ banks, statistics, disputed = 0, adversary }: Setting, liar?: number): Course {
  const honest = Array.from({ length: banks }, (_, i) => i).filter((i) => i !== liar);
  const faults = maxFaults(banks);
  const random = new Random(1);
  const { schema, datasets } = generate({
    banks,
    faults,
    records: 40,
    divergence: 0,
    disputed,
    honest,
    random,
  });
  const simulation = new Simulation({
    schema,
    banks: datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
    faults,
    adversaries: new Map(liar === undefined || !adversary ? [] : [[liar, adversary]]),
    network: networkPreset('synchronous', { banks }),
    suite,
    seed: 1,
    parameters: { statistics },
  });
  const { delays, views, slots, complete, sealed } = simulation.runEpoch();
  expect([complete, simulation.oracle.violations]).toEqual([true, []]);
  const { schedule } = sealed[honest[0]!]!.seal.header;
  return { delays: Math.max(...honest.map((bank) => delays[bank]!)), views, slots, leader: schedule[0]! };
}

/** An epoch in which the adversary has a bank that does not lead the first view: the same seed, the same schedule. */
function course(setting: Setting): Omit<Course, 'leader'> {
  const { leader, ...honest } = epoch(setting);
  if (!setting.adversary) return honest;
  const { leader: _, ...found } = epoch(setting, (leader + 1) % setting.banks);
  return found;
}

/** A bank that keeps these messages back. */
const withholding = (name: string, keeps: (message: Message, to: number) => boolean): Adversary =>
  defineAdversary({
    name,
    attack: (outgoing, { decode }) => outgoing.filter(({ to, bytes }) => !keeps(decode(bytes), to)),
  });

const inOneSlot = (delays: number) => ({ delays, views: 1, slots: 1 });

describe('message delays from the Open to agreement', () => {
  it('are seven where nothing is sliced', () => {
    for (const banks of [4, 6, 7]) expect(course({ banks, statistics: 'none' })).toEqual(inOneSlot(7));
  });

  it('are eight with slices: for statistics in either mode, or for disputed keys', () => {
    for (const statistics of ['aggregate', 'open'] as const)
      expect(course({ banks: 4, statistics })).toEqual(inOneSlot(8));
    for (const statistics of ['none', 'aggregate'] as const)
      expect(course({ banks: 7, statistics, disputed: 0.1 })).toEqual(inOneSlot(8));
  });

  it('are ten when banks hold different slices: what was attested is proposed in the next slot', () => {
    const adversary = withholding('partial', ({ type }, to) => type === 'slices' && to % 2 === 0);
    for (const banks of [4, 6])
      expect(course({ banks, statistics: 'aggregate', adversary })).toEqual({
        delays: 10,
        views: 1,
        slots: 2,
      });
  });

  it('are as many when a bank is silent from the start: what is waited for it is no message', () => {
    for (const banks of [4, 6]) {
      expect(course({ banks, statistics: 'none', adversary: adversaries.silent! })).toEqual(inOneSlot(7));
      expect(course({ banks, statistics: 'aggregate', adversary: adversaries.silent! })).toEqual(
        inOneSlot(8),
      );
    }
  });

  it('are two more for a redraft, three with slices, when a bank committed and does not attest', () => {
    const adversary = withholding(
      'mute',
      (message) => message.type === 'vote' && message.phase === 'prepare',
    );
    // Six banks that bear one fault: five inputs are enough without asking the sixth.
    expect(course({ banks: 6, statistics: 'none', adversary })).toEqual({ delays: 9, views: 1, slots: 2 });
    expect(course({ banks: 6, statistics: 'aggregate', adversary })).toEqual({
      delays: 11,
      views: 1,
      slots: 2,
    });
  });

  it('are two more when a bank that was left out of a thin draft shows its amendment, and is taken in', () => {
    const adversary = withholding('late', ({ type }) => type === 'commitment');
    for (const banks of [4, 7]) {
      expect(course({ banks, statistics: 'none', adversary })).toEqual({ delays: 9, views: 1, slots: 2 });
      expect(course({ banks, statistics: 'aggregate', adversary })).toEqual({
        delays: 10,
        views: 1,
        slots: 2,
      });
    }
    // Five of six are no thin draft.
    expect(course({ banks: 6, statistics: 'none', adversary })).toEqual(inOneSlot(7));
  });

  it('are those of three slots, within one view, when a bank does not attest, is left out and taken in', () => {
    const adversary = withholding(
      'mute',
      (message) => message.type === 'vote' && message.phase === 'prepare',
    );
    for (const banks of [4, 7]) {
      expect(course({ banks, statistics: 'none', adversary })).toEqual({ delays: 11, views: 1, slots: 3 });
      expect(course({ banks, statistics: 'aggregate', adversary })).toEqual({
        delays: 13,
        views: 1,
        slots: 3,
      });
    }
  });
});
