import { ITEM_LANES, sketchError, TAG_LANES } from './sketch-item.js';
import type { SketchItems } from './sketch-items.js';
import { Cursors } from './sketch-mapping.js';
import { encodeSymbols, MAX_SKETCH_SYMBOLS, Symbols } from './sketch-symbols.js';

/**
 * A keyed rateless sketch of a data set (an invertible Bloom lookup table without an end): an unlimited sequence of
 * coded symbols, of which about 1.4 for each difference let another holder of the key list every difference.
 *
 * The first m symbols are the same however they are asked for, so a receiver that needs more asks for the rest only.
 * Symbols are kept, at 32 bytes each.
 */
export class Sketch {
  /** What it is a sketch of. */
  readonly items: SketchItems;
  readonly #cursors: Cursors;
  readonly #symbols = new Symbols();

  /** The sketch of these items, which are kept and not copied. */
  constructor(items: SketchItems) {
    this.items = items;
    this.#cursors = new Cursors(items.size);
    for (let i = 0; i < items.size; i++) this.#cursors.start(i, items.table.tags, i);
  }

  /**
   * The wire bytes of symbols `from … from + count − 1`.
   * @throws `SKETCH_RANGE` beyond {@link MAX_SKETCH_SYMBOLS} or when an argument is no count.
   */
  symbols(from: number, count: number): Uint8Array {
    const limit = MAX_SKETCH_SYMBOLS;
    if (
      !Number.isSafeInteger(from) ||
      !Number.isSafeInteger(count) ||
      from < 0 ||
      count < 0 ||
      from + count > limit
    )
      sketchError({ code: 'SKETCH_RANGE', from, count, limit });
    return encodeSymbols(this.first(from + count), from, count);
  }

  /** @internal The symbols themselves, at least the first `length`; not to be changed. */
  first(length: number): Symbols {
    const symbols = this.#symbols;
    if (length <= symbols.length) return symbols;
    symbols.extend(length);
    const { lanes, tags } = this.items.table;
    const cursors = this.#cursors;
    for (let i = 0; i < this.items.size; i++) {
      for (; cursors.next[i]! < length; cursors.advance(i))
        symbols.mix(cursors.next[i]!, lanes, i * ITEM_LANES, tags[i * TAG_LANES]!, 1);
    }
    return symbols;
  }
}
