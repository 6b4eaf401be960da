import { compareBytes, equalBytes, toHex } from '../crypto/bytes.js';
import { ConcordatError, isConcordatError } from '../crypto/error.js';
import type { Field } from './field.js';
import { decodeRecord, encodeRecord, formatKey, keyDigest, recordDigest } from './record.js';
import type { Schema } from './schema.js';
import { readValue, type Value, valueError } from './value.js';

/**
 * Why rows are not a data set. Rows count from 0, in the order given; of a duplicate, `row` has the key (as text) that
 * row `earlier` had before it.
 */
export type DatasetError =
  /** Two rows have one key. */
  | {
      readonly code: 'DATASET_DUPLICATE_KEY';
      readonly row: number;
      readonly earlier: number;
      readonly key: string;
      /** Whether the two rows are one record. */
      readonly identical: boolean;
    }
  /** A value of the row is none of its field's; `reason` says which. */
  | { readonly code: 'DATASET_ROW_INVALID'; readonly row: number; readonly reason: string };

/** One record of a {@link Dataset}. */
export interface Entry {
  /** SHA-256 of the key, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** SHA-256 of `bytes`, 32 bytes. */
  readonly digest: Uint8Array;
  /** The record's canonical bytes. */
  readonly bytes: Uint8Array;
  /** The record's values, in the order of the schema's fields. */
  readonly values: readonly Value[];
}

/**
 * The entry of a record's canonical bytes, which may come from anywhere.
 * @throws `EncodingError` or `ValueError` as `decodeRecord` does
 */
export function entryOf(schema: Schema, bytes: Uint8Array): Entry {
  return makeEntry(schema, decodeRecord(schema, bytes), bytes);
}

function makeEntry(schema: Schema, values: readonly Value[], bytes: Uint8Array): Entry {
  return { keyDigest: keyDigest(schema, values), digest: recordDigest(schema, bytes), bytes, values };
}

/**
 * A bank's records under a schema: every key once, in order of key digest, which is the same order at every bank.
 *
 * @example
 * ```ts
 * import { Dataset, defineSchema } from 'concordat';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const dataset = Dataset.fromObjects(schema, [
 *   { account: 2, balance: '7.00' },
 *   { account: 1, balance: '12.50' },
 * ]);
 * console.log(dataset.size, dataset.entries.map(({ values }) => values[1]).sort()); // 2 [ 1250n, 700n ]
 * ```
 */
export class Dataset {
  /** What its records are checked and ordered by. */
  readonly schema: Schema;
  /** In order of key digest. */
  readonly entries: readonly Entry[];

  private constructor(schema: Schema, entries: Entry[]) {
    this.schema = schema;
    this.entries = entries.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  }

  /** The number of records. */
  get size(): number {
    return this.entries.length;
  }

  /** The record with this key digest (32 bytes), found by halving. */
  get(keyDigest: Uint8Array): Entry | undefined {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareBytes(this.entries[middle]!.keyDigest, keyDigest);
      if (order === 0) return this.entries[middle];
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  /**
   * A data set of whatever `fill` adds, for readers that have their own word for a row at fault: they may catch what
   * `add` throws and go on, the row is then not in the set. Nothing is normalised.
   *
   * @param fill is given `add`, which takes a record as values in the order of the schema's fields and throws
   * `ValueError`, `EncodingError` `ENCODING_TOO_LARGE`, or {@link DatasetError} `DATASET_DUPLICATE_KEY` whose rows count
   * those added; and `drop`, which takes a row that was added out again, by its number, and tells whether it was still in.
   * The key of a dropped row stays taken.
   */
  static build(
    schema: Schema,
    fill: (add: (values: readonly Value[]) => void, drop: (row: number) => boolean) => void,
  ): Dataset {
    const entries: Entry[] = [];
    const rowOf = new Map<string, number>();
    const dropped = new Set<number>();
    const drop = (row: number): boolean => {
      if (row >= entries.length || dropped.has(row)) return false;
      dropped.add(row);
      return true;
    };
    fill((row) => {
      const values = [...row];
      const entry = makeEntry(schema, values, encodeRecord(schema, values));
      const name = toHex(entry.keyDigest);
      const earlier = rowOf.get(name);
      if (earlier !== undefined) {
        const identical = !dropped.has(earlier) && equalBytes(entry.digest, entries[earlier]!.digest);
        duplicateKey(entries.length, earlier, formatKey(schema, values), identical);
      }
      rowOf.set(name, entries.length);
      entries.push(entry);
    }, drop);
    return new Dataset(
      schema,
      entries.filter((_, row) => !dropped.has(row)),
    );
  }

  /**
   * A data set of records given as values in the order of the schema's fields. Nothing is normalised.
   * @throws {@link DatasetError} `DATASET_ROW_INVALID` for a value that is not its field's, with the `ValueError` as its
   * cause; `DATASET_DUPLICATE_KEY` when two rows have the same key.
   */
  static fromRecords(schema: Schema, rows: Iterable<readonly Value[]>): Dataset {
    return Dataset.build(schema, (add) => eachRow(rows, add));
  }

  /**
   * A data set of objects with a property for each field; a property that is missing or undefined counts as null, and
   * one that is no field is ignored. Text is normalised and parsed as a table's cell is (`readValue`). Otherwise a bigint
   * is the value itself (a decimal's in units of its last digit), and a safe integer of type number is accepted for any
   * integer, date and timestamp; a decimal as a number is refused, since 12 could mean 12.00 or 0.12.
   * @throws {@link DatasetError} as {@link Dataset.fromRecords} does
   */
  static fromObjects(schema: Schema, rows: Iterable<Readonly<Record<string, unknown>>>): Dataset {
    const property = (row: Readonly<Record<string, unknown>>, { name }: Field): unknown =>
      Object.hasOwn(row, name) ? row[name] : null;
    return Dataset.build(schema, (add) =>
      eachRow(rows, (row) => add(schema.fields.map((field) => readProperty(field, property(row, field))))),
    );
  }
}

/** Adds every row, and tells what is wrong with one by its number. */
function eachRow<R>(rows: Iterable<R>, add: (row: R) => void): void {
  let row = 0;
  for (const each of rows) {
    try {
      add(each);
    } catch (error) {
      if (!isConcordatError(error) || error.code === 'DATASET_DUPLICATE_KEY') throw error;
      const detail = { code: 'DATASET_ROW_INVALID', row, reason: error.message } as const;
      throw new ConcordatError<DatasetError>(detail, `row ${row}: ${error.message}`, { cause: error });
    }
    row++;
  }
}

function duplicateKey(row: number, earlier: number, key: string, identical: boolean): never {
  throw new ConcordatError<DatasetError>(
    { code: 'DATASET_DUPLICATE_KEY', row, earlier, key, identical },
    `row ${row}: row ${earlier} has the key ${JSON.stringify(key)} too`,
  );
}

function readProperty(field: Field, property: unknown): Value {
  switch (typeof property) {
    case 'string':
      return readValue(field, property);
    case 'undefined':
      return null;
    case 'number':
      if (field.type === 'decimal')
        return valueError(field.name, 'is a number: give a decimal as text or bigint');
      if (!Number.isSafeInteger(property))
        return valueError(field.name, 'is a number but not a safe integer');
      return BigInt(property);
    case 'bigint':
    case 'boolean':
      return property;
    default:
      return property === null ? null : valueError(field.name, `is of type ${typeof property}`);
  }
}
