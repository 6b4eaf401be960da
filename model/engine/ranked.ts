import type { Slot } from '../../src/protocol/slot.js';
import type { Call } from './call.js';
import type { Local } from './locals.js';
import { NOTHING_PAST, type Past } from './signed.js';
import type { Move, State, World } from './world.js';

/** The banks' states between two ranks, with what was signed before and is not in their logs any more. */
export interface Layered {
  readonly past: Past;
  readonly state: State;
}

export interface Ranked {
  /** States looked at, in all ranks. */
  readonly states: number;
  /** States at the end. */
  readonly last: readonly Layered[];
  /** Why a state was bad; null when none was. */
  readonly why: string | null;
}

/**
 * Every state that can be reached when all rules hold, rank by rank: the first phases of a slot, its second phases, and so
 * on slot by slot; after the last slot of a view, the timeouts of the view. In each rank every bank does one of the things
 * that it may do, or nothing.
 *
 * Any run can be sorted so: what a bank signs comes in the order of ranks, as the rules refuse what is below; what is shown
 * to it is of lower ranks; and nothing that a bank does keeps another from anything. And in later ranks the rules look at
 * nothing that was signed in earlier ones but the lock, so that only the lock stays in the log. test/model checks both:
 * against every order of steps, and by asking the rules with the whole log and with the lock alone.
 *
 * @param visit is called for every state between ranks, with the view
 */
export function exploreRanked(world: World, visit?: (layered: Layered, view: number) => void): Ranked {
  let layer: readonly Layered[] = [{ past: NOTHING_PAST, state: world.initial }];
  let states = 1;
  for (const slot of world.space.slots) {
    for (const rank of ranksOf(world, slot)) {
      const next = new Map<string, Layered>();
      for (const layered of layer) spread(world, layered, rank, next);
      layer = [...next.values()];
      states += layer.length;
      for (const layered of layer) {
        const why = world.violation(world.signed(layered.state, layered.past));
        if (why) return { states, last: layer, why };
        visit?.(layered, slot.view);
      }
    }
  }
  return { states, last: layer, why: null };
}

/** What banks may do in a rank, and what is remembered after it. */
interface Rank {
  moves(layered: Layered): readonly Move[];
  after(layered: Layered): Layered;
}

function ranksOf(world: World, slot: Slot): Rank[] {
  const signed = ({ state, past }: Layered) => world.signed(state, past);
  const same = (layered: Layered): Layered => layered;
  const alone = (calls: readonly Call[]): Move[] => calls.map((call) => [call]);
  const folded = (layered: Layered, ended: Past['ended']): Layered => {
    const { prepared, decided } = signed(layered);
    return { past: { prepared, decided, ended }, state: locksOnly(world, layered.state) };
  };
  const ranks: Rank[] = [
    { moves: (layered) => alone(world.prepares(signed(layered), slot)), after: same },
    {
      moves: (layered) => alone(world.commits(signed(layered), slot)),
      after: (layered) => folded(layered, layered.past.ended),
    },
  ];
  const { view, index } = slot;
  if (index < world.space.bounds.slots - 1) return ranks;
  return [
    ...ranks,
    {
      moves: (layered) => timeouts(world, layered, view),
      after: (layered) => folded(layered, { view, values: signed(layered).endings(view) }),
    },
  ];
}

/** A timeout, also just after learning of a certificate. */
function timeouts(world: World, { state, past }: Layered, view: number): Move[] {
  const signed = world.signed(state, past);
  const timeout = world.timeout(view);
  const holds = world.space.slots.flatMap((slot) => world.holds(signed, slot));
  return [[timeout], ...holds.map((hold) => [hold, timeout])];
}

function locksOnly(world: World, state: State): State {
  const ids = world.banks(state).map(({ log }) => world.locals.taken(log.filter(isLock)).id);
  return ids.sort((a, b) => a - b);
}

const isLock = ({ type }: Local['log'][number]): boolean => type === 'locked';

/** All that the banks together can make of it: each does one thing or nothing, and equal banks are exchangeable. */
function spread(world: World, { past, state }: Layered, rank: Rank, into: Map<string, Layered>): void {
  const moves = rank.moves({ past, state });
  const options = new Map<number, readonly number[]>();
  for (const id of state) if (!options.has(id)) options.set(id, outcomes(world, world.locals.get(id), moves));
  const chosen: number[] = [];
  const choose = (place: number, from: number): void => {
    if (place === state.length) {
      const layered = rank.after({ past, state: chosen.toSorted((a, b) => a - b) });
      into.set(nameOf(layered), layered);
      return;
    }
    const of = options.get(state[place]!)!;
    for (let i = from; i < of.length; i++) {
      chosen.push(of[i]!);
      choose(place + 1, state[place + 1] === state[place] ? i : 0);
      chosen.pop();
    }
  };
  choose(0, 0);
}

function nameOf({ past, state }: Layered): string {
  const { prepared, decided, ended } = past;
  return `${state.join()}/${prepared}/${decided}/${JSON.stringify(ended)}`;
}

function outcomes(world: World, local: Local, moves: readonly Move[]): number[] {
  const found = new Set([local.id]);
  for (const move of moves) {
    const next = world.moved(local, move);
    if (next) found.add(next.id);
  }
  return [...found];
}
