import type { Alarm, OracleFacts } from './oracle-facts.js';

/**
 * Watches how long an epoch takes when Δ holds. Written from the documented bounds, without the protocol's own functions.
 *
 * A view lasts (22 + 16f)Δ at most and a change of view 3Δ; each liar leads one view at most before an honest bank does.
 * After that a bank may lack its draft (2Δ for each signer asked), the records under U (12Δ for each of f + 1 inputs),
 * settled records (3Δ, and Δ more each time, for each of f holders that say nothing) and the seal (4Δ for each of f + 1
 * collectors), and some more.
 */
export class TimeWatch {
  readonly #began: number;

  /** The epoch begins now. */
  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {
    this.#began = facts.clock?.now() ?? 0;
  }

  /** An honest bank saw the inputs agreed. */
  onAgreed(bank: number): void {
    this.#expect(bank, 'agreed', this.#agreement());
  }

  /** An honest bank ended the epoch. */
  onSealed(bank: number): void {
    this.#expect(bank, 'sealed', this.#agreement() + this.#closing());
  }

  /** In Δ. */
  #agreement(): number {
    const { ids, honest, faults } = this.facts;
    return (ids.length - honest.length + 1) * (25 + 16 * faults);
  }

  /** In Δ. */
  #closing(): number {
    const { ids, faults: f } = this.facts;
    const quorum = Math.ceil((ids.length + f + 1) / 2);
    return 2 * quorum + 12 * (f + 1) + (f * (f + 5)) / 2 + 4 * (f + 1) + 24;
  }

  #expect(bank: number, what: string, bound: number): void {
    const { clock, timely, ids } = this.facts;
    // A congested uplink breaks Δ on a network that would keep it.
    if (!clock || !timely || clock.slowestMs() >= clock.deltaMs) return;
    const took = (clock.now() - this.#began) / clock.deltaMs;
    if (took > bound)
      this.alarm('termination', `${ids[bank]} ${what} after ${took.toFixed(1)} Δ, where ${bound} suffice`);
  }
}
