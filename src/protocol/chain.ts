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
  /** The seed of this epoch's Opens. */
  readonly seed: Uint8Array;
  /** The seed of the next epoch: what this epoch's Commitments carry tickets on. */
  readonly nextSeed: Uint8Array;
  /** Every bank's latest ticket: the output of its VRF, 32 bytes; it orders the leaders. */
  readonly tickets: readonly Uint8Array[];
  /** Bank indices, first leader first. */
  readonly schedule: readonly number[];
}

/** Strict encoding of a chain's state, for hosts that keep it. Says nothing of whether it is true. */
export const chainCodec: Codec<ChainState> = struct<ChainState>({
  epoch: u53,
  parent: fixed(32, 'parent'),
  seed: fixed(32, 'seed'),
  nextSeed: fixed(32, 'next seed'),
  tickets: list(fixed(32, 'ticket'), MAX_BANKS, 'tickets') as Codec<readonly Uint8Array[]>,
  schedule: list(u16, MAX_BANKS, 'schedule') as Codec<readonly number[]>,
});

/**
 * The state of epoch 0. Its order comes from the genesis seed and each bank's VRF key: the keys were fixed before any
 * share of the seed was opened, so nobody could choose a key for its place.
 */
export function genesisChain(manifest: Manifest): ChainState {
  const tickets = manifest.banks.map((bank) => hash('ticket', manifest.genesisSeed, bank.vrf));
  return {
    epoch: 0,
    parent: manifest.consortiumId,
    seed: manifest.genesisSeed,
    nextSeed: hash('epoch-seed', uint64(1), manifest.genesisSeed),
    tickets,
    schedule: scheduleOf(tickets),
  };
}

/** What of a sealed epoch the chain goes on with. */
export interface ChainLink {
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** Root of the sealed result, 32 bytes. */
  readonly resultRoot: Uint8Array;
  /** VRF output (64 bytes) of the leader whose draft was agreed. */
  readonly leaderOutput: Uint8Array;
  /** VRF outputs on the next seed by bank index, null for a bank whose Commitment is not among the inputs. */
  readonly tickets: readonly (Uint8Array | null)[];
}

/** The state of the epoch after a sealed one. A bank whose ticket is missing keeps its last one. */
export function nextChain(chain: ChainState, link: ChainLink): ChainState {
  const tickets = chain.tickets.map((earlier, bank) => {
    const output = link.tickets[bank];
    return output ? hash('ticket', output) : earlier;
  });
  return {
    epoch: chain.epoch + 1,
    parent: parentOf(chain.epoch, link.value, link.resultRoot),
    seed: chain.nextSeed,
    nextSeed: hash('epoch-seed', uint64(chain.epoch + 2), link.leaderOutput),
    tickets,
    schedule: scheduleOf(tickets),
  };
}

/** The link from one epoch's seal to the next. */
export function parentOf(epoch: number, value: Uint8Array, resultRoot: Uint8Array): Uint8Array {
  return hash('parent', uint64(epoch), value, resultRoot);
}

function scheduleOf(tickets: readonly Uint8Array[]): number[] {
  return tickets
    .map((ticket, bank) => ({ ticket, bank }))
    .sort((a, b) => compareBytes(a.ticket, b.ticket) || a.bank - b.bank)
    .map(({ bank }) => bank);
}

/** The leader of a view: entry v mod n of the schedule. */
export function leaderOf(chain: ChainState, view: number): number {
  return chain.schedule[view % chain.schedule.length]!;
}
