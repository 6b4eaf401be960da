import { type Codec, struct, u16, u32 } from '../crypto/encoding.js';

/** A round of agreement: the `index`-th of a view. Slots of an epoch are totally ordered, by view, then by index. */
export interface Slot {
  /** The view, from 0. */
  readonly view: number;
  /** The place in the view, from 0. */
  readonly index: number;
}

export const slotCodec: Codec<Slot> = struct<Slot>({ view: u32, index: u16 });

/** Names a slot in a map: no two slots of an epoch have one name. */
export const slotName = ({ view, index }: Slot): string => `${view}.${index}`;

/** Negative when `a` comes before `b`, zero when they are the same slot. */
export function compareSlots(a: Slot, b: Slot): number {
  return a.view - b.view || a.index - b.index;
}

/** The last slot index of a view: one draft, W, and three for each liar. */
export function lastSlotIndex(faults: number): number {
  return 3 * faults + 1;
}
