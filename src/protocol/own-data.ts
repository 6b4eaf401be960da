import { concatBytes, toHex, uint64, utf8 } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { keyedHash } from '../crypto/hash.js';
import * as merkle from '../crypto/merkle.js';
import * as pedersen from '../crypto/pedersen.js';
import type { Dataset, Entry } from '../data/dataset.js';
import { Sketch } from '../data/sketch.js';
import { SketchKey } from '../data/sketch-item.js';
import { SketchItems } from '../data/sketch-items.js';
import { columnStatistics, statisticsToScalars } from '../data/statistics.js';
import type { StatisticsMode } from './manifest.js';
import { type OpenedRecord, recordLeaf, type StatisticsOpening } from './slice-payload.js';

/** Why a record was not opened. `id` is its key id, in hex. */
export type OwnDataError = { readonly code: 'OWN_DATA_NO_RECORD'; readonly id: string };

function noRecord(id: string): never {
  throw new ConcordatError<OwnDataError>(
    { code: 'OWN_DATA_NO_RECORD', id },
    `no record has the key id ${id}`,
  );
}

/** Records of one bank with the proof that it committed to them. */
export interface Openings {
  readonly records: readonly OpenedRecord[];
  /** Their items under the view's key, 24 bytes each, in the same order. */
  readonly items: readonly Uint8Array[];
  /** Multiproof of their leaves, by ascending index. */
  readonly proof: readonly Uint8Array[];
}

/** Where a bank uses its records: all that may differ between two uses of one vault, the records themselves aside. */
export interface OwnDataPlace {
  /** The manifest's digest, 32 bytes: another consortium, a rehearsal and a successor each have another. */
  readonly consortiumId: Uint8Array;
  /** The bank's index in that manifest. */
  readonly bank: number;
  readonly epoch: number;
}

/**
 * One bank's records as one epoch uses them.
 *
 * Salts, blindings and the randomness of dealings are derived from one secret, and that from the vault, the place and
 * the records. Two Pedersen commitments under one blinding give the difference of what they hold, which is guessable; so
 * nothing may repeat where anything differs, and the same must come out again where nothing does, as after a restart.
 */
export class OwnData {
  readonly #commonLeaves: readonly Uint8Array[];
  readonly #secret: Uint8Array;
  #keyed: KeyedRecords | null = null;
  /** Made when first asked for, and kept at 32 bytes a record: hashing a million records again takes seconds. */
  #tree: merkle.MerkleTree | null = null;
  #columns: readonly bigint[] | null = null;

  /**
   * @param vault the bank's 32-byte secret for salts and blinding factors; not kept
   */
  constructor(
    readonly dataset: Dataset,
    vault: Uint8Array,
    { consortiumId, bank, epoch }: OwnDataPlace,
  ) {
    this.#commonLeaves = dataset.entries.map((entry) => merkle.leafHash(entry.digest));
    this.#secret = keyedHash(
      'epoch-secret',
      vault,
      consortiumId,
      uint64(bank),
      uint64(epoch),
      merkle.root(this.#commonLeaves),
    );
  }

  /**
   * Merkle root over the records in key-digest order, each leaf under its own 256-bit salt: account numbers and
   * amounts are guessable, and unsalted leaves in an inclusion proof would confirm a guess.
   */
  dataRoot(): Uint8Array {
    return this.#dataTree().root;
  }

  /**
   * Opens the records with these key ids under a view's key: each with its place and salt, and one proof for all of them
   * under the data root. Tells nothing of the other records: the nodes of the proof are hashes over salted leaves.
   *
   * @param ids 8 bytes each, distinct; the openings are in their order
   * @throws `OWN_DATA_NO_RECORD` when there is none with that id; `MerkleError` when one is named twice.
   */
  openings(sketchKey: Uint8Array, ids: readonly Uint8Array[]): Openings {
    const keyed = this.keyed(sketchKey);
    const found = ids.map((id) => keyed.find(toHex(id)) ?? noRecord(toHex(id)));
    const indices = found.map(({ index }) => index).sort((a, b) => a - b);
    return {
      records: found.map(({ index, entry }) => ({ index, salt: this.#salt(entry), record: entry.bytes })),
      items: found.map(({ entry }) => keyed.key.item(entry.keyDigest, entry.digest)),
      proof: indices.length === 0 ? [] : this.#dataTree().multiproof(indices),
    };
  }

  /** What {@link OwnData.statisticsCommitment} commits to: the statistics as scalars, none in mode `none`. Secret. */
  statistics(mode: StatisticsMode): StatisticsOpening {
    const half = (part: number) => keyedHash('blinding', this.#secret, utf8(mode), Uint8Array.of(part));
    return {
      values: mode === 'none' ? [] : this.#columnScalars(),
      blinding: pedersen.blinding(concatBytes(half(0), half(1))),
    };
  }

  /** Pedersen vector commitment to count, sum and sum of squares of every numeric column, 32 bytes. */
  statisticsCommitment(mode: StatisticsMode): Uint8Array {
    const { values, blinding } = this.statistics(mode);
    return pedersen.commit(values, blinding);
  }

  /**
   * 32 secret bytes for what this bank deals, which nobody tells from uniform ones: the same after a restart, others for
   * other records, another place, purpose or context.
   */
  entropy(purpose: 'payload' | 'statistics', context: Uint8Array): Uint8Array {
    return keyedHash('slices', this.#secret, utf8(purpose), context);
  }

  /** The records under a view's key. The last view's are kept. */
  keyed(sketchKey: Uint8Array): KeyedRecords {
    const name = toHex(sketchKey);
    if (this.#keyed?.name !== name) this.#keyed = new KeyedRecords(name, sketchKey, this.dataset.entries);
    return this.#keyed;
  }

  /** U and the number of records under it: everything but the keys whose ids are given. */
  common(sketchKey: Uint8Array, excluded: ReadonlySet<string>): CommonRecords {
    const keyed = this.keyed(sketchKey);
    const kept = keyed.places.filter((_, i) => !excluded.has(keyed.ids[i]!));
    return {
      root: merkle.root(kept.map((place) => this.#commonLeaves[place]!)),
      entries: kept.map((place) => this.dataset.entries[place]!),
    };
  }

  #columnScalars(): readonly bigint[] {
    this.#columns ??= statisticsToScalars(columnStatistics(this.dataset));
    return this.#columns;
  }

  #salt(entry: Entry): Uint8Array {
    return keyedHash('leaf-salt', this.#secret, entry.keyDigest);
  }

  #dataTree(): merkle.MerkleTree {
    this.#tree ??= new merkle.MerkleTree(
      this.dataset.entries.map((entry) => recordLeaf({ salt: this.#salt(entry), record: entry.bytes })),
    );
    return this.#tree;
  }
}

/** What one bank holds outside the conflict table. */
export interface CommonRecords {
  readonly root: Uint8Array;
  /** In key-digest order. */
  readonly entries: readonly Entry[];
}

/**
 * A bank's records under the key of one view, at most one under each key id.
 *
 * Ids have 64 bits, and a leader knows its key beforehand: with 2^32 evaluations it finds two keys with one id, which may
 * come to stand in an honest bank's book. The first such record in key-digest order is held, the others stand
 * {@link KeyedRecords.aside}: in sketches, drafts and amendments of this view the bank is one that lacks them.
 */
export class KeyedRecords {
  /** Places in key-digest order of the records held, ascending. */
  readonly places: readonly number[];
  /** Hex of their key ids, in the same order. */
  readonly ids: readonly string[];
  /** Records whose key id is that of a record held. Who has any attests nothing in this view. */
  readonly aside: readonly Entry[];
  readonly sketch: Sketch;
  readonly key: SketchKey;
  readonly #byId = new Map<string, number>();

  /** @param name the key in hex, to tell one view's records from another's */
  constructor(
    readonly name: string,
    key: Uint8Array,
    private readonly entries: readonly Entry[],
  ) {
    this.key = new SketchKey(key);
    const all = entries.map(({ keyDigest }) => toHex(this.key.keyId(keyDigest)));
    for (const [place, id] of all.entries()) if (!this.#byId.has(id)) this.#byId.set(id, place);
    this.places = [...this.#byId.values()];
    this.ids = [...this.#byId.keys()];
    this.aside = entries.filter((_, place) => this.#byId.get(all[place]!) !== place);
    this.sketch = new Sketch(SketchItems.fromRecords(this.key, this.held));
  }

  /** The records held, in key-digest order. */
  get held(): readonly Entry[] {
    return this.aside.length === 0 ? this.entries : this.places.map((place) => this.entries[place]!);
  }

  /** The record held with this key id (hex), its place and its keyed version digest, or undefined. */
  find(id: string): HeldRecord | undefined {
    const index = this.#byId.get(id) ?? -1;
    const entry = this.entries[index];
    return entry && { entry, index, version: this.key.versionDigest(entry.digest) };
  }
}

/** A record as a view's key finds it. */
export interface HeldRecord {
  readonly entry: Entry;
  /** Its place in key-digest order, from 0. */
  readonly index: number;
  /** Its keyed version digest, 16 bytes. */
  readonly version: Uint8Array;
}
