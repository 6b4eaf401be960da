import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, MAX_DAY, MIN_DAY } from '../../src/data/date.js';
import { MAX_INTEGER } from '../../src/data/field.js';
import { encodeRecord, keyDigest } from '../../src/data/record.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { falsifyRecord, misstateField } from '../../src/sim/falsify.js';
import { Random } from '../../src/sim/random.js';

const schemaOf = (fields: Record<string, object>): Schema =>
  defineSchema({
    name: 'any',
    version: 1,
    absence: 'abstain',
    key: ['id'],
    fields: { id: { type: 'integer' }, ...fields },
  });

const EVERY_TYPE = schemaOf({
  integer: { type: 'integer' },
  decimal: { type: 'decimal', scale: 4, optional: true },
  string: { type: 'string', maxLength: 12 },
  letter: { type: 'string', maxLength: 1, optional: true },
  date: { type: 'date', optional: true },
  timestamp: { type: 'timestamp', optional: true },
  boolean: { type: 'boolean', optional: true },
  enum: { type: 'enum', values: ['a', 'b', 'c'], optional: true },
  only: { type: 'enum', values: ['x'], optional: true },
});

const between = (min: bigint, max: bigint) =>
  fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, max - 1n, min + 1n, 0n, 1n, -1n));
const number = between(-MAX_INTEGER - 1n, MAX_INTEGER);
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
    fc.constantFrom('a', 'Ź', 'x̂y', '北京', '-', '😀'),
  )
  .map((raw) => raw.normalize('NFC'))
  .filter((raw) => new TextEncoder().encode(raw).length <= 12);
const record: fc.Arbitrary<Value[]> = fc.tuple(
  number,
  number,
  fc.option(number),
  text,
  fc.option(fc.constantFrom('a', 'Z', '7', '-')),
  fc.option(between(MIN_DAY, MAX_DAY)),
  fc.option(between(MIN_DAY * DAY_MS, (MAX_DAY + 1n) * DAY_MS - 1n)),
  fc.option(fc.boolean()),
  fc.option(fc.constantFrom('a', 'b', 'c')),
  fc.option(fc.constant('x')),
);

const changed = (a: readonly Value[], b: readonly Value[]): number[] =>
  a.flatMap((value, i) => (value === b[i] ? [] : [i]));

describe('falsifyRecord', () => {
  it('changes one or more fields to other valid values, and never the key', () => {
    fc.assert(
      fc.property(record, fc.integer(), (values, seed) => {
        const before = [...values];
        const falsified = falsifyRecord(EVERY_TYPE, values, new Random(seed));
        encodeRecord(EVERY_TYPE, falsified);
        expect(keyDigest(EVERY_TYPE, falsified)).toEqual(keyDigest(EVERY_TYPE, values));
        expect(changed(values, falsified).length).toBeGreaterThanOrEqual(1);
        expect(values).toEqual(before);
      }),
      { numRuns: 1000 },
    );
  });

  it('reaches every field, and several at once', () => {
    const values: Value[] = [1n, 2n, null, 'text', 'a', 3n, 4n, true, 'a', 'x'];
    const random = new Random(1);
    const reached = new Set<number>();
    let most = 0;
    for (let i = 0; i < 300; i++) {
      const places = changed(values, falsifyRecord(EVERY_TYPE, values, random));
      most = Math.max(most, places.length);
      for (const place of places) reached.add(place);
    }
    expect([...reached].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBeGreaterThan(2);
  });

  it('is decided by its random source', () => {
    const values: Value[] = [1n, 2n, null, 'text', 'a', 3n, 4n, true, 'a', 'x'];
    expect(falsifyRecord(EVERY_TYPE, values, new Random(1))).toEqual(
      falsifyRecord(EVERY_TYPE, values, new Random(1)),
    );
    expect(falsifyRecord(EVERY_TYPE, values, new Random(1))).not.toEqual(
      falsifyRecord(EVERY_TYPE, values, new Random(2)),
    );
  });

  it('keeps kind and case of what it changes in a text, as normalised texts have them', () => {
    const schema = schemaOf({ name: { type: 'string', normalise: ['trim', 'upper'] } });
    const random = new Random(1);
    for (let i = 0; i < 100; i++)
      expect(falsifyRecord(schema, [1n, 'AB-12'], random)[1]).toMatch(/^[A-Z]{2}-[0-9]{2}$/);
  });

  it('returns the record where no field outside the key has a second value', () => {
    expect(falsifyRecord(schemaOf({}), [1n], new Random(1))).toEqual([1n]);
    const only = schemaOf({ only: { type: 'enum', values: ['x'] } });
    expect(falsifyRecord(only, [1n, 'x'], new Random(1))).toEqual([1n, 'x']);
  });

  it('works on the failed-banks schema', () => {
    const path = new URL('../../examples/failed-banks/schema.json', import.meta.url);
    const schema = defineSchema(JSON.parse(readFileSync(path, 'utf8')));
    const random = new Random(1);
    const values = schema.fields.map((field): Value => {
      switch (field.type) {
        case 'string':
          return 'Sample';
        case 'boolean':
          return true;
        case 'enum':
          return field.values[0]!;
        default:
          return 10_000n;
      }
    });
    for (let i = 0; i < 100; i++) {
      const falsified = falsifyRecord(schema, values, random);
      encodeRecord(schema, falsified);
      expect(changed(values, falsified)).not.toEqual([]);
    }
  });
});

describe('misstateField', () => {
  it('changes exactly one field', () => {
    fc.assert(
      fc.property(record, fc.integer(), (values, seed) => {
        const misstated = misstateField(EVERY_TYPE, values, new Random(seed));
        encodeRecord(EVERY_TYPE, misstated);
        const places = changed(values, misstated);
        expect(places).toHaveLength(1);
        expect(places).not.toContain(0);
      }),
      { numRuns: 500 },
    );
  });
});
