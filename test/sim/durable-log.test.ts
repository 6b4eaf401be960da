import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DurableLog } from '../../src/sim/durable-log.js';

const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });

describe('DurableLog', () => {
  it('gives back whatever was appended', () => {
    fc.assert(
      fc.property(fc.array(entries), (steps) => {
        const log = new DurableLog();
        for (const step of steps) log.append(step);
        expect(log.recover()).toEqual(steps.flat());
      }),
    );
  });

  it('keeps a prefix of what was appended when the power failed, and nothing of an entry that is torn', () => {
    let torn = 0;
    fc.assert(
      fc.property(entries, entries, entries, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, c, share) => {
        const log = new DurableLog();
        log.append(a);
        const isTorn = log.tear(b, share);
        if (isTorn) torn++;
        const kept = log.recover();
        expect(kept.slice(0, a.length)).toEqual(a);
        expect(kept.slice(a.length)).toEqual(b.slice(0, kept.length - a.length));
        if (isTorn) expect(kept.length).toBeLessThan(a.length + b.length);
        // What is appended next is not read together with what was left of the tail.
        log.append(c);
        expect(log.recover()).toEqual([...kept, ...c]);
      }),
    );
    expect(torn).toBeGreaterThan(0);
  });

  it('keeps everything or nothing at the ends', () => {
    const step = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
    for (const [share, kept] of [
      [0, []],
      [1, step],
    ] as const) {
      const log = new DurableLog();
      expect(log.tear(step, share)).toBe(false);
      expect(log.recover()).toEqual(kept);
    }
  });
});
