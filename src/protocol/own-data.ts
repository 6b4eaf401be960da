import { concatBytes, toHex, uint64 } from '../crypto/bytes.js';
import { keyedHash } from '../crypto/hash.js';
import * as merkle from '../crypto/merkle.js';
import * as pedersen from '../crypto/pedersen.js';
import type { Dataset, Entry } from '../data/dataset.js';
import { Sketch } from '../data/sketch.js';
import { SketchKey } from '../data/sketch-item.js';
import { SketchItems } from '../data/sketch-items.js';
import { columnStatistics } from '../data/statistics.js';
import type { StatisticsMode } from './manifest.js';

/** One bank's records as one epoch uses them. */
export class OwnData {
  readonly #commonLeaves: readonly Uint8Array[];
  #keyed: KeyedRecords | null = null;

  /**
   * @param vault the bank's 32-byte secret for salts and blinding factors
   */
  constructor(
    readonly dataset: Dataset,
    private readonly vault: Uint8Array,
    private readonly epoch: number,
  ) {
    this.#commonLeaves = dataset.entries.map((entry) => merkle.leafHash(entry.digest));
  }

  /**
   * Merkle root over the records in key-digest order, each leaf under its own 256-bit salt: account numbers and
   * amounts are guessable, and unsalted leaves in an inclusion proof would confirm a guess.
   */
  dataRoot(): Uint8Array {
    const leaves = this.dataset.entries.map((entry) => {
      const salt = keyedHash('leaf-salt', this.vault, uint64(this.epoch), entry.keyDigest);
      return merkle.leafHash(concatBytes(salt, entry.bytes));
    });
    return merkle.root(leaves);
  }

  /** Pedersen vector commitment to count, sum and sum of squares of every numeric column, 32 bytes. */
  statisticsCommitment(mode: StatisticsMode): Uint8Array {
    const high = keyedHash('blinding', this.vault, uint64(this.epoch), Uint8Array.of(0));
    const low = keyedHash('blinding', this.vault, uint64(this.epoch), Uint8Array.of(1));
    const statistics = mode === 'none' ? [] : columnStatistics(this.dataset);
    return pedersen.commit(statistics, pedersen.blinding(concatBytes(high, low)));
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
    const kept: number[] = [];
    for (let i = 0; i < this.dataset.entries.length; i++) if (!excluded.has(keyed.ids[i]!)) kept.push(i);
    return {
      root: merkle.root(kept.map((i) => this.#commonLeaves[i]!)),
      entries: kept.map((i) => this.dataset.entries[i]!),
    };
  }
}

/** What one bank holds outside the conflict table. */
export interface CommonRecords {
  readonly root: Uint8Array;
  /** In key-digest order. */
  readonly entries: readonly Entry[];
}

/** A bank's records under the key of one view. */
export class KeyedRecords {
  /** Hex of each record's key id, in key-digest order. */
  readonly ids: readonly string[];
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
    const items = SketchItems.fromRecords(this.key, entries);
    this.sketch = new Sketch(items);
    this.ids = entries.map((entry, i) => {
      const id = toHex(this.key.keyId(entry.keyDigest));
      this.#byId.set(id, i);
      return id;
    });
  }

  /** The record with this key id (hex) and its keyed version digest, or undefined. */
  find(id: string): { readonly entry: Entry; readonly version: Uint8Array } | undefined {
    const entry = this.entries[this.#byId.get(id) ?? -1];
    return entry && { entry, version: this.key.versionDigest(entry.digest) };
  }
}
