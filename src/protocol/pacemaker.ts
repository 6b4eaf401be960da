import {
  highestSlot,
  type TimeoutCertificate,
  timeoutStatement,
  verifyTimeoutCertificate,
} from './certificate.js';
import type { Manifest } from './manifest.js';
import type { TimeoutMessage } from './messages.js';
import { statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** Doublings of the view timer, at most: 2^10 views' worth of waiting heals any partition we can wait for. */
const MAX_DOUBLINGS = 10;

/**
 * Milliseconds that a bank waits for the first proposal of a view: for all to have entered it (2 Δ), the Open, the leader's
 * waits for commitments and symbols (2 Δ, and 2 Δ for each of three parts), the proposal, and some more. As every time here, doubled with every view: then
 * however slow the network turned, some view is long enough.
 */
export function openingTimeout(delta: number, view: number): number {
  return 12 * doubled(delta, view);
}

/**
 * Milliseconds that a bank waits after a proposal for the next one or for the decision: until the leader's patience for
 * attestations ends (see {@link attestPatience}) and the next proposal is there (Δ), or until
 * votes and certificates have gone round (3 Δ more), and some more. A silent leader is given up on sooner than one that
 * is at work on it, and neither can keep a view for ever: it has 3f + 2 slots.
 */
export function slotTimeout(delta: number, view: number): number {
  return 13 * doubled(delta, view);
}

/**
 * Milliseconds after which a bank says again which view it gave up on: not doubled, since nobody waits for work to be done.
 * A view that goes well is over by then.
 */
export function repeatAfter(delta: number): number {
  return 12 * delta;
}

/**
 * Milliseconds that a leader waits for the attestations of a draft. It reaches all within Δ; a bank may wait 2 Δ for
 * slices, forward the draft to those whose slices it lacks, and wait 2 Δ more; with Δ for the way back, and some more.
 */
export function attestPatience(delta: number): number {
  return 7 * delta;
}

function doubled(delta: number, view: number): number {
  return delta * 2 ** Math.min(view, MAX_DOUBLINGS);
}

/**
 * Counts timeouts and makes timeout certificates. It holds one timeout of each bank, the one for the highest view, so
 * that liars who send a million of them cost no memory.
 */
export class TimeoutCollector {
  readonly #latest = new Map<number, TimeoutMessage>();

  constructor(
    private readonly manifest: Manifest,
    private readonly suite: Suite,
    private readonly epoch: number,
  ) {}

  /** Keeps a bank's timeout if it is for a higher view than its last. The caller has verified its certificate. */
  add(bank: number, timeout: TimeoutMessage): void {
    const earlier = this.#latest.get(bank);
    if (!earlier || earlier.view < timeout.view) this.#latest.set(bank, timeout);
  }

  /**
   * The highest view that f + 1 banks have given up on: at least one of them is honest, so it is safe and useful to
   * join them. −1 while there is none.
   */
  get joinable(): number {
    const views = [...this.#latest.values()].map((timeout) => timeout.view).sort((a, b) => b - a);
    return views[this.manifest.faults] ?? -1;
  }

  /** A certificate that a quorum gave up on `view`, null while there is none. Bad signatures are dropped. */
  certify(view: number): TimeoutCertificate | null {
    const { quorum } = this.manifest;
    for (let attempt = 0; attempt < 2; attempt++) {
      const chosen = [...this.#latest]
        .filter(([, timeout]) => timeout.view === view)
        .sort(([a], [b]) => a - b);
      if (chosen.length < quorum) return null;
      const proof = this.#assemble(view, chosen);
      if (proof && verifyTimeoutCertificate(this.manifest, this.suite, proof)) return proof;
      this.#dropBad(chosen);
    }
    return null;
  }

  #assemble(view: number, chosen: readonly (readonly [number, TimeoutMessage])[]): TimeoutCertificate | null {
    const highs = chosen.map(([, timeout]) => timeout.certificate?.slot ?? null);
    const highest = highestSlot(highs);
    const holder = chosen[highs.indexOf(highest)]?.[1];
    try {
      return {
        epoch: this.epoch,
        view,
        signers: chosen.map(([bank]) => bank),
        highs,
        certificate: highest === null ? null : (holder?.certificate ?? null),
        signature: this.suite.bls.aggregate(chosen.map(([, timeout]) => timeout.signature)),
      };
    } catch {
      return null;
    }
  }

  #dropBad(chosen: readonly (readonly [number, TimeoutMessage])[]): void {
    for (const [bank, timeout] of chosen) {
      const statement = timeoutStatement(this.epoch, timeout.view, timeout.certificate?.slot ?? null);
      const digest = statementDigest(this.manifest.consortiumId, statement);
      if (!this.suite.bls.verify(this.manifest.keys[bank]!, digest, timeout.signature))
        this.#latest.delete(bank);
    }
  }
}
