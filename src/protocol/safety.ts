import { equalBytes } from '../crypto/bytes.js';
import {
  type Ballot,
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
  timeoutStatement,
} from './certificate.js';
import type { Journal, LogEntry } from './journal.js';
import { compareSlots, type Slot } from './slot.js';

/** Why a signature was withheld. */
export type Refusal =
  | 'view-abandoned'
  | 'slot-passed'
  | 'against-lock'
  | 'unjustified'
  | 'against-justification'
  | 'unattested'
  | 'not-prepared'
  | 'already-signed'
  | 'abstaining';

/**
 * The rules of agreement, and the only holder of what they depend on: what was signed, the lock, the highest timeout.
 * It is asked before every vote, and it alone makes votes.
 *
 * Why no two values are decided: a decision for A in slot s is q commit votes, each from a bank that held A's prepare
 * certificate and had signed nothing above s and no timeout of that view. Any q first-phase signers of a later slot of
 * the view share an honest bank with them, which refuses (`against-lock`); any q timeouts of the view share one too,
 * which reports A's certificate, so the next view may only repeat A (`against-justification`); and so on by induction.
 */
export class Safety {
  #highestSigned: Slot | null = null;
  #abandoned = -1;
  #lock: Certificate | null = null;
  #reported: Certificate | null = null;
  #entered: TimeoutCertificate | null = null;

  constructor(
    private readonly epoch: number,
    private readonly banks: number,
    private readonly journal: Journal,
  ) {}

  /** The highest prepare certificate this bank holds. */
  get lock(): Certificate | null {
    return this.#lock;
  }

  /** The highest view this bank gave up on; −1 before the first. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** The lock as the timeout for {@link abandoned} reported it; the lock may have moved since. */
  get reported(): Certificate | null {
    return this.#reported;
  }

  /** What let this bank into the last view above 0 that it entered, also before a restart; null for none. */
  get entered(): TimeoutCertificate | null {
    return this.#entered;
  }

  /** Notes what lets this bank into a view. The caller has verified it. */
  enter(proof: TimeoutCertificate): void {
    this.#entered = proof;
    this.journal.write({ type: 'entered', proof });
  }

  /** Notes a prepare certificate. The caller has verified it. */
  hold(certificate: Certificate): void {
    if (this.#lock && compareSlots(certificate.slot, this.#lock.slot) <= 0) return;
    this.#lock = certificate;
    this.journal.write({ type: 'locked', certificate });
  }

  /**
   * Signs a first-phase vote, or says why not.
   * @param justification the verified timeout certificate of the view before; null exactly in view 0
   * @param attested whether all inputs of the value's draft were shown to have attested it in this view, be it with
   * different slices
   */
  prepare(ballot: Ballot, justification: TimeoutCertificate | null, attested = false): Uint8Array | Refusal {
    const { slot, value } = ballot;
    if (slot.view <= this.#abandoned) return 'view-abandoned';
    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) <= 0) return 'slot-passed';
    // Below a view with a prepare certificate nothing can be decided any more, and the lock of this view was replaced.
    if (this.#lock && this.#lock.slot.view > slot.view) return 'view-abandoned';
    if (this.#lock?.slot.view === slot.view && !equalBytes(this.#lock.value, value)) return 'against-lock';
    if (slot.view > 0 && (justification?.view !== slot.view - 1 || justification.epoch !== this.epoch))
      return 'unjustified';
    const required = slot.view > 0 ? justification!.certificate : null;
    if (required && !equalBytes(required.value, value)) return 'against-justification';
    // Contents are checked by attesters only. Any quorum may vote for a value that all inputs attested, now or, when it
    // was prepared, in an earlier view; without such proof a leader could have any contents at all agreed.
    if (!required && ballot.electorate === null && !attested) return 'unattested';
    return this.#sign(ballot);
  }

  /** Signs a second-phase vote for what this certificate prepared, or says why not. The caller has verified it. */
  commit(prepared: Certificate): Uint8Array | Refusal {
    const { slot, value } = prepared;
    if (prepared.phase !== 'prepare' || prepared.epoch !== this.epoch) return 'not-prepared';
    if (slot.view <= this.#abandoned) return 'view-abandoned';
    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) < 0) return 'slot-passed';
    this.hold(prepared);
    return this.#sign({ phase: 'commit', epoch: this.epoch, slot, value, electorate: null });
  }

  /** Signs the end of a view and everything below it, reporting the lock. */
  abandon(view: number): Uint8Array | Refusal {
    if (view <= this.#abandoned) return 'already-signed';
    const statement = timeoutStatement(this.epoch, view, this.#lock?.slot ?? null);
    if (this.journal.mute(this.epoch)) return 'abstaining';
    const signature = this.journal.signVote(statement);
    this.#abandoned = view;
    this.#reported = this.#lock;
    return signature;
  }

  /** Takes over one entry of an earlier run's log. */
  restore(entry: LogEntry): void {
    if (entry.type === 'locked' && entry.certificate.epoch === this.epoch) {
      if (!this.#lock || compareSlots(entry.certificate.slot, this.#lock.slot) > 0)
        this.#lock = entry.certificate;
    }
    if (entry.type === 'entered' && entry.proof.epoch === this.epoch) this.#entered = entry.proof;
    if (entry.type !== 'signed' || entry.statement.epoch !== this.epoch || !entry.statement.slot) return;
    const { type, slot } = entry.statement;
    if (type === 'timeout' && slot.view > this.#abandoned) {
      this.#abandoned = slot.view;
      this.#reported = this.#lock;
    }
    if (type === 'prepare' || type === 'commit') this.#raise(slot);
  }

  #sign(ballot: Ballot): Uint8Array | Refusal {
    const statement = ballotStatement(ballot, this.banks);
    if (!this.journal.permits(statement)) return 'already-signed';
    this.#raise(ballot.slot);
    return this.journal.signVote(statement);
  }

  #raise(slot: Slot): void {
    if (!this.#highestSigned || compareSlots(slot, this.#highestSigned) > 0) this.#highestSigned = slot;
  }
}
