import { wrongType } from './argument.js';
import { expectAnyBytes } from './bytes.js';
import { ConcordatError, messageOf } from './error.js';
import { fillData, fillParity } from './reed-solomon-engine.js';

/** Why something was not coded or not decoded. */
export type ErasureError =
  /** n is above {@link MAX_FRAGMENTS}. */
  | { readonly code: 'ERASURE_TOO_MANY_FRAGMENTS'; readonly limit: number; readonly got: number }
  /** Not 1 ≤ k ≤ n, or no whole numbers. */
  | { readonly code: 'ERASURE_BAD_SHAPE'; readonly k: number; readonly n: number }
  /** The payload's length is no whole number from 0. */
  | { readonly code: 'ERASURE_BAD_LENGTH'; readonly length: number }
  /** All fragments together have `got` bytes, more than {@link MAX_CODED}. */
  | { readonly code: 'ERASURE_TOO_LONG'; readonly limit: number; readonly got: number }
  /** Fewer than k fragments. */
  | { readonly code: 'ERASURE_TOO_FEW_FRAGMENTS'; readonly expected: number; readonly got: number }
  /** A fragment's index is not from 0 below n. */
  | { readonly code: 'ERASURE_INDEX_OUT_OF_RANGE'; readonly index: number; readonly n: number }
  /** The fragment at `index` has `got` bytes. */
  | {
      readonly code: 'ERASURE_WRONG_FRAGMENT_LENGTH';
      readonly index: number;
      readonly expected: number;
      readonly got: number;
    }
  /** The engine gave this code; what it refuses is refused before, so this is a fault of ours. */
  | { readonly code: 'ERASURE_ENGINE_REFUSED'; readonly result: number };

function erasureError(detail: ErasureError): never {
  throw new ConcordatError<ErasureError>(detail, messageOf(detail));
}

/** Most fragments: GF(2^8) has 256 points to evaluate at. The engine traps beyond, so it is never asked. */
export const MAX_FRAGMENTS = 256;

/** Most bytes of all n fragments together: what a length from the network can make anyone allocate. */
export const MAX_CODED = 2 ** 28;

/** Bytes that pass through the engine at once, so that its memory does not grow with the payload. */
const STRIPE = 2 ** 21;

/**
 * Bytes of each fragment of `length` bytes cut in k: ⌈length / k⌉.
 * @throws {@link ErasureError} unless 1 ≤ k ≤ n ≤ {@link MAX_FRAGMENTS} and n fragments fit in {@link MAX_CODED}.
 */
export function fragmentLength(length: number, k: number, n: number): number {
  if (typeof n === 'number' && n > MAX_FRAGMENTS)
    erasureError({ code: 'ERASURE_TOO_MANY_FRAGMENTS', limit: MAX_FRAGMENTS, got: n });
  if (!Number.isSafeInteger(k) || !Number.isSafeInteger(n) || k < 1 || k > n)
    erasureError({ code: 'ERASURE_BAD_SHAPE', k, n });
  if (!Number.isSafeInteger(length) || length < 0) erasureError({ code: 'ERASURE_BAD_LENGTH', length });
  const each = Math.ceil(length / k);
  if (n * each > MAX_CODED) erasureError({ code: 'ERASURE_TOO_LONG', limit: MAX_CODED, got: n * each });
  return each;
}

/** Every shape the engine refuses was refused before it was asked. */
function expectDone(result: number): void {
  if (result !== 0) erasureError({ code: 'ERASURE_ENGINE_REFUSED', result });
}

/** Calls `each` with the bounds of successive stripes, so that `columns` bytes of n fragments pass piece by piece. */
function byStripes(columns: number, n: number, each: (from: number, to: number) => void): void {
  const width = Math.floor(STRIPE / n);
  for (let from = 0; from < columns; from += width) each(from, Math.min(from + width, columns));
}

/**
 * Codes `payload` into n fragments of equal length, any k of which rebuild it.
 *
 * Systematic Reed-Solomon over GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1: fragments 0 … k−1 are the payload in order,
 * padded with zeros at the end; n − k of parity follow, rows of the Vandermonde matrix of the points 0 … n−1 times the
 * inverse of its first k rows. It is the code of Backblaze's JavaReedSolomon and of klauspost/reedsolomon.
 *
 * Deterministic: equal payloads have equal fragments, so a root over them can be computed again. Hides nothing: the
 * first k fragments are the payload.
 *
 * @throws {@link ErasureError} as {@link fragmentLength}, or `BytesError` when the payload is no bytes.
 */
export function encode(payload: Uint8Array, k: number, n: number): Uint8Array[] {
  const length = fragmentLength(expectAnyBytes(payload, 'payload').length, k, n);
  const coded = new Uint8Array(n * length);
  coded.set(payload);
  const fragments = Array.from({ length: n }, (_, i) => coded.subarray(i * length, (i + 1) * length));
  if (k === n) return fragments;
  byStripes(length, n, (from, to) => {
    const width = to - from;
    const stripe = new Uint8Array(n * width);
    for (let i = 0; i < k; i++) stripe.set(fragments[i]!.subarray(from, to), i * width);
    expectDone(fillParity(stripe, k, n - k));
    for (let i = k; i < n; i++) fragments[i]!.set(stripe.subarray(i * width, (i + 1) * width), from);
  });
  return fragments;
}

/** The k fragments of lowest index, in order, each of the right length. */
function lowest(fragments: ReadonlyMap<number, Uint8Array>, k: number, n: number, length: number): number[] {
  if (!(fragments instanceof Map)) return wrongType('fragments', 'a map');
  for (const [index, fragment] of fragments as ReadonlyMap<number, Uint8Array>) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= n)
      erasureError({ code: 'ERASURE_INDEX_OUT_OF_RANGE', index, n });
    const got = fragment instanceof Uint8Array ? fragment.length : -1;
    if (got !== length) erasureError({ code: 'ERASURE_WRONG_FRAGMENT_LENGTH', index, expected: length, got });
  }
  if (fragments.size < k)
    erasureError({ code: 'ERASURE_TOO_FEW_FRAGMENTS', expected: k, got: fragments.size });
  return [...fragments.keys()].sort((a, b) => a - b).slice(0, k);
}

/**
 * The payload of `length` bytes that these fragments, by index from 0, are of. With more than k, those of lowest index
 * are used and the rest are not looked at.
 *
 * Erasures only: a wrong fragment gives a wrong payload without a word, and fragments that are no codeword, or whose
 * padding is not zero, give one that depends on which of them are used. Who does not trust the coder must check each
 * fragment against a root, and {@link encode} the result again and compare that root.
 *
 * @throws {@link ErasureError} as {@link fragmentLength}, or `ERASURE_INDEX_OUT_OF_RANGE`,
 * `ERASURE_WRONG_FRAGMENT_LENGTH`, `ERASURE_TOO_FEW_FRAGMENTS`; `ArgumentError` when the fragments are no map.
 */
export function decode(
  fragments: ReadonlyMap<number, Uint8Array>,
  k: number,
  n: number,
  length: number,
): Uint8Array {
  const each = fragmentLength(length, k, n);
  const used = lowest(fragments, k, n, each);
  const data = new Uint8Array(k * each);
  for (const i of used) if (i < k) data.set(fragments.get(i)!, i * each);
  if (used.at(-1)! >= k) {
    const flags = new Uint8Array(n);
    for (const i of used) flags[i] = 1;
    byStripes(each, n, (from, to) => {
      const width = to - from;
      const stripe = new Uint8Array(n * width);
      for (const i of used) stripe.set(fragments.get(i)!.subarray(from, to), i * width);
      expectDone(fillData(stripe, k, n - k, flags));
      for (let i = 0; i < k; i++) data.set(stripe.subarray(i * width, (i + 1) * width), i * each + from);
    });
  }
  return data.slice(0, length);
}
