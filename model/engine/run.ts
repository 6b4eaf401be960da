import type { Refusal } from '../../src/protocol/safety.js';
import { nameOfSlot, VALUES } from './bounds.js';
import type { Call } from './call.js';
import { replaced, type Step } from './explore.js';
import type { Local, Locals } from './locals.js';
import type { Removal } from './removals.js';
import type { Signed } from './signed.js';
import type { Move, World } from './world.js';

/** What one honest bank, by name, does. */
export interface Deed {
  readonly bank: number;
  readonly move: Move;
}

/** The whole run, the opening too, with banks told apart that {@link explore} does not. */
export function named(world: World, steps: readonly Step[]): Deed[] {
  let banks = world
    .opened()
    .map(({ id }, bank) => ({ id, bank }))
    .sort((a, b) => a.id - b.id);
  const phases = Math.max(...world.opening.map((calls) => calls.length));
  const opening = Array.from({ length: phases }, (_, phase) =>
    world.opening.flatMap((calls, bank) => (calls[phase] ? [{ bank, move: [calls[phase]!] }] : [])),
  );
  const deeds = steps.map(({ place, move }): Deed => {
    const { id, bank } = banks[place]!;
    const next = world.moved(world.locals.get(id), move)!;
    const state = replaced(
      banks.map((each) => each.id),
      place,
      next,
    );
    const rest = banks.filter((each) => each.bank !== bank);
    const moved = [...rest, { id: next.id, bank }].sort((a, b) => a.id - b.id);
    if (moved.some((each, i) => each.id !== state[i])) throw new Error('a step lost its bank');
    banks = moved;
    return { bank, move };
  });
  return [...opening.flat(), ...deeds];
}

/** The same without what is not needed: of what is left no deed can be left out, and no certificate need be learnt. */
export function shortened(world: World, deeds: readonly Deed[]): Deed[] {
  let run = [...deeds];
  for (let changed = true; changed; ) {
    changed = false;
    for (let at = run.length - 1; at >= 0; at--) {
      const { bank, move } = run[at]!;
      const shorter = [run.toSpliced(at, 1), run.toSpliced(at, 1, { bank, move: move.slice(-1) })];
      const better = shorter.find(
        (each) => (each.length < run.length || move.length > 1) && replay(world, each)?.why,
      );
      if (!better) continue;
      run = better;
      changed = true;
    }
  }
  return run;
}

/** What comes of a run; null when something in it is not possible. */
export function replay(
  world: World,
  deeds: readonly Deed[],
): { readonly banks: Local[]; readonly signed: Signed; readonly why: string | null } | null {
  const banks = unsigned(world);
  for (const { bank, move } of deeds) {
    const possible = world.moves(world.signed(ids(banks))).flat();
    const next = move.every((call) => possible.includes(call)) && world.moved(banks[bank]!, move);
    if (!next) return null;
    banks[bank] = next;
  }
  const signed = world.signed(ids(banks));
  return { banks, signed, why: world.violation(signed) };
}

/**
 * A run in words. Beside each call that the rules, all of them, refuse to the same bank stands for what reason.
 *
 * @param unchanged states of banks by all the rules
 */
export function tell(world: World, removal: Removal, deeds: readonly Deed[], unchanged: Locals): string {
  const { banks, faults } = world.space.bounds;
  const { honest, quorum } = world.space;
  const liars = Array.from({ length: faults }, (_, i) => nameOf(honest + i)).join(', ');
  const lines = [
    `Without: ${removal.rule}.`,
    `${banks} banks, quorum ${quorum}; ${liars} lies: it leads, and has signed whatever is needed of it.`,
    '',
  ];
  const now = unsigned(world);
  for (const { bank, move } of deeds) {
    for (const call of move) {
      const refusal = refusalOf(unchanged, now[bank]!, call);
      lines.push(`${nameOf(bank)}  ${inWords(call)}${refusal ? `   [${refusal}]` : ''}`);
      now[bank] = world.moved(now[bank]!, [call]) ?? now[bank]!;
    }
  }
  const signed = world.signed(ids(now));
  lines.push('', `${world.violation(signed)}${decisions(world, signed, now)}.`, '');
  return lines.join('\n');
}

/** What all the rules say to a bank with this log. */
function refusalOf(unchanged: Locals, local: Local, call: Call): Refusal | null {
  const answer = unchanged.ask(unchanged.taken(local.log), call);
  return typeof answer === 'string' ? answer : null;
}

function decisions(world: World, signed: Signed, banks: readonly Local[]): string {
  if (world.property === 'contents') return '';
  const { space } = world;
  const told = space.slots.flatMap((slot) =>
    [...VALUES].flatMap((name, value) => {
      const bit = space.bit(slot, value);
      if (!(signed.decided & bit)) return [];
      const by = [...banks.keys()].filter((bank) => banks[bank]!.committed & bit).map(nameOf);
      return [`${name} in ${nameOfSlot(slot)} by ${by.join(', ')} and the liars`];
    }),
  );
  return `: ${told.join('; ')}`;
}

function inWords(call: Call): string {
  if (call.act === 'timeout') return `gives up view ${call.view}`;
  const what = `${VALUES[call.value]} in ${nameOfSlot(call.slot)}`;
  if (call.act === 'hold') return `is shown the prepare certificate of ${what}`;
  if (call.act === 'commit') return `second phase  ${what}`;
  const { ended, slot, vouched } = call;
  const shown = ended
    ? `, shown that view ${ended.view} ended with ${ended.value === null ? 'nothing' : VALUES[ended.value]}`
    : slot.view > 0
      ? ', shown no timeout certificate'
      : '';
  return `first phase   ${what}${shown}${vouched === 'no' ? ', shown no attestations' : ''}`;
}

const unsigned = (world: World): Local[] => world.initial.map(() => world.locals.initial);
const nameOf = (bank: number): string => String.fromCharCode(97 + bank);
const ids = (banks: readonly Local[]): number[] => banks.map(({ id }) => id);
