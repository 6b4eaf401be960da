// The decoder of sketch symbols against bytes that are wrong in each way they can be.
import { concatBytes } from '../../src/crypto/bytes.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { decodeSymbols } from '../../src/data/sketch-symbols.js';
import { about, describeVerifier, flip, holds, junk } from '../crypto/refusals.js';
import { digest, key, records, sketch } from './sketch-fixture.js';

const under = key(30);
const good = sketch(under, records(5, 205)).symbols(0, 12);
const rest = new Uint8Array(28);
const symbol = (...count: number[]) => concatBytes(Uint8Array.from(count), rest);
const decodes = (bytes: Uint8Array, limit = 12, items: number | null = null) =>
  holds(() => decodeSymbols(bytes, limit, items));
// Symbol 0 counts all 200 items in two bytes, so it has 30.
const cuts = [1, 2, 5, 29, 31, 58, good.length - 1, good.length - 28];

describeVerifier('decodeSymbols', {
  accepts: {
    'twelve symbols': () => decodes(good),
    'symbol 0 alone': () => decodes(good.subarray(0, 30)),
    'no symbol': () => decodes(new Uint8Array(0)),
    'a count of 2^30': () => decodes(symbol(0x80, 0x80, 0x80, 0x80, 4)),
  },
  refuses: {
    length: {
      ...Object.fromEntries(cuts.map((cut) => [`cut at ${cut}`, () => decodes(good.subarray(0, cut))])),
      'a byte more': () => decodes(concatBytes(good, Uint8Array.of(0)), 20),
    },
    canonical: {
      'zero in two bytes': () => decodes(symbol(0x80, 0)),
      'five in two': () => decodes(symbol(0x85, 0)),
      'five in three': () => decodes(symbol(0x85, 0x80, 0)),
    },
    place: {
      'a symbol above the limit': () => decodes(good, 11),
      'a limit of none': () => decodes(good, 0),
      'bytes beyond the limit, before they are read': () => decodes(new Uint8Array(1e6), 12),
      'a count above 2^30': () => decodes(symbol(0x81, 0x80, 0x80, 0x80, 4)),
      'a count of six bytes': () => decodes(symbol(0xff, 0xff, 0xff, 0xff, 0xff, 1)),
      'a count above that of symbol 0': () => decodes(concatBytes(symbol(5), symbol(6))),
      'a count above that of all items': () => decodes(symbol(6), 12, 5),
    },
  },
  without: {
    type: 'symbols are a field of a message, which its codec decoded',
    curve: 'bytes are not points',
    subgroup: 'bytes are not points',
    neutral: 'a symbol of zeros is empty',
    binding: 'the message that holds symbols is signed',
    domain: 'the key of the view is theirs alone, see the decoder',
    order: 'see the decoder',
  },
});

const local = sketch(under, records(0, 200));
const enough = sketch(under, records(5, 205)).symbols(0, 80);
const completes = (...parts: readonly Uint8Array[]): boolean => {
  const decoder = new SketchDecoder(local);
  return parts.every((part) => holds(() => decoder.add(part))) && decoder.complete;
};
const lengths = [0, 1, 2].map((count) => sketch(under, records(5, 205)).symbols(0, count).length);
describeVerifier('SketchDecoder', {
  accepts: {
    'all symbols at once': () => completes(enough),
    'all symbols in two parts': () => completes(enough.subarray(0, lengths[2]), enough.subarray(lengths[2]!)),
  },
  refuses: {
    length: {
      'half the symbols': () => completes(sketch(under, records(5, 205)).symbols(0, 5)),
      'cut within a symbol': () => completes(enough.subarray(0, -1)),
      nothing: () => completes(),
    },
    canonical: { 'a count in more bytes': () => completes(symbol(0x85, 0)) },
    binding: {
      'a bit of an item': () => completes(flip(enough, 10)),
      'a bit of a checksum': () => completes(flip(enough, lengths[2]! - 1)),
      'a count': () => completes(flip(enough, lengths[1]!)),
      'the symbols of other items, after the first': () =>
        completes(enough.subarray(0, lengths[1]), sketch(under, records(6, 206)).symbols(1, 79)),
    },
    domain: {
      'the symbols of another view': () => completes(sketch(key(31), records(5, 205)).symbols(0, 80)),
      'another key, of the same records as are here': () =>
        completes(sketch(key(31), records(0, 200)).symbols(0, 80)),
    },
    order: {
      'the second symbol first': () =>
        completes(
          enough.subarray(lengths[1], lengths[2]),
          enough.subarray(0, lengths[1]),
          enough.subarray(lengths[2]!),
        ),
      'a part twice': () => completes(enough.subarray(0, lengths[2]), enough),
    },
    place: { 'symbols from the second on': () => completes(sketch(under, records(5, 205)).symbols(1, 79)) },
  },
  without: {
    type: 'symbols are a field of a message, which its codec decoded',
    curve: 'bytes are not points',
    subgroup: 'bytes are not points',
    neutral: 'no difference is a result: see the roots that are compared after it',
  },
});

const takesKey = (bytes: Uint8Array) => holds(() => new SketchKey(bytes));
describeVerifier('SketchKey', {
  accepts: { 'a key of 32 bytes': () => takesKey(digest('view', 1)) },
  refuses: {
    type: junk((bytes) => takesKey(bytes)),
    length: Object.fromEntries(
      [0, 16, 31, 33, 64].map((n) => [`${n} bytes`, () => takesKey(new Uint8Array(n))]),
    ),
    place: {
      ...about(
        'key digest',
        junk((bytes) => holds(() => under.keyId(bytes)), digest('key', 1).subarray(1)),
      ),
      ...about(
        'record digest',
        junk((bytes) => holds(() => under.versionDigest(bytes)), digest('key', 1).subarray(1)),
      ),
    },
  },
  without: {
    canonical: 'a key has one form, its bytes',
    curve: 'bytes are not points',
    subgroup: 'bytes are not points',
    neutral: 'every key is one',
    binding: 'that a key is the view’s is proven by the VRF',
    domain: 'each function has a key of its own domain',
    order: 'it is one string of bytes',
  },
});
