import type { Outcome } from '../data/outcome.js';
import { Agreement, type Application } from './agreement.js';
import {
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
  timeoutStatement,
  verifyTimeoutCertificate,
} from './certificate.js';
import { type ChainState, leaderOf } from './chain.js';
import { Closing } from './closing.js';
import type { SignedCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { Copies } from './copies.js';
import { DraftStore } from './drafts.js';
import type { Evidence } from './evidence.js';
import { makeCommitment } from './following.js';
import type { LogEntry } from './journal.js';
import {
  type Message,
  type MessageOf,
  type MessageType,
  type OpenMessage,
  type ProposalNotice,
  viewOf,
} from './messages.js';
import { Proposals } from './proposals.js';
import { restoreKept } from './restoring.js';
import type { Safety } from './safety.js';
import type { Seal } from './seal.js';
import { SliceStore } from './slice-store.js';
import { lastSlotIndex } from './slot.js';
import { View } from './view.js';
import { WANT_TIMER } from './wanting.js';

/**
 * What an epoch still answers when it is over: those who are behind, and votes that prove somebody faulty. Anything else
 * could only set or cancel timers of the epoch after it.
 */
const SERVED_AFTERWARDS: ReadonlySet<MessageType> = new Set([
  'notice',
  'testimony',
  'vote',
  'timeout',
  'want',
  'fetch',
  'missing',
  'compare',
  'result',
]);

/**
 * One epoch of one bank: reconciliation as an application of agreement. It connects the parts (the current view,
 * agreement, closing), each of which has a file of its own, and owns only what more than one of them needs.
 */
export class Epoch implements Application {
  readonly #agreement: Agreement;
  readonly #closing: Closing;
  readonly #drafts = new DraftStore();
  readonly #slices: SliceStore;
  readonly #proposals: Proposals;
  readonly #copies: Copies;
  #commitment: SignedCommitment | null = null;
  #current: View | null = null;
  #toRepeat: Certificate | null = null;

  constructor(
    private readonly context: EpochContext,
    private readonly safety: Safety,
    evidence: () => readonly Evidence[],
  ) {
    const { manifest, suite, chain, self, courier, outbox, journal } = context;
    this.#slices = new SliceStore(context);
    this.#proposals = new Proposals(context);
    this.#closing = new Closing(context, evidence);
    this.#copies = new Copies(context, {
      drafts: this.#drafts,
      slices: this.#slices,
      closing: this.#closing,
      decision: () => this.#agreement.decision,
      gotDraft: () => this.#gotDraft(),
    });
    this.#agreement = new Agreement({
      manifest,
      suite,
      epoch: chain.epoch,
      self,
      courier,
      outbox,
      journal,
      safety,
      application: this,
    });
  }

  /** This epoch's place in the chain. */
  get chain(): ChainState {
    return this.context.chain;
  }

  /** The seal, once this bank has verified it. */
  get seal(): Seal | null {
    return this.#closing.seal;
  }

  /** Whether the epoch is over for this bank: it has the seal, the draft under it, and the result if it can. */
  get finished(): boolean {
    return this.#closing.finished;
  }

  /** Whether the host was asked for the result and has not given it. */
  get computing(): boolean {
    return this.#closing.computing;
  }

  /** The view of the agreement; −1 before the start. */
  get view(): number {
    return this.#agreement.view;
  }

  /** The Open of the current view, if it came. */
  get opened(): boolean {
    return this.#current?.opened ?? false;
  }

  /** Bytes that are kept of what a bank sent before they can be checked. */
  unchecked(bank: number): number {
    return this.#slices.unchecked(bank) + this.#closing.unchecked(bank);
  }

  /** @param log of an earlier run: what this bank promised to keep in this epoch, it has again */
  start(log: readonly LogEntry[] = []): void {
    for (const entry of log) restoreKept(this.context, this.#drafts, this.#slices, entry);
    this.#agreement.start();
  }

  /**
   * Handles a message of this epoch from bank `from`. Returns a word for why it was refused, or null.
   * A message that is merely late or not for this bank is not refused.
   */
  handle(from: number, message: Message): string | null {
    if (this.finished && !SERVED_AFTERWARDS.has(message.type)) return null;
    switch (message.type) {
      case 'open':
        return this.#onOpen(from, message);
      case 'forward':
        return this.#onForward(from, message);
      case 'commitment':
      case 'symbols':
      case 'sketch':
      case 'draft':
      case 'slices':
      case 'amendment':
      case 'refusal':
      case 'acknowledgement':
      case 'proposal':
      case 'repeat':
        // After a decision there is no view any more.
        return viewOf(message) === this.view ? (this.#current?.handle(from, message) ?? null) : null;
      case 'notice':
        return this.#proposals.check(message, this.view) ? null : 'notice-invalid';
      case 'testimony':
        return this.#onTestimony(message);
      case 'vote':
        return this.#onVote(from, message);
      case 'certificate':
        return this.#agreement.onCertificate(message.certificate) ? null : 'certificate-invalid';
      case 'timeout':
        return this.#onTimeout(from, message);
      case 'want':
        return this.#copies.onWant(from, message);
      case 'draft-copy':
        return this.#copies.onDraftCopy(message);
      case 'release':
        // Whoever is given slices back learns by the certificate in it that it may give back its own.
        if (!this.#agreement.onCertificate(message.certificate)) return 'certificate-invalid';
        return this.#closing.handle(from, message);
      case 'fetch':
      case 'records':
      case 'missing':
      case 'compare':
      case 'common':
        return this.#closing.handle(from, message);
      case 'result':
        return this.#onResult(from, message);
      case 'seal':
        return this.#onSeal(message.seal);
      case 'evidence':
      case 'recall':
      case 'history':
        return null; // of no epoch: the bank sees to it
    }
  }

  /** Bank `from` is in the next epoch already. */
  onAhead(from: number): void {
    this.#closing.onAhead(from);
  }

  /**
   * Somebody was proven faulty. Its view, if it leads, is given up at once: a leader that tells one bank this and the
   * others that could keep the one from attesting what they wait for, and have it count as silent.
   */
  onProof(): void {
    if (this.view >= 0 && this.context.isProven(this.leader(this.view))) this.#agreement.abandon();
    else this.#current?.onProof();
  }

  /** A timer of this epoch ran out. */
  onTimer(id: string): void {
    if (this.finished) return;
    if (this.#agreement.onTimer(id)) return;
    if (id === WANT_TIMER) this.#copies.onTimer();
    else if (!this.#current?.onTimer(id)) this.#closing.onTimer(id);
  }

  /** The host computed the result. */
  onReconciled(outcome: Outcome): void {
    this.#closing.onReconciled(outcome);
  }

  /** The state of the next epoch; null until {@link finished}. */
  next(): ChainState | null {
    return this.#closing.next();
  }

  // Application of agreement

  leader(view: number): number {
    return leaderOf(this.context.chain, view);
  }

  holds(value: Uint8Array): boolean {
    return this.#drafts.has(value);
  }

  enteredView(view: number, justification: TimeoutCertificate | null): void {
    this.#current?.end();
    this.#toRepeat = null;
    const needed = [justification?.certificate, this.safety.lock].flatMap((c) => (c ? [c.value] : []));
    this.#drafts.forget(needed);
    this.#slices.forget((digest) => this.#drafts.keeps(digest));
    this.#proposals.forget(view - 1);
    this.#current = new View(this.context, this.#viewParts(), view, justification);
    this.#current.begin();
    this.onProof();
    if (!this.#current?.leads) return;
    if (justification?.certificate) {
      this.#toRepeat = justification.certificate;
      this.#repeat();
      if (this.#toRepeat) this.#copies.insist(this.#toRepeat);
    }
  }

  prepared(certificate: Certificate): void {
    if (!this.holds(certificate.value)) this.#current?.recognise(certificate);
    if (!this.holds(certificate.value) && !this.seal && !this.#toRepeat) this.#copies.want(certificate);
    const digest = this.#drafts.digestOf(certificate.value);
    const notice = this.#proposals.contradictedBy(certificate, digest);
    if (notice) this.context.courier.broadcast({ type: 'notice', ...notice });
  }

  decided(certificate: Certificate): void {
    const { outbox, chain } = this.context;
    const { slot, value } = certificate;
    this.#current?.recognise(certificate);
    this.#current?.end();
    this.#current = null;
    this.#slices.close();
    outbox.output({ type: 'agreed', epoch: chain.epoch, slot, value });
    this.#close();
    this.#copies.want(certificate);
  }

  lastProposal(view: number): ProposalNotice | null {
    return this.#proposals.last(view);
  }

  // Messages

  #onOpen(from: number, message: MessageOf<'open'>): string | null {
    const refusal = this.#agreement.onOpen(from, message);
    if (refusal) return refusal;
    // After a decision there is no view any more.
    return message.view === this.view ? (this.#current?.onOpen(message) ?? null) : null;
  }

  /** A bank shows what the leader should have sent. The leader signed it: nobody else is believed. */
  #onForward(from: number, { open, draft }: MessageOf<'forward'>): string | null {
    const { slot, epoch } = draft.draft.header;
    if (open.epoch !== epoch || slot.view !== open.view) return 'forward-invalid';
    const leader = this.leader(open.view);
    const fresh = this.#mayBeFresh(open);
    // Who shows an Open may have put another proof beside it: in the view already, this bank holds its leader to what it said.
    const justification = open.view === this.view ? this.#agreement.justification : open.justification;
    const refusal = this.#onOpen(leader, { type: 'open', ...open, justification });
    if (refusal || slot.view !== this.view) return refusal;
    return this.#current?.onForward(from, { type: 'draft', ...draft }, fresh) ?? null;
  }

  /** Whether what is shown beside an Open of this view proves that fresh drafts may be made in it. */
  #mayBeFresh({ view, justification }: OpenMessage): boolean {
    const { manifest, suite, chain } = this.context;
    if (view !== this.view || !this.#agreement.justification?.certificate || !justification) return false;
    if (justification.certificate || justification.view !== view - 1) return false;
    return justification.epoch === chain.epoch && verifyTimeoutCertificate(manifest, suite, justification);
  }

  #onTestimony({ bank, testimony }: MessageOf<'testimony'>): string | null {
    const { statement, signature } = testimony;
    if (bank >= this.context.manifest.size || statement.epoch !== this.chain.epoch) return null;
    if (statement.type !== 'slices' || statement.slot?.view !== this.view) return null;
    if (statement.slot.index > lastSlotIndex(this.context.manifest.faults)) return null;
    return authentic(this.context, bank, statement, signature) ? null : 'testimony-unsigned';
  }

  #onVote(from: number, message: MessageOf<'vote'>): string | null {
    const { slot, signature } = message;
    if (slot.view !== this.view || slot.index > lastSlotIndex(this.context.manifest.faults)) return null;
    // Unverified: both votes are checked when a second one differs, and in the aggregate otherwise.
    this.context.observe(from, ballotStatement(message, this.context.manifest.size), signature, false);
    this.#current?.onVote(from, message);
    return null;
  }

  #onTimeout(from: number, message: MessageOf<'timeout'>): string | null {
    if (this.seal) {
      this.#closing.sendSeal(from);
      return null;
    }
    if (message.proposal && !this.#proposals.check(message.proposal, this.view)) return 'notice-invalid';
    if (Math.abs(message.view - this.view) <= 1) {
      const statement = timeoutStatement(this.chain.epoch, message.view, message.certificate?.slot ?? null);
      this.context.observe(from, statement, message.signature, false);
    }
    return this.#agreement.onTimeout(from, message) ? null : 'timeout-invalid';
  }

  #onResult(from: number, message: MessageOf<'result'>): string | null {
    if (this.seal) this.#closing.sendSeal(from);
    else this.#closing.onResult(from, message);
    return null;
  }

  #onSeal(seal: Seal): string | null {
    if (this.seal) return null;
    if (!this.#closing.accepts(seal)) return 'seal-invalid';
    if (!this.#agreement.decision) this.#agreement.onCertificate(seal.commit);
    this.#closing.take(seal);
    return null;
  }

  // What more than one part needs

  /** This bank's Commitment of the epoch, made when it is first asked for. */
  #ownCommitment(): SignedCommitment {
    this.#commitment ??= makeCommitment(this.context);
    return this.#commitment;
  }

  #viewParts() {
    return {
      agreement: this.#agreement,
      drafts: this.#drafts,
      slices: this.#slices,
      proposals: this.#proposals,
      commitment: () => this.#ownCommitment(),
      lock: () => (this.safety.lock?.slot.view === this.view ? this.safety.lock : null),
      gotDraft: () => this.#gotDraft(),
    };
  }

  /** Leader: proposes the prepared value of an earlier view again, once its draft is here. */
  #repeat(): void {
    const contents = this.#toRepeat && this.#drafts.get(this.#toRepeat.value);
    if (!contents || !this.#current) return;
    this.#toRepeat = null;
    this.#current.repeat(contents);
  }

  /** A draft came: go on with whatever was waiting for it. */
  #gotDraft(): void {
    this.#repeat();
    this.#agreement.recheck();
    this.#close();
  }

  /** Goes on from agreement to the result, as soon as the draft that was decided is here. */
  #close(): void {
    const decision = this.#agreement.decision;
    const contents = decision && this.#drafts.get(decision.value);
    if (contents) this.#closing.begin(decision, contents, this.#slices);
  }
}
