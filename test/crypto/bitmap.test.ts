import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areAscending, bitmapCodec, bitmapLength, fromBitmap, toBitmap } from '../../src/crypto/bitmap.js';
import { equalBytes } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';

const sets = fc
  .integer({ min: 1, max: 130 })
  .chain((banks) =>
    fc.tuple(
      fc.constant(banks),
      fc.uniqueArray(fc.integer({ min: 0, max: banks - 1 }), { maxLength: banks }),
    ),
  )
  .map(([banks, members]) => [banks, members.sort((a, b) => a - b)] as const);

describe('a set of banks', () => {
  it('comes back from its ⌈n/8⌉ bytes', () => {
    fc.assert(
      fc.property(sets, ([banks, members]) => {
        const encoded = encode(bitmapCodec(banks), members);
        expect(encoded).toHaveLength(Math.ceil(banks / 8));
        expect(decode(bitmapCodec(banks), encoded)).toEqual(members);
        expect(fromBitmap(toBitmap(members, banks), banks)).toEqual(members);
      }),
    );
  });

  it('has one encoding: of all byte strings of its length, those without padding bits, each another set', () => {
    for (const banks of [1, 3, 7, 8]) {
      const seen = new Set<string>();
      let refused = 0;
      for (let bits = 0; bits < 2 ** (8 * bitmapLength(banks)); bits++) {
        const bytes = Uint8Array.from({ length: bitmapLength(banks) }, (_, i) => bits >> (8 * i));
        try {
          const members = decode(bitmapCodec(banks), bytes);
          if (equalBytes(encode(bitmapCodec(banks), members), bytes)) seen.add(members.join());
        } catch {
          refused++;
        }
      }
      expect(seen.size).toBe(2 ** banks);
      expect(refused).toBe(2 ** (8 * bitmapLength(banks)) - 2 ** banks);
    }
  });

  it('is refused with each single padding bit', () => {
    for (let banks = 1; banks <= 40; banks++)
      for (let bit = banks; bit < 8 * bitmapLength(banks); bit++) {
        const bytes = new Uint8Array(bitmapLength(banks));
        bytes[bit >> 3]! |= 1 << (bit & 7);
        expect(() => decode(bitmapCodec(banks), bytes), `n = ${banks}, bit ${bit}`).toThrow(/not canonical/);
      }
  });

  it('is refused a byte too short or too long', () => {
    for (const banks of [1, 8, 9, 100]) {
      expect(() => decode(bitmapCodec(banks), new Uint8Array(bitmapLength(banks) - 1))).toThrow(/truncated/);
      expect(() => decode(bitmapCodec(banks), new Uint8Array(bitmapLength(banks) + 1))).toThrow(/trailing/);
    }
  });

  it('is refused with more members than are accepted, before a list of them is made', () => {
    const [full, size] = [new Uint8Array(8192).fill(255), 65_536];
    for (const most of [0, 1, 256, size - 1])
      expect(() => decode(bitmapCodec(size, most), full)).toThrow(
        expect.objectContaining({
          detail: { code: 'ENCODING_TOO_LARGE', what: 'bitmap', limit: most, got: size },
        }),
      );
    expect(decode(bitmapCodec(size, size), full)).toHaveLength(size);
    const three = toBitmap([0, 7, 65_535], size);
    expect(decode(bitmapCodec(size, 3), three)).toEqual([0, 7, 65_535]);
    expect(() => decode(bitmapCodec(size, 2), three)).toThrow(/too large/);
  });

  it('is not written when it is no ascending list of banks', () => {
    for (const members of [[4], [-1], [1, 0], [2, 2], [0, 1, 4]])
      expect(() => encode(bitmapCodec(4), members), `${members}`).toThrow(/out of range/);
  });

  it('is written as an ascending list of indices, and nothing else is one', () => {
    for (const members of [[], [0], [0, 6], [0, 1, 2, 3, 4, 5, 6]])
      expect(areAscending(members, 7)).toBe(true);
    const holes = [0, 1];
    holes[3] = 3;
    for (const members of [
      [7],
      [-1],
      [1, 1],
      [2, 1],
      [0.5],
      [Number.NaN],
      [Number.POSITIVE_INFINITY],
      [0n],
      ['1'],
      [null],
      holes,
      undefined,
      null,
      'x',
      { length: 0 },
      new Set([1]),
    ])
      expect(areAscending(members, 7), String(members)).toBe(false);
  });
});
