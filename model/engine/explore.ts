import type { Local } from './locals.js';
import type { Signed } from './signed.js';
import type { Move, State, World } from './world.js';

/** One step of a run: which of the honest banks, by its place in the state before, and what it did. */
export interface Step {
  readonly place: number;
  readonly move: Move;
}

export interface Explored {
  /** States found, the initial one included. */
  readonly states: number;
  /** States of one bank found. */
  readonly locals: number;
  /** A run to a bad state, and why it is bad; null when there is none. */
  readonly found: { readonly steps: readonly Step[]; readonly why: string } | null;
}

/** What a Set of V8 can hold, about. */
const MOST_STATES = 16_000_000;

/** How much nearer to a bad state is preferred to fewer steps. Runs are shortened afterwards, see `shortened`. */
const HASTE = 2;

/**
 * Every state that can be reached, in any order of steps; those first that look nearest to a bad one, until one is found.
 *
 * @param visit is called for every state
 * @throws RangeError when there are more states than memory has room for
 */
export function explore(world: World, visit?: (state: State) => void): Explored {
  const parents = new Map<string, { readonly from: string; readonly step: Step; readonly steps: number }>();
  const queues: { readonly key: string; readonly steps: number }[][] = [];
  const done = new Set<string>();
  let far = 0;
  const add = (key: string, steps: number, state: State): void => {
    const place = steps + HASTE * world.distance(state);
    queues[place] ??= [];
    queues[place].push({ key, steps });
    far = Math.min(far, place);
  };
  const root = encodeState(world.initial);
  add(root, 0, world.initial);
  while (far < queues.length) {
    const next = queues[far]?.pop();
    if (!next) {
      far++;
      continue;
    }
    const { key, steps } = next;
    if (done.has(key)) continue;
    done.add(key);
    if (done.size > MOST_STATES) throw new RangeError('too many states');
    const state = decodeState(key);
    const signed = world.signed(state);
    const why = world.violation(signed);
    if (why) return { states: done.size, locals: world.locals.size, found: { steps: pathTo(key), why } };
    visit?.(state);
    for (const [step, to] of successors(world, state, signed)) {
      const name = encodeState(to);
      if (done.has(name)) continue;
      if (world.removal && steps + 1 < (parents.get(name)?.steps ?? Number.POSITIVE_INFINITY))
        parents.set(name, { from: key, step, steps: steps + 1 });
      add(name, steps + 1, to);
    }
  }
  return { states: done.size, locals: world.locals.size, found: null };

  function pathTo(end: string): Step[] {
    const run: Step[] = [];
    for (let at = parents.get(end); at; at = parents.get(at.from)) run.unshift(at.step);
    return run;
  }
}

function* successors(world: World, state: State, signed: Signed): Iterable<readonly [Step, State]> {
  const moves = world.moves(signed);
  for (const [place, id] of state.entries()) {
    if (place > 0 && state[place - 1] === id) continue;
    const local = world.locals.get(id);
    for (const move of moves) {
      const next = world.moved(local, move);
      if (next) yield [{ place, move }, replaced(state, place, next)];
    }
  }
}

/** The state after one bank's step. */
export function replaced(state: State, place: number, next: Local): State {
  const ids = state.slice();
  ids[place] = next.id;
  return ids.sort((a, b) => a - b);
}

const encodeState = (state: State): string =>
  String.fromCharCode(...state.flatMap((id) => [id >>> 15, id & 0x7fff]));

function decodeState(key: string): State {
  return Array.from(
    { length: key.length / 2 },
    (_, i) => (key.charCodeAt(2 * i) << 15) | key.charCodeAt(2 * i + 1),
  );
}
