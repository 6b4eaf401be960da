import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { schemaCodec } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { everyType, everyTypeJson, schemaWith } from './schemas.js';

const refused = (path: string) =>
  expect.objectContaining({ code: 'SCHEMA_INVALID', detail: expect.objectContaining({ path }) });
const with_ = (change: object): unknown => ({ ...everyTypeJson, ...change });

describe('defineSchema', () => {
  it('fills in the defaults that the documentation states', () => {
    const schema = schemaWith({ type: 'string' });
    expect(schema.fields[1]).toEqual({
      name: 'x',
      columns: ['x'],
      optional: false,
      normalise: [],
      resolve: 'majority',
      tolerance: null,
      type: 'string',
      maxLength: 1024,
    });
    expect(schemaWith({ type: 'date' }).fields[1]).toMatchObject({ formats: [], pivot: 69 });
  });

  it('takes the schema of the documentation', () => {
    const schema = defineSchema({
      name: 'failed-banks',
      version: 1,
      absence: 'abstain',
      key: ['cert'],
      fields: {
        cert: { type: 'integer', columns: ['CERT', 'Cert', 'CERT #'] },
        name: {
          type: 'string',
          columns: ['Bank Name', 'BankName'],
          normalise: ['trim', 'collapse-spaces'],
          resolve: 'majority',
        },
        city: { type: 'string', columns: ['City'], normalise: ['trim'], resolve: 'majority' },
        state: {
          type: 'string',
          columns: ['ST', 'State'],
          normalise: ['trim', { map: { Illinois: 'IL' } }],
          resolve: 'majority',
        },
        closed: {
          type: 'date',
          columns: ['Closing Date', 'ClosingDate'],
          formats: ['d-MMM-yy', 'd-MMM-yyyy', 'M/d/yyyy'],
          resolve: 'majority',
        },
        balance: {
          type: 'decimal',
          scale: 2,
          columns: ['Balance'],
          optional: true,
          resolve: 'median',
          tolerance: '0.01',
        },
      },
    });
    expect(decode(schemaCodec, encode(schemaCodec, schema))).toEqual(schema);
  });

  it('keeps the fields in their order and the key in its own', () => {
    expect(everyType.fields.map(({ name }) => name)).toEqual(Object.keys(everyTypeJson.fields));
    expect(everyType.keyIndexes).toEqual([0, 6]);
    expect(defineSchema(with_({ key: ['kind', 'id'] })).keyIndexes).toEqual([6, 0]);
  });

  it('reads a tolerance in the units of the field', () => {
    const tolerance = (json: object) => schemaWith(json).fields[1]!.tolerance;
    expect(tolerance({ type: 'decimal', scale: 2, tolerance: '0.01' })).toBe(1n);
    expect(tolerance({ type: 'decimal', scale: 4, tolerance: '0.01' })).toBe(100n);
    expect(tolerance({ type: 'integer', tolerance: '3' })).toBe(3n);
    expect(tolerance({ type: 'date', tolerance: '1' })).toBe(1n);
  });

  it('cannot be changed afterwards', () => {
    expect(() => Object.assign(everyType, { version: 2 })).toThrow(TypeError);
    expect(() => Object.assign(everyType.fields[0]!, { optional: true })).toThrow(TypeError);
    expect(() => (everyType.key as string[]).push('x')).toThrow(TypeError);
  });

  it.each<[string, unknown, string]>([
    ['null', null, ''],
    ['an array', [], ''],
    ['text', '{}', ''],
    ['no name', with_({ name: undefined }), 'name'],
    ['an empty name', with_({ name: '' }), 'name'],
    ['a name of 65 bytes', with_({ name: `${'é'.repeat(32)}x` }), 'name'],
    ['a version that is no integer', with_({ version: 1.5 }), 'version'],
    ['version 0', with_({ version: 0 }), 'version'],
    ['version NaN', with_({ version: Number.NaN }), 'version'],
    ['an unknown absence', with_({ absence: 'maybe' }), 'absence'],
    ['no absence', with_({ absence: undefined }), 'absence'],
    ['an unknown member', with_({ fileds: {} }), 'fileds'],
    ['no fields', with_({ fields: {} }), 'fields'],
    ['fields in an array', with_({ fields: [] }), 'fields'],
    ['an empty key', with_({ key: [] }), 'key'],
    ['a key that is no field', with_({ key: ['id', 'nothing'] }), 'key[1]'],
    ['a key field twice', with_({ key: ['id', 'id'] }), 'key[1]'],
    ['an optional key field', with_({ key: ['id', 'label'] }), 'fields.label.optional'],
    [
      '257 fields',
      with_({
        fields: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`f${i}`, { type: 'boolean' }])),
      }),
      'fields',
    ],
    [
      'a field name of spaces',
      with_({ fields: { ...everyTypeJson.fields, 'a b': { type: 'boolean' } } }),
      'fields',
    ],
    ['a field called __proto__', with_({ fields: JSON.parse('{"__proto__":{"type":"boolean"}}') }), 'fields'],
    [
      'a numeric field name',
      with_({ fields: { ...everyTypeJson.fields, 1: { type: 'boolean' } } }),
      'fields',
    ],
  ])('refuses a schema with %s', (_, json, path) => expect(() => defineSchema(json)).toThrow(refused(path)));

  it.each<[string, unknown, string]>([
    ['no type', {}, 'fields.x.type'],
    ['an unknown type', { type: 'float' }, 'fields.x.type'],
    ['a misspelt member', { type: 'string', normalize: [] }, 'fields.x.normalize'],
    ['a member of another type', { type: 'integer', scale: 2 }, 'fields.x.scale'],
    ['a decimal without scale', { type: 'decimal' }, 'fields.x.scale'],
    ['a negative scale', { type: 'decimal', scale: -1 }, 'fields.x.scale'],
    ['a scale of 39', { type: 'decimal', scale: 39 }, 'fields.x.scale'],
    ['a huge scale and a tolerance', { type: 'decimal', scale: 4e9, tolerance: '1' }, 'fields.x.scale'],
    ['a fractional scale', { type: 'decimal', scale: 0.5 }, 'fields.x.scale'],
    ['a string of no length', { type: 'string', maxLength: 0 }, 'fields.x.maxLength'],
    ['a string of any length', { type: 'string', maxLength: 1e9 }, 'fields.x.maxLength'],
    ['an enum without values', { type: 'enum' }, 'fields.x.values'],
    ['an empty enum', { type: 'enum', values: [] }, 'fields.x.values'],
    ['an enum with an empty value', { type: 'enum', values: ['a', ''] }, 'fields.x.values[1]'],
    ['an enum with a value twice', { type: 'enum', values: ['é', 'e\u0301'] }, 'fields.x.values[1]'],
    ['an unknown date token', { type: 'date', formats: ['d-M-yyyy', 'HH'] }, 'fields.x.formats[1]'],
    ['a pivot over 100', { type: 'date', pivot: 101 }, 'fields.x.pivot'],
    ['no column name', { type: 'integer', columns: [] }, 'fields.x.columns'],
    ['a blank column name', { type: 'integer', columns: ['X', '\u00a0'] }, 'fields.x.columns[1]'],
    ['a column twice', { type: 'integer', columns: ['X', 'X'] }, 'fields.x.columns[1]'],
    ['a column of another field', { type: 'integer', columns: ['ID'] }, 'fields.x.columns[0]'],
    ['an unknown step', { type: 'string', normalise: ['trim', 'reverse'] }, 'fields.x.normalise[1]'],
    ['a map to a number', { type: 'string', normalise: [{ map: { a: 1 } }] }, 'fields.x.normalise[0]'],
    ['an empty map', { type: 'string', normalise: [{ map: {} }] }, 'fields.x.normalise[0].map'],
    [
      'an empty prefix',
      { type: 'string', normalise: [{ dropPrefix: '' }] },
      'fields.x.normalise[0].dropPrefix',
    ],
    ['an unknown rule', { type: 'integer', resolve: 'mean' }, 'fields.x.resolve'],
    [
      'a rule of two kinds',
      { type: 'integer', resolve: { latest: 'id', function: 'f' } },
      'fields.x.resolve',
    ],
    ['a median of texts', { type: 'string', resolve: 'median' }, 'fields.x.resolve'],
    ['a mean of booleans', { type: 'boolean', resolve: 'trimmed-mean' }, 'fields.x.resolve'],
    ['latest by no field', { type: 'string', resolve: { latest: 'y' } }, 'fields.x.resolve.latest'],
    ['latest by a text', { type: 'string', resolve: { latest: 'x' } }, 'fields.x.resolve.latest'],
    ['no authority', { type: 'string', resolve: { authority: [] } }, 'fields.x.resolve.authority'],
    [
      'an authority twice',
      { type: 'string', resolve: { authority: ['a', 'a'] } },
      'fields.x.resolve.authority[1]',
    ],
    ['a function with no name', { type: 'string', resolve: { function: '' } }, 'fields.x.resolve.function'],
    ['a tolerance as a number', { type: 'decimal', scale: 2, tolerance: 0.01 }, 'fields.x.tolerance'],
    [
      'a tolerance finer than the scale',
      { type: 'decimal', scale: 2, tolerance: '0.001' },
      'fields.x.tolerance',
    ],
    ['a negative tolerance', { type: 'integer', tolerance: '-1' }, 'fields.x.tolerance'],
    ['a tolerance out of range', { type: 'integer', tolerance: '9'.repeat(200) }, 'fields.x.tolerance'],
    ['a tolerance of texts', { type: 'string', tolerance: '1' }, 'fields.x.tolerance'],
  ])('refuses a field with %s', (_, json, path) => expect(() => schemaWith(json)).toThrow(refused(path)));

  it.each<[string, object, string]>([
    ['a resolve rule', { resolve: 'median' }, 'fields.id.resolve'],
    ['a tolerance', { tolerance: '1' }, 'fields.id.tolerance'],
  ])('refuses a key field with %s', (_, change, path) => {
    const fields = { ...everyTypeJson.fields, id: { type: 'integer', ...change } };
    expect(() => defineSchema(with_({ fields }))).toThrow(refused(path));
  });

  it('never throws anything but a typed error, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.jsonValue().map(schemaJson)), (json) => {
        try {
          defineSchema(json);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
        }
      }),
    );
  });
});

function schemaJson(field: unknown): unknown {
  return { name: 'n', version: 1, absence: 'vote', key: ['x'], fields: { x: { type: 'integer' }, y: field } };
}

describe('schemaCodec', () => {
  const rich = defineSchema(
    with_({
      fields: {
        ...everyTypeJson.fields,
        a: {
          type: 'string',
          normalise: ['upper', { map: { b: 'B', a: '' } }, { dropPrefix: 'x' }],
          resolve: { authority: ['bank-1', 'bank-2'] },
        },
        b: { type: 'string', resolve: { function: 'vote.by-size' } },
        c: { type: 'integer', resolve: 'trimmed-mean' },
      },
    }),
  );
  const bytes = encode(schemaCodec, rich);

  it('gives the schema back', () => expect(decode(schemaCodec, bytes)).toEqual(rich));

  it('fixes the digest of this schema for good', () => {
    expect(toHex(everyType.digest)).toMatchInlineSnapshot(
      `"14de2d3d5e15b9afa28097f42c61e5bbd970733f9f3a55f3ec4395aa4aee15ca"`,
    );
  });

  it('does not depend on the order of a map', () => {
    const schema = (map: object) => schemaWith({ type: 'string', normalise: [{ map }] });
    expect(schema({ a: '1', b: '2' }).digest).toEqual(schema({ b: '2', a: '1' }).digest);
  });

  it.each<[string, object]>([
    ['name', { name: 'other' }],
    ['version', { version: 2 }],
    ['absence', { absence: 'abstain' }],
    ['key', { key: ['kind', 'id'] }],
    ['fields', { fields: { ...everyTypeJson.fields, amount: { type: 'decimal', scale: 3 } } }],
  ])('puts %s under the digest', (_, change) => {
    expect(defineSchema(with_(change)).digest).not.toEqual(everyType.digest);
  });

  it('refuses every truncation and anything behind', () => {
    for (let n = 0; n < bytes.length; n++)
      expect(() => decode(schemaCodec, bytes.slice(0, n))).toThrow(ConcordatError);
    expect(() => decode(schemaCodec, Uint8Array.of(...bytes, 0))).toThrow(ConcordatError);
  });

  it('decodes no altered byte to the same schema, and to another only if it encodes back', () => {
    for (let at = 0; at < bytes.length; at++)
      for (const flip of [1, 0x80, 0xff]) {
        const altered = bytes.slice();
        altered[at]! ^= flip;
        try {
          expect(encode(schemaCodec, decode(schemaCodec, altered))).toEqual(altered);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
        }
      }
  });

  it('refuses a map out of order', () => {
    const two = encode(
      schemaCodec,
      schemaWith({ type: 'string', normalise: [{ map: { k1: 'v', k2: 'v' } }] }),
    );
    const at = two.findIndex((byte, i) => byte === 0x6b && two[i + 1] === 0x31) + 1;
    const same = two.slice();
    same[at] = 0x32;
    expect(() => decode(schemaCodec, same)).toThrow(
      expect.objectContaining({ code: 'ENCODING_NOT_CANONICAL' }),
    );
    same[at] = 0x33;
    expect(() => decode(schemaCodec, same)).toThrow(
      expect.objectContaining({ code: 'ENCODING_NOT_CANONICAL' }),
    );
  });
});
