import { bitmapCodec } from '../crypto/bitmap.js';
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
import { scalar } from '../crypto/group-codec.js';
import { MAX_VALUES } from '../crypto/pedersen.js';
import type { Slice } from '../crypto/slices.js';
import { totalsCodec } from '../data/outcome.js';
import { MAX_RECORD_BYTES } from '../data/record.js';
import { SKETCH_ITEM_LENGTH } from '../data/sketch-item.js';
import { attestationsCodec } from './attestations.js';
import { certificateCodec, PHASES, timeoutCertificateCodec } from './certificate.js';
import { signedCommitmentCodec } from './commitment.js';
import { contentsCodec, draftCodec, draftHeaderCodec, MAX_SKETCH_BYTES, MAX_TABLE_ROWS } from './draft.js';
import { evidenceCodec } from './evidence.js';
import type {
  AcknowledgementMessage,
  Amendment,
  CertificateMessage,
  CommitMessage,
  CommonMessage,
  CompareMessage,
  DraftCopyMessage,
  DraftMessage,
  EvidenceMessage,
  FetchMessage,
  ForwardMessage,
  HistoryMessage,
  Message,
  MessageType,
  MessageTypes,
  MissingMessage,
  OpenMessage,
  ProposalMessage,
  ProposalNotice,
  RecallMessage,
  RecordsMessage,
  RefusalMessage,
  ReleaseMessage,
  RepeatMessage,
  ResultMessage,
  SealMessage,
  SignedDealing,
  SketchPart,
  SlicesMessage,
  SymbolsMessage,
  TestimonyMessage,
  TimeoutMessage,
  VoteMessage,
  WantMessage,
} from './messages.js';
import { INCARNATION_LENGTH, MAX_FETCH, MAX_SEALED_EPOCH_BYTES, PAGE_EPOCHS } from './requests.js';
import { sealCodec } from './seal.js';
import { dealingPartCodec, sliceCodecs } from './slice-header.js';
import { slotCodec } from './slot.js';
import { testimonyCodec } from './testimony.js';
import { holdingsCodec } from './value.js';

const signature64 = fixed(64, 'signature');
const signature96 = fixed(96, 'signature');
const incarnation = fixed(INCARNATION_LENGTH, 'incarnation');

const TYPES = [
  'open',
  'commitment',
  'symbols',
  'sketch',
  'draft',
  'slices',
  'forward',
  'amendment',
  'refusal',
  'acknowledgement',
  'proposal',
  'repeat',
  'notice',
  'testimony',
  'vote',
  'certificate',
  'timeout',
  'want',
  'draft-copy',
  'fetch',
  'records',
  'release',
  'missing',
  'compare',
  'common',
  'result',
  'seal',
  'evidence',
  'recall',
  'history',
] as const satisfies readonly MessageType[];

/** The type that the first byte of an encoded message names, `unknown` when it names none. */
export function messageTypeOf(encoded: Uint8Array): MessageType | 'unknown' {
  return TYPES[encoded[0] ?? TYPES.length] ?? 'unknown';
}

/** Strict codec of all messages in a consortium of `banks` banks. The first byte is the type. */
export function messageCodec(banks: number): Codec<Message> {
  const certificate = certificateCodec(banks);
  const draft = draftCodec(banks);
  const { slice, envelope } = sliceCodecs(banks);
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
    subject: fixed(32, 'subject'),
    signature: signature64,
  });
  const open = struct<OpenMessage>({
    epoch: u53,
    view: u32,
    seed: fixed(32, 'seed'),
    proof: fixed(80, 'proof'),
    saltProof: fixed(80, 'salt proof'),
    justification: nullable(timeoutCertificateCodec(banks)),
    signature: signature64,
  });
  const vote = struct<VoteMessage>({
    phase: oneOf(PHASES),
    epoch: u53,
    slot: slotCodec,
    value: fixed(32, 'value'),
    electorate: nullable(bitmapCodec(banks)) as Codec<readonly number[] | null>,
    holdings: nullable(holdingsCodec),
    signature: signature96,
  });
  const amendment = struct<Amendment>({
    epoch: u53,
    slot: slotCodec,
    commitment: signedCommitmentCodec,
    records: fixed(32, 'records'),
    rows: list(fixed(SKETCH_ITEM_LENGTH, 'row'), MAX_TABLE_ROWS, 'rows') as Codec<readonly Uint8Array[]>,
    symbols: bytes(MAX_SKETCH_BYTES, 'symbols'),
    signature: signature64,
  });
  const acknowledgement = struct<AcknowledgementMessage>({
    bank: u16,
    epoch: u53,
    slot: slotCodec,
    draft: fixed(32, 'draft'),
    holdings: holdingsCodec,
    signature: signature64,
  });
  const signedDraft = struct<DraftMessage>({
    draft,
    amendments: list(amendment, banks, 'amendments') as Codec<readonly Amendment[]>,
    signature: signature64,
  });
  const contents = contentsCodec(banks);
  const signedDealing = struct<SignedDealing>({ dealer: u16, part: dealingPartCodec });
  const released = struct<{ dealer: number; slice: Slice }>({ dealer: u16, slice });
  const record = struct<{ id: Uint8Array; record: Uint8Array }>({
    id: fixed(8, 'key id'),
    record: bytes(MAX_RECORD_BYTES, 'record'),
  });
  return union<MessageTypes>({
    open,
    commitment: struct<CommitMessage>({ commitment: signedCommitmentCodec, sketch: sketchPart }),
    symbols: struct<SymbolsMessage>({
      epoch: u53,
      view: u32,
      part: u16,
      symbols: bytes(MAX_SKETCH_BYTES, 'symbols'),
      signature: signature64,
    }),
    sketch: sketchPart,
    draft: signedDraft,
    slices: struct<SlicesMessage>({
      epoch: u53,
      slot: slotCodec,
      dealing: dealingPartCodec,
      envelope,
    }),
    forward: struct<ForwardMessage>({ open, draft: signedDraft }),
    amendment,
    refusal: struct<RefusalMessage>({
      epoch: u53,
      slot: slotCodec,
      certificate: nullable(certificate),
      amendment: nullable(amendment),
      acknowledgement: nullable(acknowledgement),
    }),
    acknowledgement,
    proposal: struct<ProposalMessage>({
      slot: slotCodec,
      header: draftHeaderCodec(banks),
      attestations: attestationsCodec(banks),
      signature: signature64,
    }),
    repeat: struct<RepeatMessage>({ slot: slotCodec, contents, signature: signature64 }),
    notice,
    testimony: struct<TestimonyMessage>({ bank: u16, testimony: testimonyCodec }),
    vote,
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
    'draft-copy': struct<DraftCopyMessage>({
      contents,
      dealings: list(signedDealing, banks, 'dealings') as Codec<readonly SignedDealing[]>,
    }),
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
    release: struct<ReleaseMessage>({
      certificate,
      slices: list(released, banks, 'slices') as Codec<ReleaseMessage['slices']>,
      share: nullable(list(scalar, MAX_VALUES + 1, 'share') as Codec<readonly bigint[]>),
    }),
    missing: struct<MissingMessage>({ epoch: u53, value: fixed(32, 'value'), signature: signature64 }),
    compare: struct<CompareMessage>({
      epoch: u53,
      value: fixed(32, 'value'),
      from: varint,
      count: varint,
      signature: signature64,
    }),
    common: struct<CommonMessage>({
      epoch: u53,
      value: fixed(32, 'value'),
      from: varint,
      symbols: bytes(MAX_SKETCH_BYTES, 'symbols'),
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
    recall: struct<RecallMessage>({ epoch: u53, incarnation }),
    history: struct<HistoryMessage>({
      epoch: u53,
      incarnation,
      epochs: list(bytes(MAX_SEALED_EPOCH_BYTES, 'sealed epoch'), PAGE_EPOCHS, 'sealed epochs'),
    }),
  });
}
