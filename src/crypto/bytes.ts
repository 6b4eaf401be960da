import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { ConcordatError } from './error.js';

export { concatBytes };

/** These bytes one after the other. However many: `concatBytes` takes no more than a call may have arguments. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Why an argument is not the bytes, or not the hexadecimal, that its function takes. */
export type BytesError =
  /** `expected` and `got` count bytes. */
  | {
      readonly code: 'BYTES_WRONG_LENGTH';
      readonly argument: string;
      readonly expected: number;
      readonly got: number;
    }
  /** No Uint8Array. */
  | { readonly code: 'BYTES_NOT_BYTES'; readonly argument: string }
  /** No even number of hexadecimal digits. */
  | { readonly code: 'BYTES_NOT_HEX'; readonly argument: string };

/** Lower-case hexadecimal of `bytes`. */
export const toHex = (bytes: Uint8Array): string => bytesToHex(bytes);

/**
 * Bytes from hexadecimal of even length, either case, without a `0x`.
 * @throws {@link BytesError} `BYTES_NOT_HEX`.
 */
export function fromHex(hex: string, argument = 'hex'): Uint8Array {
  if (typeof hex !== 'string' || hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex))
    throw new ConcordatError<BytesError>(
      { code: 'BYTES_NOT_HEX', argument },
      `"${argument}" is not hexadecimal`,
    );
  return hexToBytes(hex);
}

/**
 * Returns `bytes` when it is a Uint8Array, of any length.
 * @throws {@link BytesError} `BYTES_NOT_BYTES`, naming the argument.
 */
export function expectAnyBytes(bytes: Uint8Array, argument: string): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  throw new ConcordatError<BytesError>(
    { code: 'BYTES_NOT_BYTES', argument },
    `"${argument}" is not a Uint8Array`,
  );
}

/**
 * Returns `bytes` when it is a Uint8Array of `length` bytes.
 * @throws {@link BytesError} naming the argument.
 */
export function expectBytes(bytes: Uint8Array, length: number, argument: string): Uint8Array {
  if (expectAnyBytes(bytes, argument).length !== length)
    throw new ConcordatError<BytesError>(
      { code: 'BYTES_WRONG_LENGTH', argument, expected: length, got: bytes.length },
      `"${argument}" expected ${length} bytes, got ${bytes.length}`,
    );
  return bytes;
}

/**
 * A copy that is a plain Uint8Array, whatever kind of Uint8Array `bytes` is. Node's Buffer is one, and its `slice` copies
 * nothing: a secret copied by it would change, or be erased, with the caller's own.
 */
export const copyBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/**
 * Whether two secret byte strings are equal, such as the tag of a message and what it ought to be. Looks at every byte of
 * both whatever it finds, so that how far a guess was right does not show in the time taken; only that the lengths differ
 * does. Not guaranteed: what an engine makes of it.
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Overwrites secrets with zeros. What was copied from them, and integers made of them, stay. */
export function eraseBytes(...secrets: readonly Uint8Array[]): void {
  for (const bytes of secrets) bytes.fill(0);
}

/** Whether two public byte strings are equal. Not constant-time: {@link equalSecrets} is for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of unsigned bytes: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The 8 bytes of an unsigned integer below 2^53, big-endian. */
export function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return bytes;
}

const encoder = new TextEncoder();
/** UTF-8 of a string. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
