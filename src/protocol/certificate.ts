import { areAscending, bitmapCodec } from '../crypto/bitmap.js';
import { verifyCertificate as verifySigners } from '../crypto/bls-certificate.js';
import {
  bool,
  type Codec,
  encode,
  fixed,
  list,
  nullable,
  oneOf,
  struct,
  u32,
  u53,
} from '../crypto/encoding.js';
import type { Manifest } from './manifest.js';
import { compareSlots, type Slot, slotCodec } from './slot.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';
import type { Holding } from './value.js';

/** The two phases of agreement. A vote's phase is part of what is signed. */
export const PHASES = ['prepare', 'commit'] as const;
/** `prepare` votes lock a value, `commit` votes decide it. */
export type Phase = (typeof PHASES)[number];

/**
 * What one vote says. With `electorate`, it is an attestation: the voter vouches for its column of a draft whose inputs
 * are exactly these banks, and only all of them together certify it. Without, any quorum does.
 */
export interface Ballot {
  /** `prepare` for the first of the two phases, `commit` for the second. */
  readonly phase: Phase;
  /** The epoch that is voted in. */
  readonly epoch: number;
  /** The slot of the proposal that is voted for. */
  readonly slot: Slot;
  /** The agreed value's digest, 32 bytes. */
  readonly value: Uint8Array;
  /** Ascending bank indices of an attested draft's electorate; null for a vote that any quorum carries. */
  readonly electorate: readonly number[] | null;
}

/** One bank's vote. */
export interface Vote extends Ballot {
  /** Of an attestation, the slices the voter holds: its value follows from them. */
  readonly holdings: readonly Holding[] | null;
  /** BLS, 96 bytes. */
  readonly signature: Uint8Array;
}

/** The signed statement of a ballot. The electorate is under the signature, so that a certificate can be read for it. */
export function ballotStatement(ballot: Ballot, banks: number): Statement {
  const members = nullable(bitmapCodec(banks));
  const body = struct<{ value: Uint8Array; electorate: number[] | null }>({
    value: fixed(32),
    electorate: members,
  });
  return {
    type: ballot.phase,
    epoch: ballot.epoch,
    slot: ballot.slot,
    body: encode(body, { value: ballot.value, electorate: ballot.electorate && [...ballot.electorate] }),
  };
}

/**
 * One constant-size proof that a quorum voted alike: an aggregate signature and the bitmap of its signers. Size:
 * 96 + ⌈n/8⌉ + 48 bytes.
 */
export interface Certificate {
  /** The phase of the votes in it. */
  readonly phase: Phase;
  /** The epoch they were given in. */
  readonly epoch: number;
  /** The slot they were given in. */
  readonly slot: Slot;
  /** The digest of what they were given for, 32 bytes. */
  readonly value: Uint8Array;
  /** Whether the votes were attestations; their electorate is then exactly `signers`. */
  readonly attested: boolean;
  /** Ascending indices of the banks whose votes are in the signature. */
  readonly signers: readonly number[];
  /** Aggregate BLS signature, 96 bytes. */
  readonly signature: Uint8Array;
}

export function certificateCodec(banks: number): Codec<Certificate> {
  return struct<Certificate>({
    phase: oneOf(PHASES),
    epoch: u53,
    slot: slotCodec,
    value: fixed(32),
    attested: bool,
    signers: bitmapCodec(banks) as Codec<readonly number[]>,
    signature: fixed(96),
  });
}

/** The ballot all signers of a certificate signed. */
export function certifiedBallot(certificate: Certificate): Ballot {
  const { phase, epoch, slot, value, attested, signers } = certificate;
  return { phase, epoch, slot, value, electorate: attested ? signers : null };
}

/**
 * Whether a quorum of the manifest's banks signed this certificate's ballot. For an attested one the signers are its
 * whole electorate, because the electorate stands in what they signed.
 */
export function verifyCertificate(manifest: Manifest, suite: Suite, certificate: Certificate): boolean {
  if (!areAscending(certificate.signers, manifest.size)) return false;
  if (certificate.attested && certificate.phase !== 'prepare') return false;
  const statement = ballotStatement(certifiedBallot(certificate), manifest.size);
  const digest = statementDigest(manifest.consortiumId, statement);
  return verifySigners(suite.bls, manifest.keys, manifest.quorum, digest, certificate);
}

/** What a bank says when it gives up on a view: the slot of its highest prepare certificate, or none. */
export function timeoutStatement(epoch: number, view: number, high: Slot | null): Statement {
  return { type: 'timeout', epoch, slot: { view, index: 0 }, body: encode(nullable(slotCodec), high) };
}

/**
 * Proof that a quorum gave up on a view. `highs` are the signers' highest prepared slots, each under its own signature;
 * `certificate` is the prepare certificate of the highest of them, null when none of them had any.
 */
export interface TimeoutCertificate {
  /** The epoch of the view. */
  readonly epoch: number;
  /** The view that a quorum gave up. */
  readonly view: number;
  /** Ascending indices of the banks that gave it up. */
  readonly signers: readonly number[];
  /** As many as the signers, in their order: each one's highest prepared slot, null for none. */
  readonly highs: readonly (Slot | null)[];
  /** The prepare certificate of the highest of these slots; null when there is none. */
  readonly certificate: Certificate | null;
  /** Aggregate BLS signature over the signers' (different) statements, 96 bytes. */
  readonly signature: Uint8Array;
}

export function timeoutCertificateCodec(banks: number): Codec<TimeoutCertificate> {
  return struct<TimeoutCertificate>({
    epoch: u53,
    view: u32,
    signers: bitmapCodec(banks) as Codec<readonly number[]>,
    highs: list(nullable(slotCodec), banks) as Codec<readonly (Slot | null)[]>,
    certificate: nullable(certificateCodec(banks)),
    signature: fixed(96),
  });
}

/** The highest slot of a list, null when there is none. */
export function highestSlot(highs: readonly (Slot | null)[]): Slot | null {
  let highest: Slot | null = null;
  for (const high of highs)
    if (high !== null && (!highest || compareSlots(high, highest) > 0)) highest = high;
  return highest;
}

/** Whether a quorum signed these timeouts and the certificate shown is that of the highest slot they name. */
export function verifyTimeoutCertificate(
  manifest: Manifest,
  suite: Suite,
  proof: TimeoutCertificate,
): boolean {
  if (!areAscending(proof.signers, manifest.size)) return false;
  if (proof.signers.length < manifest.quorum || proof.highs.length !== proof.signers.length) return false;
  const highest = highestSlot(proof.highs);
  if ((highest === null) !== (proof.certificate === null)) return false;
  if (highest !== null && proof.certificate !== null) {
    const { phase, epoch, slot } = proof.certificate;
    if (phase !== 'prepare' || epoch !== proof.epoch || compareSlots(slot, highest) !== 0) return false;
    if (slot.view > proof.view) return false;
    if (!verifyCertificate(manifest, suite, proof.certificate)) return false;
  }
  const keys = proof.signers.map((bank) => manifest.keys[bank]!);
  const messages = proof.highs.map((high) =>
    statementDigest(manifest.consortiumId, timeoutStatement(proof.epoch, proof.view, high)),
  );
  return suite.bls.aggregateVerify(keys, messages, proof.signature);
}
