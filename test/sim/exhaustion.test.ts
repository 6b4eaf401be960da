import { describe, expect, it } from 'vitest';
import { MAX_EARLY_BYTES } from '../../src/protocol/early-messages.js';
import { messageTypeOf } from '../../src/protocol/message-codec.js';
import { follower, named, simulation } from './attack-fixture.js';

/** What is sent in an epoch beside this strategy, or none: by honest banks in bytes, by the liar in messages of a type. */
function sentBeside(strategy: string | null) {
  const counts = new Map<string, number>();
  let total = 0;
  const liars = new Map(strategy ? [[follower, named(strategy)]] : []);
  const run = simulation(liars, (from, _, encoded) => {
    const type = messageTypeOf(encoded);
    if (from === follower) counts.set(type, (counts.get(type) ?? 0) + 1);
    else total += encoded.length;
  });
  expect(run.runEpoch().complete).toBe(true);
  expect(run.oracle.violations).toEqual([]);
  return { counts, total };
}

describe('beggar', () => {
  it('asks for all of it many times, and costs less than five times an honest run', () => {
    const honest = sentBeside(null);
    const { counts, total } = sentBeside('beggar');
    expect(counts.get('want')).toBeGreaterThan(100);
    expect(counts.get('missing')).toBeGreaterThan(100);
    expect(total).toBeLessThan(5 * honest.total);
  });
});

describe('early-slices-flood', () => {
  it('sends more than a bank keeps, and has honest banks send no more for it', () => {
    const { counts, total } = sentBeside('early-slices-flood');
    expect(counts.get('slices')).toBeGreaterThan(14);
    expect(total).toBeLessThan(5 * sentBeside(null).total);
    expect(MAX_EARLY_BYTES).toBeLessThan(15 * 8 * (1 << 20));
  });
});
