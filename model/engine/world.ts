import type { Slot } from '../../src/protocol/slot.js';
import type { Space } from './bounds.js';
import { VALUES } from './bounds.js';
import { type Call, type Ended, nameOfCall } from './call.js';
import type { Local, Locals } from './locals.js';
import type { Property, Removal } from './removals.js';
import { NOTHING_PAST, Signed } from './signed.js';

const valueIndices = [...VALUES].map((_, value) => value);

/** States of the honest banks, by {@link Local.id}, ascending: which bank is which does not matter. */
export type State = readonly number[];

/**
 * What one bank does at once. A bank learns of certificates just before it does something else: to know of one forbids, or
 * changes what is reported, and neither helps anybody before. With all rules in place it only matters before a timeout.
 */
export type Move = readonly Call[];

/** The states of a consortium and what may happen in them. */
export class World {
  /** Where exploring begins: nothing is signed, or only what a removal says. */
  readonly initial: State;
  /** By bank, what it has done by then. */
  readonly opening: readonly (readonly Call[])[];
  /** One object for each call, as steps are remembered by it. */
  readonly #calls = new Map<string, Call>();
  readonly #moves = new Map<string, readonly Move[]>();

  constructor(
    readonly space: Space,
    readonly locals: Locals,
    readonly property: Property,
    readonly removal: Removal | null = null,
  ) {
    const given = removal?.opening ?? [];
    this.opening = Array.from({ length: space.honest }, (_, bank) =>
      given.filter((each) => each.bank === bank).map(({ call }) => this.one(call)),
    );
    this.initial = this.opened()
      .map(({ id }) => id)
      .sort((a, b) => a - b);
  }

  /** The banks, in their order, after the opening. */
  opened(): Local[] {
    return this.opening.map((calls) => this.moved(this.locals.initial, calls)!);
  }

  banks(state: State): Local[] {
    return state.map((id) => this.locals.get(id));
  }

  signed(state: State, past = NOTHING_PAST): Signed {
    return new Signed(this.space, this.banks(state), this.removal, this.property === 'contents', past);
  }

  /** What any honest bank may do, once all this has been signed. */
  moves(signed: Signed): readonly Move[] {
    const known = this.#moves.get(signed.name);
    if (known) return known;
    const { slots, bounds } = this.space;
    const votes = slots.flatMap((slot) => [...this.prepares(signed, slot), ...this.commits(signed, slot)]);
    const timeouts = Array.from({ length: bounds.views }, (_, view) => this.timeout(view));
    const holds = slots.flatMap((slot) => this.holds(signed, slot));
    const moves = [
      ...[...votes, ...timeouts].map((call) => [call]),
      ...(this.removal?.learnt ? votes : timeouts).flatMap((call) => holds.map((hold) => [hold, call])),
    ];
    this.#moves.set(signed.name, moves);
    return moves;
  }

  /** The state of a bank after a move, or null when the rules refuse it or nothing changes. */
  moved(local: Local, move: Move): Local | null {
    let now = local;
    for (const call of move) {
      const next = this.locals.ask(now, call);
      if (typeof next === 'string' || next === now) return null;
      now = next;
    }
    return now;
  }

  timeout(view: number): Call {
    return this.one({ act: 'timeout', view });
  }

  /** Certificates of this slot to be learnt. */
  holds(signed: Signed, slot: Slot): Call[] {
    return this.certified(signed, slot).map((value) => this.one({ act: 'hold', slot, value }));
  }

  /** What an honest bank may be asked to vote for in this slot, with all that can be shown to it. */
  prepares(signed: Signed, slot: Slot): Call[] {
    return this.#endings(signed, slot).flatMap((ended) =>
      valueIndices.flatMap((value): Call[] =>
        this.#vouchers(signed, slot, value).map((vouched) =>
          this.one({ act: 'prepare', slot, value, ended, vouched }),
        ),
      ),
    );
  }

  /** Votes of the second phase in this slot, for all that is certified. */
  commits(signed: Signed, slot: Slot): Call[] {
    return this.certified(signed, slot).map((value) => this.one({ act: 'commit', slot, value }));
  }

  /** Values with a prepare certificate in this slot. */
  certified(signed: Signed, slot: Slot): number[] {
    return valueIndices.filter((value) => signed.certified & this.space.bit(slot, value));
  }

  /** Why a state is bad; null when it is not. */
  violation(signed: Signed): string | null {
    if (this.property === 'contents')
      return signed.preparedValues.includes(1) ? 'a value is prepared that no honest input attested' : null;
    return signed.decisions.length > 1 ? 'two values are decided' : null;
  }

  /**
   * Steps that a bad state is away at least: the votes that are missing for two values, in the slots where fewest are, and
   * the timeouts for the views of these. Zero with all rules in place, when each state is to be visited once.
   */
  distance(state: State): number {
    if (!this.removal || this.property !== 'agreement' || this.removal.smallerQuorums) return 0;
    const banks = this.banks(state);
    const needed = this.space.quorum - this.space.bounds.faults;
    const missing = (has: (bank: Local) => unknown): number => Math.max(0, needed - banks.filter(has).length);
    const older = this.removal.name === 'older-justification';
    const timeouts = Array.from({ length: this.space.bounds.views }, (_, view) =>
      view === 0 || this.removal!.name === 'unjustified'
        ? 0
        : missing((bank) => bank.timeouts[older ? 0 : view - 1] !== undefined),
    );
    const [a, b] = valueIndices.map((value) =>
      this.space.slots.map((slot) => {
        const bit = this.space.bit(slot, value);
        const prepares = this.removal!.uncertified ? 0 : missing((bank) => bank.prepared & bit);
        return { view: slot.view, votes: prepares + missing((bank) => bank.committed & bit) };
      }),
    );
    let least = Number.POSITIVE_INFINITY;
    for (const x of a!)
      for (const y of b!) least = Math.min(least, x.votes + y.votes + timeouts[Math.max(x.view, y.view)]!);
    return least;
  }

  /** The object that stands for this call. */
  one(call: Call): Call {
    const name = nameOfCall(call);
    const known = this.#calls.get(name);
    if (known) return known;
    this.#calls.set(name, call);
    return call;
  }

  #endings(signed: Signed, { view }: Slot): (Ended | null)[] {
    if (view === 0) return [null];
    const earlier = this.removal?.name === 'older-justification' ? [...Array(view).keys()] : [view - 1];
    const shown = earlier.flatMap((of) => signed.endings(of).map((value) => ({ view: of, value })));
    return [null, ...shown];
  }

  /** Where contents do not matter, everything counts as vouched for: then that rule is never in the way. */
  #vouchers(signed: Signed, slot: Slot, value: number): ('itself' | 'by all inputs' | 'no')[] {
    if (this.property === 'agreement') return ['by all inputs'];
    const shown = signed.attestedBy(value, slot.view) ? 'by all inputs' : 'no';
    return value === 0 ? ['itself', shown] : [shown];
  }
}
