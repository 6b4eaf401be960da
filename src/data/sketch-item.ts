import { expectBytes } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';
import { littleEndian32, SIPHASH_KEY_LENGTH, sipHashKey, sipHashLanes } from '../crypto/siphash.js';
import { KEY_ID_LENGTH, VERSION_DIGEST_LENGTH } from './conflict.js';

/** Bytes of the key a sketch is made under. */
export const SKETCH_KEY_LENGTH = 32;
/** Bytes of an item: keyed key id, then keyed version digest. */
export const SKETCH_ITEM_LENGTH = KEY_ID_LENGTH + VERSION_DIGEST_LENGTH;
/** An item as 32-bit lanes, little-endian. */
export const ITEM_LANES = SKETCH_ITEM_LENGTH / 4;
/** A tag as 32-bit lanes: the checksum, a step for hash tables, and two that seed the index sequence. */
export const TAG_LANES = 4;

/** Why a sketch or its decoder refused. */
export type SketchError =
  /** Two items are the same 24 bytes: they would cancel. */
  | { readonly code: 'SKETCH_DUPLICATE_ITEM'; readonly position: number }
  /** The caller asked for symbols outside 0 … limit. */
  | { readonly code: 'SKETCH_RANGE'; readonly from: number; readonly count: number; readonly limit: number }
  /** These bytes are not a whole number of canonical symbols, or more of them than the limit. */
  | {
      readonly code: 'SKETCH_MALFORMED';
      readonly reason: 'truncated' | 'count' | 'limit';
      readonly symbol: number;
    }
  /** The symbols are not those of any set of items, given the local items. */
  | {
      readonly code: 'SKETCH_INCONSISTENT';
      readonly reason: 'held-by-both' | 'held-by-neither' | 'twice' | 'more-items-than-symbols';
    };

/** Throws a typed {@link SketchError}. */
export function sketchError(detail: SketchError): never {
  const { code, ...facts } = detail;
  throw new ConcordatError<SketchError>(
    detail,
    `${code.toLowerCase().replaceAll('_', ' ')}: ${JSON.stringify(facts)}`,
  );
}

/**
 * The pseudo-random functions of one view's sketches, all derived from its 32-byte key: key ids, version digests, and the
 * tag (checksum and index sequence) of an item.
 *
 * Each is SipHash-2-4 under its own key. The view's key is opened only after records are fixed, so whoever chose records
 * chose inputs of functions then unknown: they can neither make items collide nor make their XOR vanish. Whoever knows
 * the key (the leader, before it opens it) gets no such promise: SipHash resists nobody who holds its key. What leans on
 * a version digest after the key is open leans on the 256-bit record digest under it, which is a SHA-256 output, not a
 * free choice.
 */
export class SketchKey {
  readonly #id: Uint32Array;
  readonly #version: Uint32Array;
  readonly #check: Uint32Array;
  readonly #digest = new Uint32Array(8);
  readonly #out = new Uint32Array(4);

  /**
   * @param key 32 bytes, unpredictable when records were fixed
   * @throws `BYTES_WRONG_LENGTH`
   */
  constructor(key: Uint8Array) {
    expectBytes(key, SKETCH_KEY_LENGTH, 'sketch key');
    this.#id = sipHashKey(hash('sketch-id', key).subarray(0, SIPHASH_KEY_LENGTH));
    this.#version = sipHashKey(hash('sketch-version', key).subarray(0, SIPHASH_KEY_LENGTH));
    this.#check = sipHashKey(hash('sketch-check', key).subarray(0, SIPHASH_KEY_LENGTH));
  }

  /** The 8-byte id of a key under this view's key. */
  keyId(keyDigest: Uint8Array): Uint8Array {
    this.#prf(this.#id, keyDigest, 'key digest');
    return lanesToBytes(this.#out, 0, KEY_ID_LENGTH);
  }

  /** The 16-byte digest of a version under this view's key. */
  versionDigest(recordDigest: Uint8Array): Uint8Array {
    this.#prf(this.#version, recordDigest, 'record digest');
    return lanesToBytes(this.#out, 0, VERSION_DIGEST_LENGTH);
  }

  /** The 24-byte item of a record: `keyId ‖ versionDigest`. */
  item(keyDigest: Uint8Array, recordDigest: Uint8Array): Uint8Array {
    const lanes = new Uint32Array(ITEM_LANES);
    this.itemLanes(keyDigest, recordDigest, lanes, 0);
    return lanesToBytes(lanes, 0, SKETCH_ITEM_LENGTH);
  }

  /** {@link item} as lanes, written into `out` at `to`. */
  itemLanes(keyDigest: Uint8Array, recordDigest: Uint8Array, out: Uint32Array, to: number): void {
    this.#prf(this.#id, keyDigest, 'key digest');
    out[to] = this.#out[0]!;
    out[to + 1] = this.#out[1]!;
    this.#prf(this.#version, recordDigest, 'record digest');
    for (let i = 0; i < 4; i++) out[to + 2 + i] = this.#out[i]!;
  }

  /** The tag of the item at lanes `from`, into `out[0..4)`. Depends on all 24 bytes, so that no tag is XOR-linear. */
  tag(lanes: Uint32Array, from: number, out: Uint32Array): void {
    sipHashLanes(this.#check, lanes, from, ITEM_LANES, out);
  }

  #prf(key: Uint32Array, digest: Uint8Array, argument: string): void {
    expectBytes(digest, 32, argument);
    for (let i = 0; i < 8; i++) this.#digest[i] = littleEndian32(digest, 4 * i);
    sipHashLanes(key, this.#digest, 0, 8, this.#out);
  }
}

/** `length` bytes of little-endian lanes from `from` on. */
export function lanesToBytes(lanes: Uint32Array, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = lanes[from + (i >>> 2)]! >>> (8 * (i & 3));
  return bytes;
}
