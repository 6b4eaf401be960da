import { equalBytes } from '../crypto/bytes.js';
import { type Codec, struct } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { type ChainState, nextChain } from './chain.js';
import type { Manifest } from './manifest.js';
import { openingOutput } from './reading.js';
import { checkSeal, type Seal, sealCodec } from './seal.js';
import type { Suite } from './suite.js';

/** Why a sealed epoch was not taken as the next one of a chain. A seal that does not hold throws `SealError`. */
export type SealedEpochError = {
  readonly code: 'SEALED_EPOCH_INVALID';
  /** The epoch that was to be added. */
  readonly epoch: number;
  /** What does not follow from the chain before. */
  readonly reason: 'epoch' | 'parent' | 'schedule' | 'opening';
};

/**
 * A sealed epoch with all that the chain goes on with: whoever has the chain up to an epoch computes the chain after it
 * from this alone, and need not believe whom it has it from.
 */
export interface SealedEpoch {
  /** The epoch's seal. */
  readonly seal: Seal;
}

/** Strict encoding of a sealed epoch in a consortium of `banks` banks. */
export function sealedEpochCodec(banks: number): Codec<SealedEpoch> {
  return struct<SealedEpoch>({ seal: sealCodec(banks) });
}

/** What the place of an epoch in the chain is checked with. */
export interface ChainContext {
  /** The manifest in force. */
  readonly manifest: Manifest;
  /** The cryptography to check with. */
  readonly suite: Suite;
  /** The chain before that epoch. */
  readonly chain: ChainState;
}

/** What in a seal says that it is of another place than this chain's next; null when nothing does. The rest is unchecked. */
export function misplaced(chain: ChainState, { header }: Seal): 'epoch' | 'parent' | 'schedule' | null {
  if (header.epoch !== chain.epoch) return 'epoch';
  if (!equalBytes(header.parent, chain.parent)) return 'parent';
  const { schedule } = header;
  if (schedule.length !== chain.schedule.length || schedule.some((bank, i) => bank !== chain.schedule[i]))
    return 'schedule';
  return null;
}

/**
 * The chain after a sealed epoch, from what a quorum agreed on.
 * @param leaderOutput VRF output (64 bytes) of the Open that the agreed draft was made under
 */
export function chainAfter(chain: ChainState, { seal }: SealedEpoch, leaderOutput: Uint8Array): ChainState {
  const { view } = seal.header.slot;
  return nextChain(chain, { value: seal.commit.value, resultRoot: seal.root, leaderOutput, view });
}

/**
 * Checks a sealed epoch that anybody may have sent, and returns the chain after it.
 *
 * Guarantees: a quorum decided and 2f + 1 executors sealed exactly this epoch of exactly this chain, so that every honest
 * bank that seals it goes on with the chain that is returned. Costs the pairings of two aggregate signatures, those of
 * the evidence in the seal, and a VRF verification.
 *
 * @throws {@link SealedEpochError}, or `SealError`
 */
export function extendChain(context: ChainContext, sealed: SealedEpoch): ChainState {
  const { manifest, suite, chain } = context;
  const { seal } = sealed;
  const refuse = (reason: SealedEpochError['reason']): never => {
    throw new ConcordatError<SealedEpochError>(
      { code: 'SEALED_EPOCH_INVALID', epoch: chain.epoch, reason },
      `epoch ${chain.epoch} was not taken over: its ${reason} does not fit`,
    );
  };
  const place = misplaced(chain, seal);
  if (place) refuse(place);
  checkSeal(manifest, seal, suite);
  const { header } = seal;
  const output = openingOutput(context, header.slot.view, header.opening);
  return output ? chainAfter(chain, sealed, output) : refuse('opening');
}
