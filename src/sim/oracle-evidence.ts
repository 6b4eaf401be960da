import type { Alarm, OracleFacts } from './oracle-facts.js';

/**
 * Watches that proofs spread: who finds one sends it to all, so that a bank which one honest bank can prove faulty is
 * proven to every honest bank at the end of an epoch. Asked only if Δ held and nothing crashed: evidence is sent once.
 */
export class EvidenceWatch {
  /** Honest banks that hold a proof, by the bank that it is against. */
  readonly #holders = new Map<number, Set<number>>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly alarm: Alarm,
  ) {}

  /** An honest bank has found or been shown a proof. */
  onEvidence(bank: number, accused: number): void {
    this.#holders.set(accused, (this.#holders.get(accused) ?? new Set()).add(bank));
  }

  /** The end of an epoch. */
  judge(): void {
    const { honest, ids, timely } = this.facts;
    if (!timely) return;
    for (const [accused, holders] of this.#holders) {
      if (honest.includes(accused)) continue; // which is no proof
      const others = honest.filter((bank) => !holders.has(bank)).map((bank) => ids[bank]);
      if (others.length > 0)
        this.alarm('accountability', `${others.join(', ')} was not shown the proof against ${ids[accused]}`);
    }
  }
}
