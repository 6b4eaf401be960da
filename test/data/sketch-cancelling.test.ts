import { describe, expect, it } from 'vitest';
import { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { ITEM_LANES, SketchKey, TAG_LANES } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { Cursors } from '../../src/data/sketch-mapping.js';
import { encodeSymbols, Symbols } from '../../src/data/sketch-symbols.js';
import { exchange, failureOf } from './sketch-decoder-fixture.js';
import { digest, hexes, itemsOf, key, record, records, sketch } from './sketch-fixture.js';

describe('items whose tags bind nothing: any sum of some is as good as one', () => {
  class Unbound extends SketchKey {
    override tag(lanes: Uint32Array, from: number, out: Uint32Array): void {
      const item = lanes[from]!;
      out.set([0, item, Math.imul(item + 1, 0x9e3779b1), Math.imul(item + 7, 0x85ebca6b)]);
    }
  }

  it('are not taken from a sender any more when there are as many as symbols', () => {
    // Found by trying symbols at random: under a key that binds, it would take sums that collide in 224 bits.
    const held = [
      1, 4, 6, 8, 12, 13, 14, 15, 17, 18, 19, 20, 24, 26, 30, 34, 35, 37, 40, 41, 42, 44, 46, 48, 53, 56, 57,
      58, 60,
    ];
    const itemOf = (n: number): Uint8Array => new Uint8Array(24).with(0, n);
    const local = new Sketch(SketchItems.fromItems(new Unbound(digest('view', 1)), held.map(itemOf)));
    const symbols = new Symbols();
    symbols.extend(4);
    symbols.counts.set([28, 19, 16, 13]);
    [37, 57, 11, 40].forEach((sum, i) => {
      symbols.lanes[7 * i] = sum;
    });
    const decoder = new SketchDecoder(local);
    const refused = { code: 'SKETCH_INCONSISTENT', reason: 'more-items-than-symbols' };
    expect(failureOf(() => decoder.add(encodeSymbols(symbols, 0, 4)))).toEqual(refused);
    expect(decoder.remoteOnly.length + decoder.localOnly.length).toBe(decoder.received);
    expect(failureOf(() => decoder.add(new Uint8Array(0)))).toEqual(refused);
    expect(decoder.complete).toBe(false);
  });
});

describe('records chosen to cancel under a known key', () => {
  /** Symbols that the attack is aimed at. */
  const AIM = 32;
  /** 28 bytes as bits, and one that is always set: item, checksum and parity. Null unless in symbol 0 alone. */
  const vectorOf = (under: SketchKey, i: number): bigint | null => {
    const lanes = new Uint32Array(ITEM_LANES);
    const tag = new Uint32Array(TAG_LANES);
    const pair = record(i);
    under.itemLanes(pair.keyDigest, pair.digest, lanes, 0);
    under.tag(lanes, 0, tag);
    const cursors = new Cursors(1);
    cursors.start(0, tag, 0);
    cursors.advance(0);
    if (cursors.next[0]! < AIM) return null;
    return [...lanes, tag[0]!].reduce((bits, lane) => (bits << 32n) | BigInt(lane), 1n);
  };

  /** By elimination, an even set of records whose items and checksums XOR to zero. */
  const cancelling = (under: SketchKey): number[] => {
    const pivots = new Map<number, { vector: bigint; set: bigint }>();
    const lonely: number[] = [];
    for (let i = 0; ; i++) {
      let vector = vectorOf(under, i);
      if (vector === null) continue;
      let set = 1n << BigInt(lonely.push(i) - 1);
      while (vector !== 0n) {
        const pivot = pivots.get(vector.toString(2).length);
        if (!pivot) break;
        vector ^= pivot.vector;
        set ^= pivot.set;
      }
      if (vector === 0n)
        return [...set.toString(2)].reverse().flatMap((bit, n) => (bit === '1' ? [lonely[n]!] : []));
      pivots.set(vector.toString(2).length, { vector, set });
    }
  };

  const known = key(14);
  const chosen = cancelling(known);
  const half = chosen.length / 2;
  const ofA = [...chosen.slice(0, half).map((i) => record(i)), ...records(1_000_000, 1_000_100)];
  const ofB = [...chosen.slice(half).map((i) => record(i)), ...records(1_000_000, 1_000_100)];

  it('are no difference at all under that key: the decoder says that two unlike data sets are equal', () => {
    expect(chosen.length % 2).toBe(0);
    expect(half).toBeGreaterThan(20);
    for (const symbols of [1, AIM / 2, AIM]) {
      const decoder = new SketchDecoder(sketch(known, ofA));
      decoder.add(sketch(known, ofB).symbols(0, symbols));
      expect([decoder.complete, decoder.estimate()]).toEqual([true, 0]);
      expect([...decoder.remoteOnly, ...decoder.localOnly]).toEqual([]);
    }
  });

  it('are found under every other key, and from the first symbol on', () => {
    for (let view = 100; view < 110; view++) {
      const one = new SketchDecoder(sketch(key(view), ofA));
      one.add(sketch(key(view), ofB).symbols(0, 1));
      expect(one.complete).toBe(false);
      const all = exchange(sketch(key(view), ofB), sketch(key(view), ofA));
      expect(hexes(all.remoteOnly)).toEqual(itemsOf(key(view), ofB.slice(0, half)));
      expect(hexes(all.localOnly)).toEqual(itemsOf(key(view), ofA.slice(0, half)));
    }
  });

  it('make what honest banks send look false under that key, when more of it is sent', () => {
    // Symbol 0 without one of them is that one once more: the decoder refuses, and lists nothing wrong.
    const contradiction = { code: 'SKETCH_INCONSISTENT', reason: 'held-by-neither' };
    expect(failureOf(() => exchange(sketch(known, ofB), sketch(known, ofA)))).toEqual(contradiction);
  });
});
