import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import {
  bool,
  bytes,
  type Codec,
  decode,
  encode,
  fixed,
  list,
  nullable,
  oneOf,
  struct,
  text,
  u8,
  u16,
  u32,
  u53,
  union,
  varint,
} from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';

/** The code with which these bytes are refused; fails when they decode. */
function refusal(codec: Codec<unknown>, hex: string): string {
  try {
    decode(codec, fromHex(hex));
  } catch (error) {
    if (isConcordatError(error)) return error.code.replace('ENCODING_', '');
    throw error;
  }
  throw new Error(`${hex} was not refused`);
}

function unencodable<T>(codec: Codec<T>, value: T): string {
  try {
    encode(codec, value);
  } catch (error) {
    if (isConcordatError(error)) return error.code.replace('ENCODING_', '');
    throw error;
  }
  throw new Error('was not refused');
}

type Sample = { readonly type: 'a'; readonly n: number } | { readonly type: 'b'; readonly t: string };
const everything = struct<{
  small: number;
  count: number;
  flag: boolean;
  label: string;
  raw: Uint8Array;
  maybe: number | null;
  many: number[];
  name: 'x' | 'y' | 'z';
  either: Sample;
}>({
  small: u16,
  count: varint,
  flag: bool,
  label: text(64),
  raw: fixed(4),
  maybe: nullable(u53),
  many: list(varint, 16),
  name: oneOf(['x', 'y', 'z']),
  either: union<{ a: { n: number }; b: { t: string } }>({ a: struct({ n: u32 }), b: struct({ t: text(8) }) }),
});
const arbitrary = fc.record({
  small: fc.nat(0xffff),
  count: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  flag: fc.boolean(),
  label: fc
    .string({ unit: 'grapheme', maxLength: 8 })
    .filter((label) => new TextEncoder().encode(label).length <= 64),
  raw: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  maybe: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  many: fc.array(fc.nat(), { maxLength: 16 }),
  name: fc.constantFrom('x' as const, 'y' as const, 'z' as const),
  either: fc.oneof(
    fc.record({ type: fc.constant('a' as const), n: fc.nat(0xffffffff) }),
    fc.record({ type: fc.constant('b' as const), t: fc.string({ maxLength: 8, unit: 'grapheme-ascii' }) }),
  ),
});

describe('fixed-width integers', () => {
  it('are big-endian, and every value of their width comes back', () => {
    expect(toHex(encode(u8, 255))).toBe('ff');
    expect(toHex(encode(u16, 258))).toBe('0102');
    expect(toHex(encode(u32, 0xdeadbeef))).toBe('deadbeef');
    expect(toHex(encode(u53, Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
    for (const codec of [u8, u16, u32, u53]) expect(decode(codec, encode(codec, 200))).toBe(200);
  });

  it('refuse a value that is negative, fractional, too large, infinite or not a number', () => {
    for (const bad of [-1, 0.5, 256, Infinity, Number.NaN]) expect(unencodable(u8, bad)).toBe('OUT_OF_RANGE');
    expect(unencodable(u16, 65_536)).toBe('OUT_OF_RANGE');
    expect(unencodable(u32, 2 ** 32)).toBe('OUT_OF_RANGE');
    expect(unencodable(u53, 2 ** 53)).toBe('OUT_OF_RANGE');
  });

  it('refuse what a double cannot hold exactly', () => {
    expect(refusal(u53, '0020000000000000')).toBe('OUT_OF_RANGE');
    expect(refusal(u53, 'ffffffffffffffff')).toBe('OUT_OF_RANGE');
  });

  it('refuse fewer and more bytes than theirs', () => {
    expect(refusal(u16, '01')).toBe('TRUNCATED');
    expect(refusal(u16, '')).toBe('TRUNCATED');
    expect(refusal(u16, '010203')).toBe('TRAILING');
  });
});

describe('varint', () => {
  it('has the LEB128 form', () => {
    const forms: [number, string][] = [
      [0, '00'],
      [127, '7f'],
      [128, '8001'],
      [300, 'ac02'],
      [2 ** 32, '8080808010'],
      [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
    ];
    for (const [value, hex] of forms) {
      expect(toHex(encode(varint, value))).toBe(hex);
      expect(decode(varint, fromHex(hex))).toBe(value);
    }
  });

  it('refuses a longer form of a number that has a shorter one', () => {
    for (const hex of ['8000', 'ff00', '808000', 'ffffffffffffff00'])
      expect(refusal(varint, hex)).toBe('NOT_CANONICAL');
  });

  it('refuses numbers of 2^53 or more, and endless ones', () => {
    for (const hex of ['8080808080808010', 'ffffffffffffff7f', 'ffffffffffffffff01', 'ff'.repeat(40)])
      expect(refusal(varint, hex)).toBe('OUT_OF_RANGE');
  });

  it('refuses one that breaks off', () => {
    for (const hex of ['', '80', 'ffff']) expect(refusal(varint, hex)).toBe('TRUNCATED');
  });
});

describe('bool, oneOf and union', () => {
  const sides = oneOf(['left', 'right']);
  const cases = union<{ a: { n: number }; b: { t: string } }>({
    a: struct({ n: u8 }),
    b: struct({ t: text(4) }),
  });

  it('have one byte for each case', () => {
    expect([false, true].map((flag) => toHex(encode(bool, flag)))).toEqual(['00', '01']);
    expect(toHex(encode(sides, 'right'))).toBe('01');
    expect(toHex(encode(cases, { type: 'b', t: 'hi' }))).toBe('01026869');
  });

  it('refuse every other byte', () => {
    for (const hex of ['02', '80', 'ff']) {
      expect(refusal(bool, hex)).toBe('NOT_CANONICAL');
      expect(refusal(sides, hex)).toBe('NOT_CANONICAL');
      expect(refusal(cases, `${hex}00`)).toBe('NOT_CANONICAL');
    }
  });

  it('refuse a name that is none of theirs when writing', () => {
    expect(unencodable(sides, 'up' as 'left')).toBe('OUT_OF_RANGE');
    expect(unencodable(cases, { type: 'c', n: 1 } as never)).toBe('OUT_OF_RANGE');
  });
});

describe('bytes and text', () => {
  it('stand after their length', () => {
    expect(toHex(encode(bytes(4), fromHex('0a0b')))).toBe('020a0b');
    expect(toHex(encode(text(8), 'é'))).toBe('02c3a9');
    expect(decode(text(8), fromHex('00'))).toBe('');
  });

  it('refuse more than their limit before they read it', () => {
    expect(refusal(bytes(4), '050102030405')).toBe('TOO_LARGE');
    expect(refusal(bytes(4), 'ffffffffffffff0f')).toBe('TOO_LARGE');
    expect(unencodable(bytes(1), new Uint8Array(2))).toBe('TOO_LARGE');
    expect(unencodable(text(2), 'abc')).toBe('TOO_LARGE');
  });

  it('refuse a length that promises more bytes than there are', () => {
    expect(refusal(bytes(2 ** 40), 'ffffffffff0f00')).toBe('TRUNCATED');
    expect(refusal(text(2 ** 40), 'ffffffffff0f00')).toBe('TRUNCATED');
  });

  it('refuse UTF-8 that is overlong, a surrogate, cut off or beyond Unicode', () => {
    for (const hex of ['02c080', '03e08080', '03eda080', '01c3', '04f4908080', '01ff', '0180'])
      expect(refusal(text(8), hex)).toBe('NOT_CANONICAL');
  });

  it('keep a byte-order mark as the character it is: dropping it would give two forms of one text', () => {
    expect(decode(text(8), fromHex('04efbbbf61'))).toBe('\ufeffa');
  });

  it('refuse a lone surrogate when writing', () => {
    expect(unencodable(text(8), '\ud800')).toBe('OUT_OF_RANGE');
  });

  it('of a fixed length refuse every other length', () => {
    expect(unencodable(fixed(4), new Uint8Array(3))).toBe('OUT_OF_RANGE');
    expect(unencodable(fixed(4), new Uint8Array(5))).toBe('OUT_OF_RANGE');
    expect(refusal(fixed(4), '010203')).toBe('TRUNCATED');
    expect(refusal(fixed(4), '0102030405')).toBe('TRAILING');
  });

  it('are copies: a later change of the input does not reach what was decoded', () => {
    const input = fromHex('0201ff');
    const decoded = decode(bytes(4), input);
    input.fill(0);
    expect(toHex(decoded)).toBe('01ff');
  });
});

describe('list and nullable', () => {
  it('refuse a count above the limit', () => {
    expect(refusal(list(u8, 2), '03010203')).toBe('TOO_LARGE');
    expect(unencodable(list(u8, 2), [1, 2, 3])).toBe('TOO_LARGE');
  });

  it('refuse a count that the bytes left cannot hold, before anything is allocated for it', () => {
    expect(refusal(list(u8, Number.MAX_SAFE_INTEGER), 'ffffffffffffff0f01')).toBe('TRUNCATED');
    expect(refusal(list(u32, 1000), '0200000001')).toBe('TRUNCATED');
  });

  it('refuse a presence byte that is neither 0 nor 1, and a present value that is missing', () => {
    expect(refusal(nullable(u8), '0205')).toBe('NOT_CANONICAL');
    expect(refusal(nullable(u8), '01')).toBe('TRUNCATED');
    expect(refusal(nullable(u8), '0005')).toBe('TRAILING');
  });
});

describe('a codec of many parts', () => {
  it('gives back every value', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(decode(everything, encode(everything, value))).toEqual(value);
      }),
    );
  });

  it('refuses every truncation and every trailing byte', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(255), (value, extra) => {
        const whole = encode(everything, value);
        for (let length = 0; length < whole.length; length++)
          expect(isRefused(whole.subarray(0, length))).toBe(true);
        expect(isRefused(Uint8Array.of(...whole, extra))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('decodes nothing that does not encode to the same bytes, and throws nothing untyped', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, flip) => {
        const mutated = encode(everything, value);
        mutated[place % mutated.length]! ^= flip;
        const decoded = attempt(mutated);
        if (decoded) expect(toHex(encode(everything, decoded))).toBe(toHex(mutated));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        const decoded = attempt(noise);
        if (decoded) expect(toHex(encode(everything, decoded))).toBe(toHex(noise));
      }),
      { numRuns: 1000 },
    );
  });

  it('writes fields in its own order, whatever order the value has them in', () => {
    const pair = struct<{ first: number; second: number }>({ first: u8, second: u8 });
    expect(toHex(encode(pair, { second: 2, first: 1 }))).toBe('0102');
  });
});

function attempt(encoded: Uint8Array) {
  try {
    return decode(everything, encoded);
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return null;
  }
}

function isRefused(encoded: Uint8Array): boolean {
  return attempt(encoded) === null;
}
