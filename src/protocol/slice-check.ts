import { equalBytes } from '../crypto/bytes.js';
import type { Dealing, DealingShape, Slice } from '../crypto/dealing.js';
import { isConcordatError } from '../crypto/error.js';
import { checkSlice, open } from '../crypto/slices.js';
import type { SharingCommitments } from '../crypto/verifiable-sharing.js';
import type { SignedCommitment } from './commitment.js';
import type { Manifest } from './manifest.js';
import {
  type Claims,
  claimsCount,
  dealingContext,
  NO_CLAIMS,
  type Parcel,
  type SlicesHeader,
  type SlicesName,
  slicesRoot,
} from './slice-header.js';
import {
  checkPayload,
  type OpenedPayload,
  type PayloadFault,
  payloadLimit,
  statisticsWidth,
} from './slice-payload.js';
import type { Suite } from './suite.js';

/** A header whose shape and points were checked: envelopes are checked and slices opened with it. */
export interface AcceptedSlices extends SlicesName {
  readonly manifest: Manifest;
  readonly header: SlicesHeader;
  /** The dealer's, of the header's epoch. */
  readonly commitment: SignedCommitment;
  readonly dealing: Dealing | null;
  /** In mode `aggregate`, what statistics shares are checked and added up with. */
  readonly statistics: SharingCommitments | null;
}

/**
 * Why a header is not accepted. No bank that follows the protocol signs such a header beside such a Commitment:
 * - `dealing-missing`, `dealing-needless`: a dealing is there exactly when versions or, in mode `open`, statistics are
 *   opened;
 * - `dealing-invalid`: of another shape, longer than its claims can be, or with commitments that are no sharing of the right degree;
 * - `statistics-missing`, `statistics-needless`: they are shared in mode `aggregate` and in no other;
 * - `statistics-invalid`: commitments that are no sharing of the right degree;
 * - `other-statistics`: a sharing of something else than the Commitment commits to.
 */
export type HeaderFault =
  | 'dealing-missing'
  | 'dealing-needless'
  | 'dealing-invalid'
  | 'statistics-missing'
  | 'statistics-needless'
  | 'statistics-invalid'
  | 'other-statistics';

/** Among whom slices are dealt: any q − f of the n fragments rebuild, f + 1 shares give the key. */
export const dealingShape = ({ size, quorum, faults }: Manifest): DealingShape => ({
  n: size,
  k: quorum - faults,
  f: faults,
});

/**
 * Checks a header against what its receivers know without it.
 *
 * The caller has checked both signatures, that header and Commitment are of one bank and epoch, and that draft and claims
 * are those of the draft at hand.
 *
 * @returns the faults in a word: with the header, both signatures and the Commitment it proves the dealer faulty
 */
export function acceptSlices(
  manifest: Manifest,
  suite: Suite,
  header: SlicesHeader,
  commitment: SignedCommitment,
): AcceptedSlices | HeaderFault {
  const mode = manifest.statistics;
  const opens = mode === 'open' || !equalBytes(header.claims, NO_CLAIMS);
  if (opens !== (header.dealing !== null)) return opens ? 'dealing-missing' : 'dealing-needless';
  const shares = mode === 'aggregate';
  if (shares !== (header.statistics !== null)) return shares ? 'statistics-missing' : 'statistics-needless';

  const { epoch, slot, dealing, statistics } = header;
  const context = dealingContext(manifest, header, commitment.dataRoot);
  const limit = payloadLimit(manifest, claimsCount(header.claims));
  const acceptedDealing =
    dealing && typed(() => suite.dispersal.dealing(dealing, context, dealingShape(manifest), limit));
  if (acceptedDealing === undefined) return 'dealing-invalid';
  const width = statisticsWidth(manifest.schema);
  const acceptedStatistics =
    statistics && typed(() => suite.dispersal.statistics(manifest.faults + 1, width, statistics));
  if (acceptedStatistics === undefined) return 'statistics-invalid';
  if (acceptedStatistics && !equalBytes(acceptedStatistics.commitment, commitment.statistics))
    return 'other-statistics';
  return {
    manifest,
    header,
    epoch,
    slot,
    root: slicesRoot(header),
    commitment,
    dealing: acceptedDealing,
    statistics: acceptedStatistics,
  };
}

/** What `decode` returns, undefined when it throws a typed error. */
function typed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (isConcordatError(error)) return undefined;
    throw error;
  }
}

/** What {@link checkEnvelope} finds. The last two, in an envelope that its dealer signed, prove the dealer faulty. */
export type EnvelopeVerdict = 'valid' | 'wrong-slice' | 'wrong-share';

/**
 * Checks what an envelope holds for `receiver`: its slice where there is a dealing and its share where statistics are
 * shared, and nothing else. What a bank must find `valid` before it says that it holds a dealer's slices. Never throws.
 */
export function checkEnvelope(
  { dealing, statistics }: AcceptedSlices,
  receiver: number,
  { slice, share }: Parcel,
): EnvelopeVerdict {
  const sliceHolds =
    dealing && slice
      ? slice.index === receiver && checkSlice(dealing, slice) === 'valid'
      : dealing === null && slice === null;
  if (!sliceHolds) return 'wrong-slice';
  const shareHolds =
    statistics && share
      ? statistics.verify({ x: receiver + 1, ys: share })
      : statistics === null && share === null;
  return shareHolds ? 'valid' : 'wrong-share';
}

/** What a dealer's slices open to. All but `incomplete`, which says nothing of the dealer, are final. */
export type SlicesOpening =
  | OpenedPayload
  | { readonly verdict: 'incomplete' | 'not-codeword' | 'not-decryptable' | PayloadFault };

/**
 * Opens a dealer's slices: any slices, of anybody; those that are not of this dealing are passed over. Where nothing is
 * dealt, nothing is opened, without any slices.
 *
 * All honest banks get one verdict, whichever slices they have (see `open` in crypto/slices.ts): a payload is fixed by the
 * fragment root, and {@link checkPayload} is a function of it and of what the dealer signed.
 *
 * @param claims those whose digest is in the header, which the caller has checked
 */
export function openSlices(
  { manifest, commitment, dealing }: AcceptedSlices,
  slices: readonly Slice[],
  claims: Claims,
): SlicesOpening {
  if (!dealing) return { verdict: 'opened', entries: [], statistics: null };
  const opening = open(dealing, slices);
  return opening.verdict === 'opened' ? checkPayload(manifest, commitment, claims, opening.payload) : opening;
}
