import { littleEndian32 } from '../crypto/siphash.js';
import { ITEM_LANES, SKETCH_ITEM_LENGTH, sketchError } from './sketch-item.js';

/** Lanes of a symbol: the XOR of its items, then the XOR of their checksums. */
export const SYMBOL_LANES = ITEM_LANES + 1;
/** Most symbols a sketch gives and a decoder takes, enough for about a million differences. */
export const MAX_SKETCH_SYMBOLS = 2 ** 21;

const FIXED_LENGTH = SKETCH_ITEM_LENGTH + 4;
const MAX_COUNT = 2 ** 30;

/** Fewest and most bytes of a symbol: a count of one to five bytes, the XOR of items, the XOR of checksums. */
export const MIN_SYMBOL_LENGTH = FIXED_LENGTH + 1;
/** See {@link MIN_SYMBOL_LENGTH}. */
export const MAX_SYMBOL_LENGTH = FIXED_LENGTH + 5;

/** A growing run of coded symbols, from symbol 0 on, in flat arrays. */
export class Symbols {
  /** Symbols held. */
  length = 0;
  /** Items in each, negative in a difference of sketches. */
  counts = new Int32Array(64);
  /** {@link SYMBOL_LANES} lanes of each. */
  lanes = new Uint32Array(64 * SYMBOL_LANES);

  /** Appends empty symbols up to `length`. */
  extend(length: number): void {
    if (length > this.counts.length) {
      const capacity = Math.max(length, 2 * this.counts.length);
      const { counts, lanes } = this;
      this.counts = new Int32Array(capacity);
      this.counts.set(counts);
      this.lanes = new Uint32Array(capacity * SYMBOL_LANES);
      this.lanes.set(lanes);
    }
    this.length = Math.max(this.length, length);
  }

  /** Puts an item into a symbol, or (sign −1) takes it out. */
  mix(symbol: number, items: Uint32Array, from: number, checksum: number, sign: 1 | -1): void {
    // Unrolled: this is run some fifteen times for every item of a data set.
    const { lanes } = this;
    const at = symbol * SYMBOL_LANES;
    this.counts[symbol]! += sign;
    lanes[at]! ^= items[from]!;
    lanes[at + 1]! ^= items[from + 1]!;
    lanes[at + 2]! ^= items[from + 2]!;
    lanes[at + 3]! ^= items[from + 3]!;
    lanes[at + 4]! ^= items[from + 4]!;
    lanes[at + 5]! ^= items[from + 5]!;
    lanes[at + ITEM_LANES]! ^= checksum;
  }

  /** Whether nothing is left in a symbol: count, items and checksums all zero. */
  isEmpty(symbol: number): boolean {
    if (this.counts[symbol] !== 0) return false;
    const at = symbol * SYMBOL_LANES;
    for (let lane = 0; lane < SYMBOL_LANES; lane++) if (this.lanes[at + lane] !== 0) return false;
    return true;
  }
}

/**
 * The bytes of symbols `from … from + count`: for each its count as LEB128, the XOR of its items and the XOR of their
 * checksums, little-endian. 29 or 30 bytes each for data sets of up to 100,000 records but the first few symbols.
 *
 * Four bytes of checksum are enough: a sum of several items passes for one with probability 2^−32, times the density of
 * its symbol (the decoder also demands that the item be mapped there), and is then still to be found or missed in the
 * local set and to leave every symbol zero.
 */
export function encodeSymbols(symbols: Symbols, from: number, count: number): Uint8Array {
  const out = new Uint8Array(count * MAX_SYMBOL_LENGTH);
  const view = new DataView(out.buffer);
  let offset = 0;
  for (let symbol = from; symbol < from + count; symbol++) {
    let rest = symbols.counts[symbol]!;
    for (; rest >= 128; rest >>>= 7) out[offset++] = (rest & 127) | 128;
    out[offset++] = rest;
    for (let lane = 0; lane < SYMBOL_LANES; lane++, offset += 4)
      view.setUint32(offset, symbols.lanes[symbol * SYMBOL_LANES + lane]!, true);
  }
  return out.slice(0, offset);
}

/**
 * The symbols of these bytes, all of them, strictly: what {@link encodeSymbols} would not write is refused. A sender's
 * own counts are never negative, and symbol 0 holds every item, so that no count may exceed `items`.
 *
 * @param limit most symbols to accept, checked before anything is allocated
 * @param items the count of symbol 0, or null when symbol 0 is the first of these
 * @throws `SKETCH_MALFORMED`
 */
export function decodeSymbols(bytes: Uint8Array, limit: number, items: number | null): Symbols {
  if (bytes.length > limit * MAX_SYMBOL_LENGTH)
    sketchError({ code: 'SKETCH_MALFORMED', reason: 'limit', symbol: limit });
  const symbols = new Symbols();
  symbols.extend(Math.min(limit, Math.floor(bytes.length / MIN_SYMBOL_LENGTH)));
  let most = items ?? MAX_COUNT;
  let symbol = 0;
  for (let offset = 0; offset < bytes.length; symbol++) {
    if (symbol === limit) sketchError({ code: 'SKETCH_MALFORMED', reason: 'limit', symbol });
    let count = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[offset++];
      if (byte === undefined) sketchError({ code: 'SKETCH_MALFORMED', reason: 'truncated', symbol });
      count += (byte & 127) * 2 ** shift;
      // A zero last byte is a longer form of the same number; a fifth byte with more to come exceeds any count.
      if ((byte === 0 && shift > 0) || count > most || (shift === 28 && byte >= 128))
        sketchError({ code: 'SKETCH_MALFORMED', reason: 'count', symbol });
      if (byte < 128) break;
    }
    if (offset + FIXED_LENGTH > bytes.length)
      sketchError({ code: 'SKETCH_MALFORMED', reason: 'truncated', symbol });
    if (symbol === 0 && items === null) most = count;
    symbols.counts[symbol] = count;
    for (let lane = 0; lane < SYMBOL_LANES; lane++, offset += 4)
      symbols.lanes[symbol * SYMBOL_LANES + lane] = littleEndian32(bytes, offset);
  }
  symbols.length = symbol;
  return symbols;
}
