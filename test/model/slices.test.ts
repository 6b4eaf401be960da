import { describe, expect, it } from 'vitest';
import { checkLists } from '../../model/slices/lists.js';
import { quorum } from '../../src/protocol/quorum.js';

describe('whatever lists a liar shows', () => {
  it.each([true, false])('W and the sum are held by f + 1 honest banks (liar first: %s)', (liarsFirst) => {
    expect(checkLists(4, 1, 3, liarsFirst)).toEqual({ cases: 2106, found: null });
  });

  it('fewer listings than a quorum would not be enough', () => {
    const fewer = (banks: number, faults: number): number => quorum(banks, faults) - 1;
    expect(checkLists(4, 1, 3, true, fewer).found).toMatch(/^dealer \d is in W/);
  });
});
