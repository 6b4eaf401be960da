import { concatBytes, equalBytes } from '../crypto/bytes.js';
import { bytes, type Codec, encode, fixed, list, struct, u16, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import type { ClassRule } from '../data/key-class.js';
import { bitmapCodec } from './bitmap.js';
import { type SignedCommitment, signedCommitmentCodec } from './commitment.js';
import { MAX_BANKS, type Manifest } from './manifest.js';
import { type Slot, slotCodec } from './slot.js';
import type { Statement } from './statement.js';

/**
 * The part of a draft that is hashed into the agreed value; the commitments and the conflict table stand in it by
 * digest. It is in the seal, so that anyone can recompute the value and read the epoch's schedule offline.
 */
export interface DraftHeader {
  readonly epoch: number;
  /** The slot it was first drafted in. */
  readonly slot: Slot;
  /** Link to the epoch before. */
  readonly parent: Uint8Array;
  /** Order of leaders of this epoch, as bank indices. */
  readonly schedule: readonly number[];
  /** VRF proof of the leader's Open: the key of the table's ids. */
  readonly opening: Uint8Array;
  /** C, the banks whose data is an input, ascending. */
  readonly inputs: readonly number[];
  /** U: Merkle root over the record digests that all inputs hold alike, in key-digest order. */
  readonly commonRoot: Uint8Array;
  /** How many records are under U. */
  readonly commonRecords: number;
  /** Digest of the conflict table's bytes. */
  readonly table: Uint8Array;
  /** Digest of the inputs' signed commitments. */
  readonly commitments: Uint8Array;
}

/** A leader's draft of the inputs. */
export interface Draft {
  readonly header: DraftHeader;
  /** Signed commitments of the inputs, in the order of `header.inputs`. */
  readonly commitments: readonly SignedCommitment[];
  /** The conflict table's bytes. */
  readonly table: Uint8Array;
}

/** Bytes of a conflict table that are accepted at most, whatever the manifest's cap on rows. */
export const MAX_TABLE_BYTES = 1 << 25;

/**
 * Rows of a conflict table at most. Not n times what one bank may differ by: a decoded row takes some 500 bytes, and a
 * leader may send a table that is all lies. A leader whose honest table is longer leaves out who differs most.
 */
export function maxTableRows(manifest: Manifest): number {
  return 2 * manifest.parameters.maxDifferences;
}

export function draftHeaderCodec(banks: number): Codec<DraftHeader> {
  return struct<DraftHeader>({
    epoch: u53,
    slot: slotCodec,
    parent: fixed(32, 'parent'),
    schedule: list(u16, MAX_BANKS, 'schedule') as Codec<readonly number[]>,
    opening: fixed(80, 'opening'),
    inputs: bitmapCodec(banks) as Codec<readonly number[]>,
    commonRoot: fixed(32, 'common root'),
    commonRecords: u53,
    table: fixed(32, 'table digest'),
    commitments: fixed(32, 'commitments digest'),
  });
}

export function draftCodec(banks: number): Codec<Draft> {
  return struct<Draft>({
    header: draftHeaderCodec(banks),
    commitments: commitmentsCodec as Codec<readonly SignedCommitment[]>,
    table: bytes(MAX_TABLE_BYTES, 'conflict table'),
  });
}

const commitmentsCodec = list(signedCommitmentCodec, MAX_BANKS, 'commitments');

/** Digest of the signed commitments that stands in a header. */
export function commitmentsDigest(commitments: readonly SignedCommitment[]): Uint8Array {
  return hash('draft', concatBytes(Uint8Array.of(1), encode(commitmentsCodec, [...commitments])));
}

/** Digest of the conflict table that stands in a header. */
export function tableDigest(table: Uint8Array): Uint8Array {
  return hash('draft', concatBytes(Uint8Array.of(2), table));
}

/**
 * The agreed value: H(draft, W, statistics dealers). The two lists name the dealers whose slices and statistics are
 * used; nothing is sliced yet, so both are empty. Certificates stay outside it, so that every quorum certifies the
 * same value.
 */
export function draftValue(header: DraftHeader): Uint8Array {
  const draft = hash(
    'draft',
    concatBytes(Uint8Array.of(0), encode(draftHeaderCodec(header.schedule.length), header)),
  );
  const none = new Uint8Array(0);
  return hash('value', draft, none, none);
}

/** Whether a draft's parts are those its header names. */
export function isWhole(draft: Draft): boolean {
  const { header, commitments, table } = draft;
  return (
    commitments.length === header.inputs.length &&
    commitments.every((commitment, i) => commitment.bank === header.inputs[i]) &&
    equalBytes(tableDigest(table), header.table) &&
    equalBytes(commitmentsDigest(commitments), header.commitments)
  );
}

/** What a leader signs when it proposes a value in a slot, by a fresh draft or by repeating a prepared one. */
export function proposalStatement(epoch: number, slot: Slot, value: Uint8Array): Statement {
  return { type: 'proposal', epoch, slot, body: value };
}

/** The rule that classifies the keys of this consortium's conflict tables. */
export function classRule(manifest: Manifest): ClassRule {
  return { faults: manifest.faults, absence: manifest.schema.absence };
}
