import { expectBytes } from '../crypto/bytes.js';
import { littleEndian32 } from '../crypto/siphash.js';
import {
  ITEM_LANES,
  lanesToBytes,
  SKETCH_ITEM_LENGTH,
  type SketchKey,
  sketchError,
  TAG_LANES,
} from './sketch-item.js';

/**
 * A growing set of items with their tags, in flat arrays, and an index to find one by its bytes.
 *
 * The index is an open hash table probed from one tag lane in steps of another: making k items share a probe path takes
 * about 2^(2·log2 size) evaluations for each, so that even who knows the key cannot make lookups quadratic.
 */
export class ItemTable {
  /** Items held. */
  size = 0;
  /** Items, {@link ITEM_LANES} lanes each. */
  lanes: Uint32Array;
  /** Their tags, {@link TAG_LANES} lanes each. */
  tags: Uint32Array;
  /** Position + 1 of an item, or 0. At most half full. */
  #slots: Int32Array;

  /** @param capacity items to make room for; more may be added */
  constructor(capacity: number) {
    const room = Math.max(8, capacity);
    this.lanes = new Uint32Array(room * ITEM_LANES);
    this.tags = new Uint32Array(room * TAG_LANES);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * room)));
  }

  /** Whether the item at `lanes[from..]`, whose tag is `tag[at..]`, is held. */
  has(lanes: Uint32Array, from: number, tag: Uint32Array, at: number): boolean {
    return this.#slots[this.#slot(lanes, from, tag, at)] !== 0;
  }

  /** Adds an item and its tag; returns false, and adds nothing, when it is held already. */
  add(lanes: Uint32Array, from: number, tag: Uint32Array, at: number): boolean {
    if (2 * (this.size + 1) > this.#slots.length) this.#grow();
    const slot = this.#slot(lanes, from, tag, at);
    if (this.#slots[slot] !== 0) return false;
    const position = this.size++;
    for (let i = 0; i < ITEM_LANES; i++) this.lanes[position * ITEM_LANES + i] = lanes[from + i]!;
    for (let i = 0; i < TAG_LANES; i++) this.tags[position * TAG_LANES + i] = tag[at + i]!;
    this.#slots[slot] = position + 1;
    return true;
  }

  /** The 24 bytes of the item at `position`. */
  bytes(position: number): Uint8Array {
    return lanesToBytes(this.lanes, position * ITEM_LANES, SKETCH_ITEM_LENGTH);
  }

  /** The slot that holds the item, or the empty one where it would be put. */
  #slot(lanes: Uint32Array, from: number, tag: Uint32Array, at: number): number {
    const mask = this.#slots.length - 1;
    const step = tag[at + 1]! | 1;
    for (let slot = tag[at + 2]! & mask; ; slot = (slot + step) & mask) {
      const position = this.#slots[slot]! - 1;
      if (position < 0) return slot;
      const held = position * ITEM_LANES;
      let lane = 0;
      while (lane < ITEM_LANES && this.lanes[held + lane] === lanes[from + lane]) lane++;
      if (lane === ITEM_LANES) return slot;
    }
  }

  #grow(): void {
    const { lanes, tags, size } = this;
    this.lanes = new Uint32Array(2 * lanes.length);
    this.lanes.set(lanes);
    this.tags = new Uint32Array(2 * tags.length);
    this.tags.set(tags);
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let position = 0; position < size; position++)
      this.#slots[this.#slot(lanes, position * ITEM_LANES, tags, position * TAG_LANES)] = position + 1;
  }
}

/** A record's digests, as a data set holds them. */
export interface DigestPair {
  /** 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** The items of one data set under one view's key: made once, then read by its sketch and by decoders. */
export class SketchItems {
  /** The key that the items are under. */
  readonly key: SketchKey;
  /** @internal the items in their order. */
  readonly table: ItemTable;

  private constructor(key: SketchKey, table: ItemTable) {
    this.key = key;
    this.table = table;
  }

  /** Items held. */
  get size(): number {
    return this.table.size;
  }

  /**
   * The items of these records.
   * @throws `SKETCH_DUPLICATE_ITEM` when two records give one item: the same record twice, or a collision of both its
   * 192 keyed bits. Different records whose key ids collide (64 bits) are different items and are kept apart.
   */
  static fromRecords(key: SketchKey, records: readonly DigestPair[]): SketchItems {
    return SketchItems.#build(key, records.length, (i, lanes) =>
      key.itemLanes(records[i]!.keyDigest, records[i]!.digest, lanes, 0),
    );
  }

  /**
   * The set of these 24-byte items.
   * @throws `SKETCH_DUPLICATE_ITEM`, `BYTES_WRONG_LENGTH`
   */
  static fromItems(key: SketchKey, items: readonly Uint8Array[]): SketchItems {
    return SketchItems.#build(key, items.length, (i, lanes) => {
      const item = expectBytes(items[i]!, SKETCH_ITEM_LENGTH, 'sketch item');
      for (let lane = 0; lane < ITEM_LANES; lane++) lanes[lane] = littleEndian32(item, 4 * lane);
    });
  }

  static #build(key: SketchKey, size: number, load: (i: number, lanes: Uint32Array) => void): SketchItems {
    const table = new ItemTable(size);
    const lanes = new Uint32Array(ITEM_LANES);
    const tag = new Uint32Array(TAG_LANES);
    for (let i = 0; i < size; i++) {
      load(i, lanes);
      key.tag(lanes, 0, tag);
      if (!table.add(lanes, 0, tag, 0)) sketchError({ code: 'SKETCH_DUPLICATE_ITEM', position: i });
    }
    return new SketchItems(key, table);
  }
}
