import { isConcordatError } from '../../src/crypto/error.js';
import type { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { FIRST_SYMBOLS, symbolsFor } from '../../src/data/sketch-estimate.js';

export const failureOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    if (isConcordatError(error)) return { ...error.detail };
    throw error;
  }
  return null;
};

/** Decodes as the protocol does: first symbols, then one request for the rest, a sixteenth more at least. */
export function exchange(remote: Sketch, local: Sketch): SketchDecoder {
  const decoder = new SketchDecoder(local);
  decoder.add(remote.symbols(0, FIRST_SYMBOLS));
  if (decoder.complete) return decoder;
  const total = Math.max(symbolsFor(decoder.estimate()), (17 / 16) * FIRST_SYMBOLS);
  decoder.add(remote.symbols(FIRST_SYMBOLS, total - FIRST_SYMBOLS));
  return decoder;
}

/** Decodes however many symbols it takes: one request in a thousand is not enough. */
export function decodeAll(remote: Sketch, local: Sketch): SketchDecoder {
  const decoder = exchange(remote, local);
  while (!decoder.complete) decoder.add(remote.symbols(decoder.received, 50));
  return decoder;
}
