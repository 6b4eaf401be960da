import { describe, expect, it } from 'vitest';
import { Sketch } from '../../src/data/sketch.js';
import { SketchDecoder } from '../../src/data/sketch-decoder.js';
import { symbolsWithin } from '../../src/data/sketch-estimate.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { differenceSeen, furtherSymbols, leastKeys, MAX_PARTS } from '../../src/protocol/further-symbols.js';
import { Random } from '../../src/sim/random.js';

/** Sketches of two sets that hold so many keys in different versions. */
function pair(keys: number, seed: number): [Sketch, Sketch] {
  const random = new Random(seed);
  const key = new SketchKey(random.bytes(32));
  const ids = Array.from({ length: keys }, () => random.bytes(8));
  const sketch = () =>
    new Sketch(
      SketchItems.fromItems(
        key,
        ids.map((id) => Uint8Array.of(...id, ...random.bytes(16))),
      ),
    );
  return [sketch(), sketch()];
}

/** Lets a leader decode a bank's sketch: parts asked for, symbols received, and whether all was found. */
function collect([leader, bank]: [Sketch, Sketch], first: number, limit: number) {
  const most = symbolsWithin(limit);
  const seenByLeader = new SketchDecoder(leader, most);
  const seenByBank = new SketchDecoder(bank, most);
  seenByLeader.add(bank.symbols(0, first));
  for (let parts = 0; ; parts++) {
    const { received } = seenByLeader;
    if (seenByLeader.complete) return { parts, received, complete: true };
    seenByBank.add(leader.symbols(seenByBank.received, received - seenByBank.received));
    const count = furtherSymbols(differenceSeen(seenByLeader), limit);
    expect(furtherSymbols(differenceSeen(seenByBank), limit)).toBe(count);
    expect(seenByBank.complete).toBe(false);
    if (count === null || parts === MAX_PARTS) return { parts, received, complete: false };
    seenByLeader.add(bank.symbols(received, count));
  }
}

describe('further symbols', () => {
  it('list as many altered keys as may differ, from however few first symbols', { timeout: 60_000 }, () => {
    for (const [keys, runs] of [
      [8, 300],
      [60, 100],
      [900, 6],
    ] as const)
      for (const first of [8, 64, 256].filter((count) => count <= Math.max(8, keys)))
        for (let seed = 0; seed < runs; seed++) {
          const { complete, parts } = collect(pair(keys, seed), first, keys);
          expect([keys, first, seed, complete]).toEqual([keys, first, seed, true]);
          expect(parts).toBeLessThanOrEqual(MAX_PARTS);
        }
  });

  it('are counted alike by who shows and who is shown, and are none beyond the bound', () => {
    const { complete, received } = collect(pair(400, 1), 256, 200);
    expect(complete).toBe(false);
    expect(received).toBeLessThanOrEqual(symbolsWithin(200));
  });

  it('are no more than three for each difference, and sixteen for each that the leader showed', () => {
    for (const received of [8, 64, 256, 5000])
      for (const estimate of [1, 10, 100, 10_000, 100_000]) {
        const count = furtherSymbols({ estimate, surplus: 0, received }, 1 << 16)!;
        expect(received + count).toBeLessThanOrEqual(Math.max(3 * estimate + 64, Math.ceil(1.25 * received)));
        expect(count).toBeLessThanOrEqual(Math.max(4096, 16 * received));
        expect(count).toBeGreaterThan(0);
      }
  });

  it('are none for records that one side lacks on more keys than may differ', () => {
    expect(furtherSymbols({ estimate: 300, surplus: 300, received: 4000 }, 200)).toBeNull();
    expect(furtherSymbols({ estimate: 300, surplus: 0, received: 256 }, 200)).not.toBeNull();
    expect(leastKeys({ estimate: 300, surplus: 300 })).toBe(300);
    expect(leastKeys({ estimate: 300, surplus: 0 })).toBe(150);
    expect(leastKeys({ estimate: 0, surplus: 7 })).toBe(7);
  });
});
