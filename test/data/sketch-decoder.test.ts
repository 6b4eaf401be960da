import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/crypto/bytes.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { FIRST_SYMBOLS, symbolsFor } from '../../src/data/sketch-estimate.js';
import { ITEM_LANES, type SketchKey, TAG_LANES } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { Cursors } from '../../src/data/sketch-mapping.js';
import { encodeSymbols, MAX_SKETCH_SYMBOLS, Symbols } from '../../src/data/sketch-symbols.js';
import { decodeAll, exchange, failureOf } from './sketch-decoder-fixture.js';
import { digest, hexes, itemsOf, key, record, records, sketch } from './sketch-fixture.js';

describe('a decoder of honest sketches', () => {
  it('finds exactly the differences, whatever they are', () => {
    const size = fc.nat(60);
    fc.assert(
      fc.property(fc.nat(10_000), size, size, size, size, (view, common, changed, remote, local) => {
        const under = key(view);
        const a = records(0, common + changed + local);
        const b = [
          ...records(0, common),
          ...records(common, common + changed, 1),
          ...records(1_000, 1_000 + remote),
        ];
        const decoder = decodeAll(sketch(under, b), sketch(under, a));
        expect(decoder.complete).toBe(true);
        expect(hexes(decoder.remoteOnly)).toEqual(itemsOf(under, b.slice(common)));
        expect(hexes(decoder.localOnly)).toEqual(itemsOf(under, a.slice(common)));
        expect(decoder.remoteCount).toBe(b.length);
        expect(decoder.estimate()).toBe(2 * changed + remote + local);
      }),
      { numRuns: 60 },
    );
  });

  it('says after one symbol that equal sets are equal, and nothing before', () => {
    const decoder = new SketchDecoder(sketch(key(0), records(0, 100)));
    decoder.add(new Uint8Array(0));
    expect([decoder.complete, decoder.received]).toEqual([false, 0]);
    decoder.add(sketch(key(0), records(0, 100)).symbols(0, 1));
    expect([decoder.complete, decoder.received, decoder.estimate()]).toEqual([true, 1, 0]);
  });

  it('finds all of a set against an empty one, both ways', () => {
    const all = itemsOf(key(2), records(0, 500));
    const toEmpty = exchange(sketch(key(2), records(0, 500)), sketch(key(2), []));
    expect([hexes(toEmpty.remoteOnly), toEmpty.localOnly]).toEqual([all, []]);
    const fromEmpty = exchange(sketch(key(2), []), sketch(key(2), records(0, 500)));
    expect([fromEmpty.remoteOnly, hexes(fromEmpty.localOnly)]).toEqual([[], all]);
  });

  it('finds the same whether symbols come one by one or at once', () => {
    const local = sketch(key(3), records(0, 400));
    const remote = sketch(key(3), records(100, 500));
    const atOnce = new SketchDecoder(local);
    const oneByOne = new SketchDecoder(local);
    for (let i = 0; !oneByOne.complete; i++) oneByOne.add(remote.symbols(i, 1));
    expect(oneByOne.received).toBeLessThan(2 * 200);
    atOnce.add(remote.symbols(0, oneByOne.received));
    expect(atOnce.complete).toBe(true);
    expect(hexes(atOnce.remoteOnly)).toEqual(hexes(oneByOne.remoteOnly));
    expect(hexes(atOnce.localOnly)).toEqual(hexes(oneByOne.localOnly));
  });

  it('stays complete, with the same differences, when more symbols come', () => {
    const remote = sketch(key(4), records(5, 50));
    const decoder = new SketchDecoder(sketch(key(4), records(0, 45)));
    decoder.add(remote.symbols(0, 60));
    const before = [hexes(decoder.remoteOnly), hexes(decoder.localOnly)];
    decoder.add(remote.symbols(60, 90));
    expect(decoder.complete).toBe(true);
    expect([hexes(decoder.remoteOnly), hexes(decoder.localOnly)]).toEqual(before);
  });

  it('tells apart two records whose key ids collide', () => {
    const under = key(5);
    const item = under.item(digest('key', 0), digest('record', 0));
    const sibling = concatBytes(item.subarray(0, 8), digest('other', 0).subarray(0, 16));
    const local = new Sketch(SketchItems.fromItems(under, [item]));
    const remote = new Sketch(SketchItems.fromItems(under, [sibling]));
    const decoder = exchange(remote, local);
    expect([decoder.remoteOnly, decoder.localOnly]).toEqual([[sibling], [item]]);
  });

  it('shares one local sketch with other decoders', () => {
    const local = sketch(key(6), records(0, 100));
    for (const to of [90, 100, 130, 300]) {
      const decoder = exchange(sketch(key(6), records(20, to)), local);
      expect(decoder.localOnly).toHaveLength(20 + Math.max(0, 100 - to));
      expect(decoder.remoteOnly).toHaveLength(Math.max(0, to - 100));
    }
  });
});

describe('the estimate', () => {
  const trial = (differences: number, view: number, symbols: number): number => {
    const under = key(view);
    const local = sketch(under, records(0, differences >> 1));
    const decoder = new SketchDecoder(local);
    decoder.add(
      sketch(under, records(1_000_000, 1_000_000 + differences - (differences >> 1))).symbols(0, symbols),
    );
    return decoder.estimate();
  };

  it('is within a factor 1.6 with 64 symbols, 95 times in 100', () => {
    for (const [differences, trials] of [
      [50, 200],
      [200, 100],
      [1_000, 40],
      [10_000, 4],
    ] as const) {
      const estimates = Array.from({ length: trials }, (_, view) => trial(differences, view, 64));
      const good = estimates.filter((e) => e >= differences / 1.6 && e <= differences * 1.6).length;
      expect(good / trials).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('is not moved by what both hold, and never below the difference of sizes or what was found', () => {
    const under = key(7);
    const decoder = new SketchDecoder(sketch(under, records(0, 3_000)));
    decoder.add(sketch(under, records(0, 3_400)).symbols(0, 1));
    expect(decoder.estimate()).toBe(400);
    const near = new SketchDecoder(sketch(under, records(0, 3_000)));
    near.add(sketch(under, records(150, 3_150)).symbols(0, 64));
    expect(near.estimate()).toBeGreaterThan(300 / 2);
    expect(near.estimate()).toBeLessThan(300 * 2);
  });

  it('asks for enough symbols: one request decodes, and no run costs more than 84 bytes a difference', () => {
    for (const [differences, trials] of [
      [10, 50],
      [100, 150],
      [150, 150],
      [200, 150],
      [500, 40],
      [1_000, 20],
      [10_000, 2],
    ] as const) {
      for (let view = 0; view < trials; view++) {
        const under = key(view);
        const remote = sketch(under, records(0, differences >> 1));
        const local = sketch(under, records(differences >> 1, differences));
        const decoder = exchange(remote, local);
        expect(decoder.complete).toBe(true);
        const bytes = remote.symbols(0, decoder.received).length;
        if (differences >= 100) expect(bytes).toBeLessThanOrEqual(3.5 * 24 * differences);
      }
    }
  });

  it('leads to no unbounded request', () => {
    for (const estimate of [0, 1, 1e6, 1e12, Number.MAX_VALUE, Number.POSITIVE_INFINITY])
      for (const received of [0, 1, 2, 64, FIRST_SYMBOLS, 4_000]) {
        const total = symbolsFor(estimate, received);
        expect(Number.isSafeInteger(total)).toBe(true);
        expect(total).toBeGreaterThanOrEqual(received);
        expect(total).toBeLessThanOrEqual(MAX_SKETCH_SYMBOLS);
      }
  });
});

describe('a decoder of untrusted bytes', () => {
  it('never throws anything untyped, never ends wrong about random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 4 }), (chunks) => {
        const decoder = new SketchDecoder(sketch(key(8), records(0, 20)));
        for (const chunk of chunks) failureOf(() => decoder.add(chunk));
        expect(decoder.complete).toBe(false);
        expect(decoder.remoteOnly.length + decoder.localOnly.length).toBeLessThanOrEqual(decoder.received);
      }),
    );
  });

  it('never completes on symbols of garbage sums with plausible counts', () => {
    for (let seed = 0; seed < 30; seed++) {
      const decoder = new SketchDecoder(sketch(key(8), records(0, 5)));
      const symbols = Array.from({ length: 200 }, (_, i) =>
        concatBytes(
          Uint8Array.of(i === 0 ? 9 : digest('count', seed * 1_000 + i)[0]! % 7),
          digest('sum', seed * 1_000 + i).subarray(4),
        ),
      );
      failureOf(() => decoder.add(concatBytes(...symbols)));
      expect(decoder.complete).toBe(false);
    }
  });

  it('is unchanged by malformed bytes', () => {
    const remote = sketch(key(9), records(2, 30));
    const decoder = new SketchDecoder(sketch(key(9), records(0, 28)), 100);
    const bytes = remote.symbols(0, 60);
    decoder.add(remote.symbols(0, 2));
    for (const bad of [bytes.subarray(0, 40), concatBytes(bytes, Uint8Array.of(1)), remote.symbols(0, 99)])
      expect(failureOf(() => decoder.add(bad))).toMatchObject({ code: 'SKETCH_MALFORMED' });
    expect(decoder.received).toBe(2);
    decoder.add(remote.symbols(2, 98));
    expect([decoder.complete, decoder.received]).toEqual([true, 100]);
  });

  it('does not complete when one bit of a symbol is wrong', () => {
    const under = key(10);
    const bytes = sketch(under, records(10, 110)).symbols(0, 80);
    for (let i = 0; i < 60; i++) {
      const flipped = bytes.slice();
      flipped[(i * 137) % bytes.length]! ^= 1 << (i % 8);
      const decoder = new SketchDecoder(sketch(under, records(0, 100)));
      failureOf(() => decoder.add(flipped));
      expect(decoder.complete).toBe(false);
    }
  });

  it('does not complete on a sketch under another key', () => {
    const decoder = new SketchDecoder(sketch(key(11), records(0, 100)));
    failureOf(() => decoder.add(sketch(key(12), records(0, 100)).symbols(0, 400)));
    expect(decoder.complete).toBe(false);
  });
});

describe('a decoder against a sender who knows the key', () => {
  /** One item with its tag and its symbols below `limit`. */
  const craft = (under: SketchKey, i: number, limit: number) => {
    const pair = record(i);
    const lanes = new Uint32Array(ITEM_LANES);
    under.itemLanes(pair.keyDigest, pair.digest, lanes, 0);
    const tag = new Uint32Array(TAG_LANES);
    under.tag(lanes, 0, tag);
    const cursors = new Cursors(1);
    const mapped: number[] = [];
    for (cursors.start(0, tag, 0); cursors.next[0]! < limit; cursors.advance(0))
      mapped.push(cursors.next[0]!);
    return {
      lanes,
      tag,
      mapped,
      put: (symbols: Symbols, at: number) => symbols.mix(at, lanes, 0, tag[0]!, 1),
    };
  };
  const limit = 60;
  const under = key(13);
  const item = craft(under, 0, limit);
  const empty = (): Symbols => {
    const symbols = new Symbols();
    symbols.extend(limit);
    return symbols;
  };
  const decodeAgainst = (local: Sketch, symbols: Symbols) =>
    failureOf(() => new SketchDecoder(local).add(encodeSymbols(symbols, 0, limit)));

  it('needs the test item in three symbols or more', () => expect(item.mapped.length).toBeGreaterThan(2));

  it('refuses an item said to be in a symbol of its own but missing from another', () => {
    const symbols = empty();
    item.put(symbols, item.mapped[0]!);
    expect(decodeAgainst(sketch(under, []), symbols)).toEqual({
      code: 'SKETCH_INCONSISTENT',
      reason: 'held-by-neither',
    });
  });

  it('refuses an item that only the remote side holds, but which is held here', () => {
    const symbols = empty();
    for (const at of item.mapped) item.put(symbols, at);
    symbols.counts[0] = 2;
    symbols.counts[item.mapped[1]!] = 2;
    symbols.lanes.fill(0, 7 * item.mapped[1]!, 7 * item.mapped[1]! + 7);
    expect(decodeAgainst(sketch(under, [record(0)]), symbols)).toEqual({
      code: 'SKETCH_INCONSISTENT',
      reason: 'held-by-both',
    });
  });

  it('refuses to accept an item twice', () => {
    const symbols = empty();
    item.put(symbols, item.mapped[1]!);
    for (const at of item.mapped.slice(2)) item.put(symbols, at);
    // Symbol 0 has room for two items but holds neither alone; another holds the item twice and so cancels.
    symbols.counts[0] = 2;
    symbols.counts[item.mapped[2]!] = 2;
    symbols.lanes.fill(0, 7 * item.mapped[2]!, 7 * item.mapped[2]! + 7);
    expect(decodeAgainst(sketch(under, []), symbols)).toEqual({
      code: 'SKETCH_INCONSISTENT',
      reason: 'twice',
    });
  });

  it('does not take an item from a symbol it is not mapped to', () => {
    const elsewhere = Array.from({ length: limit }, (_, i) => i).find((i) => !item.mapped.includes(i))!;
    const symbols = empty();
    symbols.counts[0] = 5;
    item.put(symbols, elsewhere);
    const decoder = new SketchDecoder(sketch(under, []));
    decoder.add(encodeSymbols(symbols, 0, limit));
    expect([decoder.complete, decoder.remoteOnly]).toEqual([false, []]);
  });

  it('refuses everything after a contradiction, with the same error', () => {
    const symbols = empty();
    item.put(symbols, 0);
    const decoder = new SketchDecoder(sketch(under, []));
    const first = failureOf(() => decoder.add(encodeSymbols(symbols, 0, limit)));
    expect(first).toMatchObject({ code: 'SKETCH_INCONSISTENT' });
    expect(failureOf(() => decoder.add(encodeSymbols(symbols, 0, limit)))).toEqual(first);
    expect(failureOf(() => decoder.add(new Uint8Array(3)))).toEqual(first);
    expect(decoder.complete).toBe(false);
  });

  it('ends, within the symbols sent, on any mixture of true and false symbols', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(limit - 1), fc.nat(11), fc.nat(3)), { maxLength: 120 }),
        fc.nat(12),
        (mixture, held) => {
          const symbols = empty();
          symbols.counts[0] = 1_000;
          const pool = Array.from({ length: 12 }, (_, i) => craft(under, i, limit));
          for (const [at, i, whole] of mixture) {
            const one = pool[i]!;
            for (const symbol of whole ? one.mapped : [at]) one.put(symbols, symbol);
          }
          symbols.counts[0] = 1_000;
          const decoder = new SketchDecoder(sketch(under, records(0, held)));
          failureOf(() => decoder.add(encodeSymbols(symbols, 0, limit)));
          const found = hexes([...decoder.remoteOnly, ...decoder.localOnly]);
          expect(new Set(found).size).toBe(found.length);
          expect(found.length).toBeLessThanOrEqual(decoder.received);
        },
      ),
      { numRuns: 200 },
    );
  });
});
