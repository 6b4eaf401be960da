import type { RecallRequest } from '../protocol/effects.js';

/**
 * Requests for sealed epochs that wait for their answer: of each bank the latest, since whoever asks again has given up on
 * the answer before. One answer, of up to 8 MiB, is in memory at a time; the banks take turns.
 */
export class Recalls {
  readonly #waiting = new Map<number, RecallRequest>();
  #answering = false;

  /** Somebody asks. */
  add(request: RecallRequest): void {
    this.#waiting.set(request.to, request);
  }

  /** The next one to answer, until {@link Recalls.answered}; null when there is none, or one is being answered. */
  next(): RecallRequest | null {
    if (this.#answering) return null;
    for (const request of this.#waiting.values()) {
      this.#waiting.delete(request.to);
      this.#answering = true;
      return request;
    }
    return null;
  }

  /** The answer has left, or there is none. */
  answered(): void {
    this.#answering = false;
  }
}
