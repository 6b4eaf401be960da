import { bitmapCodec } from '../crypto/bitmap.js';
import { concatBytes, equalBytes, utf8 } from '../crypto/bytes.js';
import { bytes, type Codec, encode, fixed, list, struct, u16, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import type { ClassRule } from '../data/key-class.js';
import { type SignedCommitment, signedCommitmentCodec } from './commitment.js';
import { MAX_BANKS, type Manifest } from './manifest.js';
import { type Slot, slotCodec } from './slot.js';
import type { Statement } from './statement.js';
import { type Agreed, agreedCodec } from './value.js';

/**
 * The part of a draft that is hashed into the agreed value; the commitments and the conflict table stand in it by
 * digest. It is in the seal, so that anyone can recompute the value and read the epoch's schedule offline.
 */
export interface DraftHeader {
  /** The epoch whose inputs it lays down. */
  readonly epoch: number;
  /** The slot it was first drafted in. */
  readonly slot: Slot;
  /** Link to the epoch before. */
  readonly parent: Uint8Array;
  /** Order of leaders of this epoch, as bank indices. */
  readonly schedule: readonly number[];
  /** VRF proof of the leader's Open: the seed of a later epoch comes of it. Tells nothing of the key of the table's ids. */
  readonly opening: Uint8Array;
  /** C, the banks whose data is an input, ascending. */
  readonly inputs: readonly number[];
  /**
   * Those of C that are in it by their amendment, ascending: the others have checked what they hold against it, and their
   * own attestation is not needed. See `electorateOf`.
   */
  readonly amended: readonly number[];
  /** U: salted root over the record digests that all inputs hold alike, in key-digest order. See `saltedRoot`. */
  readonly commonRoot: Uint8Array;
  /** How many records are under U. */
  readonly commonRecords: number;
  /** Salted digest of the conflict table's bytes. */
  readonly table: Uint8Array;
  /** Digest of the inputs' signed commitments. */
  readonly commitments: Uint8Array;
  /** Salted digest of the common records' first symbols, of none unless the draft is thin. */
  readonly symbols: Uint8Array;
}

/** A leader's draft of the inputs. */
export interface Draft {
  /** What of it is hashed into the agreed value. */
  readonly header: DraftHeader;
  /**
   * The second VRF proof of the leader's Open: the key of the table's ids, and the salt of all digests over records in the
   * header and of the result root. Banks know it, whoever is shown a seal does not: it would let him test guesses of records.
   */
  readonly saltProof: Uint8Array;
  /** Signed commitments of the inputs, in the order of `header.inputs`. */
  readonly commitments: readonly SignedCommitment[];
  /** The conflict table's bytes. */
  readonly table: Uint8Array;
  /**
   * Of a thin draft the first symbols of the sketch of the records under U, so that a bank that was left out can tell
   * how much it differs; else empty.
   */
  readonly symbols: Uint8Array;
}

/** Bytes of the symbols of one sketch in one message, at most. */
export const MAX_SKETCH_BYTES = 1 << 26;
/** Bytes of a conflict table that are accepted at most, whatever the manifest's cap on rows. */
export const MAX_TABLE_BYTES = 1 << 25;

/** Rows of any table at most: a decoded one takes some 500 bytes, and a leader may send a table that is all lies. */
export const MAX_TABLE_ROWS = 1 << 19;

/**
 * Differences of one input from the leader at most: `maxDifferences`, or less where f liars with as many would fill the
 * longest table, so that nothing of honest banks had room in it.
 */
export function differenceLimit({ faults, parameters }: Pick<Manifest, 'faults' | 'parameters'>): number {
  return Math.min(parameters.maxDifferences, Math.floor(MAX_TABLE_ROWS / (faults + 2)));
}

/**
 * Rows of a conflict table at most: what the leader, f liars and all honest banks together may differ in, each by
 * {@link differenceLimit}. A leader whose honest table is longer leaves out who differs most.
 */
export function maxTableRows(manifest: Pick<Manifest, 'faults' | 'parameters'>): number {
  return (manifest.faults + 2) * differenceLimit(manifest);
}

export function draftHeaderCodec(banks: number): Codec<DraftHeader> {
  return struct<DraftHeader>({
    epoch: u53,
    slot: slotCodec,
    parent: fixed(32, 'parent'),
    schedule: list(u16, MAX_BANKS, 'schedule') as Codec<readonly number[]>,
    opening: fixed(80, 'opening'),
    inputs: bitmapCodec(banks) as Codec<readonly number[]>,
    amended: bitmapCodec(banks) as Codec<readonly number[]>,
    commonRoot: fixed(32, 'common root'),
    commonRecords: u53,
    table: fixed(32, 'table digest'),
    commitments: fixed(32, 'commitments digest'),
    symbols: fixed(32, 'symbols digest'),
  });
}

export function draftCodec(banks: number): Codec<Draft> {
  return struct<Draft>({
    header: draftHeaderCodec(banks),
    saltProof: fixed(80, 'salt proof'),
    commitments: commitmentsCodec as Codec<readonly SignedCommitment[]>,
    table: bytes(MAX_TABLE_BYTES, 'conflict table'),
    symbols: bytes(MAX_SKETCH_BYTES, 'symbols'),
  });
}

/** Everything that stands behind a value: the draft, and what of the slices dealt under it is agreed. */
export interface Contents {
  /** The draft with its commitments and its table. */
  readonly draft: Draft;
  /** Which slices and whose statistics; nothing of either where nothing was dealt. */
  readonly agreed: Agreed;
}

export function contentsCodec(banks: number): Codec<Contents> {
  return struct<Contents>({ draft: draftCodec(banks), agreed: agreedCodec });
}

const commitmentsCodec = list(signedCommitmentCodec, MAX_BANKS, 'commitments');

/** Digest of the signed commitments that stands in a header. */
export function commitmentsDigest(commitments: readonly SignedCommitment[]): Uint8Array {
  return hash('draft', concatBytes(Uint8Array.of(1), encode(commitmentsCodec, [...commitments])));
}

/** The salt of the digests over records in a header, 32 bytes, from the draft's second proof. */
export function draftSalt(saltProof: Uint8Array): Uint8Array {
  return hash('draft-salt', saltProof);
}

/** The salt of the result root, 32 bytes: one of its own, so that showing a result to somebody opens nothing of the draft. */
export function resultSalt(saltProof: Uint8Array): Uint8Array {
  return hash('draft-salt', saltProof, utf8('result'));
}

/** Digest of the conflict table that stands in a header. */
export function tableDigest(salt: Uint8Array, table: Uint8Array): Uint8Array {
  return hash('draft', salt, concatBytes(Uint8Array.of(2), table));
}

/** Digest of the symbols of the common records' sketch that stands in a header. */
export function symbolsDigest(salt: Uint8Array, symbols: Uint8Array): Uint8Array {
  return hash('draft', salt, concatBytes(Uint8Array.of(3), symbols));
}

/**
 * U as it stands in a header, from the Merkle root over the records' digests. These are guessable, and the root with them
 * to whoever knows all records but a few.
 */
export function saltedRoot(salt: Uint8Array, root: Uint8Array): Uint8Array {
  return hash('draft', salt, concatBytes(Uint8Array.of(4), root));
}

/** Names a draft, 32 bytes. What is agreed is this and what was dealt under it: see `agreedValue`. */
export function draftDigest(header: DraftHeader): Uint8Array {
  return hash(
    'draft',
    concatBytes(Uint8Array.of(0), encode(draftHeaderCodec(header.schedule.length), header)),
  );
}

/**
 * Whether a draft with these inputs is *thin*: |C| < q + f. Below q + f inputs f liars among them could keep an honest
 * dealer's slices out of W, and at 2f + 1 they break the bound that reconciliation rests on; so whoever was left out of
 * a thin draft is asked first.
 */
export function isThin(manifest: Manifest, inputs: readonly number[]): boolean {
  return inputs.length < Math.min(manifest.size, manifest.quorum + manifest.faults);
}

/** The inputs whose attestations together certify a draft: all but those that are in it by their amendment. */
export function electorateOf({
  inputs,
  amended,
}: Pick<DraftHeader, 'inputs' | 'amended'>): readonly number[] {
  return inputs.filter((bank) => !amended.includes(bank));
}

/** Whether a draft's parts are those its header names. */
export function isWhole(draft: Draft): boolean {
  const { header, commitments, table } = draft;
  const salt = draftSalt(draft.saltProof);
  return (
    commitments.length === header.inputs.length &&
    commitments.every((commitment, i) => commitment.bank === header.inputs[i]) &&
    equalBytes(tableDigest(salt, table), header.table) &&
    equalBytes(commitmentsDigest(commitments), header.commitments) &&
    equalBytes(symbolsDigest(salt, draft.symbols), header.symbols)
  );
}

/**
 * What a leader signs when it proposes in a slot.
 * @param subject the digest of a fresh draft; the value, where the draft was attested or prepared before
 */
export function proposalStatement(epoch: number, slot: Slot, subject: Uint8Array): Statement {
  return { type: 'proposal', epoch, slot, body: subject };
}

/** The rule that classifies the keys of this consortium's conflict tables. */
export function classRule(manifest: Manifest): ClassRule {
  return { faults: manifest.faults, absence: manifest.schema.absence };
}
