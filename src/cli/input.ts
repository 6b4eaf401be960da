import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { utf8 } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { MAX_NAME_BYTES } from '../data/field.js';
import type { Schema, SchemaError } from '../data/schema.js';
import { defineSchema } from '../data/schema-json.js';
import { MAX_TABLE_BYTES } from '../data/table-reader.js';
import { inputError, usageError } from './cli-error.js';
import { jsonFault } from './json-fault.js';
import { jsonPlace } from './json-place.js';
import { systemReason } from './system-reason.js';

/** Most bytes of a schema, manifest or seal file. */
const MAX_JSON_BYTES = 1 << 26;

/**
 * The bytes of an input file.
 * @throws {@link CliError} `INPUT_UNREADABLE`: missing, a directory, a pipe or device, not permitted, or above `limit` bytes. The size is
 * checked before anything is read.
 */
export function readInput(file: string, limit: number = MAX_TABLE_BYTES): Uint8Array {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) readFileSync(file); // the system's own words
    // A pipe or a device may have no end, or never begin.
    if (!stats.isFile()) inputError(file, 'it is not a regular file');
    const { size } = stats;
    if (size > limit) inputError(file, `the file is larger than ${limit} bytes`);
    return readFileSync(file);
  } catch (error) {
    return inputError(file, systemReason(error), {}, { cause: error });
  }
}

/**
 * A JSON file, parsed.
 * @throws {@link CliError} `INPUT_UNREADABLE` with line and column where it stops being JSON.
 */
export function readJson(file: string): unknown {
  return readJsonText(file).json;
}

function readJsonText(file: string): { readonly json: unknown; readonly text: string } {
  const bytes = readInput(file, MAX_JSON_BYTES);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    return inputError(file, 'the file is not UTF-8', {}, { cause: error });
  }
  try {
    return { json: JSON.parse(text), text };
  } catch (error) {
    const { reason, ...place } = jsonFault(text);
    return inputError(file, reason, place, { cause: error });
  }
}

/**
 * The bank that each file belongs to, by its name without directory and extension.
 * @throws {@link CliError} `USAGE_INVALID` when two files name one bank, or a name is longer than a manifest takes.
 */
export function bankNames(files: readonly string[]): string[] {
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const bank = basename(file, extname(file)).normalize('NFC');
    if (/[\p{Cc}\p{Cf}]/u.test(bank))
      usageError(
        `${file}: the bank's name has a character that cannot be seen, and would read as another bank's`,
      );
    if (utf8(bank).length > MAX_NAME_BYTES)
      usageError(`${file}: the bank's name is longer than ${MAX_NAME_BYTES} bytes`);
    const other = fileOf.get(bank);
    if (other !== undefined) usageError(`${file}: bank "${bank}" is already named by ${other}`);
    fileOf.set(bank, file);
  }
  return [...fileOf.keys()];
}

/**
 * A schema file, checked.
 * @throws {@link CliError} `INPUT_UNREADABLE` when it is no JSON, or says where it is no schema.
 */
export function readSchema(file: string): Schema {
  return readSchemaFile(file).schema;
}

/** A schema file: the schema, and the dialects of banks that it declares beside, as they stand there. */
export interface SchemaFile {
  readonly file: string;
  readonly schema: Schema;
  readonly dialects: Readonly<Record<string, unknown>>;
}

/**
 * As {@link readSchema}, of a file that may have `dialects`: an object of what `defineDialect` takes by the bank's name. They
 * are how files are written, so no part of the schema that banks agree on.
 * @throws {@link CliError} `INPUT_UNREADABLE`
 */
export function readSchemaFile(file: string): SchemaFile {
  const { json, text } = readJsonText(file);
  const { dialects, ...rest } = isObject(json) ? json : { dialects: undefined };
  if (dialects !== undefined && !isObject(dialects))
    inputError(file, '"dialects" is not an object', jsonPlace(text, 'dialects'));
  try {
    const schema = defineSchema(isObject(json) ? rest : json);
    return { file, schema, dialects: (dialects as Record<string, unknown> | undefined) ?? {} };
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    const place = isConcordatError(error, 'SCHEMA_INVALID')
      ? jsonPlace(text, (error.detail as SchemaError).path)
      : {};
    return inputError(file, error.message, place, { cause: error });
  }
}

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
