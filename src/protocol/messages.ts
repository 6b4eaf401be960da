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
  readonly epoch: number;
  readonly view: number;
  /** The epoch's seed, 32 bytes: stated, so that a proof that does not hold for it proves the leader faulty. */
  readonly seed: Uint8Array;
  /** VRF proof on (seed, view), 80 bytes. */
  readonly proof: Uint8Array;
  readonly justification: TimeoutCertificate | null;
  readonly signature: Uint8Array;
}

/** Coded symbols of the sender's records under the view's key. */
export interface SketchPart {
  readonly epoch: number;
  readonly view: number;
  /** 0 for the symbols sent with the commitment, 1 for the ones asked for. */
  readonly part: number;
  readonly symbols: Uint8Array;
  readonly signature: Uint8Array;
}

/** A bank's commitment with the first symbols of its sketch. */
export interface CommitMessage {
  readonly commitment: SignedCommitment;
  readonly sketch: SketchPart;
}

/** The leader's one request for more symbols. */
export interface SymbolsMessage {
  readonly epoch: number;
  readonly view: number;
  /** How many more, after the first ones. */
  readonly count: number;
  readonly signature: Uint8Array;
}

/** A fresh draft, in the slot its header names. */
export interface DraftMessage {
  readonly draft: Draft;
  /** One of each bank that the draft takes in by its amendment, in the order of `header.amended`. */
  readonly amendments: readonly Amendment[];
  readonly signature: Uint8Array;
}

/** What a dealer gives one bank under a draft: its header, as far as the receiver does not know it, and its slices. */
export interface SlicesMessage {
  readonly epoch: number;
  readonly slot: Slot;
  readonly dealing: DealingPart;
  readonly envelope: Envelope;
}

/**
 * A draft that another bank may not have, with the Open it was made under. Both are the leader's, signed by it. The sender
 * waits for the receiver's slices, its amendment or its acknowledgement.
 */
export interface ForwardMessage {
  readonly open: OpenMessage;
  readonly draft: DraftMessage;
}

/** A bank that a thin draft leaves out wants to be an input of it. */
export interface Amendment {
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  readonly commitment: SignedCommitment;
  /** `recordsDigest` of all its records under the view's key, 32 bytes: what rows and symbols list must come to it. */
  readonly records: Uint8Array;
  /** What it holds of the rows of the draft's table: key id and version digest, 24 bytes each, by key id ascending. */
  readonly rows: readonly Uint8Array[];
  /** As many symbols of all its records under the view's key as list its other differences from the records under U. */
  readonly symbols: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Why a proposal gets no vote: a prepare certificate stands against it, a draft leaves out a bank that amends it, or W does
 * without a bank's acknowledgement.
 */
export interface RefusalMessage {
  readonly epoch: number;
  /** The slot of what is refused. */
  readonly slot: Slot;
  readonly certificate: Certificate | null;
  readonly amendment: Amendment | null;
  readonly acknowledgement: AcknowledgementMessage | null;
}

/** What a bank that was taken in by its amendment holds under a draft. */
export interface AcknowledgementMessage extends Acknowledgement {
  readonly epoch: number;
  /** The slot of the draft. */
  readonly slot: Slot;
  /** The draft's digest. */
  readonly draft: Uint8Array;
}

/** W of a draft whose electorate attested it with different slices, with their attestations. */
export interface ProposalMessage {
  readonly slot: Slot;
  /** The draft's header; its digest and what the attestations give make the value. */
  readonly header: DraftHeader;
  readonly attestations: Attestations;
  readonly signature: Uint8Array;
}

/** A prepared value proposed again in a later view, with what demands it. */
export interface RepeatMessage {
  readonly slot: Slot;
  readonly contents: Contents;
  readonly signature: Uint8Array;
}

/** A signed proposal without its contents: what one bank shows another to find a leader that proposed two things. */
export interface ProposalNotice {
  readonly epoch: number;
  readonly slot: Slot;
  /** The digest of a fresh draft, or the value proposed. */
  readonly subject: Uint8Array;
  readonly signature: Uint8Array;
}

/** What one bank signed, shown by another, so that a bank that says two things to two banks is found out. */
export interface TestimonyMessage {
  readonly bank: number;
  readonly testimony: Testimony;
}

/** A vote of either phase; with `electorate` it is an attestation. */
export type VoteMessage = Vote;

/** A certificate of either phase. */
export interface CertificateMessage {
  readonly certificate: Certificate;
}

/** A bank gives up on a view. */
export interface TimeoutMessage {
  readonly epoch: number;
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
  readonly signature: Uint8Array;
}

/** Asks for a draft, or for the seal of the epoch. */
export interface WantMessage {
  readonly epoch: number;
  /** The value whose draft is wanted; null asks for the seal. */
  readonly value: Uint8Array | null;
  readonly signature: Uint8Array;
}

/** A slices header of a dealer, as far as the draft does not give it. */
export interface SignedDealing {
  readonly dealer: number;
  readonly part: DealingPart;
}

/** Answers {@link WantMessage}; checked against the value, so unsigned. */
export interface DraftCopyMessage {
  readonly contents: Contents;
  /** The headers of W that the sender has. */
  readonly dealings: readonly SignedDealing[];
}

/** Asks for the raw records of settled keys that the sender lacks. */
export interface FetchMessage {
  readonly epoch: number;
  readonly value: Uint8Array;
  /** Key ids under the agreed draft's key. */
  readonly ids: readonly Uint8Array[];
  readonly signature: Uint8Array;
}

/** Answers {@link FetchMessage}; each record is checked against the table, so unsigned. */
export interface RecordsMessage {
  readonly epoch: number;
  readonly records: readonly { readonly id: Uint8Array; readonly record: Uint8Array }[];
}

/** Gives back slices of W. Carries the commit certificate: before it, nobody gives anything back. */
export interface ReleaseMessage {
  readonly certificate: Certificate;
  readonly slices: readonly { readonly dealer: number; readonly slice: Slice }[];
  /** The sender's share of the summed statistics: it and f more give the totals. */
  readonly share: readonly bigint[] | null;
}

/** Asks a bank to release its slices once more. */
export interface MissingMessage {
  readonly epoch: number;
  readonly value: Uint8Array;
  readonly signature: Uint8Array;
}

/** A bank that was left out asks for symbols of the sketch of the records under U. */
export interface CompareMessage {
  readonly epoch: number;
  readonly value: Uint8Array;
  readonly from: number;
  readonly count: number;
  readonly signature: Uint8Array;
}

/** Answers {@link CompareMessage}; what comes of it is checked against U, so unsigned. */
export interface CommonMessage {
  readonly epoch: number;
  readonly value: Uint8Array;
  readonly from: number;
  readonly symbols: Uint8Array;
}

/** An executor's vote for the result. */
export interface ResultMessage {
  readonly epoch: number;
  readonly value: Uint8Array;
  readonly root: Uint8Array;
  readonly totals: Totals;
  readonly signature: Uint8Array;
}

/** The end of an epoch. */
export interface SealMessage {
  readonly seal: Seal;
}

/** A proof of fault, sent to everyone by whoever finds it. */
export interface EvidenceMessage {
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
  readonly incarnation: Uint8Array;
  /** Encoded `SealedEpoch`s, from `epoch` on and one after the other; none when the sender knows of none. */
  readonly epochs: readonly Uint8Array[];
}

/** Every message on the wire, by type. */
export type MessageTypes = {
  open: OpenMessage;
  commitment: CommitMessage;
  symbols: SymbolsMessage;
  sketch: SketchPart;
  draft: DraftMessage;
  slices: SlicesMessage;
  forward: ForwardMessage;
  amendment: Amendment;
  refusal: RefusalMessage;
  acknowledgement: AcknowledgementMessage;
  proposal: ProposalMessage;
  repeat: RepeatMessage;
  notice: ProposalNotice;
  testimony: TestimonyMessage;
  vote: VoteMessage;
  certificate: CertificateMessage;
  timeout: TimeoutMessage;
  want: WantMessage;
  'draft-copy': DraftCopyMessage;
  fetch: FetchMessage;
  records: RecordsMessage;
  release: ReleaseMessage;
  missing: MissingMessage;
  compare: CompareMessage;
  common: CommonMessage;
  result: ResultMessage;
  seal: SealMessage;
  evidence: EvidenceMessage;
  recall: RecallMessage;
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
