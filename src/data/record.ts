import {
  bool,
  type Codec,
  encodingError,
  nullable,
  oneOf,
  Reader,
  text,
  Writer,
} from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { type Field, MAX_INTEGER_BYTES } from './field.js';
import { integerCodec } from './integer.js';
import type { Schema } from './schema.js';
import { checkValue, formatValue, type Value, valueError } from './value.js';

/** Most canonical bytes of a record; a longer one is refused on both sides. */
export const MAX_RECORD_BYTES = 65_536;

function kindCodec(field: Field): Codec<bigint> | Codec<string> | Codec<boolean> {
  switch (field.type) {
    case 'string':
      return text(field.maxLength, field.name);
    case 'boolean':
      return bool;
    case 'enum':
      return oneOf(field.values, field.name);
    default:
      return integerCodec;
  }
}

/** Most canonical bytes that a record of a schema can have. */
export function longestRecord(schema: Schema): number {
  const lengths = schema.fields.map((field) => {
    const presence = field.optional ? 1 : 0;
    if (field.type === 'string') return presence + 3 + field.maxLength;
    return presence + (field.type === 'boolean' ? 1 : 2 + MAX_INTEGER_BYTES);
  });
  return Math.min(
    MAX_RECORD_BYTES,
    lengths.reduce((sum, length) => sum + length, 0),
  );
}

/** Whether a value suits its codec is for {@link checkValue}, which runs before every write. */
function cellCodec(field: Field): Codec<Value> {
  const present = kindCodec(field) as Codec<NonNullable<Value>>;
  return (field.optional ? nullable(present) : present) as Codec<Value>;
}

/** Each schema's codecs, one for each field, for as long as the schema lives. */
const codecs = new WeakMap<Schema, readonly Codec<Value>[]>();

function codecsOf(schema: Schema): readonly Codec<Value>[] {
  let cells = codecs.get(schema);
  if (!cells) {
    cells = schema.fields.map(cellCodec);
    codecs.set(schema, cells);
  }
  return cells;
}

/**
 * The canonical bytes of a record: its fields in the schema's order, each checked.
 *
 * An optional field is preceded by a byte that says whether it is there. Integers, decimals, dates and timestamps are
 * length and minimal two's complement; strings are length and UTF-8; a boolean is a byte; an enum its value's place.
 * Neither names nor types are in them: the schema's digest is in every digest taken over them.
 *
 * @throws {@link ValueError} when there are too few or too many values or one is not its field's; `EncodingError`
 * `ENCODING_TOO_LARGE` above {@link MAX_RECORD_BYTES}.
 */
export function encodeRecord(schema: Schema, values: readonly Value[]): Uint8Array {
  expectWidth(schema, values);
  const cells = codecsOf(schema);
  const writer = new Writer();
  for (const [i, field] of schema.fields.entries()) {
    checkValue(field, values[i]!);
    cells[i]!.write(writer, values[i]!);
  }
  return checkSize(writer.finish());
}

/**
 * Canonical bytes of a record of which some fields are undecided: before each field a byte, 1 when it has a value (null
 * is one), 0 when it is `undefined`. Committed to, never decoded; one-to-one all the same, and bounded by the records
 * that the values come from.
 *
 * @throws {@link ValueError} as {@link encodeRecord} does
 */
export function encodePartialRecord(schema: Schema, values: readonly (Value | undefined)[]): Uint8Array {
  expectWidth(schema, values);
  const cells = codecsOf(schema);
  const writer = new Writer();
  for (const [i, field] of schema.fields.entries()) {
    const value = values[i];
    bool.write(writer, value !== undefined);
    if (value === undefined) continue;
    checkValue(field, value);
    cells[i]!.write(writer, value);
  }
  return writer.finish();
}

function expectWidth(schema: Schema, values: readonly unknown[]): void {
  const { length } = schema.fields;
  if (values.length !== length)
    valueError(schema.name, `has ${length} fields, but the record has ${values.length} values`);
}

/**
 * The values of a record's canonical bytes. Whatever decodes encodes to the same bytes again, and every value is one its
 * field allows; anything else is refused. It is not checked that texts went through the field's `normalise` steps: these
 * need not be idempotent.
 *
 * @throws `EncodingError` or {@link ValueError}
 */
export function decodeRecord(schema: Schema, bytes: Uint8Array): Value[] {
  const reader = new Reader(checkSize(bytes));
  const values = codecsOf(schema).map((cell) => cell.read(reader));
  reader.finish();
  for (const [i, field] of schema.fields.entries()) checkValue(field, values[i]!);
  return values;
}

function checkSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_RECORD_BYTES)
    encodingError({
      code: 'ENCODING_TOO_LARGE',
      what: 'record',
      limit: MAX_RECORD_BYTES,
      got: bytes.length,
    });
  return bytes;
}

/**
 * SHA-256 of a record's key under its schema, 32 bytes: what banks call the record by.
 *
 * Keys are guessable (account numbers), so whoever sees a key digest can test guesses against it; it is shown only where
 * the protocol would show the key.
 *
 * @param values the whole record, in the schema's order
 * @throws {@link ValueError} when a key field's value is not its field's
 */
export function keyDigest(schema: Schema, values: readonly Value[]): Uint8Array {
  const cells = codecsOf(schema);
  const writer = new Writer();
  for (const i of schema.keyIndexes) {
    const value = values[i] ?? null;
    checkValue(schema.fields[i]!, value);
    cells[i]!.write(writer, value);
  }
  return hash('key', schema.digest, writer.finish());
}

/** SHA-256 of a record's canonical bytes under its schema, 32 bytes. Guessable records are testable against it. */
export function recordDigest(schema: Schema, bytes: Uint8Array): Uint8Array {
  return hash('record', schema.digest, bytes);
}

/**
 * A record's key as people read it: its text, or those of several fields with ` / ` between them and `\\` before every `/` and
 * `\\` of their own, so that keys that differ are written differently. Never hashed.
 */
export function formatKey(schema: Schema, values: readonly Value[]): string {
  const parts = schema.keyIndexes.map((i) => formatValue(schema.fields[i]!, values[i] ?? null));
  return parts.length === 1 ? parts[0]! : parts.map((part) => part.replace(/[\\/]/g, '\\$&')).join(' / ');
}
