import { equalBytes } from '../crypto/bytes.js';
import type { Certificate } from './certificate.js';
import type { EpochContext } from './context.js';
import { wantStatement } from './requests.js';
import { compareSlots } from './slot.js';

/** Runs out when a draft that was asked for is overdue. */
export const WANT_TIMER = 'want';

/** Asks the signers of a certificate, one after the other, for the draft it is about. One draft at a time. */
export class Wanting {
  #wanted: Certificate | null = null;
  #turn: number;

  /** @param holds whether what stands behind a value is here by now */
  constructor(
    private readonly context: EpochContext,
    private readonly holds: (value: Uint8Array) => boolean,
  ) {
    this.#turn = context.self; // so that not everybody asks the same bank first
  }

  /**
   * Asks for the draft of this certificate's value, after a moment in which it may come by itself. A draft that is
   * wanted for a higher certificate stays wanted: old certificates, sent again and again, must not keep it from being
   * asked for.
   */
  want(certificate: Certificate): void {
    if (this.#wanted && !this.holds(this.#wanted.value)) {
      if (this.wants(certificate.value)) return;
      if (certificate.phase !== 'commit' && compareSlots(certificate.slot, this.#wanted.slot) <= 0) return;
    }
    this.#wanted = certificate;
    this.context.outbox.timer(WANT_TIMER, this.context.manifest.parameters.delta);
  }

  /** Asks for the draft of this certificate's value at once, and for no other. */
  insist(certificate: Certificate): void {
    this.#wanted = certificate;
    this.onTimer();
  }

  /** Whether the draft of this value is being asked for. */
  wants(value: Uint8Array): boolean {
    return this.#wanted !== null && equalBytes(this.#wanted.value, value);
  }

  /** Asks the next signer, unless the draft has come. */
  onTimer(): void {
    if (!this.#wanted) return;
    if (this.holds(this.#wanted.value)) {
      // When it is decided more is needed of it, and that is asked for anew.
      this.#wanted = null;
      return;
    }
    const { chain, courier, journal, outbox, manifest, self } = this.context;
    const signers = this.#wanted.signers.filter((bank) => bank !== self);
    const want = { epoch: chain.epoch, value: this.#wanted.value };
    const signature = journal.sign(wantStatement(want));
    courier.send(signers[this.#turn++ % signers.length]!, { type: 'want', ...want, signature });
    outbox.timer(WANT_TIMER, 2 * manifest.parameters.delta);
  }

  /** The draft is here. */
  stop(): void {
    this.#wanted = null;
    this.context.outbox.timer(WANT_TIMER, null);
  }
}
