import type { BankContext } from './context.js';
import { type Evidence, verifyEvidence, Witness } from './evidence.js';
import type { Statement } from './statement.js';

/** Proofs of fault: found by this bank, shown by others, kept in its log over all epochs, told to everybody. */
export class Accusations {
  readonly #witness: Witness;
  readonly #evidence: Evidence[] = [];
  /** Banks that showed evidence which does not hold. */
  readonly #falseAccusers = new Set<number>();
  /** Banks whose fault stands in a seal that this bank has seen. */
  readonly #sealed = new Set<number>();
  #news = false;

  constructor(private readonly context: BankContext) {
    this.#witness = new Witness(context.manifest, context.suite);
  }

  /** Every fault this bank has proof of. */
  get evidence(): readonly Evidence[] {
    return this.#evidence;
  }

  /** The proofs that no seal has which this bank has seen: what the next one is to hold. */
  get unsealed(): readonly Evidence[] {
    return this.#evidence.filter(({ accused }) => !this.#sealed.has(accused));
  }

  /** A seal with these proofs is part of the chain: later ones need not repeat them. */
  onSealed(evidence: readonly Evidence[]): void {
    for (const { accused } of evidence) this.#sealed.add(accused);
  }

  /** Whether this bank was proven faulty. */
  isProven(bank: number): boolean {
    return this.#witness.isProven(bank);
  }

  /** Whether somebody was proven faulty since this was last asked. */
  takeNews(): boolean {
    const news = this.#news;
    this.#news = false;
    return news;
  }

  /** Evidence from the log of an earlier run. */
  restore(evidence: Evidence): void {
    if (this.#witness.adopt(evidence)) this.#evidence.push(evidence);
  }

  /** Forgets what banks signed in an epoch; proofs stay. */
  forgetEpoch(): void {
    this.#witness.forgetEpoch();
  }

  /**
   * Notes what a bank signed, and accuses it, unless it is this one, if that contradicts what it signed before.
   * @param verified whether the signature was already checked
   */
  observe(bank: number, statement: Statement, signature: Uint8Array, verified: boolean): void {
    const evidence = this.#witness.observe(bank, { statement, signature }, verified);
    if (evidence && bank !== this.context.self) this.#publish(evidence);
  }

  /**
   * Takes a proof of fault that this bank found, and tells everybody.
   * @param everybody whether every bank finds it by itself: then nobody lacks it, and it may weigh megabytes
   */
  accuse(evidence: Evidence, everybody: boolean): void {
    if (evidence.accused === this.context.self || !this.#witness.adopt(evidence)) return;
    if (everybody) this.#record(evidence);
    else this.#publish(evidence);
  }

  /**
   * Evidence that bank `from` shows. A proof may weigh megabytes and take long to check: what is known is not, and nobody
   * gets to show two false ones.
   * @throws why it does not hold
   */
  onEvidence(from: number, evidence: Evidence): void {
    const { manifest, suite } = this.context;
    if (this.isProven(evidence.accused) || this.#falseAccusers.has(from)) return;
    this.#falseAccusers.add(from);
    verifyEvidence(manifest, evidence, suite);
    this.#falseAccusers.delete(from);
    if (this.#witness.adopt(evidence)) this.#record(evidence);
  }

  #publish(evidence: Evidence): void {
    this.#record(evidence);
    this.context.courier.broadcast({ type: 'evidence', evidence });
  }

  #record(evidence: Evidence): void {
    this.#evidence.push(evidence);
    this.context.journal.write({ type: 'proven', evidence });
    this.context.outbox.output({ type: 'evidence', evidence });
    this.#news = true;
  }
}
