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

/** Doublings of the view timers, at most: 2^10 views' worth of waiting heals any partition we can wait for. */
const MAX_DOUBLINGS = 10;

/** How many banks may be faulty, and Δ in milliseconds: what all waits for a view follow from. */
export interface Pace {
  /** f, the faults to bear. */
  readonly faults: number;
  /** Δ in milliseconds. */
  readonly delta: number;
}

/** Of a manifest. */
export function paceOf({ faults, parameters }: Manifest): Pace {
  return { faults, delta: parameters.delta };
}

/**
 * Milliseconds that a bank waits for the first proposal of a view: for all to have entered it (2 Δ), the Open, the leader's
 * waits for commitments (2 Δ) and for three parts of symbols at most (6 Δ), the proposal, and some more. A leader that has to repeat a value may have to ask
 * f + 1 signers for it first, 2 Δ each. As every time here, it doubles from view f + 1 on: then however slow the network
 * turned, some view is long enough. Of the f + 1 views before, one has an honest leader, which needs no more when Δ holds.
 */
export function openingTimeout({ faults, delta }: Pace, view: number, repeats = false): number {
  return (repeats ? Math.max(12, 2 * faults + 8) : 12) * delta * growth(faults, view);
}

/**
 * Milliseconds that a bank waits after a proposal for the next one or for the decision: until the leader's patience for
 * attestations ends (see {@link attestPatience}) and the next proposal is there (Δ), or until
 * votes and certificates have gone round (3 Δ more), and some more. A silent leader is given up on sooner than one that
 * is at work on it.
 */
export function slotTimeout({ faults, delta }: Pace, view: number): number {
  return 13 * delta * growth(faults, view);
}

/**
 * Milliseconds that a bank stays in a view, whatever its leader proposes in it: all that an honest leader may need. All
 * enter (2 Δ), the leader collects (4 Δ); a liar costs a draft that it does not attest (7 Δ), one without it (7 Δ) and a
 * W without its acknowledgement (2 Δ); the last draft (7 Δ), votes and certificates (5 Δ); and some more.
 *
 * Proposals lengthen a view by {@link slotTimeout} each, so that a leader at work is waited for; but one that draws every
 * slot out to the end would hold its view for (3f + 2) times as long.
 */
export function viewLimit({ faults, delta }: Pace, view: number): number {
  return (22 + 16 * faults) * delta * growth(faults, view);
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

/** 1 in views 0 to f, then twice as much each time. */
function growth(faults: number, view: number): number {
  return 2 ** Math.min(Math.max(view - faults, 0), MAX_DOUBLINGS);
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
