import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/crypto/bytes.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { Dataset, entryOf } from '../../src/data/dataset.js';
import { decodeRecord, encodeRecord, keyDigest, recordDigest } from '../../src/data/record.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { everyType } from './schemas.js';

const book = defineSchema({
  name: 'book',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    owner: { type: 'string', normalise: ['trim', 'upper'], optional: true },
    balance: { type: 'decimal', scale: 2, optional: true },
    opened: { type: 'date', formats: ['d.M.yyyy'], optional: true },
  },
});
const row = (id: number): Value[] => [BigInt(id), `OWNER ${id}`, BigInt(id * 100), null];
const rowInvalid = (row: number) =>
  expect.objectContaining({ code: 'DATASET_ROW_INVALID', detail: expect.objectContaining({ row }) });

describe('Dataset', () => {
  it('has every record once, in order of key digest, whatever the order given', () => {
    const rows = Array.from({ length: 300 }, (_, i) => row(i));
    const expected = Dataset.fromRecords(book, rows).entries;
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 300 }), (shuffled) => {
        expect(Dataset.fromRecords(book, shuffled).entries).toEqual(expected);
      }),
      { numRuns: 5 },
    );
    for (let i = 1; i < expected.length; i++)
      expect(compareBytes(expected[i - 1]!.keyDigest, expected[i]!.keyDigest)).toBeLessThan(0);
  });

  it('finds a record by its key digest', () => {
    const dataset = Dataset.fromRecords(book, [row(1), row(2)]);
    const entry = dataset.get(keyDigest(book, row(2)))!;
    expect(entry.values).toEqual(row(2));
    expect(entry.bytes).toEqual(encodeRecord(book, row(2)));
    expect(entry.digest).toEqual(recordDigest(book, entry.bytes));
    expect(dataset.get(keyDigest(book, row(3)))).toBeUndefined();
    expect(dataset.get(new Uint8Array(0))).toBeUndefined();
    expect(dataset.size).toBe(2);
  });

  it('may be empty', () => expect(Dataset.fromRecords(book, []).size).toBe(0));

  it('does not change with the arrays it was made of', () => {
    const mine = row(1);
    const dataset = Dataset.fromRecords(book, [mine]);
    mine[1] = 'X';
    expect(dataset.entries[0]!.values[1]).toBe('OWNER 1');
  });

  it('refuses a key twice, equal records or not, naming both rows', () => {
    for (const [second, identical] of [
      [row(1), true],
      [row(1).with(1, 'OTHER'), false],
    ] as const)
      expect(() => Dataset.fromRecords(book, [row(0), row(1), second])).toThrow(
        expect.objectContaining({
          detail: { code: 'DATASET_DUPLICATE_KEY', row: 2, earlier: 1, key: '1', identical },
        }),
      );
  });

  it.each<[string, unknown]>([
    ['with too few values', [1n]],
    ['without its key', [null, 'A', 1n, null]],
    ['with a float', [1n, 'A', 0.1, null]],
    ['with a number', [1, 'A', 1n, null]],
  ])('refuses a record %s, naming its row', (_, bad) => {
    expect(() => Dataset.fromRecords(book, [row(0), bad as Value[]])).toThrow(rowInvalid(1));
  });
});

describe('Dataset.fromObjects', () => {
  const values = (object: Record<string, unknown>) => Dataset.fromObjects(book, [object]).entries[0]!.values;

  it('normalises and parses text', () => {
    expect(values({ id: '7', owner: ' ann ', balance: '12.5', opened: '1.2.1970' })).toEqual([
      7n,
      'ANN',
      1250n,
      31n,
    ]);
  });

  it('takes bigints as values and safe integers for whole units', () => {
    expect(values({ id: 7, balance: 1250n, opened: 31 })).toEqual([7n, null, 1250n, 31n]);
    expect(values({ id: 7n, balance: null, opened: undefined, owner: '' })).toEqual([7n, null, null, null]);
  });

  it('ignores a property that is no field', () => expect(values({ id: 1, extra: Symbol('x') })[0]).toBe(1n));

  it('takes own properties only', () => {
    const inherited: Record<string, unknown> = Object.create({ id: 1n });
    expect(() => values(inherited)).toThrow(rowInvalid(0));
  });

  it.each<[string, Record<string, unknown>]>([
    ['a missing key', {}],
    ['a fraction', { id: 1.5 }],
    ['an unsafe integer', { id: 2 ** 53 }],
    ['NaN', { id: Number.NaN }],
    ['a decimal as a number', { id: 1, balance: 12 }],
    ['a date object', { id: 1, opened: new Date(0) }],
    ['a boolean for a number', { id: true }],
    ['a bigint for a text', { id: 1, owner: 1n }],
    ['an array', { id: [1] }],
    ['a function', { id: () => 1 }],
    ['text that is no number', { id: 'x' }],
  ])('refuses %s', (_, object) => expect(() => values(object)).toThrow(rowInvalid(0)));
});

describe('Dataset.build', () => {
  it('leaves out a row whose fault the reader bears', () => {
    const dataset = Dataset.build(book, (add) => {
      add(row(1));
      expect(() => add([null, null, null, null])).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
      expect(() => add(row(1))).toThrow(expect.objectContaining({ code: 'DATASET_DUPLICATE_KEY' }));
      add(row(2));
    });
    expect(dataset.size).toBe(2);
  });
});

describe('entryOf', () => {
  const [entry] = Dataset.fromRecords(everyType, [[1n, 'a', 2n, 3n, 4n, false, 'été']]).entries;

  it('is the entry of the same bytes', () => expect(entryOf(everyType, entry!.bytes)).toEqual(entry));

  it('refuses bytes that are no record', () => {
    for (const bytes of [new Uint8Array(0), entry!.bytes.slice(1), Uint8Array.of(...entry!.bytes, 0)]) {
      expect(() => decodeRecord(everyType, bytes)).toThrow(ConcordatError);
      expect(() => entryOf(everyType, bytes)).toThrow(ConcordatError);
    }
  });
});
