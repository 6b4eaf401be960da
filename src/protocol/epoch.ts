import { toHex } from '../crypto/bytes.js';
import type { ConflictTable } from '../data/conflict.js';
import type { Outcome } from '../data/outcome.js';
import { Agreement, type Application, VIEW_TIMER } from './agreement.js';
import {
  ballotStatement,
  type Certificate,
  type TimeoutCertificate,
  timeoutStatement,
} from './certificate.js';
import { type ChainState, leaderOf, nextChain } from './chain.js';
import { type SignedCommitment, ticketOutput } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { type Draft, isWhole, proposalStatement, valueOf } from './draft.js';
import type { Evidence } from './evidence.js';
import {
  checkDraft,
  checkOpen,
  makeCommitment,
  makeSketchPart,
  type Opened,
  openedBy,
  tableOf,
} from './following.js';
import { ATTEST_TIMER, COLLECT_TIMER, Leading } from './leading.js';
import type { Message, MessageOf, ProposalNotice } from './messages.js';
import { symbolsStatement, wantStatement } from './requests.js';
import type { Safety } from './safety.js';
import { resultStatement, type Seal } from './seal.js';
import { COLLECTOR_TIMER, Sealing } from './sealing.js';
import { FETCH_TIMER, Settlement } from './settlement.js';
import { lastSlotIndex, type Slot } from './slot.js';

/** Runs out when a draft that was asked for is overdue. */
const WANT_TIMER = 'want';

/**
 * One epoch of one bank: reconciliation as an application of agreement. It connects the parts (following, leading,
 * agreement, settlement, sealing), each of which has a file of its own, and owns only what more than one of them needs.
 */
export class Epoch implements Application {
  readonly #agreement: Agreement;
  readonly #sealing: Sealing;
  readonly #drafts = new Map<string, Draft>();
  readonly #tables = new Map<string, ConflictTable>();
  readonly #notices = new Map<string, ProposalNotice>();
  #commitment: SignedCommitment | null = null;
  #opened: Opened | null = null;
  #leading: Leading | null = null;
  #toRepeat: Certificate | null = null;
  #settlement: Settlement | null = null;
  #wanting: { readonly value: Uint8Array; readonly from: readonly number[]; turn: number } | null = null;
  #reconciling = false;
  #outcome: Outcome | null = null;
  #seal: Seal | null = null;
  #finished = false;

  constructor(
    private readonly context: EpochContext,
    private readonly safety: Safety,
    evidence: () => readonly Evidence[],
  ) {
    const { manifest, suite, chain, self, courier, outbox, journal } = context;
    this.#sealing = new Sealing(context, evidence);
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
    return this.#seal;
  }

  /** Whether the epoch is over for this bank: it has the seal, the draft under it, and the result if it can. */
  get finished(): boolean {
    return this.#finished;
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
    switch (message.type) {
      case 'open':
        return this.#onOpen(from, message);
      case 'commitment':
        if (message.sketch.view !== this.view) return null;
        return this.#leading && !this.#leading.onCommitment(from, message) ? 'commitment-invalid' : null;
      case 'symbols':
        return this.#onSymbols(from, message);
      case 'sketch':
        if (message.view !== this.view) return null;
        return this.#leading && !this.#leading.onSketch(from, message) ? 'sketch-invalid' : null;
      case 'draft':
        return this.#onDraft(from, message);
      case 'repeat':
        return this.#onRepeat(from, message);
      case 'notice':
        return this.#checkNotice(message) ? null : 'notice-invalid';
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
        if (!this.#settlement) return null;
        return this.#settlement.onFetch(from, message) ? null : 'fetch-invalid';
      case 'records':
        if (this.#settlement?.onRecords(message)) this.#advance();
        return null;
      case 'result':
        return this.#onResult(from, message);
      case 'seal':
        return this.#onSeal(message.seal);
      case 'evidence':
        return null; // of no epoch: the bank keeps it
    }
  }

  /** A timer of this epoch ran out. */
  onTimer(id: string): void {
    if (this.#finished) return;
    if (id === VIEW_TIMER) this.#agreement.onTimer();
    else if (id === COLLECT_TIMER) this.#leading?.onCollectTimer();
    else if (id === ATTEST_TIMER) this.#leading?.onAttestTimer();
    else if (id === FETCH_TIMER) this.#settlement?.request();
    else if (id === COLLECTOR_TIMER) this.#sealing.onTimer();
    else if (id === WANT_TIMER) this.#sendWant();
  }

  /** The host computed the result. */
  onReconciled(outcome: Outcome): void {
    const decision = this.#agreement.decision;
    if (!this.#reconciling || this.#outcome || !decision) return;
    this.#outcome = outcome;
    if (!this.#seal) this.#sealing.vote(decision.value, outcome, decision.slot.view);
    this.#advance();
  }

  /** The state of the next epoch; null until {@link finished}. */
  next(): ChainState | null {
    const draft = this.#decidedDraft();
    if (!this.#finished || !this.#seal || !draft) return null;
    const { manifest, suite, chain } = this.context;
    const tickets = new Array<Uint8Array | null>(manifest.size).fill(null);
    for (const commitment of draft.commitments)
      tickets[commitment.bank] = ticketOutput(manifest, suite, chain, commitment);
    return nextChain(chain, {
      value: valueOf(draft.header),
      resultRoot: this.#seal.root,
      leaderOutput: openedBy(this.context, draft.header.slot.view, draft.header.opening)!.output,
      tickets,
    });
  }

  // Application of agreement

  leader(view: number): number {
    return leaderOf(this.context.chain, view);
  }

  holds(value: Uint8Array): boolean {
    return this.#drafts.has(toHex(value));
  }

  enteredView(view: number, justification: TimeoutCertificate | null): void {
    this.#opened = null;
    this.#leading = null;
    this.#toRepeat = null;
    this.#forget(view, justification);
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
    }
  }

  prepared(certificate: Certificate): void {
    if (!this.holds(certificate.value) && !this.#seal) this.#want(certificate);
    const notice = this.#notices.get(slotName(certificate.slot));
    if (notice && toHex(notice.value) !== toHex(certificate.value)) {
      this.#notices.delete(slotName(certificate.slot)); // said once
      this.context.courier.broadcast({ type: 'notice', ...notice });
    }
  }

  decided(certificate: Certificate): void {
    const { outbox, chain } = this.context;
    const { slot, value } = certificate;
    for (const timer of [COLLECT_TIMER, ATTEST_TIMER]) outbox.timer(timer, null);
    outbox.output({ type: 'agreed', epoch: chain.epoch, slot, value });
    if (!this.holds(value)) this.#want(certificate);
    this.#settle();
  }

  lastProposal(view: number): ProposalNotice | null {
    let last: ProposalNotice | null = null;
    for (const notice of this.#notices.values())
      if (notice.slot.view === view && (!last || notice.slot.index > last.slot.index)) last = notice;
    return last;
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
    const value = valueOf(draft.header);
    if (!this.#checkNotice({ epoch: this.chain.epoch, slot, value, signature })) return 'draft-unsigned';
    const checked = checkDraft(this.context, draft, this.#opened, this.#commitment);
    if (typeof checked === 'string') return checked;
    this.#keepDraft(draft, checked.table);
    if (draft.header.inputs.includes(this.context.self))
      this.#agreement.vote({
        phase: 'prepare',
        epoch: this.chain.epoch,
        slot,
        value,
        electorate: draft.header.inputs,
      });
    return null;
  }

  #onRepeat(from: number, message: MessageOf<'repeat'>): string | null {
    const { slot, draft, signature } = message;
    if (from !== this.leader(slot.view)) return 'not-the-leader';
    if (slot.view !== this.view) return null;
    const value = valueOf(draft.header);
    if (!this.#checkNotice({ epoch: this.chain.epoch, slot, value, signature })) return 'draft-unsigned';
    if (!this.#takeDraft(draft)) return 'not-whole';
    this.#agreement.vote({ phase: 'prepare', epoch: this.chain.epoch, slot, value, electorate: null });
    return null;
  }

  /** A proposal of the leader of a view, without its contents. Two of them in a slot prove the leader faulty. */
  #checkNotice(notice: ProposalNotice): boolean {
    const { slot, value, signature } = notice;
    if (slot.view > this.view || slot.index > lastSlotIndex(this.context.manifest.faults)) return true;
    const statement = proposalStatement(this.chain.epoch, slot, value);
    if (!authentic(this.context, this.leader(slot.view), statement, signature)) return false;
    if (slot.view === this.view && !this.#notices.has(slotName(slot)))
      this.#notices.set(slotName(slot), notice);
    return true;
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
    if (this.#seal) {
      this.context.courier.send(from, { type: 'seal', seal: this.#seal });
      return null;
    }
    if (message.proposal && !this.#checkNotice(message.proposal)) return 'notice-invalid';
    if (Math.abs(message.view - this.view) <= 1) {
      const statement = timeoutStatement(this.chain.epoch, message.view, message.certificate?.slot ?? null);
      this.context.observe(from, statement, message.signature, false);
    }
    return this.#agreement.onTimeout(from, message) ? null : 'timeout-invalid';
  }

  #onWant(from: number, message: MessageOf<'want'>): string | null {
    const draft = this.#drafts.get(toHex(message.value));
    if (!draft) return null;
    if (!authentic(this.context, from, wantStatement(message), message.signature)) return 'want-invalid';
    this.context.courier.send(from, { type: 'draft-copy', draft });
    return null;
  }

  #onDraftCopy(message: MessageOf<'draft-copy'>): string | null {
    const { draft } = message;
    if (!this.#wanting || toHex(this.#wanting.value) !== toHex(valueOf(draft.header))) return null;
    if (!this.#takeDraft(draft)) return 'not-whole';
    this.#wanting = null;
    this.context.outbox.timer(WANT_TIMER, null);
    this.#repeat();
    this.#agreement.recheck();
    this.#settle();
    return null;
  }

  #onResult(from: number, message: MessageOf<'result'>): string | null {
    if (this.#seal) {
      this.context.courier.send(from, { type: 'seal', seal: this.#seal });
      return null;
    }
    const statement = resultStatement(this.chain.epoch, message);
    this.context.observe(from, statement, message.signature, false);
    this.#sealing.onResult(from, message);
    this.#advance();
    return null;
  }

  #onSeal(seal: Seal): string | null {
    if (this.#seal) return null;
    if (!this.#sealing.accepts(seal)) return 'seal-invalid';
    if (!this.#agreement.decision) this.#agreement.onCertificate(seal.commit);
    this.#take(seal);
    return null;
  }

  // From proposals to the seal

  /** Leader: proposes the prepared value of an earlier view again, once its draft is here. */
  #repeat(): void {
    const draft = this.#toRepeat && this.#drafts.get(toHex(this.#toRepeat.value));
    if (!draft || !this.#leading) return;
    this.#toRepeat = null;
    this.#leading.repeat(draft);
  }

  /** Keeps a draft that a certificate vouches for: all its inputs have checked it, so here only its parts are. */
  #takeDraft(draft: Draft): boolean {
    if (!isWhole(draft)) return false;
    const table = tableOf(this.context, draft);
    if (table) this.#keepDraft(draft, table);
    return table !== null;
  }

  /** Drops what only earlier views needed: all drafts but those that may still be decided, all notices but the last view's. */
  #forget(view: number, justification: TimeoutCertificate | null): void {
    const needed = [justification?.certificate, this.safety.lock].flatMap((c) => (c ? [toHex(c.value)] : []));
    for (const name of this.#drafts.keys())
      if (!needed.includes(name)) {
        this.#drafts.delete(name);
        this.#tables.delete(name);
      }
    for (const [name, notice] of this.#notices) if (notice.slot.view < view - 1) this.#notices.delete(name);
  }

  #keepDraft(draft: Draft, table: ConflictTable): void {
    const name = toHex(valueOf(draft.header));
    this.#drafts.set(name, draft);
    this.#tables.set(name, table);
    this.#agreement.recheck();
  }

  #want(certificate: Certificate): void {
    if (this.#wanting && toHex(this.#wanting.value) === toHex(certificate.value)) return;
    const from = certificate.signers.filter((bank) => bank !== this.context.self);
    this.#wanting = { value: certificate.value, from, turn: this.context.self };
    // The draft itself may be on its way: give it a moment before asking for a copy.
    this.context.outbox.timer(WANT_TIMER, this.context.manifest.parameters.delta);
    if (this.#toRepeat) this.#sendWant();
  }

  #sendWant(): void {
    if (!this.#wanting || this.holds(this.#wanting.value)) return;
    const { courier, journal, outbox, manifest } = this.context;
    const { value, from } = this.#wanting;
    const want = { epoch: this.chain.epoch, value };
    const signature = journal.sign(wantStatement(want));
    courier.send(from[this.#wanting.turn++ % from.length]!, { type: 'want', ...want, signature });
    outbox.timer(WANT_TIMER, 2 * manifest.parameters.delta);
  }

  #decidedDraft(): Draft | undefined {
    const decision = this.#agreement.decision;
    return decision ? this.#drafts.get(toHex(decision.value)) : undefined;
  }

  /** The inputs are agreed and their draft is here: get what is missing of the data. */
  #settle(): void {
    const decision = this.#agreement.decision;
    const draft = this.#decidedDraft();
    if (!decision || !draft || this.#settlement) return;
    const opened = openedBy(this.context, draft.header.slot.view, draft.header.opening);
    if (!opened) return;
    const table = this.#tables.get(toHex(decision.value))!;
    this.#settlement = new Settlement(this.context, decision.value, draft, table, opened);
    if (this.#settlement.holdsCommon) this.#settlement.request();
    this.#advance();
  }

  /** Moves on with whatever is complete by now. */
  #advance(): void {
    const { outbox, courier } = this.context;
    const decision = this.#agreement.decision;
    const draft = this.#decidedDraft();
    if (!decision || !draft || !this.#settlement || this.#finished) return;
    if (this.#settlement.complete && this.#settlement.holdsCommon && !this.#reconciling) {
      this.#reconciling = true;
      outbox.output({
        type: 'reconcile',
        epoch: this.chain.epoch,
        request: this.#settlement.reconcileRequest(),
      });
    }
    if (!this.#seal) {
      const seal = this.#sealing.assemble(decision, draft);
      if (seal) {
        courier.broadcast({ type: 'seal', seal });
        this.#take(seal);
        return;
      }
    }
    this.#finish();
  }

  #take(seal: Seal): void {
    this.#seal = seal;
    this.context.outbox.timer(COLLECTOR_TIMER, null);
    if (!this.#decidedDraft()) this.#want(seal.commit);
    this.#settle();
    this.#finish();
  }

  /** Ends the epoch when there is a seal, its draft, and the result unless this bank does not have the data for it. */
  #finish(): void {
    const draft = this.#decidedDraft();
    if (this.#finished || !this.#seal || !draft || !this.#settlement) return;
    if (this.#settlement.holdsCommon && !this.#outcome) return;
    this.#finished = true;
    const { outbox, journal } = this.context;
    for (const timer of [FETCH_TIMER, COLLECTOR_TIMER, WANT_TIMER, VIEW_TIMER]) outbox.timer(timer, null);
    journal.write({ type: 'sealed', epoch: this.chain.epoch });
    outbox.output({
      type: 'sealed',
      epoch: this.chain.epoch,
      seal: this.#seal,
      outcome: this.#outcome,
      table: this.#tables.get(toHex(valueOf(draft.header)))!,
      inputs: draft.header.inputs,
    });
  }
}

function slotName(slot: Slot): string {
  return `${slot.view}.${slot.index}`;
}
