// What a decoder takes for granted: it is not looked for, costs no symbols, and is not in the estimate.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { codeOf } from '../code-of.js';
import { hexes, key, records } from './sketch-fixture.js';

const under = key(3);
const items = (from: number, to: number): Uint8Array[] =>
  records(from, to).map(({ keyDigest, digest }) => under.item(keyDigest, digest));
const sketch = (of: readonly Uint8Array[]): Sketch => new Sketch(SketchItems.fromItems(under, of));
const common = items(0, 200);

/** A decoder of somebody with the common items and `local`, which takes `assumed` for granted. */
function decoder(assumed: readonly Uint8Array[], local: readonly Uint8Array[] = []): SketchDecoder {
  const made = new SketchDecoder(sketch([...common, ...local]));
  made.assume(assumed);
  return made;
}

describe('items that are taken for granted', () => {
  it('are left out of what is found and of the estimate, with symbols for the others only', () => {
    const size = fc.nat(20);
    fc.assert(
      fc.property(fc.nat(300), size, size, (assumed, remote, local) => {
        const [granted, theirs, ours] = [
          items(1000, 1000 + assumed),
          items(2000, 2000 + remote),
          items(3000, 3000 + local),
        ];
        const decoding = decoder(granted, ours);
        decoding.add(sketch([...common, ...granted, ...theirs]).symbols(0, 200));
        expect(decoding.complete).toBe(true);
        expect(hexes(decoding.remoteOnly)).toEqual(hexes(theirs));
        expect(hexes(decoding.localOnly)).toEqual(hexes(ours));
        expect(decoding.estimate()).toBe(remote + local);
        expect(decoding.remoteCount).toBe(common.length + assumed + remote);
      }),
      { numRuns: 25 },
    );
  });

  it('are not in the estimate before all others are found either, however the symbols come', () => {
    const [granted, theirs] = [items(1000, 3000), items(5000, 5400)];
    const symbols = sketch([...common, ...granted, ...theirs]);
    for (const parts of [[256], [1, 255], [64, 64, 128], new Array<number>(256).fill(1)]) {
      const decoding = decoder(granted);
      for (const part of parts) decoding.add(symbols.symbols(decoding.received, part));
      expect(decoding.complete).toBe(false);
      expect(decoding.estimate()).toBeGreaterThan(400 / 1.6);
      expect(decoding.estimate()).toBeLessThan(400 * 1.6);
    }
  });

  it('may all be what the other side has besides: one symbol is enough', () => {
    const granted = items(1000, 3000);
    const decoding = decoder(granted);
    decoding.add(sketch([...common, ...granted]).symbols(0, 1));
    expect([decoding.complete, decoding.estimate()]).toEqual([true, 0]);
  });

  it('keep the decoder from being complete when the other side lacks one, or one is held here', () => {
    const granted = items(1000, 1010);
    for (const wrong of [
      decoder(items(999, 1010)),
      decoder([...granted, common[0]!]),
      decoder(items(1000, 1040)),
    ]) {
      const code = codeOf(() => wrong.add(sketch([...common, ...granted]).symbols(0, 256)));
      expect([code === 'none' || code === 'SKETCH_INCONSISTENT', wrong.complete]).toEqual([true, false]);
    }
  });

  it('are refused when one stands twice, or is no item', () => {
    const [one] = items(1000, 1001);
    expect(codeOf(() => decoder([one!, one!]))).toBe('SKETCH_DUPLICATE_ITEM');
    expect(codeOf(() => decoder([one!.subarray(1)]))).toBe('BYTES_WRONG_LENGTH');
  });

  it('do not count to the items that symbols may give at most', () => {
    // More items than symbols are made up by who knows the key; what was granted is not among them.
    const granted = items(1000, 1300);
    const decoding = decoder(granted);
    decoding.add(sketch([...common, ...granted, ...items(2000, 2003)]).symbols(0, 32));
    expect([decoding.complete, decoding.remoteOnly.length]).toEqual([true, 3]);
  });
});
