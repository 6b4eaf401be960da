import { compareBytes, uint64 } from '../crypto/bytes.js';
import { type Codec, fixed, list, struct, u16, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { MAX_BANKS, type Manifest } from './manifest.js';

/**
 * What one epoch hands to the next: its place in the chain, its seed, and the order of leaders. Every honest bank
 * computes the same chain from the same seals.
 */
export interface ChainState {
  /** The number of the epoch, from 0. */
  readonly epoch: number;
  /** H(epoch, value, result root) of the epoch before; the consortium's id for epoch 0. */
  readonly parent: Uint8Array;
  /** The seed of this epoch, 32 bytes: its Opens are proofs on it, and it orders the leaders. */
  readonly seed: Uint8Array;
  /** Bank indices, first leader first. */
  readonly schedule: readonly number[];
}

/** Strict encoding of a chain's state, for hosts that keep it. Says nothing of whether it is true. */
export const chainCodec: Codec<ChainState> = struct<ChainState>({
  epoch: u53,
  parent: fixed(32, 'parent'),
  seed: fixed(32, 'seed'),
  schedule: list(u16, MAX_BANKS, 'schedule') as Codec<readonly number[]>,
});

/**
 * The state of epoch 0. Its order comes from the genesis seed and each bank's VRF key: the keys were fixed before any
 * share of the seed was opened, so nobody could choose a key for its place.
 */
export function genesisChain(manifest: Manifest): ChainState {
  const { genesisSeed } = manifest;
  return {
    epoch: 0,
    parent: manifest.consortiumId,
    seed: genesisSeed,
    schedule: ordered(manifest.banks.map((bank) => hash('ticket', genesisSeed, bank.vrf))),
  };
}

/**
 * What of a sealed epoch the chain goes on with. All of it stands under the agreed value or the result root: seals of one
 * epoch may differ in signers, evidence and the slot that decided, and must lead to one chain.
 */
export interface ChainLink {
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** Root of the sealed result, 32 bytes. */
  readonly resultRoot: Uint8Array;
  /** VRF output (64 bytes) of the leader whose draft was agreed. */
  readonly leaderOutput: Uint8Array;
  /** The view that the agreed draft was made in, which is not always the one that decided. */
  readonly view: number;
}

/**
 * The state of the epoch after a sealed one. Its leaders come in an order drawn from its seed; who led a view below the
 * agreed draft's comes after all others, as its view came to nothing.
 */
export function nextChain(chain: ChainState, link: ChainLink): ChainState {
  const epoch = chain.epoch + 1;
  const seed = hash('epoch-seed', uint64(epoch), link.leaderOutput);
  const drawn = ordered(chain.schedule.map((_, bank) => hash('ticket', seed, uint64(bank))));
  const failed = new Set(chain.schedule.slice(0, link.view));
  return {
    epoch,
    parent: parentOf(chain.epoch, link.value, link.resultRoot),
    seed,
    schedule: [...drawn.filter((bank) => !failed.has(bank)), ...drawn.filter((bank) => failed.has(bank))],
  };
}

/** The link from one epoch's seal to the next. */
export function parentOf(epoch: number, value: Uint8Array, resultRoot: Uint8Array): Uint8Array {
  return hash('parent', uint64(epoch), value, resultRoot);
}

/** Indices in the order of these numbers. */
function ordered(numbers: readonly Uint8Array[]): number[] {
  return numbers
    .map((number, bank) => ({ number, bank }))
    .sort((a, b) => compareBytes(a.number, b.number) || a.bank - b.bank)
    .map(({ bank }) => bank);
}

/** The leader of a view: entry v mod n of the schedule. */
export function leaderOf(chain: ChainState, view: number): number {
  return chain.schedule[view % chain.schedule.length]!;
}
