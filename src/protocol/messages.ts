// Longer than other files for one reason: whoever reads the protocol finds every message here, in the order in which they are
// sent.

import type { Slice } from '../crypto/slices.js';
import type { Totals } from '../data/outcome.js';
import type { Acknowledgement } from './acknowledgements.js';
import type { Attestations } from './attestations.js';
import type { Certificate, TimeoutCertificate, Vote } from './certificate.js';
import type { SignedCommitment } from './commitment.js';
import type { Contents, Draft, DraftHeader } from './draft.js';
import type { Evidence } from './evidence.js';
import type { Seal } from './seal.js';
import type { DealingPart, Envelope } from './slice-header.js';
import type { Slot } from './slot.js';
import type { Testimony } from './testimony.js';

/** Opens a view: the key of its sketches, and from view 1 on what ended the view before. */
export interface OpenMessage {
  /** The epoch of the view. */
  readonly epoch: number;
  /** The view that is opened, from 0. */
  readonly view: number;
  /** The epoch's seed, 32 bytes: stated, so that a proof that does not hold for it proves the leader faulty. */
  readonly seed: Uint8Array;
  /** VRF proof on (seed, view), 80 bytes: headers show it, and the seed of a later epoch comes of it. */
  readonly proof: Uint8Array;
  /** Another on the same, 80 bytes, that no header shows: the view's key and the salt of its drafts come of it. */
  readonly saltProof: Uint8Array;
  /** A quorum's timeouts of the view before; null in view 0 only. */
  readonly justification: TimeoutCertificate | null;
  /** The leader's Ed25519 signature over seed and proofs, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Coded symbols of the sender's records under the view's key. */
export interface SketchPart {
  /** The epoch of the view. */
  readonly epoch: number;
  /** The view under whose key the symbols are. */
  readonly view: number;
  /** 0 for the symbols sent with the commitment, above it the part that was asked for. */
  readonly part: number;
  /** The symbols' bytes, one after the other. */
  readonly symbols: Uint8Array;
  /** The sender's Ed25519 signature over part and symbols, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A bank's commitment with the first symbols of its sketch. */
export interface CommitMessage {
  /** The same in every view of an epoch. */
  readonly commitment: SignedCommitment;
  /** Of the committed records, under the view's key. */
  readonly sketch: SketchPart;
}

/** The leader's request for more symbols, by which it shows as many of its own as it was shown. */
export interface SymbolsMessage {
  /** The epoch of the view. */
  readonly epoch: number;
  /** The view whose leader asks. */
  readonly view: number;
  /** Which part of the sketch is asked for, from 1 on. */
  readonly part: number;
  /**
   * The leader's own symbols, from where its last request to this bank ended, up to as many as it has of the bank's: then
   * both know the same of their difference, and so how many more it takes (`furtherSymbols`).
   */
  readonly symbols: Uint8Array;
  /** The leader's Ed25519 signature over the request, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A fresh draft, in the slot its header names. */
export interface DraftMessage {
  /** The leader's draft of the inputs. */
  readonly draft: Draft;
  /** One of each bank that the draft takes in by its amendment, in the order of `header.amended`. */
  readonly amendments: readonly Amendment[];
  /** The leader's Ed25519 signature over the draft's digest in its slot, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What a dealer gives one bank under a draft: its header, as far as the receiver does not know it, and its slices. */
export interface SlicesMessage {
  /** The epoch of the draft. */
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  /** The header without what the draft says, and the dealer's signature. */
  readonly dealing: DealingPart;
  /** The receiver's slice and share, signed for it alone. */
  readonly envelope: Envelope;
}

/**
 * A draft that another bank may not have, with the Open it was made under. Both are the leader's, signed by it. The sender
 * waits for the receiver's slices, its amendment or its acknowledgement.
 */
export interface ForwardMessage {
  /** What opened the view of the draft. */
  readonly open: OpenMessage;
  /** With the amendments that it takes in. */
  readonly draft: DraftMessage;
}

/** A bank that a thin draft leaves out wants to be an input of it. */
export interface Amendment {
  /** The epoch of the draft. */
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  /** Its commitment to its records, as it would have been in the draft. */
  readonly commitment: SignedCommitment;
  /** `recordsDigest` of all its records under the view's key, 32 bytes: what rows and symbols list must come to it. */
  readonly records: Uint8Array;
  /** What it holds of the rows of the draft's table: key id and version digest, 24 bytes each, by key id ascending. */
  readonly rows: readonly Uint8Array[];
  /** As many symbols of all its records under the view's key as list its other differences from the records under U. */
  readonly symbols: Uint8Array;
  /** Its Ed25519 signature over the amendment, 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * Why a proposal gets no vote: a prepare certificate stands against it, a draft leaves out a bank that amends it, or W does
 * without a bank's acknowledgement.
 */
export interface RefusalMessage {
  /** The epoch of what is refused. */
  readonly epoch: number;
  /** The slot of what is refused. */
  readonly slot: Slot;
  /** The sender's prepare certificate, against which the proposal does not stand. */
  readonly certificate: Certificate | null;
  /** Of a bank that the draft should have taken in. */
  readonly amendment: Amendment | null;
  /** One that W should have counted. */
  readonly acknowledgement: AcknowledgementMessage | null;
}

/** What a bank that was taken in by its amendment holds under a draft. */
export interface AcknowledgementMessage extends Acknowledgement {
  /** The epoch of the draft. */
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  /** The draft's digest. */
  readonly draft: Uint8Array;
}

/** W of a draft whose electorate attested it with different slices, with their attestations. */
export interface ProposalMessage {
  /** The slot it is proposed in. */
  readonly slot: Slot;
  /** The draft's header; its digest and what the attestations give make the value. */
  readonly header: DraftHeader;
  /** Who holds which slices, under the whole electorate's signature. */
  readonly attestations: Attestations;
  /** The leader's Ed25519 signature over the value in its slot, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A prepared value proposed again in a later view, with what demands it. */
export interface RepeatMessage {
  /** The slot it is proposed in. */
  readonly slot: Slot;
  /** What is behind the prepared value. */
  readonly contents: Contents;
  /** The leader's Ed25519 signature over the value in its slot, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A signed proposal without its contents: what one bank shows another to find a leader that proposed two things. */
export interface ProposalNotice {
  /** The epoch of the proposal. */
  readonly epoch: number;
  /** The slot of the proposal. */
  readonly slot: Slot;
  /** The digest of a fresh draft, or the value proposed. */
  readonly subject: Uint8Array;
  /** The leader's Ed25519 signature over the subject in its slot, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What one bank signed, shown by another, so that a bank that says two things to two banks is found out. */
export interface TestimonyMessage {
  /** Index of the bank that signed it. */
  readonly bank: number;
  /** The statement with its signature. */
  readonly testimony: Testimony;
}

/** A vote of either phase; with `electorate` it is an attestation. */
export type VoteMessage = Vote;

/** A certificate of either phase. */
export interface CertificateMessage {
  /** It proves itself, so the message is unsigned. */
  readonly certificate: Certificate;
}

/** A bank gives up on a view. */
export interface TimeoutMessage {
  /** The epoch of the view. */
  readonly epoch: number;
  /** The view that is given up. */
  readonly view: number;
  /** Its highest prepare certificate; the slot of it is under the signature. */
  readonly certificate: Certificate | null;
  /** The last proposal it saw in that view, so that two halves of a split view find each other. */
  readonly proposal: ProposalNotice | null;
  /**
   * What let the sender into its view, when it says this again because nothing moved: a bank that is views behind and
   * missed the timeouts of others gets to the same view by it. Proves itself, so not under the signature.
   */
  readonly justification: TimeoutCertificate | null;
  /** BLS, over the slot of `certificate`, 96 bytes: timeouts are aggregated. */
  readonly signature: Uint8Array;
}

/** Asks for a draft, or for the seal of the epoch. */
export interface WantMessage {
  /** The epoch it is about. */
  readonly epoch: number;
  /** The value whose draft is wanted; null asks for the seal. */
  readonly value: Uint8Array | null;
  /** The sender's Ed25519 signature over the request, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A slices header of a dealer, as far as the draft does not give it. */
export interface SignedDealing {
  /** Index of the bank that deals. */
  readonly dealer: number;
  /** Its header without what the draft says, and its signature. */
  readonly part: DealingPart;
}

/** Answers {@link WantMessage}; checked against the value, so unsigned. */
export interface DraftCopyMessage {
  /** What is behind the value that was asked for. */
  readonly contents: Contents;
  /** The headers of W that the sender has. */
  readonly dealings: readonly SignedDealing[];
}

/** Asks for the raw records of settled keys that the sender lacks. */
export interface FetchMessage {
  /** The epoch that was agreed on. */
  readonly epoch: number;
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** Key ids under the agreed draft's key. */
  readonly ids: readonly Uint8Array[];
  /** The sender's Ed25519 signature over the request, 64 bytes: who asks is entitled, or not, by name. */
  readonly signature: Uint8Array;
}

/** Answers {@link FetchMessage}; each record is checked against the table, so unsigned. */
export interface RecordsMessage {
  /** As in the request. */
  readonly epoch: number;
  /** Key id (8 bytes) and canonical bytes of each record that the sender gives. */
  readonly records: readonly { readonly id: Uint8Array; readonly record: Uint8Array }[];
}

/** Gives back slices of W. Carries the commit certificate: before it, nobody gives anything back. */
export interface ReleaseMessage {
  /** The commit certificate of the value under which they were dealt. */
  readonly certificate: Certificate;
  /** The sender's slice of each dealer in W that dealt a payload, by dealer index. */
  readonly slices: readonly { readonly dealer: number; readonly slice: Slice }[];
  /** The sender's share of the summed statistics: it and f more give the totals. */
  readonly share: readonly bigint[] | null;
}

/** Asks a bank to release its slices once more. */
export interface MissingMessage {
  /** The epoch that was agreed on. */
  readonly epoch: number;
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** The sender's Ed25519 signature over the request, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A bank that was left out asks for symbols of the sketch of the records under U. */
export interface CompareMessage {
  /** The epoch that was agreed on. */
  readonly epoch: number;
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** Number of the first symbol asked for, from 0. */
  readonly from: number;
  /** How many symbols are asked for. */
  readonly count: number;
  /** The sender's Ed25519 signature over the request, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Answers {@link CompareMessage}; what comes of it is checked against U, so unsigned. */
export interface CommonMessage {
  /** As in the request. */
  readonly epoch: number;
  /** As in the request, 32 bytes. */
  readonly value: Uint8Array;
  /** Number of the first symbol, as in the request. */
  readonly from: number;
  /** The symbols' bytes, one after the other. */
  readonly symbols: Uint8Array;
}

/** An executor's vote for the result. */
export interface ResultMessage {
  /** The epoch of the result. */
  readonly epoch: number;
  /** The agreed value that the result is of, 32 bytes. */
  readonly value: Uint8Array;
  /** Merkle root of the result, 32 bytes. */
  readonly root: Uint8Array;
  /** How many keys fell into which class. */
  readonly totals: Totals;
  /** The executor's BLS signature over value, root and totals, 96 bytes. */
  readonly signature: Uint8Array;
}

/** The end of an epoch. */
export interface SealMessage {
  /** It proves itself, so the message is unsigned. */
  readonly seal: Seal;
}

/** A proof of fault, sent to everyone by whoever finds it. */
export interface EvidenceMessage {
  /** It proves itself, so the message is unsigned. */
  readonly evidence: Evidence;
}

/** Asks what was sealed from an epoch on. */
export interface RecallMessage {
  /** The first epoch that the sender does not know to be sealed. */
  readonly epoch: number;
  /** Chosen by the sender's host at random, 16 bytes: the answer repeats it. */
  readonly incarnation: Uint8Array;
}

/** Answers {@link RecallMessage}; every sealed epoch proves itself, so unsigned. */
export interface HistoryMessage {
  /** As in the request. */
  readonly epoch: number;
  /** As in the request, 16 bytes. */
  readonly incarnation: Uint8Array;
  /** Encoded `SealedEpoch`s, from `epoch` on and one after the other; none when the sender knows of none. */
  readonly epochs: readonly Uint8Array[];
}

/** Every message on the wire, by type. */
export type MessageTypes = {
  /** Leader to all, at the beginning of a view. */
  open: OpenMessage;
  /** A bank to the leader, in answer to its Open. */
  commitment: CommitMessage;
  /** Leader to a bank whose differences the first symbols do not list. */
  symbols: SymbolsMessage;
  /** That bank to the leader. */
  sketch: SketchPart;
  /** Leader to all. */
  draft: DraftMessage;
  /** Every input to every bank, under one draft. */
  slices: SlicesMessage;
  /** A bank to those that may not have the leader's draft. */
  forward: ForwardMessage;
  /** A bank that a thin draft leaves out to those that show it the draft. */
  amendment: Amendment;
  /** A bank to the leader whose proposal it may not vote for. */
  refusal: RefusalMessage;
  /** A bank in a draft by its amendment to all others. */
  acknowledgement: AcknowledgementMessage;
  /** Leader to all, when the attesters hold different slices. */
  proposal: ProposalMessage;
  /** Leader of a later view to all, when a value is prepared already. */
  repeat: RepeatMessage;
  /** A bank to all others, some of which may have seen another proposal of that slot. */
  notice: ProposalNotice;
  /** A bank to all others, one of which may hold a contradiction to it. */
  testimony: TestimonyMessage;
  /** A bank to the leader, in either phase. */
  vote: VoteMessage;
  /** Whoever has one to all, and to a bank that is behind. */
  certificate: CertificateMessage;
  /** A bank to all others. */
  timeout: TimeoutMessage;
  /** A bank to another that may have what it lacks. */
  want: WantMessage;
  /** The answer to a `want` of a draft. */
  'draft-copy': DraftCopyMessage;
  /** A bank to one that holds the records, after agreement. */
  fetch: FetchMessage;
  /** The answer to a `fetch`. */
  records: RecordsMessage;
  /** A bank to all others, after agreement. */
  release: ReleaseMessage;
  /** A bank to one whose release has not come. */
  missing: MissingMessage;
  /** A bank that was left out to one that holds the records under U. */
  compare: CompareMessage;
  /** The answer to a `compare`. */
  common: CommonMessage;
  /** Executor to the collector, and to executors that may not be able to compute the result. */
  result: ResultMessage;
  /** The collector to all, and whoever has it to a bank that wants it. */
  seal: SealMessage;
  /** Whoever finds a proof of fault to all. */
  evidence: EvidenceMessage;
  /** A bank that was away to all others. */
  recall: RecallMessage;
  /** The answer to a `recall`. */
  history: HistoryMessage;
};

/** Names of all message types, in the order of their tags. */
export type MessageType = keyof MessageTypes;
/** Any message, told apart by `type`. */
export type Message = { [T in MessageType]: { readonly type: T } & MessageTypes[T] }[MessageType];
/** A message of one type. */
export type MessageOf<T extends MessageType> = Extract<Message, { readonly type: T }>;

/** Evidence, and what is said of sealed epochs, belongs to no epoch; everything else does. */
export type EpochMessage = Exclude<Message, { type: 'evidence' | 'recall' | 'history' }>;

/** The epoch a message belongs to. */
export function epochOf(message: EpochMessage): number {
  switch (message.type) {
    case 'commitment':
      return message.commitment.epoch;
    case 'draft':
      return message.draft.header.epoch;
    case 'forward':
      return message.draft.draft.header.epoch;
    case 'repeat':
    case 'draft-copy':
      return message.contents.draft.header.epoch;
    case 'proposal':
      return message.header.epoch;
    case 'testimony':
      return message.testimony.statement.epoch;
    case 'certificate':
    case 'release':
      return message.certificate.epoch;
    case 'seal':
      return message.seal.header.epoch;
    default:
      return message.epoch;
  }
}

/** The view a message belongs to, null for those that any view may hear. An Open brings its own view about. */
export function viewOf(message: EpochMessage): number | null {
  switch (message.type) {
    case 'commitment':
      return message.sketch.view;
    case 'symbols':
    case 'sketch':
      return message.view;
    case 'draft':
      return message.draft.header.slot.view;
    case 'slices':
    case 'amendment':
    case 'refusal':
    case 'acknowledgement':
    case 'proposal':
    case 'repeat':
    case 'vote':
      return message.slot.view;
    default:
      return null;
  }
}
