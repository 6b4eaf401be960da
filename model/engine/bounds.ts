import { quorum } from '../../src/protocol/quorum.js';
import type { Slot } from '../../src/protocol/slot.js';

/** How much is explored. */
export interface Bounds {
  /** n. */
  readonly banks: number;
  /** f, and as many liars. */
  readonly faults: number;
  readonly views: number;
  /** Slots of each view. */
  readonly slots: number;
}

/** The values that leaders propose, as places in a string of names. */
export const VALUES = 'AB';

/** Values and slots as the rules take them, for one set of bounds: masks have a bit for each value in each slot. */
export class Space {
  readonly quorum: number;
  readonly honest: number;

  constructor(readonly bounds: Bounds) {
    this.quorum = quorum(bounds.banks, bounds.faults);
    this.honest = bounds.banks - bounds.faults;
    // One view more than is explored: that of the honest leader who must be able to finish.
    if (this.bits(bounds.views + 1) > 30) throw new RangeError('more slots than a mask has bits');
  }

  /** Bits of the slots of the first `views` views. */
  bits(views: number): number {
    return views * this.bounds.slots * VALUES.length;
  }

  /** The place of a slot in the order of slots. */
  order(slot: Slot): number {
    return slot.view * this.bounds.slots + slot.index;
  }

  slot(order: number): Slot {
    return { view: Math.floor(order / this.bounds.slots), index: order % this.bounds.slots };
  }

  bit(slot: Slot, value: number): number {
    return 1 << (this.order(slot) * VALUES.length + value);
  }

  /** All slots of the bounds, ascending. */
  get slots(): Slot[] {
    return Array.from({ length: this.bounds.views * this.bounds.slots }, (_, order) => this.slot(order));
  }
}

export const nameOfSlot = ({ view, index }: Slot): string => `${view}.${index}`;
