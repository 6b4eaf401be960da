import { describe, expect, it } from 'vitest';
import { type Bounds, Space } from '../../model/engine/bounds.js';
import type { Call } from '../../model/engine/call.js';
import { explore } from '../../model/engine/explore.js';
import { stuck } from '../../model/engine/finish.js';
import { type Local, Locals } from '../../model/engine/locals.js';
import { exploreRanked } from '../../model/engine/ranked.js';
import { World } from '../../model/engine/world.js';

const four = (views: number, slots: number): Bounds => ({ banks: 4, faults: 1, views, slots });
const worldOf = (bounds: Bounds, property: 'agreement' | 'contents' = 'agreement'): World => {
  const space = new Space(bounds);
  return new World(space, new Locals(space), property);
};

describe('in every state that liars and the network can bring honest banks into', () => {
  it.each([
    { bounds: four(1, 3), states: 2154 },
    { bounds: four(2, 1), states: 469 },
    { bounds: four(2, 2), states: 15507 },
    { bounds: { banks: 5, faults: 1, views: 2, slots: 1 }, states: 655 },
    { bounds: { banks: 7, faults: 2, views: 1, slots: 2 }, states: 825 },
  ])('one value is decided, and an honest leader can finish: $bounds', ({ bounds, states }) => {
    const world = worldOf(bounds);
    const blocked = new Set<string>();
    const ranked = exploreRanked(world, ({ state, past }, view) => {
      const why = stuck(world, state, view, past);
      if (why) blocked.add(why);
    });
    expect(ranked.why).toBeNull();
    expect([...blocked]).toEqual([]);
    expect(ranked.states).toBe(states);
    // Not for want of trying: some value is decided, and each of two is prepared.
    const { last } = ranked;
    expect(last.some(({ past }) => past.decided !== 0)).toBe(true);
    const prepared = last.reduce((union, { past }) => union | past.prepared, 0);
    expect([prepared & 1, prepared & 2]).toEqual([1, 2]);
  });

  it('only what all honest inputs attested is prepared', () => {
    expect(explore(worldOf(four(1, 2), 'contents')).found).toBeNull();
  });
});

describe('exploring by ranks', () => {
  it('finds the same outcomes as every order of steps', () => {
    const [one, other] = [worldOf(four(1, 2)), worldOf(four(1, 2))];
    const outcomes = new Set<string>();
    const { states } = explore(one, (state) => {
      const { prepared, decided } = one.signed(state);
      outcomes.add(`${prepared}/${decided}`);
    });
    const { last } = exploreRanked(other);
    expect(new Set(last.map(({ past }) => `${past.prepared}/${past.decided}`))).toEqual(outcomes);
    expect(states).toBe(32196);
    expect(outcomes.size).toBeGreaterThan(20);
  });

  it('tells a timeout certificate that names nothing from none', () => {
    const world = worldOf(four(2, 1));
    const before = world.moves(world.signed(world.initial)).flat();
    const gaveUp = world.moved(world.locals.initial, [world.timeout(0)])!;
    const state = [world.locals.initial.id, gaveUp.id, gaveUp.id];
    const later = world.moves(world.signed(state)).flat();
    const inViewOne = (call: Call): boolean => call.act === 'prepare' && call.ended?.view === 0;
    expect([before.some(inViewOne), later.some(inViewOne)]).toEqual([false, true]);
  });

  // What exploring by ranks, and forgetting all but locks, takes for granted, asked of the rules themselves.
  const space = new Space(four(2, 1));
  const locals = new Locals(space);
  const world = new World(space, locals, 'agreement');
  exploreRanked(world);
  const ranked = [...locals.all];
  const calls = space.slots.flatMap((slot): Call[] =>
    [0, 1].flatMap((value): Call[] => [
      { act: 'commit', slot, value },
      ...[null, 0, 1].map(
        (named): Call => ({
          act: 'prepare',
          slot,
          value,
          ended: slot.view > 0 ? { view: slot.view - 1, value: named } : null,
          vouched: 'by all inputs',
        }),
      ),
    ]),
  );

  it('loses nothing: a bank signs in the order of ranks', () => {
    let refused = 0;
    for (const local of ranked)
      for (const call of calls) {
        if (rankOf(call) >= lastRank(local)) continue;
        const next = locals.ask(local, call);
        expect(typeof next === 'string' || next === local).toBe(true);
        refused++;
      }
    expect(refused).toBeGreaterThan(100);
  });

  it('loses nothing: of what was signed in lower ranks the rules look at the lock alone', () => {
    let compared = 0;
    for (const local of ranked) {
      const lockOnly = locals.taken(local.log.filter(({ type }) => type === 'locked'));
      for (const call of calls.filter((each) => rankOf(each) > lastRank(local))) {
        expect(gained(lockOnly, locals.ask(lockOnly, call))).toEqual(gained(local, locals.ask(local, call)));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('loses nothing: to know of a certificate never helps to a vote', () => {
    let compared = 0;
    for (const local of ranked) {
      const lockless = locals.taken(local.log.filter(({ type }) => type !== 'locked'));
      for (const call of calls) {
        const next = locals.ask(local, call);
        if (typeof next === 'string') continue;
        const free = gained(lockless, locals.ask(lockless, call));
        expect(free).toMatchObject({
          prepared: next.prepared & ~local.prepared,
          committed: next.committed & ~local.committed,
        });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(20);
  });

  /** Slots, each with two phases; the timeouts of a view are above its last slot. */
  function rankOf(call: Call): number {
    return call.act === 'timeout' ? 0 : 2 * space.order(call.slot) + (call.act === 'commit' ? 1 : 0);
  }

  function lastRank({ prepared, committed, timeouts }: Local): number {
    const highest = (mask: number): number => Math.floor((31 - Math.clz32(mask)) / 2);
    return Math.max(
      prepared === 0 ? -1 : 2 * highest(prepared),
      committed === 0 ? -1 : 2 * highest(committed) + 1,
      timeouts.length === 0 ? -1 : 2 * timeouts.length * space.bounds.slots - 0.5,
    );
  }

  function gained(before: Local, after: Local | string): unknown {
    if (typeof after === 'string') return after;
    return {
      prepared: after.prepared & ~before.prepared,
      committed: after.committed & ~before.committed,
      lock: after.lock,
    };
  }
});
