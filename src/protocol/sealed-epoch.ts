import { equalBytes } from '../crypto/bytes.js';
import { type Codec, list, struct } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { type ChainState, nextChain } from './chain.js';
import { type SignedCommitment, signedCommitmentCodec, ticketOutput } from './commitment.js';
import { commitmentsDigest } from './draft.js';
import { MAX_BANKS, type Manifest } from './manifest.js';
import { openedBy } from './reading.js';
import { checkSeal, type Seal, sealCodec } from './seal.js';
import type { Suite } from './suite.js';

/** Why a sealed epoch was not taken as the next one of a chain. A seal that does not hold throws `SealError`. */
export type SealedEpochError = {
  readonly code: 'SEALED_EPOCH_INVALID';
  /** The epoch that was to be added. */
  readonly epoch: number;
  /** What does not follow from the chain before. */
  readonly reason: 'epoch' | 'parent' | 'schedule' | 'commitments' | 'opening';
};

/**
 * A sealed epoch with all that the chain goes on with: whoever has the chain up to an epoch computes the chain after it
 * from this alone, and need not believe whom it has it from.
 */
export interface SealedEpoch {
  /** The epoch's seal. */
  readonly seal: Seal;
  /** Signed Commitments of the inputs, in the order of `seal.header.inputs`: their tickets order the next leaders. */
  readonly commitments: readonly SignedCommitment[];
}

/** Strict encoding of a sealed epoch in a consortium of `banks` banks. */
export function sealedEpochCodec(banks: number): Codec<SealedEpoch> {
  return struct<SealedEpoch>({
    seal: sealCodec(banks),
    commitments: list(signedCommitmentCodec, MAX_BANKS, 'commitments') as Codec<readonly SignedCommitment[]>,
  });
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
export function chainAfter(
  { manifest, suite, chain }: ChainContext,
  { seal, commitments }: SealedEpoch,
  leaderOutput: Uint8Array,
): ChainState {
  const tickets = new Array<Uint8Array | null>(manifest.size).fill(null);
  for (const commitment of commitments)
    tickets[commitment.bank] = ticketOutput(manifest, suite, chain, commitment);
  return nextChain(chain, { value: seal.commit.value, resultRoot: seal.root, leaderOutput, tickets });
}

/**
 * Checks a sealed epoch that anybody may have sent, and returns the chain after it.
 *
 * Guarantees: a quorum decided and 2f + 1 executors sealed exactly this epoch of exactly this chain, so that every honest
 * bank that seals it goes on with the chain that is returned. Costs the pairings of two aggregate signatures, those of
 * the evidence in the seal, and a VRF verification for each input.
 *
 * @throws {@link SealedEpochError}, or `SealError`
 */
export function extendChain(context: ChainContext, sealed: SealedEpoch): ChainState {
  const { manifest, suite, chain } = context;
  const { seal, commitments } = sealed;
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
  // They stand in the draft by digest only, and the draft under the agreed value: no others can have been agreed.
  if (
    commitments.length !== header.inputs.length ||
    commitments.some(({ bank }, i) => bank !== header.inputs[i]) ||
    !equalBytes(commitmentsDigest(commitments), header.commitments)
  )
    refuse('commitments');
  const opened = openedBy(context, header.slot.view, header.opening);
  return opened ? chainAfter(context, sealed, opened.output) : refuse('opening');
}
