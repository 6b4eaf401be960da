import type { Outbox } from './outbox.js';

/** Runs out when banks that were given much may be given some again. */
export const RATION_TIMER = 'rations';

/** How often one bank is given the same thing before anything comes back: an answer may be lost, and asked for again. */
export const AT_ONCE = 2;

/** What a bank asks for. */
export interface Ration {
  /** The bank that is to get it. */
  readonly to: number;
  /** What it is; what is named alike counts together. */
  readonly what: string;
  /** How much of it this is; 1 by default. */
  readonly amount?: number;
  /** How much of it is given before anything comes back; {@link AT_ONCE} by default. */
  readonly most?: number;
  /** How much comes back each time; 1 by default. */
  readonly back?: number;
}

interface Given {
  amount: number;
  readonly back: number;
}

/**
 * What this bank has given each other bank on request, of things that weigh more than the request. The core has no clock: a
 * timer of 4 Δ gives some back, for as long as anything is missing. So answers that a network loses are given again, however
 * long it loses them, and a liar that does nothing but ask gets each thing twice, and then once in 4 Δ.
 */
export class Rations {
  readonly #given = new Map<string, Given>();

  constructor(
    private readonly outbox: Outbox,
    private readonly delta: number,
  ) {}

  /** Counts this, if the bank may have it now. */
  take({ to, what, amount = 1, most = AT_ONCE, back = 1 }: Ration): boolean {
    const name = `${to}/${what}`;
    const given = this.#given.get(name)?.amount ?? 0;
    if (given + amount > most) return false;
    if (this.#given.size === 0) this.#arm();
    this.#given.set(name, { amount: given + amount, back });
    return true;
  }

  /** The time is over: something comes back. */
  onTimer(): void {
    for (const [name, given] of this.#given) {
      given.amount -= given.back;
      if (given.amount <= 0) this.#given.delete(name);
    }
    if (this.#given.size > 0) this.#arm();
  }

  #arm(): void {
    this.outbox.timer(RATION_TIMER, 4 * this.delta);
  }
}
