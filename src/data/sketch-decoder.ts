import type { Sketch } from './sketch.js';
import { estimateDifferences } from './sketch-estimate.js';
import {
  ITEM_LANES,
  lanesToBytes,
  SKETCH_ITEM_LENGTH,
  type SketchError,
  sketchError,
  TAG_LANES,
} from './sketch-item.js';
import { ItemTable, SketchItems } from './sketch-items.js';
import { Cursors } from './sketch-mapping.js';
import { decodeSymbols, MAX_SKETCH_SYMBOLS, SYMBOL_LANES, Symbols } from './sketch-symbols.js';

/**
 * Lists the differences between the local items and those of a remote sketch under the same key, by peeling: a symbol
 * of the difference of both sketches that holds one item gives that item, which is then taken out of the other symbols.
 *
 * The remote bytes are untrusted. Whatever they are, memory and time are linear in their number (and in the local
 * items, once), and the decoder ends: an item is accepted once, and never more items than symbols. A sender who knows
 * the key can still claim any set it likes; that its claim is true is for the protocol's commitments to show.
 *
 * @example
 * ```ts
 * import { Sketch, SketchDecoder, SketchItems, SketchKey } from 'concordat/data';
 *
 * const digest = (byte: number) => new Uint8Array(32).fill(byte); // of a record, and of its key
 * const key = new SketchKey(crypto.getRandomValues(new Uint8Array(32)));
 * const sketchOf = (...bytes: number[]) =>
 *   new Sketch(SketchItems.fromRecords(key, bytes.map((b) => ({ keyDigest: digest(b), digest: digest(b) }))));
 *
 * const decoder = new SketchDecoder(sketchOf(1, 2, 3, 4));
 * decoder.add(sketchOf(2, 3, 4, 5).symbols(0, 16));
 * console.log(decoder.complete, decoder.remoteOnly.length, decoder.localOnly.length); // true 1 1
 * ```
 */
export class SketchDecoder {
  readonly #local: Sketch;
  readonly #limit: number;
  /** Remote symbols minus local symbols, minus the items found. */
  readonly #rest = new Symbols();
  /** Counts of the difference before anything was found, less what is taken for granted: the estimate is made from them. */
  readonly #counts: number[] = [];
  readonly #found = new ItemTable(0);
  readonly #cursors = new Cursors(0);
  /** For each found item +1 when only the remote side holds it, −1 when only the local side does. */
  readonly #sides: (1 | -1)[] = [];
  readonly #remoteOnly: Uint8Array[] = [];
  readonly #localOnly: Uint8Array[] = [];
  readonly #tag = new Uint32Array(TAG_LANES);
  #complete = false;
  /** Items that were not found but taken for granted: the first of those found. */
  #assumed = 0;
  #remoteCount = 0;
  #failure: SketchError | null = null;

  /**
   * A decoder that has taken in nothing yet.
   * @param local the sketch of the local items; many decoders may share it
   * @param limit most symbols to accept in all
   */
  constructor(local: Sketch, limit: number = MAX_SKETCH_SYMBOLS) {
    this.#local = local;
    this.#limit = Math.min(limit, MAX_SKETCH_SYMBOLS);
  }

  /** Symbols accepted so far; the next to ask for. */
  get received(): number {
    return this.#rest.length;
  }

  /** Whether every difference is found: nothing is left in any symbol. Needs at least one symbol. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Items the remote side says it holds, 0 before symbol 0. To be checked against what it committed to. */
  get remoteCount(): number {
    return this.#remoteCount;
  }

  /**
   * By how many items one side holds more than the other, besides what was taken for granted: at least so many are
   * differences. 0 before symbol 0.
   */
  get surplus(): number {
    return Math.abs(this.#counts[0] ?? 0);
  }

  /** Items found that only the remote side holds, 24 bytes each; all of them when {@link complete}. */
  get remoteOnly(): readonly Uint8Array[] {
    return this.#remoteOnly;
  }

  /** Items found that only the local side holds, 24 bytes each; all of them when {@link complete}. */
  get localOnly(): readonly Uint8Array[] {
    return this.#localOnly;
  }

  /**
   * How many differences there seem to be besides what was taken for granted: exact when {@link complete}, else from the
   * counts received, with a relative standard error of about √(2 / received). See `symbolsFor` for how many symbols to ask for.
   */
  estimate(): number {
    const found = this.#found.size - this.#assumed;
    if (this.#complete) return found;
    return Math.max(found, estimateDifferences(this.#counts));
  }

  /**
   * Takes it for granted that the remote side holds these items and the local side does not: they are not looked for, and
   * cost no symbols. Were one of them not held there, the decoder would not become {@link complete}.
   *
   * @param items 24 bytes each, none of them twice or held locally; before any symbols
   */
  assume(items: readonly Uint8Array[]): void {
    const { table } = SketchItems.fromItems(this.#local.items.key, items);
    for (let i = 0; i < table.size; i++)
      this.#remember(table.lanes, i * ITEM_LANES, table.tags, i * TAG_LANES, 1);
    this.#assumed = this.#found.size;
  }

  /**
   * Takes the next symbols, in the sketch's order, and finds what they let it find.
   *
   * @param symbols wire bytes of any number of whole symbols, untrusted
   * @throws `SKETCH_MALFORMED` when they are not; nothing has changed then.
   * @throws `SKETCH_INCONSISTENT` when no set of items has these symbols; the decoder then refuses all further calls
   * with the same error, and what it found so far means nothing.
   */
  add(symbols: Uint8Array): void {
    if (this.#failure) sketchError(this.#failure);
    const from = this.received;
    const remote = decodeSymbols(symbols, this.#limit - from, from === 0 ? null : this.#remoteCount);
    if (remote.length === 0) return;
    if (from === 0) this.#remoteCount = remote.counts[0]!;
    this.#append(remote);
    this.#peel(from);
    this.#complete = this.#isEmpty();
  }

  /** Appends remote minus local minus what is already found. */
  #append(remote: Symbols): void {
    const from = this.received;
    const to = from + remote.length;
    const local = this.#local.first(to);
    const rest = this.#rest;
    rest.extend(to);
    for (let symbol = from; symbol < to; symbol++) {
      rest.counts[symbol] = remote.counts[symbol - from]! - local.counts[symbol]!;
      for (let lane = 0; lane < SYMBOL_LANES; lane++)
        rest.lanes[symbol * SYMBOL_LANES + lane] =
          remote.lanes[(symbol - from) * SYMBOL_LANES + lane]! ^ local.lanes[symbol * SYMBOL_LANES + lane]!;
    }
    for (let i = 0; i < this.#assumed; i++) this.#takeOut(i, null);
    for (let symbol = from; symbol < to; symbol++) this.#counts.push(rest.counts[symbol]!);
    for (let i = this.#assumed; i < this.#found.size; i++) this.#takeOut(i, null);
  }

  /** Moves the cursor of a found item to the end of the symbols, taking it out of each it passes. */
  #takeOut(found: number, changed: number[] | null): void {
    const cursors = this.#cursors;
    const { lanes, tags } = this.#found;
    const sign = this.#sides[found] === 1 ? -1 : 1;
    for (; cursors.next[found]! < this.#rest.length; cursors.advance(found)) {
      const symbol = cursors.next[found]!;
      this.#rest.mix(symbol, lanes, found * ITEM_LANES, tags[found * TAG_LANES]!, sign);
      const count = this.#rest.counts[symbol];
      if (count === 1 || count === -1) changed?.push(symbol);
    }
  }

  #peel(from: number): void {
    const pending: number[] = [];
    for (let symbol = this.received - 1; symbol >= from; symbol--) pending.push(symbol);
    for (let symbol = pending.pop(); symbol !== undefined; symbol = pending.pop()) {
      if (!this.#isPure(symbol)) continue;
      const count = this.#rest.counts[symbol] as 1 | -1;
      this.#accept(symbol, count);
      this.#takeOut(this.#found.size - 1, pending);
    }
  }

  /** Whether a symbol holds one item: its count says so, the checksum fits, and that item is mapped there. */
  #isPure(symbol: number): boolean {
    const { counts, lanes } = this.#rest;
    if (counts[symbol] !== 1 && counts[symbol] !== -1) return false;
    const at = symbol * SYMBOL_LANES;
    this.#local.items.key.tag(lanes, at, this.#tag);
    if (this.#tag[0] !== lanes[at + ITEM_LANES]) return false;
    const cursors = this.#cursors;
    const found = this.#found.size;
    cursors.start(found, this.#tag, 0);
    while (cursors.next[found]! < symbol) cursors.advance(found);
    return cursors.next[found] === symbol;
  }

  /** Records the one item of a symbol, unless that contradicts what is known. */
  #accept(symbol: number, side: 1 | -1): void {
    const lanes = this.#rest.lanes;
    const at = symbol * SYMBOL_LANES;
    const held = this.#local.items.table.has(lanes, at, this.#tag, 0);
    // An item both sides hold cancels before peeling; one that neither holds was made up, or taken out too often.
    if (side === 1 && held) this.#fail('held-by-both');
    if (side === -1 && !held) this.#fail('held-by-neither');
    // Each item found empties a symbol for good. Without this bound, and without remembering items, crafted symbols
    // could give and take one item for ever.
    if (this.#found.size - this.#assumed === this.received) this.#fail('more-items-than-symbols');
    if (!this.#remember(lanes, at, this.#tag, 0, side)) this.#fail('twice');
    (side === 1 ? this.#remoteOnly : this.#localOnly).push(lanesToBytes(lanes, at, SKETCH_ITEM_LENGTH));
  }

  /** Puts an item among those found, to be taken out of every symbol; false when it is there already. */
  #remember(lanes: Uint32Array, from: number, tags: Uint32Array, at: number, side: 1 | -1): boolean {
    if (!this.#found.add(lanes, from, tags, at)) return false;
    const found = this.#found.size - 1;
    this.#sides.push(side);
    this.#cursors.start(found, this.#found.tags, found);
    return true;
  }

  #isEmpty(): boolean {
    for (let symbol = 0; symbol < this.received; symbol++) if (!this.#rest.isEmpty(symbol)) return false;
    return true;
  }

  #fail(reason: (SketchError & { code: 'SKETCH_INCONSISTENT' })['reason']): never {
    this.#complete = false;
    this.#failure = { code: 'SKETCH_INCONSISTENT', reason };
    return sketchError(this.#failure);
  }
}
