import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { MAX_INTEGER } from '../../src/data/field.js';
import { integerCodec } from '../../src/data/integer.js';
import {
  decodeRecord,
  encodePartialRecord,
  encodeRecord,
  formatKey,
  keyDigest,
  MAX_RECORD_BYTES,
  recordDigest,
} from '../../src/data/record.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { everyType, everyTypeJson } from './schemas.js';

const integer = fc.bigInt({ min: -MAX_INTEGER - 1n, max: MAX_INTEGER });
const label = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.normalize('NFC'))
  .filter((text) => text.isWellFormed() && text !== '' && utf8(text).length <= 40);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const record: fc.Arbitrary<Value[]> = fc.tuple(
  integer,
  maybe(label),
  maybe(integer),
  maybe(fc.bigInt({ min: -719_162n, max: 2_932_896n })),
  maybe(fc.bigInt({ min: -62_135_596_800_000n, max: 253_402_300_799_999n })),
  maybe(fc.boolean()),
  fc.constantFrom('loan', 'bond', 'été'),
);
const sample: Value[] = [-7n, 'Ärger', 1250n, 17_515n, 1_513_319_400_000n, true, 'bond'];

describe('integers', () => {
  it.each([
    [0n, '00'],
    [1n, '0101'],
    [-1n, '01ff'],
    [127n, '017f'],
    [128n, '020080'],
    [-128n, '0180'],
    [-129n, '02ff7f'],
    [255n, '0200ff'],
    [MAX_INTEGER, `407f${'ff'.repeat(63)}`],
    [-MAX_INTEGER - 1n, `4080${'00'.repeat(63)}`],
  ])('%s is %s', (value, hex) => {
    expect(toHex(encode(integerCodec, value))).toBe(hex);
    expect(decode(integerCodec, encode(integerCodec, value))).toBe(value);
  });

  it.each([
    ['zero in a byte', [1, 0]],
    ['a superfluous zero byte', [2, 0, 1]],
    ['a superfluous ff byte', [2, 0xff, 0x80]],
    ['minus one in two bytes', [2, 0xff, 0xff]],
    ['65 bytes', [65, 1, ...Array(64).fill(0)]],
    ['a length without its bytes', [3, 1, 2]],
    ['nothing', []],
    ['a byte behind', [1, 1, 0]],
  ])('%s is refused', (_, bytes) => {
    expect(() => decode(integerCodec, Uint8Array.from(bytes))).toThrow(ConcordatError);
  });

  it('beyond 64 bytes are refused', () => {
    for (const value of [MAX_INTEGER + 1n, -MAX_INTEGER - 2n, 1n << 100_000n])
      expect(() => encode(integerCodec, value)).toThrow(
        expect.objectContaining({ code: 'ENCODING_OUT_OF_RANGE' }),
      );
  });
});

describe('records', () => {
  it('have these bytes and digests for good', () => {
    const bytes = encodeRecord(everyType, sample);
    expect(toHex(bytes)).toMatchInlineSnapshot(
      `"01f90106c38472676572010204e20102446b0106016058dd8240010101"`,
    );
    expect(toHex(keyDigest(everyType, sample))).toMatchInlineSnapshot(
      `"1d9b0906076bfffd7df9ed07c61c303dd2afa7a9b0a4ebbcc3e6a60057ac4d83"`,
    );
    expect(toHex(recordDigest(everyType, bytes))).toMatchInlineSnapshot(
      `"a0c6332f8135dc7cf599d5813ea4bae617b66df4eecc752423a0467b00de3766"`,
    );
  });

  it('come back from their bytes', () => {
    fc.assert(
      fc.property(record, (values) => {
        expect(decodeRecord(everyType, encodeRecord(everyType, values))).toEqual(values);
      }),
    );
  });

  it('that differ have different bytes', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const same = a.every((value, i) => value === b[i]);
        expect(toHex(encodeRecord(everyType, a)) === toHex(encodeRecord(everyType, b))).toBe(same);
      }),
    );
  });

  it('decode from no other bytes: every altered byte gives a refusal or bytes that encode back', () => {
    const bytes = encodeRecord(everyType, sample);
    for (let at = 0; at < bytes.length; at++)
      for (let value = 0; value < 256; value++) {
        const altered = bytes.slice();
        altered[at] = value;
        try {
          expect(encodeRecord(everyType, decodeRecord(everyType, altered))).toEqual(altered);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
        }
      }
  });

  it('never decode random bytes to something that is not canonical', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(encodeRecord(everyType, decodeRecord(everyType, bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
        }
      }),
    );
  });

  it('refuse every truncation and anything behind', () => {
    const bytes = encodeRecord(everyType, sample);
    for (let n = 0; n < bytes.length; n++)
      expect(() => decodeRecord(everyType, bytes.slice(0, n))).toThrow(ConcordatError);
    expect(() => decodeRecord(everyType, Uint8Array.of(...bytes, 0))).toThrow(
      expect.objectContaining({ code: 'ENCODING_TRAILING' }),
    );
  });

  const replaced = (index: number, value: unknown) => sample.with(index, value as Value);
  it.each<[string, unknown[]]>([
    ['too few values', sample.slice(0, -1)],
    ['too many values', [...sample, null]],
    ['a hole', [...sample.slice(0, 6), undefined]],
    ['null in a required field', replaced(0, null)],
    ['a number for a bigint', replaced(0, 7)],
    ['text that is not in form C', replaced(1, 'A\u0308')],
    ['empty text', replaced(1, '')],
    ['a lone surrogate', replaced(1, '\ud800')],
    ['text over its limit', replaced(1, 'x'.repeat(41))],
    ['a day after the year 9999', replaced(3, 2_932_897n)],
    ['a boolean as a number', replaced(5, 1)],
    ['a text that is not in the enum', replaced(6, 'stock')],
  ])('refuse to be made of %s', (_, values) => {
    expect(() => encodeRecord(everyType, values as Value[])).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    );
  });

  it.each<[string, (bytes: Uint8Array) => void]>([
    [
      'a presence byte of 2',
      (bytes) => {
        bytes[2] = 2;
      },
    ],
    [
      'text that is not UTF-8',
      (bytes) => {
        bytes[4] = 0xff;
      },
    ],
    [
      'an enum place beyond the values',
      (bytes) => {
        bytes[bytes.length - 1] = 3;
      },
    ],
    [
      'a boolean of 2',
      (bytes) => {
        bytes[bytes.length - 2] = 2;
      },
    ],
  ])('refuse bytes with %s', (_, alter) => {
    const bytes = encodeRecord(everyType, sample);
    alter(bytes);
    expect(() => decodeRecord(everyType, bytes)).toThrow(
      expect.objectContaining({ code: 'ENCODING_NOT_CANONICAL' }),
    );
  });

  it('refuse decoded text that no bank could have encoded', () => {
    const bytes = encodeRecord(everyType, replaced(1, 'Axx'));
    bytes.set(utf8('A\u0308'), 4);
    expect(() => decodeRecord(everyType, bytes)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });

  it('are bounded', () => {
    const fields = Object.fromEntries(
      ['id', 'a', 'b', 'c', 'd', 'e'].map((name) => [name, { type: 'string', maxLength: 16_384 }]),
    );
    const wide = defineSchema({ name: 'wide', version: 1, absence: 'vote', key: ['id'], fields });
    const tooLarge = expect.objectContaining({ code: 'ENCODING_TOO_LARGE' });
    expect(() => encodeRecord(wide, Array(6).fill('x'.repeat(16_384)))).toThrow(tooLarge);
    expect(() => decodeRecord(wide, new Uint8Array(MAX_RECORD_BYTES + 1))).toThrow(tooLarge);
  });
});

describe('digests', () => {
  const other = defineSchema({ ...everyTypeJson, version: 2 });

  it('of keys see the key fields only', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const same = a[0] === b[0] && a[6] === b[6];
        expect(toHex(keyDigest(everyType, a)) === toHex(keyDigest(everyType, b))).toBe(same);
      }),
    );
  });

  it('are of their schema', () => {
    const bytes = encodeRecord(everyType, sample);
    expect(keyDigest(other, sample)).not.toEqual(keyDigest(everyType, sample));
    expect(recordDigest(other, bytes)).not.toEqual(recordDigest(everyType, bytes));
  });

  it('of a key refuse a record without it', () => {
    expect(() => keyDigest(everyType, [])).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });

  it('go with a key people can read', () => expect(formatKey(everyType, sample)).toBe('-7 / bond'));
});

describe('partial records', () => {
  it('tell an undecided field from an absent one', () => {
    const undecided = encodePartialRecord(everyType, sample.with(1, undefined as never));
    expect(undecided).not.toEqual(encodePartialRecord(everyType, sample.with(1, null)));
    expect(undecided).not.toEqual(encodePartialRecord(everyType, sample));
  });

  it('have different bytes when they differ', () => {
    const partial = fc
      .tuple(record, fc.uint8Array({ minLength: 7, maxLength: 7, max: 1 }))
      .map(([values, mask]) => values.map((value, i) => (mask[i] === 1 ? value : undefined)));
    fc.assert(
      fc.property(partial, partial, (a, b) => {
        const same = a.every((value, i) => value === b[i]);
        expect(toHex(encodePartialRecord(everyType, a)) === toHex(encodePartialRecord(everyType, b))).toBe(
          same,
        );
      }),
    );
  });

  it('refuse wrong values and a wrong number of them', () => {
    const invalid = expect.objectContaining({ code: 'VALUE_INVALID' });
    expect(() => encodePartialRecord(everyType, [])).toThrow(invalid);
    expect(() => encodePartialRecord(everyType, sample.with(0, null))).toThrow(invalid);
  });
});
