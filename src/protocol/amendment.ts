import { compareBytes, concatBytes, equalBytes, joinBytes, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';
import type { ConflictRow } from '../data/conflict.js';
import type { Entry } from '../data/dataset.js';
import { Sketch } from '../data/sketch.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsFor, symbolsWithin } from '../data/sketch-estimate.js';
import { SketchItems } from '../data/sketch-items.js';
import { MAX_SYMBOL_LENGTH } from '../data/sketch-symbols.js';
import { commitmentStatement, type SignedCommitment } from './commitment.js';
import type { EpochContext } from './context.js';
import { differenceLimit, MAX_SKETCH_BYTES } from './draft.js';
import type { Manifest } from './manifest.js';
import type { Amendment } from './messages.js';
import type { KeyedRecords, OwnData } from './own-data.js';
import { commitmentIn, type ReadDraft } from './reading.js';
import { amendmentStatement } from './requests.js';

/** How one bank's records differ from those of the bank that looks: by key id (hex), its version, or null for none. */
export type Differences = ReadonlyMap<string, Uint8Array | null>;

/** Standing of the symbols that a thin draft carries: those of the records under U, the same for all its inputs. */
export function commonSketch(context: EpochContext, read: Pick<ReadDraft, 'opened' | 'rows'>): Sketch {
  const { own } = context;
  const { entries } = own.common(read.opened.key, new Set(read.rows.keys()));
  return new Sketch(SketchItems.fromRecords(own.keyed(read.opened.key).key, entries));
}

/** Symbols of any sketch that one bank takes from another about a draft, at most: no more than fit into a message. */
function symbolLimit(manifest: Manifest): number {
  const fitting = Math.floor(MAX_SKETCH_BYTES / MAX_SYMBOL_LENGTH);
  return Math.min(symbolsWithin(differenceLimit(manifest)), fitting);
}

/** What an amendment says of a bank's records apart from symbols: the digest of all, and those in the rows of the table. */
export function recordsIn(own: OwnData, read: ReadDraft): Pick<Amendment, 'records' | 'rows'> {
  const keyed = own.keyed(read.opened.key);
  const rows = [...read.rows].flatMap(([id, row]) => {
    const held = keyed.find(id);
    return held ? [concatBytes(row.id, held.version)] : [];
  });
  return { records: recordsDigest(itemsOf(keyed, keyed.held)), rows };
}

/**
 * This bank's amendment of a thin draft that leaves it out: what it holds of the table's rows, and as many symbols of its
 * sketch as list its other differences from the records under U. How many those are, it estimates from the symbols in the
 * draft; were they false, no input that is honest would attest the draft. Rows are named one by one, since the leader knows
 * the key and chooses what the table has: of items of its choice it could put two into the same symbols, which then nobody
 * can tell apart. What all inputs hold outside the table it does not choose. The same for the same draft; null when this bank signed another one in the slot, before a restart.
 */
export function makeAmendment(
  context: EpochContext,
  read: ReadDraft,
  commitment: SignedCommitment,
): Amendment | null {
  const { manifest, own, journal, chain } = context;
  const keyed = own.keyed(read.opened.key);
  const decoder = new SketchDecoder(commonSketch(context, read), symbolLimit(manifest));
  let wanted = manifest.parameters.sketchSymbols;
  try {
    decoder.add(read.draft.symbols);
    // Twice what does in 999 cases of 1000: this bank has no second word in the slot.
    wanted = Math.max(wanted, 2 * symbolsFor(decoder.estimate(), decoder.received));
  } catch (error) {
    if (!isConcordatError(error)) throw error;
  }
  const symbols = keyed.sketch.symbols(0, Math.min(wanted, symbolLimit(manifest)));
  const { records, rows } = recordsIn(own, read);
  const amendment = { epoch: chain.epoch, slot: read.draft.header.slot, commitment, records, rows, symbols };
  const statement = amendmentStatement(amendment);
  return journal.permits(statement) ? { ...amendment, signature: journal.sign(statement) } : null;
}

/**
 * What an amendment says of its sender's records, relative to this bank's own; null when it is not well-formed. It is when
 * its rows and symbols list all differences from the records under U, at most {@link differenceLimit} of them on keys
 * outside the table, with one version a key, and no more records than the Commitment says: fewer where ids collide. All
 * banks that hold U judge alike, whatever else they hold.
 *
 * @param common sketch of the records under U, which this bank holds
 */
export function readAmendment(
  context: EpochContext,
  read: ReadDraft,
  common: Sketch,
  { commitment, records, rows, symbols }: Amendment,
): Differences | null {
  const { manifest, own } = context;
  const claimed = rowsOf(read, rows);
  if (!claimed) return null;
  const decoder = new SketchDecoder(common, symbolLimit(manifest));
  try {
    decoder.assume(rows);
    decoder.add(symbols);
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
  if (!decoder.complete || decoder.remoteCount > commitment.records) return null;
  const keyed = own.keyed(read.opened.key);
  const differences = new Map<string, Uint8Array | null>();
  for (const item of decoder.localOnly) differences.set(toHex(item.subarray(0, 8)), null);
  const seen = new Set<string>();
  for (const item of decoder.remoteOnly) {
    const id = toHex(item.subarray(0, 8));
    // A second version of a record under U cancels with nothing: its key must be among those that the sender lacks there.
    if (read.rows.has(id) || seen.has(id) || (keyed.find(id) && !differences.has(id))) return null;
    seen.add(id);
    differences.set(id, item.subarray(8));
  }
  if (differences.size > differenceLimit(manifest)) return null;
  const all = itemsUnder(context, read, decoder).concat(rows);
  if (!equalBytes(recordsDigest(all), records)) return null;
  // Keys of the table are not under U: what the sender does not name of them, it lacks.
  for (const id of read.rows.keys()) {
    const version = claimed.get(id) ?? null;
    const mine = keyed.find(id)?.version ?? null;
    const alike = mine === null ? version === null : version !== null && equalBytes(mine, version);
    if (!alike) differences.set(id, version);
  }
  return differences;
}

/**
 * Whether a draft has a bank exactly as its amendment says: its Commitment, its records under U, and its class in every
 * row, by the digest of all its records that it signed. What the table gives by digest, and what the amendment names itself, is taken for granted while decoding, and so costs
 * no symbols: only versions are left to find that neither tells, of rows that this bank alone brought in, and of those the
 * amendment has enough symbols, whichever draft it was made for. A bank that signed an amendment has thereby vouched for its
 * column as if it had attested it.
 *
 * @param common sketch of the records under U
 */
export function fitsAmendment(
  context: EpochContext,
  read: ReadDraft,
  common: Sketch,
  { commitment, records, rows, symbols }: Amendment,
): boolean {
  const listed = commitmentIn(read, commitment.bank);
  if (!equalBytes(commitmentStatement(listed).body, commitmentStatement(commitment).body)) return false;
  const { told, hidden } = columnOf(read, commitment.bank, rows);
  const decoder = new SketchDecoder(common, symbolLimit(context.manifest));
  try {
    decoder.assume(told);
    decoder.add(symbols);
  } catch (error) {
    if (isConcordatError(error)) return false;
    throw error;
  }
  if (!decoder.complete || decoder.localOnly.length > 0) return false;
  if (decoder.remoteCount > commitment.records) return false;
  for (const item of decoder.remoteOnly) {
    const id = toHex(item.subarray(0, 8));
    const row = hidden.get(id);
    // A version that the table shows belongs to its class.
    if (!row || row.digests.some((digest) => digest && equalBytes(digest, item.subarray(8)))) return false;
    hidden.delete(id);
  }
  return (
    hidden.size === 0 && equalBytes(recordsDigest(itemsUnder(context, read, decoder).concat(told)), records)
  );
}

/** What a sender holds besides what was taken for granted: the records under U, less those it lacks, and those found. */
function itemsUnder(context: EpochContext, read: ReadDraft, decoder: SketchDecoder): Uint8Array[] {
  const { own } = context;
  const { entries } = own.common(read.opened.key, new Set(read.rows.keys()));
  const lacking = new Set(decoder.localOnly.map(toHex));
  const items = itemsOf(own.keyed(read.opened.key), entries);
  return items.filter((item) => lacking.size === 0 || !lacking.has(toHex(item))).concat(decoder.remoteOnly);
}

function itemsOf({ key }: KeyedRecords, entries: readonly Entry[]): Uint8Array[] {
  return entries.map(({ keyDigest, digest }) => key.item(keyDigest, digest));
}

/**
 * Digest of a set of records under a view's key, 24 bytes each, whatever their order. The leader knows the key: it could put
 * false versions beside true ones so that their sums in every symbol of a sketch are the same, but not so that this is.
 */
function recordsDigest(items: readonly Uint8Array[]): Uint8Array {
  return hash('sketched-records', joinBytes([...items].sort(compareBytes)));
}

/** What an amendment names of the rows of a draft, by key id (hex); null unless it names each once, in their order. */
function rowsOf(read: ReadDraft, rows: readonly Uint8Array[]): Map<string, Uint8Array> | null {
  const claimed = new Map<string, Uint8Array>();
  let previous = '';
  for (const item of rows) {
    const id = toHex(item.subarray(0, 8));
    if (id <= previous || !read.rows.has(id)) return null;
    claimed.set(id, item.subarray(8));
    previous = id;
  }
  return claimed;
}

/**
 * What a draft says that an input holds: versions that its table or the input's own amendment tells, the table's where it
 * does; and rows of which neither tells the version.
 */
function columnOf(read: ReadDraft, bank: number, rows: readonly Uint8Array[]) {
  const named = new Map(rows.map((item) => [toHex(item.subarray(0, 8)), item]));
  const place = read.draft.header.inputs.indexOf(bank);
  const told: Uint8Array[] = [];
  const hidden = new Map<string, ConflictRow>();
  for (const [id, row] of read.rows) {
    const version = row.column[place]!;
    if (version === 0) continue;
    const digest = row.digests[version - 1];
    const own = named.get(id);
    if (digest) told.push(concatBytes(row.id, digest));
    else if (own && !row.digests.some((shown) => shown && equalBytes(shown, own.subarray(8)))) told.push(own);
    else hidden.set(id, row);
  }
  return { told, hidden };
}
