import { equalBytes } from '../crypto/bytes.js';
import {
  type Ballot,
  type Certificate,
  type TimeoutCertificate,
  verifyCertificate,
  verifyTimeoutCertificate,
} from './certificate.js';
import type { Courier } from './courier.js';
import type { Journal } from './journal.js';
import type { Manifest } from './manifest.js';
import type { MessageOf, OpenMessage, ProposalNotice, VoteMessage } from './messages.js';
import type { Outbox } from './outbox.js';
import {
  openingTimeout,
  paceOf,
  repeatAfter,
  slotTimeout,
  TimeoutCollector,
  viewLimit,
} from './pacemaker.js';
import type { Safety } from './safety.js';
import type { Slot } from './slot.js';
import type { Suite } from './suite.js';
import type { Holding } from './value.js';
import { type Tally, VoteCollector } from './votes.js';

/** What agreement asks of the application whose values it agrees on. It knows nothing of what a value is. */
export interface Application {
  /** The leader of a view. */
  leader(view: number): number;
  /** A view began. `justification` is null in view 0; a certificate in it names the only value that may be repeated. */
  enteredView(view: number, justification: TimeoutCertificate | null): void;
  /** Whether this bank has what the value stands for, so that it may help to decide it. */
  holds(value: Uint8Array): boolean;
  /** A prepare certificate was seen, of this view or an earlier one. */
  prepared(certificate: Certificate): void;
  /** The value is decided. Called once. */
  decided(certificate: Certificate): void;
  /** The last proposal this bank saw in the view, shown to the others when it gives up on it. */
  lastProposal(view: number): ProposalNotice | null;
}

/** A first-phase vote on a proposal that the application has checked. */
export interface Proposed {
  readonly ballot: Ballot;
  /** Of an attestation, the slices this bank holds. */
  readonly holdings: readonly Holding[] | null;
  /** Whether all inputs of the value's draft were shown to have attested it in this view. */
  readonly attested: boolean;
}

/** Runs out when nothing new was proposed in the current view for too long. */
const VIEW_TIMER = 'view';
/** Runs out when the current view has taken too long, whatever was proposed in it. */
const LIMIT_TIMER = 'view-limit';
/** Runs out when this bank says again which view it gave up on, and what let it into the one it is in. */
const REPEAT_TIMER = 'repeat';
/** All timers of agreement. */
export const AGREEMENT_TIMERS: readonly string[] = [VIEW_TIMER, LIMIT_TIMER, REPEAT_TIMER];

/**
 * Leader-based agreement in two phases over slots, with aggregate certificates and certified timeouts, on opaque
 * values of 32 bytes. Every vote is made by {@link Safety}; this class moves votes, certificates and views.
 */
export class Agreement {
  #view = -1;
  #justification: TimeoutCertificate | null = null;
  #decision: Certificate | null = null;
  /** A prepare certificate of this view whose value the application does not hold yet. */
  #waiting: Certificate | null = null;
  /** The leader's open ballots, by phase and slot index, of this view only. */
  readonly #ballots = new Map<string, Tally>();
  readonly #timeouts: TimeoutCollector;

  constructor(
    private readonly deps: {
      readonly manifest: Manifest;
      readonly suite: Suite;
      readonly epoch: number;
      readonly self: number;
      readonly courier: Courier;
      readonly outbox: Outbox;
      readonly journal: Journal;
      readonly safety: Safety;
      readonly application: Application;
    },
  ) {
    this.#timeouts = new TimeoutCollector(deps.manifest, deps.suite, deps.epoch);
  }

  /** The current view; −1 before the epoch starts. */
  get view(): number {
    return this.#view;
  }

  /** The commit certificate, once there is one. */
  get decision(): Certificate | null {
    return this.#decision;
  }

  /** What ended the view before the current one, as its leader showed it; null in view 0. */
  get justification(): TimeoutCertificate | null {
    return this.#justification;
  }

  /** Whether this bank leads the current view. */
  get leading(): boolean {
    return this.#view >= 0 && this.deps.application.leader(this.#view) === this.deps.self;
  }

  /** Enters the view it was in before a restart; where it gave up on that one, waits for what lets it into the next. */
  start(): void {
    const { abandoned, entered } = this.deps.safety;
    if (entered && entered.view >= abandoned) this.#enter(entered.view + 1, entered);
    else if (abandoned < 0) this.#enter(0, null);
    if (abandoned >= 0) this.#armRepeat();
  }

  /** Leader: opens the first-phase ballot on its proposal in this slot of the current view. */
  propose(slot: Slot, tally: Tally): void {
    this.#ballots.set(ballotKey('prepare', slot), tally);
  }

  /** Leader: opens a first-phase ballot that any quorum decides, on a value attested or prepared before. */
  proposeValue(slot: Slot, value: Uint8Array): void {
    const { manifest, suite, epoch } = this.deps;
    this.propose(slot, new VoteCollector(manifest, suite, { phase: 'prepare', epoch, slot, value }));
  }

  /**
   * Something new was proposed in the current view: it gets the time that a slot takes, but no more than a view may take
   * in all: a leader cannot keep it by proposing anew before each slot ends.
   */
  extend(): void {
    const { manifest, outbox, safety } = this.deps;
    if (this.#decision || safety.abandoned >= this.#view) return;
    outbox.timer(VIEW_TIMER, slotTimeout(paceOf(manifest), this.#view));
  }

  /** Votes for a proposal that the application has checked, if the safety rules allow it. */
  vote({ ballot, holdings, attested }: Proposed): boolean {
    if (this.#decision || ballot.slot.view !== this.#view) return false;
    const signature = this.deps.safety.prepare(ballot, this.#justification, attested);
    if (typeof signature === 'string') return false;
    const leader = this.deps.application.leader(ballot.slot.view);
    this.deps.courier.send(leader, { type: 'vote', ...ballot, holdings, signature });
    return true;
  }

  /** A vote reached this bank. */
  onVote(from: number, message: VoteMessage): void {
    if (this.#decision || message.slot.view !== this.#view) return;
    const tally = this.#ballots.get(ballotKey(message.phase, message.slot));
    if (!tally) return;
    tally.add(from, message);
    const certificate = tally.certify();
    if (!certificate) return;
    const { manifest, suite } = this.deps;
    const { phase, slot } = certificate;
    this.#ballots.delete(ballotKey(phase, slot));
    if (phase === 'prepare') {
      const commit = new VoteCollector(manifest, suite, { ...certificate, phase: 'commit' });
      this.#ballots.set(ballotKey('commit', slot), commit);
    }
    this.deps.courier.broadcast({ type: 'certificate', certificate });
  }

  /** A certificate reached this bank; it is verified here. Returns false when it does not verify. */
  onCertificate(certificate: Certificate): boolean {
    if (this.#decision || certificate.epoch !== this.deps.epoch) return true;
    if (!verifyCertificate(this.deps.manifest, this.deps.suite, certificate)) return false;
    if (certificate.phase === 'commit') this.#decide(certificate);
    else this.#onPrepared(certificate);
    return true;
  }

  /** The application now holds a value it was missing. */
  recheck(): void {
    if (this.#waiting) this.#onPrepared(this.#waiting);
  }

  /** A timer of agreement ran out; false when it is somebody else's. */
  onTimer(id: string): boolean {
    if (id === VIEW_TIMER || id === LIMIT_TIMER) this.abandon();
    else if (id === REPEAT_TIMER) this.#repeatTimeout();
    else return false;
    return true;
  }

  /** Gives up on the current view, now; false when that was done already. Always safe: the next leader takes over. */
  abandon(): boolean {
    const view = Math.max(this.#view, 0);
    if (this.#decision || this.deps.safety.abandoned >= view) return false;
    for (const timer of [VIEW_TIMER, LIMIT_TIMER]) this.deps.outbox.timer(timer, null);
    this.#giveUp(view);
    return true;
  }

  /** A bank gave up on a view. Returns false when the message contradicts itself. */
  onTimeout(from: number, message: MessageOf<'timeout'>): boolean {
    if (this.#decision) {
      this.deps.courier.send(from, { type: 'certificate', certificate: this.#decision });
      return true;
    }
    const { certificate } = message;
    if (certificate) {
      const { phase, epoch, slot } = certificate;
      // Its slot is under the timeout's signature. Were one that proves nothing let through, a liar's high slot would
      // spoil every timeout certificate it is aggregated into, with nobody to blame.
      if (phase !== 'prepare' || epoch !== this.deps.epoch || slot.view > message.view) return false;
      if (!this.onCertificate(certificate)) return false;
    }
    const { justification } = message;
    if (justification && justification.view >= this.#view && !this.onJustification(justification))
      return false;
    this.#timeouts.add(from, message);
    const joinable = this.#timeouts.joinable;
    if (joinable >= this.#view && this.deps.safety.abandoned < joinable) this.#giveUp(joinable);
    if (message.view >= this.#view) {
      const proof = this.#timeouts.certify(message.view);
      if (proof) this.#enter(message.view + 1, proof);
    }
    return true;
  }

  /**
   * The Open of a view, which may be ahead of this bank's: what justifies it takes this bank there. Returns a word for why it
   * was refused, or null; also for one that comes too late to matter. What else is in it is the application's to check.
   */
  onOpen(from: number, { view, justification }: Pick<OpenMessage, 'view' | 'justification'>): string | null {
    if (from !== this.deps.application.leader(view)) return 'not-the-leader';
    if (view < this.#view || this.#decision) return null;
    if ((view === 0) !== (justification === null)) return 'unjustified';
    // Shown again with another proof, perhaps by a bank that the leader told something else: that one counts as well.
    const known = this.#justification;
    const news = justification && !(known && equalBytes(known.signature, justification.signature));
    if (news && (justification.view !== view - 1 || !this.onJustification(justification)))
      return 'unjustified';
    return null;
  }

  /**
   * The leader of a view showed what ended the view before. Returns whether it verifies. It replaces what this bank has
   * of its own: two quorums of timeouts may report different highest certificates, each is proof enough, and a leader
   * could not satisfy banks that hold it to different ones.
   */
  onJustification(proof: TimeoutCertificate): boolean {
    if (proof.epoch !== this.deps.epoch || proof.view < this.#view - 1) return false;
    if (!verifyTimeoutCertificate(this.deps.manifest, this.deps.suite, proof)) return false;
    if (this.#decision) return true;
    if (proof.view >= this.#view) this.#enter(proof.view + 1, proof);
    else {
      // Whoever leads may have to ask for what it repeats. Once a view: the limit of the view stands.
      if (proof.certificate && !this.#justification?.certificate && this.deps.safety.abandoned < this.#view)
        this.#awaitFirst(true);
      this.#justification = proof;
      if (proof.certificate) this.#learn(proof.certificate);
    }
    return true;
  }

  #enter(view: number, justification: TimeoutCertificate | null): void {
    if (view <= this.#view) return;
    this.#view = view;
    this.#justification = justification;
    this.#ballots.clear();
    this.#waiting = null;
    this.deps.outbox.timer(LIMIT_TIMER, viewLimit(paceOf(this.deps.manifest), view));
    this.#awaitFirst(Boolean(justification?.certificate));
    if (justification) this.deps.safety.enter(justification);
    if (justification?.certificate) this.#learn(justification.certificate);
    // Whoever was let in by the leader's word has not given up on the view before, and must say so all the same: the
    // others may be one timeout short of a quorum, and this bank cannot sign it any more once it gives up on this view.
    if (this.deps.safety.abandoned < view - 1) this.#giveUp(view - 1);
    this.deps.outbox.output({ type: 'view', epoch: this.deps.epoch, view });
    this.deps.application.enteredView(view, justification);
  }

  #onPrepared(certificate: Certificate): void {
    const { application, safety } = this.deps;
    if (certificate.slot.view !== this.#view || safety.abandoned >= this.#view) {
      this.#learn(certificate);
      return;
    }
    application.prepared(certificate);
    if (!application.holds(certificate.value)) {
      this.#waiting = certificate;
      return;
    }
    this.#waiting = null;
    const signature = safety.commit(certificate);
    if (typeof signature === 'string') return;
    const { epoch, slot, value } = certificate;
    const vote = {
      type: 'vote',
      phase: 'commit',
      epoch,
      slot,
      value,
      electorate: null,
      holdings: null,
    } as const;
    this.deps.courier.send(application.leader(slot.view), { ...vote, signature });
  }

  #learn(certificate: Certificate): void {
    this.deps.safety.hold(certificate);
    this.deps.application.prepared(certificate);
  }

  #decide(certificate: Certificate): void {
    this.#decision = certificate;
    this.#ballots.clear();
    for (const timer of AGREEMENT_TIMERS) this.deps.outbox.timer(timer, null);
    this.deps.journal.write({ type: 'committed', certificate });
    this.deps.application.decided(certificate);
  }

  #giveUp(view: number): void {
    const signature = this.deps.safety.abandon(view);
    if (typeof signature === 'string') return;
    this.#sendTimeout(view, signature, null);
    this.#armRepeat();
  }

  /**
   * A timeout may have been lost, or its receiver restarted. Said again at an even pace until the epoch is decided, however
   * long views take by then: so all are in one view soon after the network has healed, whoever had run ahead.
   */
  #repeatTimeout(): void {
    if (this.#decision) return;
    this.#armRepeat();
    const { safety, epoch, journal } = this.deps;
    const view = safety.abandoned;
    const statement = { type: 'timeout', epoch, slot: { view, index: 0 } } as const;
    const body = journal.signed(statement);
    if (!body) return;
    // After a restart the log's: what this bank said of the view before may be lost, and is not said again.
    const justification = this.#justification ?? safety.entered;
    this.#sendTimeout(view, journal.signVote({ ...statement, body }), justification);
  }

  #sendTimeout(view: number, signature: Uint8Array, justification: TimeoutCertificate | null): void {
    const { courier, epoch, safety, application } = this.deps;
    const proposal = application.lastProposal(view);
    const certificate = safety.reported;
    courier.broadcast({ type: 'timeout', epoch, view, certificate, proposal, justification, signature });
  }

  #armRepeat(): void {
    this.deps.outbox.timer(REPEAT_TIMER, repeatAfter(this.deps.manifest.parameters.delta));
  }

  /** @param repeats whether it is known which value the leader has to repeat */
  #awaitFirst(repeats: boolean): void {
    const timeout = openingTimeout(paceOf(this.deps.manifest), this.#view, repeats);
    this.deps.outbox.timer(VIEW_TIMER, timeout);
  }
}

function ballotKey(phase: string, slot: Slot): string {
  return `${phase}/${slot.view}.${slot.index}`;
}
