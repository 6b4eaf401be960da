import type { Effects, Outgoing, Output, TimerRequest } from './effects.js';

/** Collects the effects of one step. */
export class Outbox {
  #persist: Uint8Array[] = [];
  #send: Outgoing[] = [];
  #timers: TimerRequest[] = [];
  #output: Output[] = [];

  persist(entry: Uint8Array): void {
    this.#persist.push(entry);
  }

  send(to: number, bytes: Uint8Array): void {
    this.#send.push({ to, bytes });
  }

  timer(id: string, after: number | null): void {
    this.#timers.push({ id, after });
  }

  output(output: Output): void {
    this.#output.push(output);
  }

  /** The effects so far; the outbox is empty afterwards. */
  take(): Effects {
    const effects = { persist: this.#persist, send: this.#send, timers: this.#timers, output: this.#output };
    this.#persist = [];
    this.#send = [];
    this.#timers = [];
    this.#output = [];
    return effects;
  }
}
