import {
  bytes,
  type Codec,
  fixed,
  list,
  nullable,
  oneOf,
  struct,
  u16,
  u32,
  u53,
  union,
  varint,
} from '../crypto/encoding.js';
import { type Totals, totalsCodec } from '../data/outcome.js';
import { MAX_RECORD_BYTES } from '../data/record.js';
import { bitmapCodec } from './bitmap.js';
import {
  type Certificate,
  certificateCodec,
  PHASES,
  type Phase,
  type TimeoutCertificate,
  timeoutCertificateCodec,
} from './certificate.js';
import { type SignedCommitment, signedCommitmentCodec } from './commitment.js';
import { type Draft, draftCodec } from './draft.js';
import { type Evidence, evidenceCodec } from './evidence.js';
import { type Seal, sealCodec } from './seal.js';
import { type Slot, slotCodec } from './slot.js';

/** Opens a view: the key of its sketches, and from view 1 on what ended the view before. */
export interface OpenMessage {
  readonly epoch: number;
  readonly view: number;
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
  readonly signature: Uint8Array;
}

/** A prepared value proposed again in a later view, with what demands it. */
export interface RepeatMessage {
  readonly slot: Slot;
  readonly draft: Draft;
  readonly signature: Uint8Array;
}

/** A signed proposal without its contents: what one bank shows another to find a leader that proposed two things. */
export interface ProposalNotice {
  readonly epoch: number;
  readonly slot: Slot;
  readonly value: Uint8Array;
  readonly signature: Uint8Array;
}

/** A vote of either phase; with `electorate` it is an attestation. */
export interface VoteMessage {
  readonly phase: Phase;
  readonly epoch: number;
  readonly slot: Slot;
  readonly value: Uint8Array;
  readonly electorate: readonly number[] | null;
  readonly signature: Uint8Array;
}

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

/** Answers {@link WantMessage}; checked against the value, so unsigned. */
export interface DraftCopyMessage {
  readonly draft: Draft;
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

/** Every message on the wire, by type. */
export type MessageTypes = {
  open: OpenMessage;
  commitment: CommitMessage;
  symbols: SymbolsMessage;
  sketch: SketchPart;
  draft: DraftMessage;
  repeat: RepeatMessage;
  notice: ProposalNotice;
  vote: VoteMessage;
  certificate: CertificateMessage;
  timeout: TimeoutMessage;
  want: WantMessage;
  'draft-copy': DraftCopyMessage;
  fetch: FetchMessage;
  records: RecordsMessage;
  result: ResultMessage;
  seal: SealMessage;
  evidence: EvidenceMessage;
};

/** Names of all message types, in the order of their tags. */
export type MessageType = keyof MessageTypes;
/** Any message, told apart by `type`. */
export type Message = { [T in MessageType]: { readonly type: T } & MessageTypes[T] }[MessageType];
/** A message of one type. */
export type MessageOf<T extends MessageType> = Extract<Message, { readonly type: T }>;

/** Bytes of one sketch part, at most. */
export const MAX_SKETCH_BYTES = 1 << 26;
/** Keys that one fetch asks for, at most. */
export const MAX_FETCH = 4096;

const signature64 = fixed(64, 'signature');
const signature96 = fixed(96, 'signature');

const TYPES = [
  'open',
  'commitment',
  'symbols',
  'sketch',
  'draft',
  'repeat',
  'notice',
  'vote',
  'certificate',
  'timeout',
  'want',
  'draft-copy',
  'fetch',
  'records',
  'result',
  'seal',
  'evidence',
] as const satisfies readonly MessageType[];

/** The type that the first byte of an encoded message names, `unknown` when it names none. */
export function messageTypeOf(encoded: Uint8Array): MessageType | 'unknown' {
  return TYPES[encoded[0] ?? TYPES.length] ?? 'unknown';
}

/** Strict codec of all messages in a consortium of `banks` banks. The first byte is the type. */
export function messageCodec(banks: number): Codec<Message> {
  const certificate = certificateCodec(banks);
  const draft = draftCodec(banks);
  const sketchPart = struct<SketchPart>({
    epoch: u53,
    view: u32,
    part: u16,
    symbols: bytes(MAX_SKETCH_BYTES, 'symbols'),
    signature: signature64,
  });
  const notice = struct<ProposalNotice>({
    epoch: u53,
    slot: slotCodec,
    value: fixed(32, 'value'),
    signature: signature64,
  });
  const record = struct<{ id: Uint8Array; record: Uint8Array }>({
    id: fixed(8, 'key id'),
    record: bytes(MAX_RECORD_BYTES, 'record'),
  });
  return union<MessageTypes>({
    open: struct<OpenMessage>({
      epoch: u53,
      view: u32,
      proof: fixed(80, 'proof'),
      justification: nullable(timeoutCertificateCodec(banks)),
      signature: signature64,
    }),
    commitment: struct<CommitMessage>({ commitment: signedCommitmentCodec, sketch: sketchPart }),
    symbols: struct<SymbolsMessage>({ epoch: u53, view: u32, count: varint, signature: signature64 }),
    sketch: sketchPart,
    draft: struct<DraftMessage>({ draft, signature: signature64 }),
    repeat: struct<RepeatMessage>({ slot: slotCodec, draft, signature: signature64 }),
    notice,
    vote: struct<VoteMessage>({
      phase: oneOf(PHASES),
      epoch: u53,
      slot: slotCodec,
      value: fixed(32, 'value'),
      electorate: nullable(bitmapCodec(banks)) as Codec<readonly number[] | null>,
      signature: signature96,
    }),
    certificate: struct<CertificateMessage>({ certificate }),
    timeout: struct<TimeoutMessage>({
      epoch: u53,
      view: u32,
      certificate: nullable(certificate),
      proposal: nullable(notice),
      justification: nullable(timeoutCertificateCodec(banks)),
      signature: signature96,
    }),
    want: struct<WantMessage>({
      epoch: u53,
      value: nullable(fixed(32, 'value')),
      signature: signature64,
    }),
    'draft-copy': struct<DraftCopyMessage>({ draft }),
    fetch: struct<FetchMessage>({
      epoch: u53,
      value: fixed(32, 'value'),
      ids: list(fixed(8, 'key id'), MAX_FETCH, 'ids') as Codec<readonly Uint8Array[]>,
      signature: signature64,
    }),
    records: struct<RecordsMessage>({
      epoch: u53,
      records: list(record, MAX_FETCH, 'records') as Codec<RecordsMessage['records']>,
    }),
    result: struct<ResultMessage>({
      epoch: u53,
      value: fixed(32, 'value'),
      root: fixed(32, 'root'),
      totals: totalsCodec,
      signature: signature96,
    }),
    seal: struct<SealMessage>({ seal: sealCodec(banks) }),
    evidence: struct<EvidenceMessage>({ evidence: evidenceCodec }),
  });
}
