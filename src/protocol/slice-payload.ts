import { concatBytes, equalBytes } from '../crypto/bytes.js';
import { bytes, type Codec, decode, fixed, list, nullable, struct, varint } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { scalar } from '../crypto/group-codec.js';
import { HASH_LENGTH, leafHash, verifyMultiproof } from '../crypto/merkle.js';
import * as pedersen from '../crypto/pedersen.js';
import { type Entry, entryOf } from '../data/dataset.js';
import { longestRecord, MAX_RECORD_BYTES } from '../data/record.js';
import type { Schema } from '../data/schema.js';
import { SketchKey } from '../data/sketch-item.js';
import { scalarsToStatistics, statisticsFields } from '../data/statistics.js';
import type { Commitment } from './commitment.js';
import { MAX_PAYLOAD } from './fragment-limit.js';
import type { Manifest } from './manifest.js';
import type { Claims } from './slice-header.js';

/** One record as its bank opens it. */
export interface OpenedRecord {
  /** Its place among the bank's records, in key-digest order from 0. */
  readonly index: number;
  /** The salt of its leaf, 32 bytes. */
  readonly salt: Uint8Array;
  /** Its canonical bytes. */
  readonly record: Uint8Array;
}

/** The opening of a bank's commitment to its statistics. */
export interface StatisticsOpening {
  /** Count, sum and sum of squares of every numeric column, as scalars. */
  readonly values: readonly bigint[];
  readonly blinding: bigint;
}

/** What is dealt: records with proof that they are of the bank's Commitment. */
export interface Payload {
  /** One for each claim, in the same order. */
  readonly records: readonly OpenedRecord[];
  /** Multiproof of their leaves, by ascending index, under the bank's data root. */
  readonly proof: readonly Uint8Array[];
  /** In mode `open` only. */
  readonly statistics: StatisticsOpening | null;
}

/** Hashes of a multiproof for each leaf it proves, at most: a path from a leaf is as long in a tree of 2^53. */
const MAX_DEPTH = 53;

const recordCodec = struct<OpenedRecord>({
  index: varint,
  salt: fixed(32, 'salt'),
  record: bytes(MAX_RECORD_BYTES, 'record'),
});
const statisticsCodec = struct<StatisticsOpening>({
  values: list(scalar, pedersen.MAX_VALUES, 'statistics') as Codec<readonly bigint[]>,
  blinding: scalar,
});

/** The canonical form of a payload of at most so many records; proofs that none of them needs are refused unread. */
export function payloadCodec(records: number): Codec<Payload> {
  return struct<Payload>({
    records: list(recordCodec, records, 'records') as Codec<readonly OpenedRecord[]>,
    proof: list(fixed(HASH_LENGTH, 'node'), MAX_DEPTH * records, 'proof') as Codec<readonly Uint8Array[]>,
    statistics: nullable(statisticsCodec),
  });
}

/** Bytes of a record's place and salt, and of the lengths beside it. */
const RECORD_PARTS = 9 + 32 + 9;

/**
 * Most bytes of a payload with so many records: a longer one has something else in it. What a dealer of one record can make
 * its receivers hold and show one another is so much and no more.
 */
export function payloadLimit(
  { schema, statistics }: Pick<Manifest, 'schema' | 'statistics'>,
  records: number,
): number {
  const each = RECORD_PARTS + longestRecord(schema) + HASH_LENGTH * MAX_DEPTH;
  const opened = statistics === 'open' ? 32 * (statisticsWidth(schema) + 1) : 0;
  return Math.min(MAX_PAYLOAD, 32 + records * each + opened);
}

/** How many numbers the statistics of a schema's columns are: count, sum and sum of squares of each. */
export const statisticsWidth = (schema: Schema): number => 3 * statisticsFields(schema).length;

/** The leaf of a record in its bank's data tree: salted, since records are guessable and a proof shows its neighbours. */
export const recordLeaf = ({ salt, record }: Pick<OpenedRecord, 'salt' | 'record'>): Uint8Array =>
  leafHash(concatBytes(salt, record));

/** Why a payload opens nothing. Each proves its dealer faulty; see {@link checkPayload}. */
export type PayloadFault = 'malformed' | 'not-under-root' | 'false-statistics' | 'contradicts-claims';

/** What a dealer's payload says. */
export interface OpenedPayload {
  readonly verdict: 'opened';
  /** The opened records, in the order of the claims. */
  readonly entries: readonly Entry[];
  /** The dealer's statistics, signed, in mode `open`. */
  readonly statistics: readonly bigint[] | null;
}

/**
 * Checks an opened payload against what its dealer signed; the same for everyone, in this order:
 * - `malformed`: the bytes are no payload, or do not hold one record for each claim, or statistics where the mode calls
 *   for none, or not as many as the schema's columns have;
 * - `not-under-root`: the records are not at distinct places under the data root, in a tree of the size that the
 *   Commitment states;
 * - `malformed` again: a record under the root is none of this schema;
 * - `false-statistics`: they do not open the Commitment's;
 * - `contradicts-claims`: records that the bank committed to, but not those that it claimed to hold.
 *
 * Never throws, whatever the bytes are. Not guaranteed: that a record is true, or the only one that its bank committed to
 * under its key; nor the size of the tree, since a proof holds for every size that joins the same subtrees.
 *
 * @param claims those whose digest is in the dealer's header
 */
export function checkPayload(
  manifest: Manifest,
  commitment: Commitment,
  claims: Claims,
  payload: Uint8Array,
): OpenedPayload | { readonly verdict: PayloadFault } {
  const parts = refusedAs(null, () => decode(payloadCodec(claims.items.length), payload));
  if (!parts || !isComplete(manifest, claims, parts)) return { verdict: 'malformed' };
  if (!isUnderRoot(commitment, parts)) return { verdict: 'not-under-root' };
  const entries = refusedAs(null, () => parts.records.map(({ record }) => entryOf(manifest.schema, record)));
  if (!entries) return { verdict: 'malformed' };
  const { statistics } = parts;
  if (statistics && !pedersen.verify(commitment.statistics, statistics.values, statistics.blinding))
    return { verdict: 'false-statistics' };
  const key = new SketchKey(claims.key);
  const asClaimed = ({ keyDigest, digest }: Entry, i: number) =>
    equalBytes(key.item(keyDigest, digest), claims.items[i]!);
  if (!entries.every(asClaimed)) return { verdict: 'contradicts-claims' };
  return { verdict: 'opened', entries, statistics: statistics && scalarsToStatistics(statistics.values) };
}

/** Whether the payload has the parts that its claims and the consortium's mode call for. */
function isComplete({ schema, statistics: mode }: Manifest, { items }: Claims, payload: Payload): boolean {
  const { records, statistics } = payload;
  const width = mode === 'open' ? statisticsWidth(schema) : undefined;
  return records.length === items.length && statistics?.values.length === width;
}

function isUnderRoot({ records: size, dataRoot }: Commitment, { records, proof }: Payload): boolean {
  // A proof of no records is empty: the codec reads no other.
  if (records.length === 0) return true;
  const ascending = [...records].sort((a, b) => a.index - b.index);
  return refusedAs(false, () => {
    verifyMultiproof({
      indices: ascending.map(({ index }) => index),
      size,
      leaves: ascending.map(recordLeaf),
      proof,
      root: dataRoot,
    });
    return true;
  });
}

/** What `read` returns, or `refused` when it throws a typed error. */
function refusedAs<T, R>(refused: R, read: () => T): T | R {
  try {
    return read();
  } catch (error) {
    if (isConcordatError(error)) return refused;
    throw error;
  }
}
