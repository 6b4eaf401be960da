import type { Bank } from '../protocol/bank.js';
import type { Effects, Outgoing, Output, TimerRequest } from '../protocol/effects.js';
import type { BankStore } from './store.js';

/**
 * What steps ask for, after what they ask to be kept has become durable. Nothing else has messages to send, and nobody but
 * {@link Durable.after} makes one: a message cannot leave before its signature is in the log.
 */
export class Durable {
  private constructor(
    readonly send: readonly Outgoing[],
    readonly timers: readonly TimerRequest[],
    readonly output: readonly Output[],
  ) {}

  /** Sealed epochs first: a chain in the log that the history does not lead to could be shown to nobody. */
  static async after(store: BankStore, bank: Bank, steps: readonly Effects[]): Promise<Durable> {
    const output = steps.flatMap((step) => step.output);
    for (const event of output) if (event.type === 'sealed') await store.keep(event);
    const entries = steps.flatMap((step) => step.persist);
    if (bank.chain.epoch > store.chain.epoch) await store.advance(bank.chain, entries);
    else await store.append(entries);
    return new Durable(
      steps.flatMap((step) => step.send),
      steps.flatMap((step) => step.timers),
      output,
    );
  }
}
