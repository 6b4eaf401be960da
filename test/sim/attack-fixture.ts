import type { Bank } from '../../src/protocol/bank.js';
import { genesisChain, leaderOf } from '../../src/protocol/chain.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { messageTypeOf } from '../../src/protocol/message-codec.js';
import type { MessageOf, MessageType } from '../../src/protocol/messages.js';
import { adversaries } from '../../src/sim/adversaries.js';
import {
  type AdversarialSend,
  type Adversary,
  type AttackContext,
  attackTools,
} from '../../src/sim/adversary.js';
import { generate, PAYMENTS } from '../../src/sim/generate.js';
import { messageReader } from '../../src/sim/message-reader.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import { loadRememberingBls, Simulation } from './remembered.js';

export const suite = defaultSuite(await loadRememberingBls());
export const BANKS = 4;
export const BOOKS = generate({
  banks: BANKS,
  records: 30,
  divergence: 0.2,
  random: new Random(1),
  honest: [0, 1, 2, 3],
});
export const read = messageReader(BANKS);
export const named = (adversary: string): Adversary => adversaries[adversary]!;

export function simulation(
  byzantine: ReadonlyMap<number, Adversary> = new Map(),
  onSend: (from: number, to: number, bytes: Uint8Array) => void = () => {},
) {
  return new Simulation({
    schema: PAYMENTS,
    banks: BOOKS.datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
    faults: 1,
    adversaries: byzantine,
    network: networkPreset('synchronous', { banks: BANKS }),
    suite,
    seed: 1,
    onSend,
  });
}

/** All that was sent in an epoch of honest banks. */
export const honest: { readonly from: number; readonly to: number; readonly bytes: Uint8Array }[] = [];
const run = simulation(new Map(), (from, to, bytes) => honest.push({ from, to, bytes }));
run.runEpoch();
const { secrets } = run.consortium;
export const { manifest } = run.consortium;
export const chain = genesisChain(manifest);
export const leader = leaderOf(chain, 0);
export const follower = leaderOf(chain, 2);
export const sentBy = (bank: number, ...types: MessageType[]): AdversarialSend[] =>
  honest.filter(({ from, bytes }) => from === bank && types.includes(messageTypeOf(bytes) as MessageType));

/** What an attack of `index` sees; its memory is new, and kept over calls with the same object. */
export function contextOf(index: number, seed = 1, changes: Partial<AttackContext> = {}): AttackContext {
  return {
    bank: { chain } as Bank,
    index,
    dataset: BOOKS.datasets[index]!,
    manifest,
    secrets: secrets[index]!,
    suite,
    accomplices: [index],
    input: { type: 'timer', id: 'view' },
    heard: null,
    step: 1,
    now: 0,
    random: new Random(seed),
    memory: new Map(),
    stop: () => {},
    ...attackTools(manifest, secrets[index]!, suite),
    ...changes,
  };
}

export const messagesIn = <T extends MessageType>(
  sends: readonly AdversarialSend[],
  type: T,
): MessageOf<T>[] =>
  sends
    .flatMap(({ bytes }) => read(bytes) ?? [])
    .filter((message): message is MessageOf<T> => message.type === type);
