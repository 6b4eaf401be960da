import { type Codec, encode, list, oneOf, struct, text, u32 } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { hash } from '../crypto/hash.js';
import { FIELD_NAME, type Field, MAX_FIELDS, MAX_KEY_FIELDS, MAX_NAME_BYTES } from './field.js';
import { type FieldIssue, fieldIssue, labelProblem } from './field-check.js';
import { fieldCodec } from './field-codec.js';
import type { Absence } from './key-class.js';
import { columnKey } from './normalise.js';

/** Why a schema was refused; `path` leads to the fault, e.g. `fields.balance.scale`. */
export type SchemaError = { readonly code: 'SCHEMA_INVALID'; readonly path: string; readonly reason: string };

/** Throws a typed {@link SchemaError}. */
export function schemaError(path: string, reason: string): never {
  const place = path === '' ? '' : ` at ${path}`;
  throw new ConcordatError<SchemaError>(
    { code: 'SCHEMA_INVALID', path, reason },
    `schema${place}: ${reason}`,
  );
}

/** What the banks say a schema is; all of it is under its digest. */
export interface SchemaBody {
  /** 1 to 64 bytes. */
  readonly name: string;
  /** 1 to 2^32 − 1. */
  readonly version: number;
  /** What it means that a bank lacks a record: a vote for absence (`vote`), or no say (`abstain`). */
  readonly absence: Absence;
  /** Names of the fields that identify a record, in the order in which they are hashed. */
  readonly key: readonly string[];
  /** In the order of the reconciled table. */
  readonly fields: readonly Field[];
}

/**
 * A checked schema, made by `defineSchema` or {@link schemaCodec} only. It never changes: its digest is signed.
 */
export interface Schema extends SchemaBody {
  /** The place in `fields` of every key field, in the order of `key`. */
  readonly keyIndexes: readonly number[];
  /** SHA-256 of the canonical bytes in the domain `schema`, 32 bytes. */
  readonly digest: Uint8Array;
}

/**
 * Checks a schema as a whole and computes what follows from it.
 * @throws {@link SchemaError}
 */
export function buildSchema(body: SchemaBody): Schema {
  const problem = body.name === '' ? 'is empty' : labelProblem(body.name, MAX_NAME_BYTES);
  if (problem) schemaError('name', problem);
  if (!Number.isInteger(body.version) || body.version < 1 || body.version >= 2 ** 32)
    schemaError('version', 'is not an integer from 1 to 2^32 - 1');
  checkFields(body);
  const keyIndexes = checkKey(body);
  const digest = hash('schema', encode(bodyCodec, body));
  const fields = Object.freeze(body.fields.map((field) => Object.freeze(field)));
  return Object.freeze({
    name: body.name,
    version: body.version,
    absence: body.absence,
    key: Object.freeze([...body.key]),
    fields,
    keyIndexes: Object.freeze(keyIndexes),
    digest,
  });
}

function checkFields({ fields }: SchemaBody): void {
  if (fields.length === 0 || fields.length > MAX_FIELDS)
    schemaError('fields', `has ${fields.length} fields, not 1 to ${MAX_FIELDS}`);
  const byName = new Map<string, Field>();
  const ownerOf = new Map<string, string>();
  for (const field of fields) {
    if (!FIELD_NAME.test(field.name))
      schemaError(
        'fields',
        `${JSON.stringify(field.name)} is not a name of letters, digits, "_", "." and "-"`,
      );
    if (byName.has(field.name)) schemaError(`fields.${field.name}`, 'is defined twice');
    byName.set(field.name, field);
  }
  for (const field of fields) {
    const issue = fieldIssue(field, byName);
    if (issue) schemaError(fieldPath(field, issue), issue.reason);
    // A column that two fields answer to could be read into either: refused here, not in each file.
    for (const [i, column] of field.columns.entries()) {
      const owner = ownerOf.get(columnKey(column));
      if (owner !== undefined && owner !== field.name)
        schemaError(
          `fields.${field.name}.columns[${i}]`,
          `${JSON.stringify(column)} already names "${owner}"`,
        );
      ownerOf.set(columnKey(column), field.name);
    }
  }
}

const fieldPath = (field: Field, issue: FieldIssue): string => `fields.${field.name}.${issue.path}`;

function checkKey({ key, fields }: SchemaBody): number[] {
  if (key.length === 0 || key.length > MAX_KEY_FIELDS)
    schemaError('key', `has ${key.length} fields, not 1 to ${MAX_KEY_FIELDS}`);
  return key.map((name, i) => {
    const index = fields.findIndex((field) => field.name === name);
    const field = fields[index];
    if (!field) return schemaError(`key[${i}]`, `${JSON.stringify(name)} is not a field`);
    if (key.indexOf(name) !== i) schemaError(`key[${i}]`, `${JSON.stringify(name)} is in the key twice`);
    if (field.optional) schemaError(`fields.${name}.optional`, 'a key field cannot be optional');
    // Records with different keys are different records: there is never a conflict about a key to resolve.
    if (field.resolve !== 'majority') schemaError(`fields.${name}.resolve`, 'a key field is never resolved');
    if (field.tolerance !== null) schemaError(`fields.${name}.tolerance`, 'a key field has no tolerance');
    return index;
  });
}

const bodyCodec: Codec<SchemaBody> = struct<SchemaBody>({
  name: text(MAX_NAME_BYTES, 'schema name'),
  version: u32,
  absence: oneOf(['vote', 'abstain'], 'absence'),
  key: list(text(MAX_NAME_BYTES, 'key field'), MAX_KEY_FIELDS, 'key') as Codec<readonly string[]>,
  fields: list(fieldCodec, MAX_FIELDS, 'fields') as Codec<readonly Field[]>,
});

/**
 * The canonical form of a schema, which the manifest signs (its JSON is never signed). Reading checks as strictly as
 * `defineSchema`, and throws its {@link SchemaError} or an `EncodingError`.
 */
export const schemaCodec: Codec<Schema> = {
  write: (writer, schema) => bodyCodec.write(writer, schema),
  read: (reader) => buildSchema(bodyCodec.read(reader)),
};
