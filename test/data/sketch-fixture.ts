import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, toHex, uint64, utf8 } from '../../src/crypto/bytes.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { type DigestPair, SketchItems } from '../../src/data/sketch-items.js';

/** 32 bytes that depend on a name and a number. */
export const digest = (name: string, i: number): Uint8Array => sha256(concatBytes(utf8(name), uint64(i)));

export const key = (i: number): SketchKey => new SketchKey(digest('view', i));

/** Record i of a made-up data set, in its version `version`. */
export const record = (i: number, version = 0): DigestPair => ({
  keyDigest: digest('key', i),
  digest: digest(`record ${i}`, version),
});

export const records = (from: number, to: number, version = 0): DigestPair[] =>
  Array.from({ length: to - from }, (_, i) => record(from + i, version));

export const sketch = (under: SketchKey, of: readonly DigestPair[]): Sketch =>
  new Sketch(SketchItems.fromRecords(under, of));

/** Items in hex, sorted: sets to compare. */
export const hexes = (items: readonly Uint8Array[]): string[] => items.map(toHex).sort();

export const itemsOf = (under: SketchKey, of: readonly DigestPair[]): string[] =>
  hexes(of.map((pair) => under.item(pair.keyDigest, pair.digest)));
