import { equalBytes } from '../crypto/bytes.js';
import type { Agreement } from './agreement.js';
import { Attesting, SLICES_TIMER, THIN_TIMER } from './attesting.js';
import type { Certificate, TimeoutCertificate } from './certificate.js';
import { leaderOf } from './chain.js';
import type { SignedCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { type Contents, type DraftHeader, draftDigest, isWhole } from './draft.js';
import type { DraftStore } from './drafts.js';
import { checkDraft, checkOpen } from './following.js';
import { ATTEST_TIMER, COLLECT_TIMER, Leading } from './leading.js';
import type { MessageOf } from './messages.js';
import type { Proposals } from './proposals.js';
import { type Opened, readDraft } from './reading.js';
import { symbolsStatement } from './requests.js';
import { Showing } from './showing.js';
import type { SliceStore } from './slice-store.js';
import { compareSlots, lastSlotIndex, type Slot } from './slot.js';
import { agreedAlike, agreedValue } from './value.js';

/** Messages that {@link View.handle} takes. */
export type ViewMessage = MessageOf<
  | 'commitment'
  | 'symbols'
  | 'sketch'
  | 'draft'
  | 'slices'
  | 'amendment'
  | 'refusal'
  | 'acknowledgement'
  | 'proposal'
  | 'repeat'
>;

/** What a view shares with the rest of its epoch. */
export interface ViewParts {
  readonly agreement: Agreement;
  readonly drafts: DraftStore;
  readonly slices: SliceStore;
  readonly proposals: Proposals;
  /** This bank's Commitment of the epoch. */
  readonly commitment: () => SignedCommitment;
  /** This bank's prepare certificate of the view, if it has one. */
  readonly lock: () => Certificate | null;
  /** What stands behind some value came: something may have waited for it. */
  readonly gotDraft: () => void;
}

/**
 * One view of one bank, from its Open to a decision or the next view: what its leader sends, and what this bank does if
 * it is the leader. Every proposal is checked for its leader's signature, taken once a slot, and voted on through
 * agreement alone.
 */
export class View {
  readonly #leader: number;
  #opened: Opened | null = null;
  #attesting: Attesting | null = null;
  #leading: Leading | null = null;
  /** What the leader is shown of this bank's records; null for the leader, and where nothing is collected. */
  #showing: Showing | null = null;

  /** @param justification what ended the view before; null in view 0 */
  constructor(
    private readonly context: EpochContext,
    private readonly parts: ViewParts,
    readonly number: number,
    private readonly justification: TimeoutCertificate | null,
  ) {
    this.#leader = leaderOf(context.chain, number);
  }

  /** Whether the leader's Open came. */
  get opened(): boolean {
    return this.#opened !== null;
  }

  /** Whether this bank leads. */
  get leads(): boolean {
    return this.#leader === this.context.self;
  }

  /** Begins to lead, if this bank is the leader. */
  begin(): void {
    if (!this.leads) return;
    const host = {
      propose: this.parts.agreement.propose.bind(this.parts.agreement),
      proposeValue: this.parts.agreement.proposeValue.bind(this.parts.agreement),
      wronglyLeftOut: () => this.#attesting?.inclusion.wronglyLeftOut() ?? [],
      acknowledged: (header: DraftHeader) => this.#attesting?.awaiting.held(header) ?? [],
      isAcknowledged: (header: DraftHeader, by: readonly number[]) =>
        this.#attesting?.awaiting.isOver(header, by) ?? false,
    };
    const commitment = this.parts.commitment();
    this.#leading = new Leading(this.context, host, this.number, this.justification, commitment);
  }

  /** Leader: proposes the value that the view before may have decided. */
  repeat(contents: Contents): void {
    this.#leading?.repeat(contents);
  }

  /** Ends the view: nothing is led or attested in it any more, and nothing that leading signs is signed. */
  end(): void {
    this.#leading = null;
    this.#attesting = null;
    for (const timer of [COLLECT_TIMER, ATTEST_TIMER, SLICES_TIMER, THIN_TIMER])
      this.context.outbox.timer(timer, null);
  }

  /** A timer of this part ran out. Returns whether it is one. */
  onTimer(id: string): boolean {
    if (id === COLLECT_TIMER) this.#leading?.onCollectTimer();
    else if (id === ATTEST_TIMER) this.#leading?.onAttestTimer();
    else if (this.#attesting?.onTimer(id)) this.#leading?.onVote();
    else return false;
    return true;
  }

  /** Somebody was proven faulty. */
  onProof(): void {
    this.#attesting?.retry();
  }

  /** The leader's Open, justified. Returns a word for why it was refused, or null. */
  onOpen(message: MessageOf<'open'>): string | null {
    if (this.#opened) {
      // The other half of an equivocation, if the leader signed it: banks shown two Opens could not agree on a draft.
      const { proof, saltProof } = this.#opened;
      if (!equalBytes(message.proof, proof) || !equalBytes(message.saltProof, saltProof))
        checkOpen(this.context, this.#leader, message);
      return null;
    }
    const opened = checkOpen(this.context, this.#leader, message);
    if (!opened) return 'open-invalid';
    const { drafts, slices, agreement, lock, commitment } = this.parts;
    this.#opened = opened;
    const host = {
      vote: agreement.vote.bind(agreement),
      lock,
      leader: () => this.#leader,
    };
    this.#attesting = new Attesting(this.context, host, drafts, slices, message);
    if (message.justification?.certificate || this.leads) return null;
    this.#showing = new Showing(this.context, opened);
    const sketch = this.#showing.first();
    this.context.courier.send(this.#leader, { type: 'commitment', commitment: commitment(), sketch });
    return null;
  }

  /** A message of this view. Returns a word for why it was refused, or null. */
  handle(from: number, message: ViewMessage): string | null {
    switch (message.type) {
      case 'commitment':
        return this.#leading && !this.#leading.onCommitment(from, message) ? 'commitment-invalid' : null;
      case 'symbols':
        return this.#onSymbols(from, message);
      case 'sketch':
        return this.#leading && !this.#leading.onSketch(from, message) ? 'sketch-invalid' : null;
      case 'draft':
        return this.#onDraft(from, message, from);
      case 'slices':
        return this.#attesting?.onSlices(from, message) ?? null;
      case 'amendment':
        if (!this.#isSlot(message.slot)) return 'amendment-invalid';
        return this.#attesting?.onAmendment(message) ?? null;
      case 'refusal':
        return this.#onRefusal(message);
      case 'acknowledgement':
        return this.#onAcknowledgement(message);
      case 'proposal':
        return this.#onProposal(from, message);
      case 'repeat':
        return this.#onRepeat(from, message);
    }
  }

  /**
   * A draft that another bank shows. The leader signed it: nobody else is believed. Whoever shows it waits for an answer,
   * if it leaves this bank out or takes it in.
   * @param fresh whether it came with a proof that fresh drafts may be made in the view, be it this bank's or not
   */
  onForward(from: number, message: MessageOf<'draft'>, fresh: boolean): string | null {
    const refusal = this.#onDraft(this.#leader, message, from, fresh);
    if (refusal || !this.#opened || !this.#attesting) return refusal;
    const { inputs, amended } = message.draft.header;
    if (inputs.includes(this.context.self) && !amended.includes(this.context.self)) return null;
    const last = this.#attesting.read;
    const isLast = last && equalBytes(last.digest, draftDigest(message.draft.header));
    const read = isLast ? last : readDraft(this.context, message.draft, this.#opened);
    if (read) this.#attesting.onShown(from, read, this.parts.commitment());
    return null;
  }

  /** A vote: counted, if this bank leads. */
  onVote(from: number, message: MessageOf<'vote'>): void {
    this.parts.agreement.onVote(from, message);
    if (message.phase === 'prepare') this.#leading?.onVote();
  }

  /** A certified value may be that of the draft in its slot, attested with the slices that this bank holds. */
  recognise({ slot, value }: Certificate): void {
    const read = this.#attesting?.read;
    if (!read || slot.view !== this.number || read.draft.header.slot.index !== slot.index) return;
    const { drafts, slices } = this.parts;
    const agreed = agreedAlike(this.context.manifest, slices.holdings(read.digest));
    if (equalBytes(agreedValue(read.digest, agreed), value)) drafts.note(read.digest, agreed);
  }

  #onSymbols(from: number, message: MessageOf<'symbols'>): string | null {
    const { outbox, chain, courier } = this.context;
    if (!this.#showing || from !== this.#leader) return null;
    if (!authentic(this.context, from, symbolsStatement(message), message.signature))
      return 'symbols-invalid';
    const answer = this.#showing.answer(message);
    if ('part' in answer) {
      courier.send(from, { type: 'sketch', ...answer.part });
      return null;
    }
    if (answer.suspected)
      outbox.output({ type: 'suspected', epoch: chain.epoch, bank: from, reason: answer.suspected });
    return answer.refused;
  }

  #onDraft(from: number, message: MessageOf<'draft'>, shownBy: number, fresh = false): string | null {
    const { draft, signature } = message;
    const { slot } = draft.header;
    const attesting = this.#attesting;
    if (!this.#opened || !attesting) return null;
    const refusal = this.#checkProposal(from, slot, draftDigest(draft.header), signature);
    if (refusal) return refusal;
    if (!isWhole(draft)) return 'not-whole';
    // Nobody may vote for it, so nobody deals for it either; unless the leader may have justified the view otherwise to others.
    if (!fresh && this.parts.agreement.justification?.certificate) return 'not-prepared';
    const { proposals } = this.parts;
    if (!proposals.try(slot, shownBy)) return null;
    const read = readDraft(this.context, draft, this.#opened);
    const commitment = this.parts.commitment();
    const { inclusion } = attesting;
    const wrong = checkDraft(this.context, message, this.#opened, read, commitment, inclusion);
    // The amendments are not under the leader's signature: another bank may show the right ones.
    if (wrong !== 'amendment-wrong') proposals.examine(slot);
    if (wrong || !read) return wrong;
    this.parts.drafts.keep(draft);
    this.parts.agreement.extend();
    attesting.onDraft(read, { draft, amendments: message.amendments, signature }, commitment);
    this.parts.gotDraft();
    return null;
  }

  #onRefusal(message: MessageOf<'refusal'>): string | null {
    const { certificate, amendment, acknowledgement } = message;
    if (certificate && !this.parts.agreement.onCertificate(certificate)) return 'certificate-invalid';
    const attesting = this.#attesting;
    if (!attesting || !this.#leading) return null;
    if (amendment && !this.#isSlot(amendment.slot)) return 'amendment-invalid';
    if (acknowledgement && !this.#isSlot(acknowledgement.slot)) return 'acknowledgement-invalid';
    const refusal =
      (amendment && attesting.onAmendment(amendment)) ||
      (acknowledgement && attesting.onAcknowledgement(acknowledgement));
    this.#leading.onRefusal(message);
    return refusal || null;
  }

  #onAcknowledgement(message: MessageOf<'acknowledgement'>): string | null {
    if (!this.#isSlot(message.slot)) return 'acknowledgement-invalid';
    const refusal = this.#attesting?.onAcknowledgement(message) ?? null;
    this.#leading?.onVote();
    return refusal;
  }

  #onProposal(from: number, message: MessageOf<'proposal'>): string | null {
    const { slot, header, signature } = message;
    const { proposals, drafts, agreement } = this.parts;
    if (from !== this.#leader) return 'not-the-leader';
    if (!this.#attesting || proposals.isExamined(slot)) return null;
    if (header.slot.view !== slot.view || compareSlots(header.slot, slot) >= 0) return 'no-such-slot';
    const agreed = this.#attesting.agreedBy(message);
    if (!agreed) return 'not-attested';
    const digest = draftDigest(header);
    const value = agreedValue(digest, agreed);
    const refusal = this.#checkProposal(from, slot, value, signature);
    if (refusal) return refusal;
    if (!proposals.examine(slot)) return null;
    drafts.note(digest, agreed);
    agreement.extend();
    this.#attesting.onProposal(message, value, () => {
      const contents = drafts.get(value);
      if (contents) drafts.vouch(this.context, contents);
    });
    this.parts.gotDraft();
    return null;
  }

  #onRepeat(from: number, message: MessageOf<'repeat'>): string | null {
    const { slot, contents, signature } = message;
    const { proposals, drafts, agreement } = this.parts;
    const digest = draftDigest(contents.draft.header);
    const value = agreedValue(digest, contents.agreed);
    const refusal = this.#checkProposal(from, slot, value, signature);
    if (refusal) return refusal;
    if (!proposals.examine(slot)) return null;
    // Nobody checks a repeated draft's contents again, so only what its inputs once prepared may be repeated.
    const prepared = agreement.justification?.certificate;
    if (!prepared || !equalBytes(prepared.value, value)) return 'not-prepared';
    if (!drafts.take(contents)) return 'not-whole';
    agreement.extend();
    const { epoch } = this.context.chain;
    const ballot = { phase: 'prepare', epoch, slot, value, electorate: null } as const;
    if (agreement.vote({ ballot, holdings: null, attested: false })) drafts.vouch(this.context, contents);
    this.parts.gotDraft();
    return null;
  }

  #checkProposal(from: number, slot: Slot, subject: Uint8Array, signature: Uint8Array): string | null {
    if (from !== this.#leader) return 'not-the-leader';
    if (!this.#isSlot(slot)) return 'no-such-slot';
    const notice = { epoch: this.context.chain.epoch, slot, subject, signature };
    if (!this.parts.proposals.check(notice, this.number)) return 'draft-unsigned';
    return this.parts.proposals.isFirst(slot, subject) ? null : 'second-proposal';
  }

  #isSlot(slot: Slot): boolean {
    return slot.view === this.number && slot.index <= lastSlotIndex(this.context.manifest.faults);
  }
}
