// Records chosen under a key that their maker knows, in the data sets of two honest banks, against the key of the view.
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { FIRST_SYMBOLS } from '../../src/data/sketch-estimate.js';
import { ITEM_LANES, type SketchKey, TAG_LANES } from '../../src/data/sketch-item.js';
import type { DigestPair } from '../../src/data/sketch-items.js';
import { Cursors } from '../../src/data/sketch-mapping.js';
import { hexes, itemsOf, key, record, records, sketch } from './sketch-fixture.js';

/** Symbols that the attack is aimed at. */
const AIM = 40;
const CHOSEN = 30;

/** The tag of a record's item under a key, and the symbols below {@link AIM} that the item is mapped to. */
function placed(under: SketchKey, { keyDigest, digest }: DigestPair): { tag: Uint32Array; symbols: string } {
  const lanes = new Uint32Array(ITEM_LANES);
  under.itemLanes(keyDigest, digest, lanes, 0);
  const tag = new Uint32Array(TAG_LANES);
  under.tag(lanes, 0, tag);
  const cursors = new Cursors(1);
  const mapped: number[] = [];
  for (cursors.start(0, tag, 0); cursors.next[0]! < AIM; cursors.advance(0)) mapped.push(cursors.next[0]!);
  return { tag, symbols: mapped.join() };
}

/** Pairs of records, `count` in all, that agree in what `signature` says of them. */
function pairs(count: number, signature: (i: number) => string): [number, number][] {
  const seen = new Map<string, number>();
  const found: [number, number][] = [];
  for (let i = 0; found.length < count / 2; i++) {
    const of = signature(i);
    const twin = seen.get(of);
    if (twin === undefined) seen.set(of, i);
    else {
      found.push([twin, i]);
      seen.delete(of);
    }
  }
  return found;
}

const known = key(20);
const views = Array.from({ length: 12 }, (_, i) => key(200 + i));
const common = records(1_000_000, 1_000_200);
const setsOf = (chosen: readonly [number, number][]) => ({
  ofA: [...chosen.map(([a]) => record(a)), ...common],
  ofB: [...chosen.map(([, b]) => record(b)), ...common],
});
/** What B's first symbols tell A under a key. */
function decoded(under: SketchKey, { ofA, ofB }: ReturnType<typeof setsOf>, symbols: number): SketchDecoder {
  const decoder = new SketchDecoder(sketch(under, ofA));
  decoder.add(sketch(under, ofB).symbols(0, symbols));
  return decoder;
}
/** Under a key that was unknown when records were chosen, all of them are found, and nothing else. */
function expectAllFound(sets: ReturnType<typeof setsOf>): void {
  for (const under of views) {
    const decoder = decoded(under, sets, FIRST_SYMBOLS);
    expect(decoder.complete).toBe(true);
    expect(hexes(decoder.remoteOnly)).toEqual(itemsOf(under, sets.ofB.slice(0, CHOSEN / 2)));
    expect(hexes(decoder.localOnly)).toEqual(itemsOf(under, sets.ofA.slice(0, CHOSEN / 2)));
    // From the first symbol on something is seen to differ.
    const one = decoded(under, sets, 1);
    expect(one.complete).toBe(false);
  }
}

describe('thirty records in two data sets', () => {
  describe('of which every one of A shares its symbols with one of B', () => {
    const sets = setsOf(pairs(CHOSEN, (i) => placed(known, record(i)).symbols));

    it('never decode under the known key, and look like no difference at all', () => {
      const decoder = decoded(known, sets, AIM);
      expect(decoder.complete).toBe(false);
      expect([...decoder.remoteOnly, ...decoder.localOnly]).toEqual([]);
      expect(decoder.estimate()).toBe(0);
    });

    it('decode under every key of a view', () => expectAllFound(sets));

    it('are not said to be equal even under the known key, and decode with more symbols', () => {
      for (const symbols of [1, 2, AIM / 2, AIM]) expect(decoded(known, sets, symbols).complete).toBe(false);
      expect(decoded(known, sets, 4 * FIRST_SYMBOLS).complete).toBe(true);
    });
  });

  describe('that are in symbol 0 alone', () => {
    const lonely = pairs(CHOSEN, (i) => {
      const { symbols } = placed(known, record(i));
      return symbols === '0' ? symbols : `${i} ${symbols}`;
    });
    const sets = setsOf(lonely);

    it('hide from all symbols but the first under the known key', () => {
      const decoder = decoded(known, sets, AIM);
      expect(decoder.complete).toBe(false);
      expect([...decoder.remoteOnly, ...decoder.localOnly]).toEqual([]);
    });

    it('decode under every key of a view', () => expectAllFound(sets));
  });

  describe('whose checksums collide', () => {
    // 20 of the 32 bits: what a test finds in a second. The item itself is 192 bits, which nobody collides.
    const colliding = pairs(CHOSEN, (i) =>
      toHex(new Uint8Array(placed(known, record(i)).tag.buffer, 0, 4)).slice(0, 5),
    );
    const sets = setsOf(colliding);

    it('do so under the known key only', () => {
      const agree = (under: SketchKey) =>
        colliding.filter(([a, b]) => {
          const [left, right] = [a, b].map((i) => placed(under, record(i)).tag[0]!);
          return (left! & 0xffff) === (right! & 0xffff);
        }).length;
      expect(agree(known)).toBe(CHOSEN / 2);
      for (const under of views) expect(agree(under)).toBeLessThan(3);
    });

    it('decode under every key of a view, and under the known one', () => {
      expectAllFound(sets);
      const decoder = decoded(known, sets, FIRST_SYMBOLS);
      expect(decoder.complete).toBe(true);
      expect([decoder.remoteOnly.length, decoder.localOnly.length]).toEqual([CHOSEN / 2, CHOSEN / 2]);
    });
  });

  describe('where one bank holds the same thirty and the other none', () => {
    it('decode under the known key and every other', () => {
      const thirty = Array.from({ length: CHOSEN }, (_, i) => record(i));
      for (const under of [known, ...views]) {
        const decoder = new SketchDecoder(sketch(under, common));
        decoder.add(sketch(under, [...thirty, ...common]).symbols(0, FIRST_SYMBOLS));
        expect([decoder.complete, decoder.remoteOnly.length, decoder.localOnly.length]).toEqual([
          true,
          CHOSEN,
          0,
        ]);
      }
    });
  });
});
