import type { EncodingError } from '../crypto/encoding.js';
import type { ConcordatError } from '../crypto/error.js';
import { counted, grouped } from './amount.js';

/** Why the canonical bytes of a document were refused, for a reader; null for an error of another kind. */
export function encodingInWords({ detail }: ConcordatError): string | null {
  if (!Object.hasOwn(WORDS, detail.code)) return null;
  const fault = detail as EncodingError;
  return `"canonical" ${(WORDS[fault.code] as (fault: EncodingError) => string)(fault)}`;
}

const WORDS: {
  readonly [C in EncodingError['code']]: (fault: Extract<EncodingError, { code: C }>) => string;
} = {
  ENCODING_NOT_BYTES: () => 'is no bytes',
  ENCODING_TRUNCATED: ({ what, offset }) => `ends too early: ${what} at byte ${grouped(offset)} is cut off`,
  ENCODING_TRAILING: ({ offset, left }) =>
    `goes on after its end: ${counted(left, 'byte')} too many from byte ${grouped(offset)} on`,
  ENCODING_TOO_LARGE: ({ what, limit, got }) =>
    `has a ${what} of ${grouped(got)}, the most is ${grouped(limit)}`,
  ENCODING_NOT_CANONICAL: ({ what, offset }) =>
    `has a ${what} at byte ${grouped(offset)} that is not in its only form`,
  ENCODING_OUT_OF_RANGE: ({ what }) => `has a ${what} out of range`,
};
