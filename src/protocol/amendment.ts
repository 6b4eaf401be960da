import { concatBytes, equalBytes, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import type { ConflictRow } from '../data/conflict.js';
import { Sketch } from '../data/sketch.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsFor } from '../data/sketch-estimate.js';
import { SketchItems } from '../data/sketch-items.js';
import { MAX_SYMBOL_LENGTH } from '../data/sketch-symbols.js';
import { commitmentStatement, type SignedCommitment } from './commitment.js';
import type { EpochContext } from './context.js';
import { MAX_SKETCH_BYTES } from './draft.js';
import type { Manifest } from './manifest.js';
import type { Amendment } from './messages.js';
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
function symbolLimit({ faults, parameters }: Manifest): number {
  const fitting = Math.floor(MAX_SKETCH_BYTES / MAX_SYMBOL_LENGTH);
  return Math.min(4 * (faults + 3) * parameters.maxDifferences, fitting);
}

/**
 * This bank's amendment of a thin draft that leaves it out: as many symbols of its sketch as list its differences from the
 * records under U. How many those are, it estimates from the symbols in the draft; were they false, no input that is honest
 * would attest the draft. The same for the same draft; null when this bank signed another one in the slot, before a restart.
 */
export function makeAmendment(
  context: EpochContext,
  read: ReadDraft,
  commitment: SignedCommitment,
): Amendment | null {
  const { manifest, own, journal, chain } = context;
  const { sketch } = own.keyed(read.opened.key);
  const decoder = new SketchDecoder(sketch, symbolLimit(manifest));
  let wanted = manifest.parameters.sketchSymbols;
  try {
    decoder.add(read.draft.symbols);
    // Twice what does in 999 cases of 1000: this bank has no second word in the slot.
    wanted = Math.max(wanted, 2 * symbolsFor(decoder.estimate(), decoder.received));
  } catch (error) {
    if (!isConcordatError(error)) throw error;
  }
  const symbols = sketch.symbols(0, Math.min(wanted, symbolLimit(manifest)));
  const amendment = { epoch: chain.epoch, slot: read.draft.header.slot, commitment, symbols };
  const statement = amendmentStatement(amendment);
  return journal.permits(statement) ? { ...amendment, signature: journal.sign(statement) } : null;
}

/**
 * What an amendment says of its sender's records, relative to this bank's own; null when it is not well-formed. It is when
 * its symbols list all differences from the records under U, at most `maxDifferences` of them on keys outside the table,
 * with one version a key, and as many records as the Commitment says. All banks that hold U judge alike, whatever else
 * they hold.
 *
 * @param common sketch of the records under U, which this bank holds
 */
export function readAmendment(
  context: EpochContext,
  read: ReadDraft,
  common: Sketch,
  { commitment, symbols }: Amendment,
): Differences | null {
  const { manifest, own } = context;
  const decoder = new SketchDecoder(common, symbolLimit(manifest));
  try {
    decoder.add(symbols);
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
  if (!decoder.complete || decoder.remoteCount !== commitment.records) return null;
  const keyed = own.keyed(read.opened.key);
  const differences = new Map<string, Uint8Array | null>();
  for (const item of decoder.localOnly) differences.set(toHex(item.subarray(0, 8)), null);
  const versions = new Map<string, Uint8Array>();
  for (const item of decoder.remoteOnly) {
    const id = toHex(item.subarray(0, 8));
    // A second version of a record under U cancels with nothing: its key must be among those that the sender lacks there.
    const underU = !read.rows.has(id) && keyed.find(id) !== undefined;
    if (versions.has(id) || (underU && !differences.has(id))) return null;
    versions.set(id, item.subarray(8));
    differences.set(id, item.subarray(8));
  }
  const outside = [...differences.keys()].filter((id) => !read.rows.has(id));
  if (outside.length > manifest.parameters.maxDifferences) return null;
  // Keys of the table are not under U: what the sender does not list of them, it lacks.
  for (const id of read.rows.keys()) {
    const version = versions.get(id) ?? null;
    const mine = keyed.find(id)?.version ?? null;
    if (mine === null ? version === null : version !== null && equalBytes(mine, version))
      differences.delete(id);
    else differences.set(id, version);
  }
  return differences;
}

/**
 * Whether a draft has a bank exactly as its amendment says: its Commitment, its records under U, and its class in every
 * row. What the table gives by digest is taken for granted while decoding, and so costs no symbols: only versions that
 * the table hides are left to find, and of those the amendment has enough symbols, whichever draft it was made for. A
 * bank that signed an amendment has thereby vouched for its column as if it had attested it.
 *
 * @param common sketch of the records under U
 */
export function fitsAmendment(
  context: EpochContext,
  read: ReadDraft,
  common: Sketch,
  { commitment, symbols }: Amendment,
): boolean {
  const listed = commitmentIn(read, commitment.bank);
  if (!equalBytes(commitmentStatement(listed).body, commitmentStatement(commitment).body)) return false;
  const { shown, hidden } = columnOf(read, commitment.bank);
  const decoder = new SketchDecoder(common, symbolLimit(context.manifest));
  try {
    decoder.assume(shown);
    decoder.add(symbols);
  } catch (error) {
    if (isConcordatError(error)) return false;
    throw error;
  }
  if (!decoder.complete || decoder.localOnly.length > 0) return false;
  if (decoder.remoteCount !== commitment.records) return false;
  for (const item of decoder.remoteOnly) {
    const id = toHex(item.subarray(0, 8));
    const row = hidden.get(id);
    // A version that the table shows belongs to its class.
    if (!row || row.digests.some((digest) => digest && equalBytes(digest, item.subarray(8)))) return false;
    hidden.delete(id);
  }
  return hidden.size === 0;
}

/** What a draft says that an input holds: versions by their digest, and rows that give no digest of its version. */
function columnOf(read: ReadDraft, bank: number) {
  const place = read.draft.header.inputs.indexOf(bank);
  const shown: Uint8Array[] = [];
  const hidden = new Map<string, ConflictRow>();
  for (const [id, row] of read.rows) {
    const version = row.column[place]!;
    if (version === 0) continue;
    const digest = row.digests[version - 1];
    if (digest) shown.push(concatBytes(row.id, digest));
    else hidden.set(id, row);
  }
  return { shown, hidden };
}
