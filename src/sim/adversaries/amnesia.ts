import type { Effects, Input } from '../../protocol/effects.js';
import { defineAdversary } from '../adversary.js';

/** Inputs between two losses of memory, at most. */
const LONGEST_MEMORY = 20;
/** Losses of memory, at most: among liars each would be the occasion of another one's. */
const MOST_LOSSES = 20;

const both = (first: Effects, second: Effects): Effects => ({
  persist: [...first.persist, ...second.persist],
  send: [...first.send, ...second.send],
  timers: [...first.timers, ...second.timers],
  output: [...first.output, ...second.output],
});

/** A restart without the log: what it signed before, it may contradict. Its keys and records it still has. */
export const amnesia = defineAdversary({
  name: 'amnesia',
  description: 'restarts again and again having forgotten its log, and starts the epoch anew',
  core: ({ bank, create, random }) => {
    let current = bank;
    let started: Input | null = null;
    let losses = 0;
    let left = 1 + random.int(LONGEST_MEMORY);
    return {
      step: (input) => {
        if (input.type === 'start') started = input;
        if (!started || started === input || losses === MOST_LOSSES || --left > 0) return current.step(input);
        losses++;
        left = 1 + random.int(LONGEST_MEMORY);
        current = create({ chain: current.chain });
        return both(current.step(started), current.step(input));
      },
    };
  },
});
