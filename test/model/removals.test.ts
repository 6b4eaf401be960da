import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REMOVALS } from '../../model/engine/removals.js';
import { PairWorld } from '../../model/inclusion/pair.js';
import { CHANGES, RULES } from '../../model/inclusion/rules.js';
import { search } from '../../model/inclusion/search.js';
import { PAIR_SCALE, withChange, withoutRule } from '../../model/traces.js';

// The runs are written anew by `npm run model -- golden`.
const golden = (name: string): string =>
  readFileSync(new URL(`../golden/model-${name}.txt`, import.meta.url), 'utf8');

describe('without one rule of agreement', () => {
  it.each(REMOVALS.filter(({ redundant }) => !redundant))(
    '$name: two values are decided, or contents unseen prepared',
    (removal) => {
      expect(withoutRule(removal).text).toBe(golden(removal.name));
    },
  );
});

describe('two honest banks, while everybody else lies', () => {
  it.each(['by itself', 'brought in'] as const)(
    'the one is never left out by the other, nor what it holds: %s',
    (beginning) => {
      const { found, states } = search(new PairWorld(RULES, beginning, PAIR_SCALE));
      expect(found).toBeNull();
      expect(states).toBeGreaterThan(3000);
    },
  );

  it.each(CHANGES)('it is when this is not so: $rule', (change) => {
    expect(withChange(change).text).toBe(golden(`inclusion-${change.name}`));
  });
});
