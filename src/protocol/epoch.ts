import { equalBytes } from '../crypto/bytes.js';
import type { Outcome } from '../data/outcome.js';
import { Agreement, type Application, VIEW_TIMER } from './agreement.js';
import {
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
  timeoutStatement,
} from './certificate.js';
import { type ChainState, leaderOf } from './chain.js';
import { Closing } from './closing.js';
import type { SignedCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { draftValue } from './draft.js';
import { DraftStore } from './drafts.js';
import type { Evidence } from './evidence.js';
import { checkDraft, checkOpen, makeCommitment, makeSketchPart, type Opened } from './following.js';
import { ATTEST_TIMER, COLLECT_TIMER, Leading } from './leading.js';
import type { Message, MessageOf, MessageType, ProposalNotice } from './messages.js';
import { Proposals } from './proposals.js';
import { symbolsStatement, wantStatement } from './requests.js';
import type { Safety } from './safety.js';
import type { Seal } from './seal.js';
import { lastSlotIndex, type Slot } from './slot.js';
import { WANT_TIMER, Wanting } from './wanting.js';

/**
 * What an epoch still answers when it is over: those who are behind, and votes that prove somebody faulty. Anything else
 * could only set or cancel timers of the epoch after it.
 */
const SERVED_AFTERWARDS: ReadonlySet<MessageType> = new Set([
  'notice',
  'vote',
  'timeout',
  'want',
  'fetch',
  'result',
]);

/**
 * One epoch of one bank: reconciliation as an application of agreement. It connects the parts (following, leading,
 * agreement, settlement, sealing), each of which has a file of its own, and owns only what more than one of them needs.
 */
export class Epoch implements Application {
  readonly #agreement: Agreement;
  readonly #closing: Closing;
  readonly #drafts: DraftStore;
  readonly #proposals: Proposals;
  readonly #wanting: Wanting;
  #commitment: SignedCommitment | null = null;
  #opened: Opened | null = null;
  #leading: Leading | null = null;
  #toRepeat: Certificate | null = null;

  constructor(
    private readonly context: EpochContext,
    private readonly safety: Safety,
    evidence: () => readonly Evidence[],
  ) {
    const { manifest, suite, chain, self, courier, outbox, journal } = context;
    this.#drafts = new DraftStore(context);
    this.#proposals = new Proposals(context);
    this.#wanting = new Wanting(context, (value) => this.holds(value));
    this.#closing = new Closing(context, evidence);
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

  /** The view of the agreement; −1 before the start. */
  get view(): number {
    return this.#agreement.view;
  }

  /** The Open of the current view, if it came. */
  get opened(): boolean {
    return this.#opened?.view === this.view;
  }

  start(): void {
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
      case 'commitment':
        if (message.sketch.view !== this.view || !this.#leading) return null;
        return this.#leading.onCommitment(from, message) ? null : 'commitment-invalid';
      case 'symbols':
        return this.#onSymbols(from, message);
      case 'sketch':
        if (message.view !== this.view || !this.#leading) return null;
        return this.#leading.onSketch(from, message) ? null : 'sketch-invalid';
      case 'draft':
        return this.#onDraft(from, message);
      case 'repeat':
        return this.#onRepeat(from, message);
      case 'notice':
        return this.#proposals.check(message, this.view) ? null : 'notice-invalid';
      case 'vote':
        return this.#onVote(from, message);
      case 'certificate':
        return this.#agreement.onCertificate(message.certificate) ? null : 'certificate-invalid';
      case 'timeout':
        return this.#onTimeout(from, message);
      case 'want':
        return this.#onWant(from, message);
      case 'draft-copy':
        return this.#onDraftCopy(message);
      case 'fetch':
        return this.#closing.onFetch(from, message) ? null : 'fetch-invalid';
      case 'records':
        this.#closing.onRecords(message);
        return null;
      case 'result':
        return this.#onResult(from, message);
      case 'seal':
        return this.#onSeal(message.seal);
      case 'evidence':
        return null; // of no epoch: the bank keeps it
    }
  }

  /** Bank `from` is in the next epoch already. */
  onAhead(from: number): void {
    this.#closing.onAhead(from);
  }

  /** A timer of this epoch ran out. */
  onTimer(id: string): void {
    if (this.finished) return;
    if (id === VIEW_TIMER) this.#agreement.onTimer();
    else if (id === COLLECT_TIMER) this.#leading?.onCollectTimer();
    else if (id === ATTEST_TIMER) this.#leading?.onAttestTimer();
    else if (id === WANT_TIMER) this.#wanting.onTimer();
    else this.#closing.onTimer(id);
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
    this.#opened = null;
    this.#leading = null;
    this.#toRepeat = null;
    const needed = [justification?.certificate, this.safety.lock].flatMap((c) => (c ? [c.value] : []));
    this.#drafts.forget(needed);
    this.#proposals.forget(view - 1);
    if (this.leader(view) !== this.context.self) return;
    this.#commitment ??= makeCommitment(this.context);
    const host = {
      propose: (slot: Slot, value: Uint8Array, electorate: readonly number[] | null): void =>
        this.#agreement.propose({ phase: 'prepare', epoch: this.chain.epoch, slot, value, electorate }),
      missing: (slot: Slot): number[] => this.#agreement.missing(slot),
    };
    this.#leading = new Leading(this.context, host, view, justification, this.#commitment);
    if (justification?.certificate) {
      this.#toRepeat = justification.certificate;
      this.#repeat();
      if (this.#toRepeat) this.#wanting.insist(this.#toRepeat);
    }
  }

  prepared(certificate: Certificate): void {
    if (!this.holds(certificate.value) && !this.seal && !this.#toRepeat) this.#wanting.want(certificate);
    const notice = this.#proposals.contradictedBy(certificate);
    if (notice) this.context.courier.broadcast({ type: 'notice', ...notice });
  }

  decided(certificate: Certificate): void {
    const { outbox, chain } = this.context;
    const { slot, value } = certificate;
    this.#leading = null; // nothing is led, and nothing that leading signs may be signed, once the inputs are agreed
    for (const timer of [COLLECT_TIMER, ATTEST_TIMER]) outbox.timer(timer, null);
    outbox.output({ type: 'agreed', epoch: chain.epoch, slot, value });
    if (!this.holds(value)) this.#wanting.want(certificate);
    this.#close();
  }

  lastProposal(view: number): ProposalNotice | null {
    return this.#proposals.last(view);
  }

  // Messages

  #onOpen(from: number, message: MessageOf<'open'>): string | null {
    const { view, justification } = message;
    if (from !== this.leader(view)) return 'not-the-leader';
    if (view < this.view || (this.opened && view === this.view) || this.#agreement.decision) return null;
    if ((view === 0) !== (justification === null)) return 'unjustified';
    if (justification && (justification.view !== view - 1 || !this.#agreement.onJustification(justification)))
      return 'unjustified';
    const opened = checkOpen(this.context, from, message);
    if (!opened) return 'open-invalid';
    if (view !== this.view) return null;
    this.#opened = opened;
    if (justification?.certificate || this.#agreement.leading) return null;
    this.#commitment ??= makeCommitment(this.context);
    const { sketchSymbols } = this.context.manifest.parameters;
    const sketch = makeSketchPart(this.context, opened, 0, 0, sketchSymbols);
    this.context.courier.send(from, { type: 'commitment', commitment: this.#commitment, sketch });
    return null;
  }

  #onSymbols(from: number, message: MessageOf<'symbols'>): string | null {
    const { manifest } = this.context;
    if (message.view !== this.view || !this.#opened || from !== this.leader(this.view)) return null;
    if (this.#agreement.decision) return null;
    if (!authentic(this.context, from, symbolsStatement(message), message.signature))
      return 'symbols-invalid';
    const { sketchSymbols, maxDifferences } = manifest.parameters;
    if (message.count > 2 * maxDifferences) return 'symbols-too-many';
    const place = { type: 'sketch', epoch: this.chain.epoch, slot: { view: this.view, index: 1 } } as const;
    if (this.context.journal.signed(place)) return null; // one request a view
    const part = makeSketchPart(this.context, this.#opened, 1, sketchSymbols, message.count);
    this.context.courier.send(from, { type: 'sketch', ...part });
    return null;
  }

  #onDraft(from: number, message: MessageOf<'draft'>): string | null {
    const { draft, signature } = message;
    const { slot } = draft.header;
    if (from !== this.leader(slot.view)) return 'not-the-leader';
    if (slot.view !== this.view || !this.#opened || slot.index > lastSlotIndex(this.context.manifest.faults))
      return null;
    const value = draftValue(draft.header);
    const refusal = this.#checkProposal(slot, value, signature);
    if (refusal) return refusal;
    if (!this.#proposals.examine(slot)) return null;
    const wrong = checkDraft(this.context, draft, this.#opened, this.#commitment);
    if (wrong) return wrong;
    this.#drafts.keep(draft);
    if (draft.header.inputs.includes(this.context.self)) this.#vote(slot, value, draft.header.inputs);
    this.#gotDraft();
    return null;
  }

  #onRepeat(from: number, message: MessageOf<'repeat'>): string | null {
    const { slot, draft, signature } = message;
    if (from !== this.leader(slot.view)) return 'not-the-leader';
    if (slot.view !== this.view || slot.index > lastSlotIndex(this.context.manifest.faults)) return null;
    const value = draftValue(draft.header);
    const refusal = this.#checkProposal(slot, value, signature);
    if (refusal) return refusal;
    if (!this.#proposals.examine(slot)) return null;
    // Nobody checks a repeated draft's contents again, so only what its inputs once prepared may be repeated.
    const prepared = this.#agreement.justification?.certificate;
    if (!prepared || !equalBytes(prepared.value, value)) return 'not-prepared';
    if (!this.#drafts.take(draft)) return 'not-whole';
    this.#vote(slot, value, null);
    this.#gotDraft();
    return null;
  }

  #checkProposal(slot: Slot, value: Uint8Array, signature: Uint8Array): string | null {
    const notice = { epoch: this.chain.epoch, slot, value, signature };
    if (!this.#proposals.check(notice, this.view)) return 'draft-unsigned';
    return this.#proposals.isFirst(slot, value) ? null : 'second-proposal';
  }

  #vote(slot: Slot, value: Uint8Array, electorate: readonly number[] | null): void {
    const ballot = { phase: 'prepare', epoch: this.chain.epoch, slot, value, electorate } as const;
    if (this.#agreement.vote(ballot)) this.#drafts.pin(value);
  }

  #onVote(from: number, message: MessageOf<'vote'>): string | null {
    const { slot, signature } = message;
    if (slot.view !== this.view || slot.index > lastSlotIndex(this.context.manifest.faults)) return null;
    // Unverified: both votes are checked when a second one differs, and in the aggregate otherwise.
    this.context.observe(from, ballotStatement(message, this.context.manifest.size), signature, false);
    this.#agreement.onVote(from, message);
    return null;
  }

  #onTimeout(from: number, message: MessageOf<'timeout'>): string | null {
    if (this.seal) {
      this.#sendSeal(from);
      return null;
    }
    if (message.proposal && !this.#proposals.check(message.proposal, this.view)) return 'notice-invalid';
    if (Math.abs(message.view - this.view) <= 1) {
      const statement = timeoutStatement(this.chain.epoch, message.view, message.certificate?.slot ?? null);
      this.context.observe(from, statement, message.signature, false);
    }
    return this.#agreement.onTimeout(from, message) ? null : 'timeout-invalid';
  }

  #onWant(from: number, message: MessageOf<'want'>): string | null {
    const { value } = message;
    if (value === null ? !this.seal : !this.holds(value)) return null;
    if (!authentic(this.context, from, wantStatement(message), message.signature)) return 'want-invalid';
    if (value) this.#drafts.serve(from, value);
    else this.#sendSeal(from);
    return null;
  }

  #onDraftCopy(message: MessageOf<'draft-copy'>): string | null {
    const { draft } = message;
    if (!this.#wanting.wants(draftValue(draft.header))) return null;
    if (!this.#drafts.take(draft)) return 'not-whole';
    this.#wanting.stop();
    this.#gotDraft();
    return null;
  }

  #onResult(from: number, message: MessageOf<'result'>): string | null {
    if (this.seal) this.#sendSeal(from);
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

  #sendSeal(to: number): void {
    if (this.seal) this.context.courier.send(to, { type: 'seal', seal: this.seal });
  }

  // Drafts

  /** Leader: proposes the prepared value of an earlier view again, once its draft is here. */
  #repeat(): void {
    const draft = this.#toRepeat && this.#drafts.get(this.#toRepeat.value);
    if (!draft || !this.#leading) return;
    this.#toRepeat = null;
    this.#leading.repeat(draft);
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
    const draft = decision && this.#drafts.get(decision.value);
    if (draft) this.#closing.begin(decision, draft);
  }
}
