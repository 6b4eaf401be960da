import type { Call } from './call.js';
import type { Local } from './locals.js';
import { NOTHING_PAST, type Past } from './signed.js';
import type { State, World } from './world.js';

/**
 * Whether an honest leader of the view above all others gets a value decided from this state, with every honest bank heard
 * in time: all give up the highest view that anybody is in; whichever timeout certificate the leader holds then, it
 * proposes the value that this names, or a fresh one; and all honest banks sign both phases. Whatever liars signed stands.
 *
 * @param view the highest that anybody is in
 * @returns null when it does, else what is refused
 */
export function stuck(world: World, state: State, view: number, past: Past = NOTHING_PAST): string | null {
  const left = world.banks(state).map((bank) => {
    const next = world.locals.ask(bank, world.timeout(view));
    return typeof next === 'string' ? bank : next;
  });
  const endings = world
    .signed(
      left.map(({ id }) => id),
      { ...past, ended: null },
    )
    .endings(view);
  if (endings.length === 0) return `no timeout certificate of view ${view}`;
  for (const value of endings) {
    const slot = { view: view + 1, index: 0 };
    const prepare: Call = {
      act: 'prepare',
      slot,
      value: value ?? 0,
      ended: { view, value },
      vouched: value === null ? 'itself' : 'no',
    };
    const refused = allSign(world, left, [prepare, { act: 'commit', slot, value: value ?? 0 }]);
    if (refused) return refused;
  }
  return null;
}

/** Whether all sign both: a quorum of honest banks has then prepared the value, and decided it. */
function allSign(world: World, banks: readonly Local[], calls: readonly Call[]): string | null {
  let now = [...banks];
  for (const each of calls) {
    const call = world.one(each);
    const next = now.map((bank) => world.locals.ask(bank, call));
    const refusal = next.find((answer) => typeof answer === 'string');
    if (refusal) return `${call.act}: ${refusal}`;
    now = next as Local[];
  }
  return null;
}
