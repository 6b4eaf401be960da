import { Space } from './engine/bounds.js';
import { explore } from './engine/explore.js';
import { Locals } from './engine/locals.js';
import type { Removal } from './engine/removals.js';
import { named, shortened, tell } from './engine/run.js';
import { World } from './engine/world.js';
import { PairWorld } from './inclusion/pair.js';
import { type Change, RULES } from './inclusion/rules.js';
import { search } from './inclusion/search.js';

/** States looked at, and what goes wrong without one rule, in words; null when nothing was found. */
export interface Trace {
  readonly states: number;
  readonly text: string | null;
}

/** n = 4, one liar. */
export function withoutRule(removal: Removal): Trace {
  const space = new Space({ banks: 4, faults: 1, views: removal.views, slots: removal.slots });
  const world = new World(space, new Locals(space, removal), removal.property, removal);
  const { states, found } = explore(world);
  if (!found) return { states, text: null };
  const deeds = shortened(world, named(world, found.steps));
  return { states, text: tell(world, removal, deeds, new Locals(space)) };
}

/** Bounds in which each change of the rules of inclusion shows. */
export const PAIR_SCALE = { slots: 2, delta: 2 };

export function withChange(change: Change): Trace {
  const rules = { ...RULES, ...change.rules };
  const { states, found } = search(new PairWorld(rules, change.beginning, PAIR_SCALE));
  if (!found) return { states, text: null };
  const apart = rules.beginWithin === 1 ? 'Δ' : `${rules.beginWithin} Δ`;
  const lines = [
    `Without: ${change.rule}.`,
    `h and b are honest, all others may lie. Δ is ${PAIR_SCALE.delta} ticks; a message takes less. b ${
      change.beginning === 'by itself'
        ? `begins by itself, less than ${apart} from h`
        : 'is brought into the view by a draft'
    }.`,
    '',
    ...found.deeds,
    '',
    `${found.bad}.`,
    '',
  ];
  return { states, text: lines.join('\n') };
}
