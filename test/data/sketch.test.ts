import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/crypto/bytes.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { Cursors, density } from '../../src/data/sketch-mapping.js';
import { decodeSymbols, encodeSymbols, MAX_SKETCH_SYMBOLS } from '../../src/data/sketch-symbols.js';
import { codeOf } from '../code-of.js';
import { digest, key, record, records, sketch } from './sketch-fixture.js';

describe('the items of a sketch', () => {
  it('are the key id, which the version does not change, then the version digest', () => {
    const { keyDigest, digest: version } = record(1);
    const item = key(0).item(keyDigest, version);
    expect(item).toEqual(concatBytes(key(0).keyId(keyDigest), key(0).versionDigest(version)));
    expect(item).toHaveLength(24);
    expect(key(0).item(keyDigest, record(1, 1).digest).subarray(0, 8)).toEqual(item.subarray(0, 8));
  });

  it('depend on every byte of the view key and of both digests', () => {
    const seen = new Set<string>();
    const base = [digest('view', 0), digest('key', 0), digest('record', 0)] as const;
    const add = ([view, keyDigest, version]: readonly Uint8Array[]): void => {
      const item = new SketchKey(view!).item(keyDigest!, version!);
      seen.add(toHex(item));
    };
    add(base);
    for (let part = 0; part < 3; part++)
      for (let byte = 0; byte < 32; byte++)
        add(base.map((bytes, i) => (i === part ? bytes.map((b, j) => (j === byte ? b ^ 1 : b)) : bytes)));
    expect(seen.size).toBe(97);
  });

  it('use another function for ids than for versions', () => {
    const same = digest('key', 3);
    expect(key(0).keyId(same)).not.toEqual(key(0).versionDigest(same).subarray(0, 8));
  });

  it('refuse a key, a digest or an item of the wrong length', () => {
    expect(codeOf(() => new SketchKey(new Uint8Array(31)))).toBe('BYTES_WRONG_LENGTH');
    expect(codeOf(() => key(0).keyId(new Uint8Array(33)))).toBe('BYTES_WRONG_LENGTH');
    expect(codeOf(() => key(0).versionDigest(new Uint8Array(0)))).toBe('BYTES_WRONG_LENGTH');
    expect(codeOf(() => SketchItems.fromItems(key(0), [new Uint8Array(23)]))).toBe('BYTES_WRONG_LENGTH');
  });

  it('refuse the same item twice, and keep apart two of one key id', () => {
    const item = key(0).item(digest('key', 0), digest('record', 0));
    const sibling = concatBytes(item.subarray(0, 8), digest('other', 0).subarray(0, 16));
    expect(codeOf(() => SketchItems.fromItems(key(0), [item, sibling, item]))).toBe('SKETCH_DUPLICATE_ITEM');
    expect(codeOf(() => SketchItems.fromRecords(key(0), [record(1), record(1)]))).toBe(
      'SKETCH_DUPLICATE_ITEM',
    );
    expect(SketchItems.fromItems(key(0), [item, sibling]).size).toBe(2);
  });
});

describe('the index sequence', () => {
  const tags = new Uint32Array(4 * 20_000);
  for (let i = 0; i < tags.length; i++)
    tags[i] = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i ^ 0x55555555, 0x85ebca6b);

  it('puts the share 1/(1 + i/2) of all items into symbol i', () => {
    const count = 20_000;
    const symbols = 200;
    const cursors = new Cursors(count);
    const held = new Array<number>(symbols).fill(0);
    for (let i = 0; i < count; i++)
      for (cursors.start(i, tags, i); cursors.next[i]! < symbols; cursors.advance(i))
        held[cursors.next[i]!]!++;
    expect(held[0]).toBe(count);
    for (let i = 1; i < symbols; i++) {
      const sigma = Math.sqrt(count * density(i) * (1 - density(i)));
      expect(Math.abs(held[i]! - count * density(i))).toBeLessThan(5 * sigma);
    }
  });

  it('is the one written down here, on every platform', () => {
    const cursors = new Cursors(1);
    cursors.start(0, Uint32Array.of(0, 0, 0x01234567, 0x89abcdef), 0);
    const walked: number[] = [];
    for (let i = 0; i < 24; i++, cursors.advance(0)) walked.push(cursors.next[0]!);
    expect(walked).toMatchInlineSnapshot(`
      [
        0,
        2,
        5,
        6,
        23,
        46,
        54,
        68,
        72,
        118,
        581,
        1779,
        1878,
        3546,
        4283,
        5616,
        10329,
        13897,
        25176,
        54388,
        143208,
        1025886,
        1135709,
        2153206,
      ]
    `);
  });

  it('grows strictly and in whole numbers, far above 2^32', () => {
    const cursors = new Cursors(1);
    for (let i = 0; i < 50; i++) {
      cursors.start(0, tags, i);
      for (let previous = -1; previous < 2 ** 45; cursors.advance(0)) {
        expect(Number.isSafeInteger(cursors.next[0])).toBe(true);
        expect(cursors.next[0]).toBeGreaterThan(previous);
        previous = cursors.next[0]!;
      }
    }
  });

  it('does not stand still on the all-zero seed', () => {
    const cursors = new Cursors(1);
    cursors.start(0, new Uint32Array(4), 0);
    const walked = Array.from({ length: 20 }, () => {
      cursors.advance(0);
      return cursors.next[0]!;
    });
    expect(walked.some((index, i) => i > 0 && index > walked[i - 1]! + 1)).toBe(true);
  });
});

describe('the symbols of a sketch', () => {
  it('are the bytes written down here, on every platform', () => {
    const bytes = sketch(key(1), records(0, 300)).symbols(0, 200);
    expect(toHex(sha256(bytes))).toMatchInlineSnapshot(
      `"e2c6cea7bc490cb9993b090f3ed8b273ad5caaebd4e0f5018fa515192c7dbe1c"`,
    );
    expect(toHex(bytes.subarray(0, 30))).toMatchInlineSnapshot(
      `"ac025a2f9ef97c5ae046291a37abe2297b96b2af59fefce7ff419bf05625"`,
    );
  });

  it('do not depend on the order of the records', () => {
    const forwards = sketch(key(1), records(0, 50)).symbols(0, 80);
    expect(sketch(key(1), records(0, 50).reverse()).symbols(0, 80)).toEqual(forwards);
  });

  it('are the same in pieces, in any order, as in one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }), fc.nat(120), (pieces, first) => {
        const whole = sketch(key(1), records(0, 60));
        const pieced = sketch(key(1), records(0, 60));
        pieced.symbols(first, 7);
        let from = 0;
        for (const count of pieces) {
          expect(pieced.symbols(from, count)).toEqual(whole.symbols(from, count));
          from += count;
        }
        const joined = concatBytes(
          ...pieces.map((count, i) => {
            const start = pieces.slice(0, i).reduce((sum, n) => sum + n, 0);
            return pieced.symbols(start, count);
          }),
        );
        expect(joined).toEqual(sketch(key(1), records(0, 60)).symbols(0, from));
      }),
      { numRuns: 30 },
    );
  });

  it('count all records in symbol 0 and are zero for no records', () => {
    expect(decodeSymbols(sketch(key(1), records(0, 300)).symbols(0, 5), 5, null).counts[0]).toBe(300);
    expect(sketch(key(1), []).symbols(0, 3)).toEqual(new Uint8Array(3 * 29));
  });

  it('take at most 30 bytes each on average for 20,000 records', () => {
    expect(sketch(key(1), records(0, 20_000)).symbols(0, 500).length).toBeLessThan(30 * 500);
  });

  it('are refused beyond the limit and for what is no count', () => {
    const some = sketch(key(1), records(0, 3));
    for (const [from, count] of [
      [-1, 2],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
      [0, Number.POSITIVE_INFINITY],
      [MAX_SKETCH_SYMBOLS, 1],
      [1, MAX_SKETCH_SYMBOLS],
    ] as const)
      expect(codeOf(() => some.symbols(from, count))).toBe('SKETCH_RANGE');
    expect(some.symbols(0, 0)).toHaveLength(0);
  });
});

describe('decoding of symbols', () => {
  const bytes = sketch(key(1), records(0, 200)).symbols(0, 12);

  it('gives back what was encoded', () => {
    const symbols = decodeSymbols(bytes, 12, null);
    expect(symbols.length).toBe(12);
    expect(encodeSymbols(symbols, 0, 12)).toEqual(bytes);
  });

  it('refuses every truncation that is not between two symbols', () => {
    const whole = new Set<number>();
    for (let count = 0; count <= 12; count++)
      whole.add(sketch(key(1), records(0, 200)).symbols(0, count).length);
    for (let length = 0; length <= bytes.length; length++) {
      const code = codeOf(() => decodeSymbols(bytes.subarray(0, length), 12, null));
      expect(code).toBe(whole.has(length) ? 'none' : 'SKETCH_MALFORMED');
    }
  });

  it('refuses trailing bytes, longer forms of a count, and counts above the number of items or 2^30', () => {
    const rest = new Uint8Array(28);
    const refused = (...count: number[]): string =>
      codeOf(() => decodeSymbols(concatBytes(Uint8Array.from(count), rest), 9, null));
    expect(codeOf(() => decodeSymbols(concatBytes(bytes, Uint8Array.of(0)), 20, null))).toBe(
      'SKETCH_MALFORMED',
    );
    expect(refused(5)).toBe('none');
    expect(refused(0x85, 0)).toBe('SKETCH_MALFORMED');
    expect(refused(0x80, 0x80, 0)).toBe('SKETCH_MALFORMED');
    expect(refused(0x80, 0x80, 0x80, 0x80, 4)).toBe('none');
    expect(refused(0x81, 0x80, 0x80, 0x80, 4)).toBe('SKETCH_MALFORMED');
    expect(refused(0xff, 0xff, 0xff, 0xff, 0xff, 1)).toBe('SKETCH_MALFORMED');
    expect(codeOf(() => decodeSymbols(concatBytes(Uint8Array.of(6), rest), 9, 5))).toBe('SKETCH_MALFORMED');
    const growing = concatBytes(Uint8Array.of(5), rest, Uint8Array.of(6), rest);
    expect(codeOf(() => decodeSymbols(growing, 9, null))).toBe('SKETCH_MALFORMED');
  });

  it('refuses more symbols than the limit', () => {
    expect(codeOf(() => decodeSymbols(bytes, 11, null))).toBe('SKETCH_MALFORMED');
    expect(codeOf(() => decodeSymbols(new Uint8Array(29), 0, null))).toBe('SKETCH_MALFORMED');
    expect(codeOf(() => decodeSymbols(new Uint8Array(10_000_000), 1_000, null))).toBe('SKETCH_MALFORMED');
  });

  it('encodes whatever it accepts to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        if (codeOf(() => decodeSymbols(random, 10, null)) !== 'none') return;
        const symbols = decodeSymbols(random, 10, null);
        expect(encodeSymbols(symbols, 0, symbols.length)).toEqual(random);
      }),
    );
  });
});

it('a sketch made from items is the one made from their records', () => {
  const pairs = records(0, 40);
  const items = pairs.map((pair) => key(1).item(pair.keyDigest, pair.digest));
  const made = new Sketch(SketchItems.fromItems(key(1), items));
  expect(made.symbols(0, 60)).toEqual(sketch(key(1), pairs).symbols(0, 60));
});
