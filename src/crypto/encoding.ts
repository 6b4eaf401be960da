import { expectList, expectObject } from './argument.js';
import { expectAnyBytes } from './bytes.js';
import { encodingError, Reader, Writer } from './encoding-io.js';
import { ConcordatError } from './error.js';

export { type EncodingError, encodingError, Reader, Writer } from './encoding-io.js';

/**
 * A strict, canonical encoding of `T`: every value has one byte form, and every byte string decodes to a value that
 * encodes to it again or is refused.
 */
export interface Codec<T> {
  /** @throws {@link EncodingError} when the value is out of the codec's bounds. */
  write(writer: Writer, value: T): void;
  /** @throws {@link EncodingError} on bytes that {@link Codec.write} would not have written. */
  read(reader: Reader): T;
}

/** The value type of a codec. */
export type Decoded<C> = C extends Codec<infer T> ? T : never;

const expectCodec = <C>(codec: Codec<C>, argument: string): Codec<C> =>
  expectObject(codec, argument, 'write', 'read');

/** Whether `limit` is a length or a count that can be told from others: NaN, or what is no number, would bound nothing. */
const expectLimit = (limit: number, what: string): number =>
  Number.isSafeInteger(limit) && limit >= 0
    ? limit
    : encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: `limit of ${String(what)}` });

/**
 * The canonical bytes of `value`.
 * @throws {@link EncodingError} when the value does not fit its codec's bounds, or `BytesError` or `ArgumentError` when it
 * is of another type.
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer();
  expectCodec(codec, 'codec').write(writer, value);
  return writer.finish();
}

/**
 * The value of these bytes, which must all be used. It shares no memory with them.
 * @throws {@link EncodingError} when they are no bytes, truncated, too long, out of bounds or not canonical.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes);
  const value = expectCodec(codec, 'codec').read(reader);
  reader.finish();
  return value;
}

const uintCodec = (width: number, what: string): Codec<number> => ({
  write: (writer, value) => writer.uint(value, width, what),
  read: (reader) => reader.uint(width, what),
});

/** One byte, 0 to 255. */
export const u8: Codec<number> = uintCodec(1, 'u8');
/** Two bytes, big-endian. */
export const u16: Codec<number> = uintCodec(2, 'u16');
/** Four bytes, big-endian. */
export const u32: Codec<number> = uintCodec(4, 'u32');
/** Eight bytes, big-endian, below 2^53. */
export const u53: Codec<number> = uintCodec(8, 'u53');

/** A boolean as one byte, 0 or 1; anything else is refused. */
export const bool: Codec<boolean> = {
  write: (writer, value) => writer.uint(value ? 1 : 0, 1, 'bool'),
  read: (reader) => {
    const byte = reader.uint(1, 'bool');
    if (byte > 1) encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'bool', offset: reader.offset - 1 });
    return byte === 1;
  },
};

/** LEB128 unsigned integer below 2^53, minimal length only. */
export const varint: Codec<number> = {
  write: (writer, value) => {
    if (!Number.isSafeInteger(value) || value < 0)
      encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'varint' });
    const out: number[] = [];
    let rest = value;
    while (rest >= 128) {
      out.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    out.push(rest);
    writer.bytes(Uint8Array.from(out));
  },
  read: (reader) => {
    const start = reader.offset;
    let value = 0;
    for (let scale = 1, length = 1; ; scale *= 128, length++) {
      if (length > 8) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'varint' });
      const byte = reader.uint(1, 'varint');
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (byte === 0 && length > 1)
          encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'varint', offset: start });
        if (!Number.isSafeInteger(value)) encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'varint' });
        return value;
      }
    }
  },
};

/**
 * Exactly `length` bytes.
 * @throws {@link EncodingError} `ENCODING_OUT_OF_RANGE` when that is no length.
 */
export function fixed(length: number, what = 'bytes'): Codec<Uint8Array> {
  expectLimit(length, what);
  return {
    write: (writer, value) => {
      if (expectAnyBytes(value, what).length !== length)
        encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
      writer.bytes(value);
    },
    read: (reader) => reader.bytes(length, what),
  };
}

/**
 * A length as varint, then at most `limit` bytes.
 * @throws {@link EncodingError} `ENCODING_OUT_OF_RANGE` when that is no length.
 */
export function bytes(limit: number, what = 'bytes'): Codec<Uint8Array> {
  expectLimit(limit, what);
  const checked = (got: number): number =>
    got > limit ? encodingError({ code: 'ENCODING_TOO_LARGE', what, limit, got }) : got;
  return {
    write: (writer, value) => {
      varint.write(writer, checked(expectAnyBytes(value, what).length));
      writer.bytes(value);
    },
    read: (reader) => reader.bytes(checked(varint.read(reader)), what),
  };
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const textEncoder = new TextEncoder();

/**
 * Well-formed UTF-8 of at most `limit` bytes, after its length. A lone surrogate is refused on both sides.
 * @throws {@link EncodingError} `ENCODING_OUT_OF_RANGE` when that is no length.
 */
export function text(limit: number, what = 'text'): Codec<string> {
  const raw = bytes(limit, what);
  return {
    write: (writer, value) => {
      if (typeof value !== 'string' || !value.isWellFormed())
        encodingError({ code: 'ENCODING_OUT_OF_RANGE', what });
      raw.write(writer, textEncoder.encode(value));
    },
    read: (reader) => {
      const start = reader.offset;
      try {
        return strictDecoder.decode(raw.read(reader));
      } catch (error) {
        if (error instanceof ConcordatError) throw error;
        return encodingError({ code: 'ENCODING_NOT_CANONICAL', what, offset: start });
      }
    },
  };
}

/**
 * A count as varint, then at most `limit` items. The count is checked against the bytes left before anything grows.
 * @throws {@link EncodingError} `ENCODING_OUT_OF_RANGE` when that is no count, or `ArgumentError`.
 */
export function list<T>(item: Codec<T>, limit: number, what = 'list'): Codec<T[]> {
  expectCodec(item, 'item');
  expectLimit(limit, what);
  const checked = (got: number): number =>
    got > limit ? encodingError({ code: 'ENCODING_TOO_LARGE', what, limit, got }) : got;
  return {
    write: (writer, values) => {
      varint.write(writer, checked(expectList(values, what).length));
      for (const value of values) item.write(writer, value);
    },
    read: (reader) => {
      const count = checked(varint.read(reader));
      if (count > reader.left) encodingError({ code: 'ENCODING_TRUNCATED', what, offset: reader.offset });
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(item.read(reader));
      return values;
    },
  };
}

/**
 * A presence byte, then the value; absent is `null`.
 * @throws `ArgumentError`
 */
export function nullable<T>(item: Codec<T>): Codec<T | null> {
  expectCodec(item, 'item');
  return {
    write: (writer, value) => {
      bool.write(writer, value !== null);
      if (value !== null) item.write(writer, value);
    },
    read: (reader) => (bool.read(reader) ? item.read(reader) : null),
  };
}

/**
 * Fields one after the other, in the order of `fields`.
 * @throws `ArgumentError`
 */
export function struct<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(expectObject(fields, 'fields')) as [keyof T, Codec<T[keyof T]>][];
  for (const [name, codec] of entries) expectCodec(codec, String(name));
  return {
    write: (writer, value) => {
      expectObject(value, 'struct');
      for (const [name, codec] of entries) codec.write(writer, value[name]);
    },
    read: (reader) => {
      const value = {} as T;
      for (const [name, codec] of entries) value[name] = codec.read(reader);
      return value;
    },
  };
}

/**
 * One of a closed list of names, as its index in one byte.
 * @throws `ArgumentError`
 */
export function oneOf<const N extends readonly string[]>(names: N, what = 'name'): Codec<N[number]> {
  expectList(names, 'names');
  return {
    write: (writer, value) =>
      writer.uint(names.indexOf(value) < 0 ? Number.NaN : names.indexOf(value), 1, what),
    read: (reader) => {
      const offset = reader.offset;
      return names[reader.uint(1, what)] ?? encodingError({ code: 'ENCODING_NOT_CANONICAL', what, offset });
    },
  };
}

/**
 * A tag byte, then the value of that case; cases are numbered by their place in `cases`.
 * @throws `ArgumentError`
 */
export function union<M extends Record<string, object>>(
  cases: { [K in keyof M]: Codec<M[K]> },
): Codec<{ [K in keyof M]: { readonly type: K } & M[K] }[keyof M]> {
  type Any = { [K in keyof M]: { readonly type: K } & M[K] }[keyof M];
  const names = Object.keys(expectObject(cases, 'cases')) as (keyof M & string)[];
  for (const name of names) expectCodec(cases[name], name);
  const tag = oneOf(names, 'type');
  return {
    write: (writer, value) => {
      tag.write(writer, expectObject(value, 'union').type as string);
      cases[value.type].write(writer, value);
    },
    read: (reader) => {
      const type = tag.read(reader);
      return { type, ...cases[type as keyof M].read(reader) } as Any;
    },
  };
}
