import type { Slot } from '../../src/protocol/slot.js';
import { nameOfSlot, VALUES } from './bounds.js';

/** A timeout certificate, as far as a first-phase vote depends on it: the view that it ends, and the value it names. */
export interface Ended {
  readonly view: number;
  readonly value: number | null;
}

/** What a bank is asked. Asked of {@link Safety} as it stands, by {@link Locals.ask}. */
export type Call =
  | {
      readonly act: 'prepare';
      readonly slot: Slot;
      readonly value: number;
      /** What ended the view before; null in view 0, or when nothing is shown. */
      readonly ended: Ended | null;
      /** Whether the bank vouches for the contents itself (with an electorate), or was shown that all inputs did. */
      readonly vouched: 'itself' | 'by all inputs' | 'no';
    }
  | { readonly act: 'commit'; readonly slot: Slot; readonly value: number }
  | { readonly act: 'hold'; readonly slot: Slot; readonly value: number }
  | { readonly act: 'timeout'; readonly view: number };

/** Names a call: equal calls, equal names. */
export function nameOfCall(call: Call): string {
  if (call.act === 'timeout') return `timeout ${call.view}`;
  const what = `${call.act} ${VALUES[call.value]} in ${nameOfSlot(call.slot)}`;
  if (call.act !== 'prepare') return what;
  const { ended, vouched } = call;
  const named = ended && (ended.value === null ? 'none' : VALUES[ended.value]);
  return `${what}${ended ? `, view ${ended.view} ended with ${named}` : ''}, vouched for ${vouched}`;
}
