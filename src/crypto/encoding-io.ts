import { expectAnyBytes, joinBytes } from './bytes.js';
import { ConcordatError, messageOf } from './error.js';

/** Why bytes were refused by a strict decoder. `offset` counts from the start of the decoded bytes. */
export type EncodingError =
  /** No Uint8Array. */
  | { readonly code: 'ENCODING_NOT_BYTES' }
  /** The bytes end within `what`, which begins at `offset`. */
  | { readonly code: 'ENCODING_TRUNCATED'; readonly what: string; readonly offset: number }
  /** `left` bytes follow the value, from `offset` on. */
  | { readonly code: 'ENCODING_TRAILING'; readonly offset: number; readonly left: number }
  /** `what` has `got` bytes or items, of which `limit` are allowed. */
  | {
      readonly code: 'ENCODING_TOO_LARGE';
      readonly what: string;
      readonly limit: number;
      readonly got: number;
    }
  /** `what`, at `offset`, is not in the one form that its value has. */
  | { readonly code: 'ENCODING_NOT_CANONICAL'; readonly what: string; readonly offset: number }
  /** The value to be written is none that `what` has a form for. */
  | { readonly code: 'ENCODING_OUT_OF_RANGE'; readonly what: string };

/** Throws a typed {@link EncodingError}. */
export function encodingError(detail: EncodingError): never {
  throw new ConcordatError<EncodingError>(detail, messageOf(detail));
}

/** Whether `width` is that of an integer which is written or read: more than 8 bytes are never needed below 2^53. */
const expectWidth = (width: number, what: string): void => {
  if (!Number.isSafeInteger(width) || width < 1 || width > 8)
    encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
};

/** Collects encoded bytes. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  /**
   * Appends bytes as they are. They are kept, not copied: the caller must not change them.
   * @throws `BytesError` `BYTES_NOT_BYTES`.
   */
  bytes(bytes: Uint8Array): void {
    this.#parts.push(expectAnyBytes(bytes, 'bytes'));
  }

  /**
   * Appends an unsigned integer of `width` bytes, 1 to 8, big-endian.
   * @throws {@link EncodingError} `ENCODING_OUT_OF_RANGE`, naming `what`.
   */
  uint(value: number, width: number, what: string): void {
    expectWidth(width, what);
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * width))
      encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
    const out = new Uint8Array(width);
    for (let i = width - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256;
    this.#parts.push(out);
  }

  /** All that was appended. */
  finish(): Uint8Array {
    return joinBytes(this.#parts);
  }
}

/**
 * Reads encoded bytes from the front; every read is bounds-checked, nothing is allocated before it is checked.
 *
 * What is read is copied, so that a network buffer may be used again. (Node's Buffer is a Uint8Array whose `slice` is a
 * view of the same memory: hence the plain view of whatever comes.)
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  /** @throws {@link EncodingError} `ENCODING_NOT_BYTES` on anything but a Uint8Array. */
  constructor(bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array)) encodingError({ code: 'ENCODING_NOT_BYTES' });
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /**
   * The next `length` bytes, a copy.
   * @throws {@link EncodingError} `ENCODING_TRUNCATED`, or `ENCODING_OUT_OF_RANGE` for what is no length, naming `what`.
   */
  bytes(length: number, what: string): Uint8Array {
    if (!Number.isSafeInteger(length) || length < 0) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
    if (length > this.left) encodingError({ code: 'ENCODING_TRUNCATED', what, offset: this.#offset });
    const out = this.#bytes.slice(this.#offset, this.#offset + length);
    this.#offset += length;
    return out;
  }

  /**
   * The next unsigned integer of `width` bytes, 1 to 8, big-endian.
   * @throws {@link EncodingError} `ENCODING_TRUNCATED`, or `ENCODING_OUT_OF_RANGE` from 2^53 on.
   */
  uint(width: number, what: string): number {
    expectWidth(width, what);
    if (width > this.left) encodingError({ code: 'ENCODING_TRUNCATED', what, offset: this.#offset });
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + this.#bytes[this.#offset++]!;
    if (!Number.isSafeInteger(value)) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
    return value;
  }

  /** @throws {@link EncodingError} `ENCODING_TRAILING` unless all bytes were read. */
  finish(): void {
    if (this.left > 0) encodingError({ code: 'ENCODING_TRAILING', offset: this.#offset, left: this.left });
  }
}
