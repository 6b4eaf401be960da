import { TAG_LENGTH } from '../crypto/dealing.js';
import { fragmentLength } from '../crypto/erasure.js';
import { maxFaults, quorum } from './quorum.js';

/**
 * Most bytes of a payload: what a dealer can make every receiver allocate, three times over in coded form, and what a
 * proof against it can weigh. A dealer whose records would take more cannot deal.
 */
export const MAX_PAYLOAD = 1 << 24;

/** Most bytes of a fragment anywhere: of a payload that is not divided. */
export const MAX_FRAGMENT: number = fragmentLength(MAX_PAYLOAD + TAG_LENGTH, 1, 1);

/**
 * Most bytes of a fragment among so many banks: a payload is divided by q − f, which is the smallest where they bear the
 * most faults.
 */
export function maxFragment(banks: number): number {
  const faults = maxFaults(banks);
  return fragmentLength(MAX_PAYLOAD + TAG_LENGTH, quorum(banks, faults) - faults, banks);
}
