import type { SketchDecoder } from '../data/sketch-decoder.js';
import { leastDifferences, symbolsFor, symbolsWithin } from '../data/sketch-estimate.js';

/** Times that a leader may ask one bank for more symbols in a view. */
export const MAX_PARTS = 3;
/** Symbols that are given for one that the leader showed in the same request and before. */
const FACTOR = 16;
/** Symbols that are given at once however few were shown, 120 kB: the difference is then known to a few per cent. */
const FLOOR = 1 << 12;
/** Symbols in all for each difference that is estimated, at most, and besides: what an estimate from few is off by costs a round. */
const MOST_PER_DIFFERENCE = 3;
const MOST_BESIDES = 64;
/** The share of those received that is asked for at least: what did not decode may lack hardly any. */
const LEAST_MORE = 1 / 4;

/**
 * How many symbols a leader is given after those that both sides have shown each other, in which they do not find their
 * whole difference; null when the two differ on more keys than allowed. Both compute it from the same symbols, so the
 * leader cannot ask for more, nor the bank give fewer.
 *
 * At most 16 times as many as the leader showed, or 4,096; and all together no more than three for each difference that is
 * estimated and 64, or a quarter more than before. From 8 first symbols on, three parts list 2^18 altered keys.
 *
 * @param keys on which a bank may differ from the leader
 */
export function furtherSymbols(
  { estimate, surplus, received }: { estimate: number; surplus: number; received: number },
  keys: number,
): number | null {
  const limit = symbolsWithin(keys);
  if (leastKeys({ estimate: leastDifferences(estimate, received), surplus }) > keys || received >= limit)
    return null;
  const wanted = Math.min(symbolsFor(estimate, received), MOST_PER_DIFFERENCE * estimate + MOST_BESIDES);
  const least = Math.ceil(received * (1 + LEAST_MORE));
  return Math.min(Math.max(wanted, least), limit, received + Math.max(FLOOR, FACTOR * received)) - received;
}

/** What a decoder says of the difference so far. */
export function differenceSeen(decoder: SketchDecoder): {
  readonly estimate: number;
  readonly surplus: number;
  readonly received: number;
} {
  return { estimate: decoder.estimate(), surplus: decoder.surplus, received: decoder.received };
}

/** Keys on which two sides differ at least: one that both hold in different versions is two differences. */
export function leastKeys({ estimate, surplus }: { estimate: number; surplus: number }): number {
  return Math.ceil((Math.max(estimate, surplus) + surplus) / 2);
}
