import { density } from './sketch-mapping.js';
import { MAX_SKETCH_SYMBOLS } from './sketch-symbols.js';

/**
 * Estimates the size d of a symmetric difference from the counts of coded symbols of that difference, before any item
 * was taken out.
 *
 * Symbol i holds each differing item independently with probability ρ(i), so with d₁ the difference of both sizes (the
 * count of symbol 0), (count − d₁·ρ)² has mean d·ρ(1 − ρ). The mean over symbols 1 … m − 1 of that square over ρ(1 − ρ)
 * is unbiased, with relative standard error about √(2/(m − 1)): 18% at 64 symbols, 9% at 256.
 *
 * @param counts from symbol 0 on
 * @returns at least |d₁|; nothing better than that for fewer than two symbols
 */
export function estimateDifferences(counts: ArrayLike<number>): number {
  const surplus = counts[0] ?? 0;
  let sum = 0;
  for (let i = 1; i < counts.length; i++) {
    const share = density(i);
    const deviation = counts[i]! - surplus * share;
    sum += (deviation * deviation) / (share * (1 - share));
  }
  return Math.max(Math.abs(surplus), counts.length > 1 ? Math.ceil(sum / (counts.length - 1)) : 0);
}

/**
 * Symbols worth sending unasked, 7.5 kB: 150 differences decode from them 997 times in 1000, and more are estimated to
 * within 9%. Fewer estimate worse, and so ask for more than 3.5 times the differing items' own bytes now and then.
 */
export const FIRST_SYMBOLS = 256;

/** Symbols a difference needs at most from about 200 differences on: 1.36 to 1.42 in the median, 1.6 in the tail. */
const SYMBOLS_PER_DIFFERENCE = 1.4;
/** Small differences have a long tail: two items may share all but their 50th symbol. */
const SMALL_DIFFERENCE_SYMBOLS = 32;
/** Standard errors by which the estimate may be too low: one in 700 estimates is lower. */
const CAUTION = 3;
/** Standard errors by which it may be too high, before somebody is said to differ too much. */
const CERTAINTY = 6;

/**
 * How many symbols to have in all, from symbol 0 on, so that decoding succeeds with probability above 99.8%, over the
 * error of the estimate and the luck of decoding. The caller asks once, for this many less those received.
 *
 * The estimate, over the true number, is distributed as χ² over its received − 1 degrees of freedom; the Wilson-Hilferty
 * approximation gives its low quantile. With the default received, total symbols are 1.7 to 2.1 for each of 150
 * differences or more (51 to 62 bytes) in the median, and at most 2.8 in all but one run of 10,000. A dishonest sender
 * may drive the estimate anywhere: bound the result before asking.
 *
 * @param estimate from the decoder
 * @param received symbols the estimate was made from
 * @returns at most {@link MAX_SKETCH_SYMBOLS}, at least `received`
 */
export function symbolsFor(estimate: number, received: number = FIRST_SYMBOLS): number {
  const differences = estimate / quantile(received, -CAUTION);
  const wanted = Math.ceil(SYMBOLS_PER_DIFFERENCE * differences) + SMALL_DIFFERENCE_SYMBOLS;
  return Math.min(MAX_SKETCH_SYMBOLS, Math.max(received, wanted));
}

/**
 * How many differences there are at least: that fewer give such an estimate is next to impossible.
 *
 * @param estimate from the decoder
 * @param received symbols the estimate was made from
 */
export function leastDifferences(estimate: number, received: number): number {
  return estimate / quantile(received, CERTAINTY);
}

/** Symbols a difference is given room for, where differences are bounded and not estimated: half as many again as it takes. */
const ROOM = 2;
/** As above for few differences: sixteen, of eight keys, are then listed from 160 symbols. */
const ROOM_FOR_FEW = 128;

/**
 * Symbols, from symbol 0 on, that list the differences of so many keys but with negligible probability. A key that both
 * sides hold in different versions is two differences.
 *
 * @param keys on which two sets differ at most
 */
export function symbolsWithin(keys: number): number {
  return Math.min(MAX_SKETCH_SYMBOLS, 2 * ROOM * keys + ROOM_FOR_FEW);
}

/** The estimate over the true number at so many standard errors from its mean (Wilson-Hilferty). */
function quantile(received: number, errors: number): number {
  const spread = 2 / (9 * Math.max(8, received - 1));
  const root = 1 - spread + errors * Math.sqrt(spread);
  return root * root * root;
}
