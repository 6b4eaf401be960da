import { TAG_LANES } from './sketch-item.js';

/**
 * The coded symbols each item is mapped to: Yang, Gilad, Alizadeh, "Practical Rateless Set Reconciliation" (SIGCOMM
 * 2024), §4. Symbol i holds each item independently with density ρ(i) = 1/(1 + i/2), so every item is in symbol 0, and
 * in about 2·ln(m/2) of the first m.
 *
 * From symbol i the next one is beyond i + x with probability ∏ (1 − ρ(i+k)) = (i+1)(i+2) / ((i+x+1)(i+x+2)). Setting
 * that equal to a uniform V gives next = ⌈√((i+1)(i+2)/V + ¼) − 3/2⌉, exactly the distribution and not its
 * approximation. Products, quotients and square roots of doubles are correctly rounded by IEEE 754, where powers and
 * logarithms are not: so every platform walks the same indices, also above 2^32.
 */

/** The share ρ(i) of items that symbol i holds. */
export function density(symbol: number): number {
  return 2 / (symbol + 2);
}

/**
 * Positions in the index sequences of many items. Each sequence is drawn by its own xoroshiro64** (Blackman, Vigna),
 * seeded with two lanes of the item's tag.
 */
export class Cursors {
  /** The next symbol each item is in; the sequence starts at 0. Doubles: an index may exceed 2^32. */
  next: Float64Array;
  #state: Uint32Array;

  /** @param capacity items; grows with {@link start} */
  constructor(capacity: number) {
    this.next = new Float64Array(Math.max(1, capacity));
    this.#state = new Uint32Array(2 * this.next.length);
  }

  /** Puts cursor `at` before the first symbol of the item whose tag stands at that position of `tags`. */
  start(at: number, tags: Uint32Array, position: number): void {
    if (at >= this.next.length) this.#grow();
    this.next[at] = 0;
    const low = tags[position * TAG_LANES + 2]!;
    const high = tags[position * TAG_LANES + 3]!;
    // The generator's one bad state is zero.
    this.#state[2 * at] = low === 0 && high === 0 ? 1 : low;
    this.#state[2 * at + 1] = high;
  }

  /** Moves cursor `at` to its next symbol. */
  advance(at: number): void {
    const index = this.next[at]!;
    let s0 = this.#state[2 * at]! | 0;
    let s1 = this.#state[2 * at + 1]! | 0;
    const product = Math.imul(s0, 0x9e3779bb);
    const random = Math.imul((product << 5) | (product >>> 27), 5) >>> 0;
    s1 ^= s0;
    s0 = ((s0 << 26) | (s0 >>> 6)) ^ s1 ^ (s1 << 9);
    s1 = (s1 << 13) | (s1 >>> 19);
    this.#state[2 * at] = s0;
    this.#state[2 * at + 1] = s1;
    const uniform = (random + 1) / 0x100000000;
    const next = Math.ceil(Math.sqrt(((index + 1) * (index + 2)) / uniform + 0.25) - 1.5);
    this.next[at] = next > index ? next : index + 1;
  }

  #grow(): void {
    const { next } = this;
    this.next = new Float64Array(2 * next.length);
    this.next.set(next);
    const state = this.#state;
    this.#state = new Uint32Array(2 * state.length);
    this.#state.set(state);
  }
}
