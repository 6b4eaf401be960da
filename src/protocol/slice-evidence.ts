import { equalBytes } from '../crypto/bytes.js';
import type { Slice } from '../crypto/dealing.js';
import { type Codec, fixed, list, nullable, struct, u16 } from '../crypto/encoding.js';
import { MAX_FRAGMENTS } from '../crypto/erasure.js';
import { checkSlice } from '../crypto/slices.js';
import { type SignedCommitment, signedCommitmentCodec, verifyCommitment } from './commitment.js';
import type { Manifest } from './manifest.js';
import { type AcceptedSlices, acceptSlices, checkEnvelope, dealingShape, openSlices } from './slice-check.js';
import {
  anySliceCodec,
  type Claims,
  claimsCodec,
  claimsDigest,
  type Envelope,
  envelopeCodec,
  envelopeStatement,
  type SlicesHeader,
  slicesHeaderCodec,
  slicesRoot,
  slicesStatement,
} from './slice-header.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** A header with its dealer's Ed25519 signature over `slicesStatement`, 64 bytes. */
export interface SignedSlices {
  /** What the dealer is bound to. */
  readonly header: SlicesHeader;
  /** The dealer's. */
  readonly signature: Uint8Array;
}

/** What every proof against a dealer rests on: what it dealt, and the records and statistics it committed to. */
export interface DealerProof {
  /** Index of the faulty bank. */
  readonly accused: number;
  /** The header of what it dealt, signed by it. */
  readonly slices: SignedSlices;
  /** The accused's, of the epoch of the slices. */
  readonly commitment: SignedCommitment;
}

/** A signed envelope, and the bank it is for. */
export interface Delivery {
  /** Index of the bank it is for. */
  readonly receiver: number;
  /** As the dealer signed it. */
  readonly envelope: Envelope;
}

/** A header that is not accepted, or a signed envelope whose slice or share is not of the header's dealing. */
export interface BadShares extends DealerProof {
  /** Tells it from other `Evidence`. */
  readonly kind: 'bad-shares';
  /** Null when the header alone is at fault. */
  readonly delivery: Delivery | null;
}

/** A dealing with all it takes to open it. */
export interface OpenedProof extends DealerProof {
  /** What the header's claims are the digest of. */
  readonly claims: Claims;
  /** Exactly k of the dealing. */
  readonly opened: readonly Slice[];
}

/** Slices that are no codeword, do not decrypt, or open to what the accused's Commitment does not hold. */
export interface BadSlices extends OpenedProof {
  /** Tells it from other `Evidence`. */
  readonly kind: 'bad-slices';
}

/** Slices that open to records which the accused committed to, and which are not those it claimed to hold. */
export interface FalseAttestation extends OpenedProof {
  /** Tells it from other `Evidence`. */
  readonly kind: 'false-attestation';
}

/** A proof that a bank dealt falsely. */
export type SliceEvidence = BadShares | BadSlices | FalseAttestation;

const dealerFields = {
  accused: u16,
  slices: struct<SignedSlices>({ header: slicesHeaderCodec, signature: fixed(64, 'signature') }),
  commitment: signedCommitmentCodec,
};

/** The canonical form of {@link BadShares}, without its kind. */
export const badSharesCodec: Codec<Omit<BadShares, 'kind'>> = struct<Omit<BadShares, 'kind'>>({
  ...dealerFields,
  delivery: nullable(struct<Delivery>({ receiver: u16, envelope: envelopeCodec })),
});

/** The canonical form of {@link BadSlices} and {@link FalseAttestation}, without their kind. */
export const openedProofCodec: Codec<OpenedProof> = struct<OpenedProof>({
  ...dealerFields,
  claims: claimsCodec,
  opened: list(anySliceCodec, MAX_FRAGMENTS, 'slices') as Codec<readonly Slice[]>,
});

/**
 * Evidence of a header that `acceptSlices` refused, or, with a delivery, of a signed envelope in which `checkEnvelope`
 * found something wrong.
 */
export function badShares(
  slices: SignedSlices,
  commitment: SignedCommitment,
  delivery: Delivery | null = null,
): BadShares {
  return { kind: 'bad-shares', accused: slices.header.dealer, slices, commitment, delivery };
}

/**
 * Evidence of slices that `openSlices` did not open: k of them, those whose share holds first.
 *
 * @param signature the dealer's, over `slicesStatement` of the accepted header
 * @param claims those that the header's are the digest of
 * @returns null when they open, or when no k of them prove a fault, as happens with too few
 */
export function badSlices(
  accepted: AcceptedSlices,
  signature: Uint8Array,
  claims: Claims,
  slices: readonly Slice[],
): BadSlices | FalseAttestation | null {
  const opened = provingSlices(accepted, slices);
  const kind = faultOf(accepted, claims, opened);
  if (kind !== 'bad-slices' && kind !== 'false-attestation') return null;
  const { header, commitment } = accepted;
  return { kind, accused: header.dealer, slices: { header, signature }, commitment, claims, opened };
}

/** Up to k slices of the dealing at different indices, ascending; those with a true share go before the others. */
function provingSlices({ manifest, dealing }: AcceptedSlices, slices: readonly Slice[]): Slice[] {
  if (!dealing) return [];
  const judged = slices.map((slice) => ({ slice, verdict: checkSlice(dealing, slice) }));
  const chosen = new Map<number, Slice>();
  for (const wanted of ['valid', 'wrong-share'])
    for (const { slice, verdict } of judged)
      if (verdict === wanted && chosen.size < dealingShape(manifest).k && !chosen.has(slice.index))
        chosen.set(slice.index, slice);
  return [...chosen.values()].sort((a, b) => a.index - b.index);
}

function faultOf(
  accepted: AcceptedSlices,
  claims: Claims,
  slices: readonly Slice[],
): 'bad-slices' | 'false-attestation' | 'incomplete' | 'none' {
  const { verdict } = openSlices(accepted, slices, claims);
  switch (verdict) {
    case 'opened':
      return 'none';
    case 'incomplete':
      return 'incomplete';
    case 'contradicts-claims':
      return 'false-attestation';
    default:
      return 'bad-slices';
  }
}

/**
 * Why a proof against a dealer was refused:
 * - `not-its-own`: header or Commitment is of another bank than the accused;
 * - `other-epoch`: they are of different epochs, and a bank commits anew in each;
 * - `signature`: the accused did not sign header, Commitment or envelope;
 * - `header-refused`: the header is at fault itself, which `bad-shares` without a delivery proves;
 * - `other-claims`: the claims are not those of the header;
 * - `wrong-count`: not exactly k slices;
 * - `incomplete`: some of the slices are not of the dealing, or too few of their shares hold;
 * - `no-fault`: everything is in order, or the fault is of the other kind.
 */
export type SliceRefusal =
  | 'not-its-own'
  | 'other-epoch'
  | 'signature'
  | 'header-refused'
  | 'other-claims'
  | 'wrong-count'
  | 'incomplete'
  | 'no-fault';

/**
 * Checks a proof against a dealer; null when it holds. Never throws on anything decoded.
 *
 * A bank that follows the protocol cannot be accused. It signs one Commitment an epoch and one header a slot, and its
 * header is over the Commitment's data root, its own claims and a dealing made from its own records, so that it is accepted
 * and opens to what it claims, whichever slices are shown: others than its own do not hang under the header's fragment
 * root. It signs envelopes with the true slices and shares only.
 */
export function sliceRefusal(manifest: Manifest, suite: Suite, evidence: SliceEvidence): SliceRefusal | null {
  const { accused, slices, commitment } = evidence;
  const { header } = slices;
  if (header.dealer !== accused || commitment.bank !== accused) return 'not-its-own';
  if (header.epoch !== commitment.epoch) return 'other-epoch';
  const signed = (statement: Statement, signature: Uint8Array): boolean =>
    suite.identity.verify(
      manifest.banks[accused]!.identity,
      statementDigest(manifest.consortiumId, statement),
      signature,
    );
  if (!signed(slicesStatement(header), slices.signature)) return 'signature';
  if (!verifyCommitment(manifest, suite, commitment)) return 'signature';
  if (evidence.kind !== 'bad-shares') return openedRefusal(manifest, suite, evidence);

  const { delivery } = evidence;
  if (delivery) {
    const { receiver, envelope } = delivery;
    const name = { epoch: header.epoch, slot: header.slot, root: slicesRoot(header) };
    if (!signed(envelopeStatement(name, receiver, envelope), envelope.signature)) return 'signature';
  }
  const accepted = acceptSlices(manifest, suite, header, commitment);
  if (typeof accepted === 'string') return delivery ? 'header-refused' : null;
  if (!delivery) return 'no-fault';
  return checkEnvelope(accepted, delivery.receiver, delivery.envelope) === 'valid' ? 'no-fault' : null;
}

function openedRefusal(
  manifest: Manifest,
  suite: Suite,
  { kind, slices: { header }, commitment, claims, opened }: BadSlices | FalseAttestation,
): SliceRefusal | null {
  if (!equalBytes(claimsDigest(claims.key, claims.items), header.claims)) return 'other-claims';
  if (opened.length !== dealingShape(manifest).k) return 'wrong-count';
  const accepted = acceptSlices(manifest, suite, header, commitment);
  if (typeof accepted === 'string') return 'header-refused';
  const fault = faultOf(accepted, claims, opened);
  if (fault === 'incomplete') return 'incomplete';
  return fault === kind ? null : 'no-fault';
}
