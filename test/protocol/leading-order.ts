import { concatBytes, uint64 } from '../../src/crypto/bytes.js';
import { hash } from '../../src/crypto/hash.js';
import type { ChainState } from '../../src/protocol/chain.js';
import type { Seal } from '../../src/protocol/seal.js';
import { chainAfter } from '../../src/protocol/sealed-epoch.js';
import { Random } from '../../src/sim/random.js';

/** Epochs of the chain alone: every draft of an honest leader is agreed in its view, as it is when Δ holds. */
export interface Course {
  readonly banks: number;
  /** Banks 0 … faults − 1 lie, act as one and know one another's keys. */
  readonly faults: number;
  readonly strategy: string;
  readonly epochs: number;
  readonly seed: number;
}

/** What the liars know when an epoch begins. */
interface Situation {
  readonly chain: ChainState;
  /** How many liars lead first, one after the other: they choose in which of these views, or the one after, a draft is agreed. */
  readonly led: number;
  readonly faults: number;
  /** The chain after a draft of a liar is agreed in this view. */
  after(chain: ChainState, view: number): ChainState;
}

/** What the liars do in an epoch. */
interface Choice {
  /** The view whose draft is agreed, at most `led`. */
  readonly view: number;
  /** Liars among its inputs. */
  readonly inputs: readonly number[];
}

const liars = (faults: number): number[] => [...Array(faults).keys()];
const led = ({ schedule }: ChainState, faults: number): number => {
  const first = schedule.findIndex((bank) => bank >= faults);
  return first < 0 ? schedule.length : first;
};

/** Epochs that the far-sighted look ahead. */
const SIGHT = 4;

/** The view that gives most first places in the next epochs, in the mean where an honest bank decides. */
function best({ chain, faults, after }: Situation, sight: number): { view: number; firsts: number } {
  const banks = chain.schedule.length;
  const count = led(chain, faults);
  const fair = ((sight - 1) * faults) / banks;
  const last = { view: count, firsts: (faults - count) / (banks - count) + fair };
  let chosen = count === 0 ? last : { view: -1, firsts: -1 };
  for (let view = 0; view < count; view++) {
    const next = after(chain, view);
    const leads = led(next, faults) > 0;
    const further =
      leads && sight > 1 ? best({ chain: next, led: 0, faults, after }, sight - 1).firsts : fair;
    const firsts = Number(leads) + further;
    if (firsts > chosen.firsts) chosen = { view, firsts };
  }
  return last.firsts > chosen.firsts ? last : chosen;
}

/** What f banks may do to lead more often, by name. All but abstaining is nothing that the chain sees. */
export const STRATEGIES: Readonly<Record<string, (situation: Situation) => Choice>> = {
  honest: ({ faults }) => ({ view: 0, inputs: liars(faults) }),
  // As long as an order that they know pleases them; an honest leader's output they do not know before they commit.
  hoarding: ({ chain, faults, after, led }) => {
    const pleases = led > 0 && after(chain, 0).schedule[0]! < faults;
    return { view: 0, inputs: pleases ? liars(faults) : [] };
  },
  withholding: () => ({ view: 0, inputs: [] }),
  'leading without itself': ({ chain, faults }) => ({
    view: 0,
    inputs: liars(faults).filter((bank) => bank !== chain.schedule[0]),
  }),
  'always abstaining': ({ led, faults }) => ({ view: led, inputs: liars(faults) }),
  'best choice': (situation) => ({ view: best(situation, 1).view, inputs: liars(situation.faults) }),
  [`best choice of ${SIGHT} epochs`]: (situation) => ({
    view: best(situation, SIGHT).view,
    inputs: liars(situation.faults),
  }),
};

/** How many epochs begin with a liar as their leader. */
export function firstPlaces({ banks, faults, strategy, epochs, seed }: Course): number {
  const random = new Random(seed);
  const keys = Array.from({ length: banks }, () => random.bytes(32));
  const all = [...Array(banks).keys()];
  const sealed = (chain: ChainState, { view, inputs }: Choice): ChainState => {
    const leader = chain.schedule[view % banks]!;
    const output = hash('simulation', keys[leader]!, chain.seed, uint64(view));
    const seal = {
      header: { slot: { view, index: random.int(3) }, inputs: [...inputs, ...all.slice(faults)] },
      // What two seals of one epoch may differ in.
      commit: { value: random.bytes(32), slot: { view: view + random.int(3), index: 0 }, signers: [] },
      executors: random.shuffle(all).slice(0, 2 * faults + 1),
      root: random.bytes(32),
    } as unknown as Seal;
    return chainAfter(chain, { seal }, concatBytes(output, output));
  };
  let chain: ChainState = { epoch: 0, parent: random.bytes(32), seed: random.bytes(32), schedule: all };
  let firsts = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const situation: Situation = {
      chain,
      led: led(chain, faults),
      faults,
      after: (from, view) => sealed(from, { view, inputs: liars(faults) }),
    };
    chain = sealed(chain, STRATEGIES[strategy]!(situation));
    if (chain.schedule[0]! < faults) firsts++;
  }
  return firsts;
}
