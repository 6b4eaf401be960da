import { utf8 } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';

/** What {@link Random} throws. */
export type RandomError =
  /** The seed is no whole number from 0. */
  | { readonly code: 'RANDOM_SEED_INVALID'; readonly seed: number }
  /** An argument is no whole number in range. */
  | { readonly code: 'RANDOM_BOUND_INVALID'; readonly argument: string; readonly got: number }
  /** An empty list. */
  | { readonly code: 'RANDOM_NOTHING_TO_PICK' };

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/**
 * The generator xoshiro128** 1.1 of Blackman and Vigna, over the given state, which it changes.
 *
 * @param state four 32-bit words, not all zero: from zero it yields only zeros
 * @returns a function that gives the next unsigned 32-bit number
 */
export function xoshiro128(state: Uint32Array): () => number {
  return () => {
    const result = Math.imul(rotate(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotate(state[3]!, 11);
    return result;
  };
}

/**
 * The only source of chance in a simulation: a stream of numbers that its seed decides, the same on every platform.
 *
 * Seeds and labels go through SHA-256, so neighbouring seeds give unrelated streams. The output is *not*
 * cryptographically secure (xoshiro128** can be predicted from a few outputs): keys made from it are for simulated
 * banks only.
 */
export class Random {
  readonly #key: Uint8Array;
  readonly #uint32: () => number;

  /**
   * @param seed a safe integer, a text or bytes; the number 1 and the text "1" are different seeds
   * @throws {@link RandomError} `RANDOM_SEED_INVALID` for a number that is not a safe integer, of which two could look
   * alike
   */
  constructor(seed: number | string | Uint8Array) {
    this.#key = seedKey(seed);
    const view = new DataView(this.#key.buffer, this.#key.byteOffset);
    this.#uint32 = xoshiro128(Uint32Array.from([0, 4, 8, 12], (offset) => view.getUint32(offset)));
  }

  /**
   * A stream of its own for one purpose. It depends on this one's seed and on `label`, not on what was drawn so far:
   * a draw that is added in one place changes nothing anywhere else. The same label gives the same stream again.
   */
  fork(label: string): Random {
    return new Random(hash('simulation', utf8('fork'), this.#key, utf8(label)));
  }

  /** A number of 53 random bits in [0, 1). */
  next(): number {
    return this.#uint53() / 2 ** 53;
  }

  /**
   * Whether something of this probability happens; it takes one draw whatever the probability is.
   * @param probability 0 is never, 1 always
   */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /**
   * An integer from 0 to `bound` − 1, each as likely as the others: draws that would favour some are drawn again.
   * @param bound 1 to 2^53 − 1
   * @throws {@link RandomError} `RANDOM_BOUND_INVALID`
   */
  int(bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) boundError('bound', bound);
    const small = bound <= 2 ** 32;
    const span = small ? 2 ** 32 : 2 ** 53;
    const limit = span - (span % bound);
    for (;;) {
      const drawn = small ? this.#uint32() : this.#uint53();
      if (drawn < limit) return drawn % bound;
    }
  }

  /**
   * @param length 0 to 2^32 − 1
   * @throws {@link RandomError} `RANDOM_BOUND_INVALID`
   */
  bytes(length: number): Uint8Array {
    if (!Number.isSafeInteger(length) || length < 0 || length >= 2 ** 32) boundError('length', length);
    const out = new Uint8Array(length);
    for (let i = 0, word = 0; i < length; i++, word >>>= 8) {
      if (i % 4 === 0) word = this.#uint32();
      out[i] = word & 255;
    }
    return out;
  }

  /** The items in a random order, each order as likely as the others (Fisher-Yates); `items` stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }

  /**
   * One of the items.
   * @throws {@link RandomError} `RANDOM_NOTHING_TO_PICK` when there is none
   */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0)
      throw new ConcordatError<RandomError>(
        { code: 'RANDOM_NOTHING_TO_PICK' },
        'there is nothing to pick from',
      );
    return items[this.int(items.length)]!;
  }

  #uint53(): number {
    const high = this.#uint32() >>> 11;
    return high * 2 ** 32 + this.#uint32();
  }
}

/** 32 bytes of a seed; its type is among them, so that no text is mistaken for a number or for bytes. */
function seedKey(seed: number | string | Uint8Array): Uint8Array {
  if (seed instanceof Uint8Array) return hash('simulation', utf8('bytes'), seed);
  if (typeof seed === 'string') return hash('simulation', utf8('text'), utf8(seed));
  if (!Number.isSafeInteger(seed))
    throw new ConcordatError<RandomError>(
      { code: 'RANDOM_SEED_INVALID', seed },
      `the seed ${seed} is not an integer below 2^53`,
    );
  return hash('simulation', utf8('number'), utf8(seed.toString()));
}

function boundError(argument: string, got: number): never {
  throw new ConcordatError<RandomError>(
    { code: 'RANDOM_BOUND_INVALID', argument, got },
    `"${argument}" is ${got}, which is no size to draw from`,
  );
}
