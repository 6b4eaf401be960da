import { isConcordatError } from '../crypto/error.js';
import { decodeSymbols, MAX_SKETCH_SYMBOLS } from '../data/sketch-symbols.js';

/** More than any sketch can hold in one symbol. */
const MOST = 2 ** 30;

/**
 * The count in each of these symbols, null when they are none.
 * @param first whether they begin with symbol 0, which holds every item
 */
export function symbolCounts(symbols: Uint8Array, first: boolean): readonly number[] | null {
  try {
    const { counts, length } = decodeSymbols(symbols, MAX_SKETCH_SYMBOLS, first ? null : MOST);
    return [...counts.subarray(0, length)];
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
}
