import { uint64, utf8 } from '../crypto/bytes.js';
import { bytes, type Codec, encode, nullable, oneOf, struct, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { type Slot, slotCodec } from './slot.js';

/** The version that stands in every signed statement; a bank of another version verifies nothing of ours. */
export const PROTOCOL_VERSION = 2;

/** Everything a bank ever signs within an epoch. */
export const STATEMENT_TYPES = [
  'open',
  'commitment',
  'sketch',
  'symbols',
  'amendment',
  'proposal',
  'slices',
  'envelope',
  'acknowledgement',
  'prepare',
  'commit',
  'timeout',
  'want',
  'fetch',
  'missing',
  'compare',
  'result',
  'succession',
] as const;

/** What a statement is about; part of what is signed, so that no signature serves two purposes. */
export type StatementType = (typeof STATEMENT_TYPES)[number];

/**
 * Requests, and envelopes, one for each receiver: a bank may sign as many as it likes. Of every other statement it signs
 * one for each type, epoch and slot.
 */
export const REPEATABLE: ReadonlySet<StatementType> = new Set([
  'symbols',
  'envelope',
  'want',
  'fetch',
  'missing',
  'compare',
]);

/** What a signature is made over: its domain (type, epoch, slot) and a body whose encoding the type fixes. */
export interface Statement {
  /** What it is about: keeps a signature from serving two purposes. */
  readonly type: StatementType;
  /** The epoch it is made in. */
  readonly epoch: number;
  /** The slot; view-wide statements use index 0, epoch-wide ones have none. */
  readonly slot: Slot | null;
  /** The type's own encoding; its digest is what is signed. */
  readonly body: Uint8Array;
}

export const statementCodec: Codec<Statement> = struct<Statement>({
  type: oneOf(STATEMENT_TYPES),
  epoch: u53,
  slot: nullable(slotCodec),
  body: bytes(4096),
});

const slotOrNone = nullable(slotCodec);

/**
 * The 32 bytes that are signed for a statement: a hash over protocol version, consortium, type, epoch, slot and body,
 * each length-prefixed. A signature therefore holds in one consortium, epoch and slot, and for one purpose.
 */
export function statementDigest(consortiumId: Uint8Array, statement: Statement): Uint8Array {
  return hash(
    'statement',
    uint64(PROTOCOL_VERSION),
    consortiumId,
    utf8(statement.type),
    uint64(statement.epoch),
    encode(slotOrNone, statement.slot),
    statement.body,
  );
}
