import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { compareSlots, lastSlotIndex, type Slot, slotCodec } from '../../src/protocol/slot.js';

const slots = fc.record({ view: fc.nat(2 ** 32 - 1), index: fc.nat(2 ** 16 - 1) });
const near = fc.record({ view: fc.nat(3), index: fc.nat(3) });

describe('slots', () => {
  it('are totally ordered, by view, then by index', () => {
    fc.assert(
      fc.property(near, near, near, (a, b, c) => {
        expect(Math.sign(compareSlots(a, b))).toBe(-Math.sign(compareSlots(b, a)) + 0);
        expect(compareSlots(a, b) === 0).toBe(a.view === b.view && a.index === b.index);
        if (compareSlots(a, b) <= 0 && compareSlots(b, c) <= 0)
          expect(compareSlots(a, c)).toBeLessThanOrEqual(0);
        if (a.view < b.view) expect(compareSlots(a, b)).toBeLessThan(0);
      }),
    );
  });

  it('come back from six bytes whose order is theirs', () => {
    fc.assert(
      fc.property(slots, slots, (a, b) => {
        const [x, y] = [encode(slotCodec, a), encode(slotCodec, b)];
        expect(x).toHaveLength(6);
        expect(decode(slotCodec, x)).toEqual(a);
        expect(Math.sign(Buffer.compare(x, y))).toBe(Math.sign(compareSlots(a, b)));
      }),
    );
  });

  it('are not written when a number does not fit', () => {
    const bad: Slot[] = [
      { view: -1, index: 0 },
      { view: 2 ** 32, index: 0 },
      { view: 0, index: 2 ** 16 },
      { view: 0.5, index: 0 },
      { view: 0, index: Number.NaN },
    ];
    for (const slot of bad) expect(() => encode(slotCodec, slot)).toThrow(/out of range/);
  });

  it('leave room in a view for the draft and a redraft for each bank dropped or brought back', () => {
    expect([0, 1, 3].map(lastSlotIndex)).toEqual([1, 4, 10]);
  });
});
