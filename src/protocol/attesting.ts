import { isConcordatError } from '../crypto/error.js';
import { ACKNOWLEDGE_TIMER, Acknowledging } from './acknowledging.js';
import type { Proposed } from './agreement.js';
import { attestationBallot, verifyAttestations } from './attestations.js';
import { AWAIT_TIMER, Awaiting } from './awaiting.js';
import type { Certificate } from './certificate.js';
import type { SignedCommitment } from './commitment.js';
import type { EpochContext } from './context.js';
import { type DraftHeader, draftDigest, isThin } from './draft.js';
import type { DraftStore } from './drafts.js';
import { Inclusion } from './inclusion.js';
import type {
  AcknowledgementMessage,
  Amendment,
  DraftMessage,
  ForwardMessage,
  MessageOf,
  OpenMessage,
} from './messages.js';
import type { ReadDraft } from './reading.js';
import { slicesStatement } from './slice-header.js';
import type { SliceStore } from './slice-store.js';
import { compareSlots, type Slot } from './slot.js';
import { type Agreed, agreedAlike } from './value.js';

/** Runs out when slices are overdue: first, so that the draft is shown to who did not deal; then, for good. */
export const SLICES_TIMER = 'slices';
/** Runs out when the banks that a thin draft leaves out have had their time to say so. */
export const THIN_TIMER = 'thin';

/** What attesting asks of the epoch around it. */
export interface AttestingHost {
  /** Casts a first-phase vote, if the safety rules allow it. */
  vote(proposed: Proposed): boolean;
  /** The prepare certificate of this view that stands in the way of another value, if any. */
  lock(): Certificate | null;
  leader(): number;
}

/** The draft that waits for this bank's attestation. */
interface Pending {
  readonly read: ReadDraft;
  readonly forward: ForwardMessage;
  /** What the slices timer stands for now. */
  waiting: 'slices' | 'dealers' | 'nothing';
  thinWait: boolean;
  done: boolean;
}

/** The proposal of W that waits for this bank's vote. */
interface PendingProposal {
  readonly slot: Slot;
  readonly header: DraftHeader;
  readonly value: Uint8Array;
  /** Banks whose acknowledgement is in it. */
  readonly acknowledged: readonly number[];
  readonly voted: () => void;
}

/**
 * A bank's work on the drafts of one view: it deals its slices, waits for those of others and for banks that a thin draft
 * leaves out, and attests, or says why not; and it votes for W.
 */
export class Attesting {
  readonly inclusion: Inclusion;
  readonly awaiting: Awaiting;
  readonly #acknowledging: Acknowledging;
  #read: ReadDraft | null = null;
  #pending: Pending | null = null;
  #proposal: PendingProposal | null = null;

  constructor(
    private readonly context: EpochContext,
    private readonly host: AttestingHost,
    private readonly drafts: DraftStore,
    private readonly slices: SliceStore,
    private readonly open: OpenMessage,
  ) {
    this.inclusion = new Inclusion(context);
    this.awaiting = new Awaiting(context);
    this.#acknowledging = new Acknowledging(context, slices);
  }

  /** The last fresh draft of the view that this bank found right, as far as it can tell. */
  get read(): ReadDraft | null {
    return this.#read;
  }

  /**
   * A fresh draft, which this bank has checked. What a bank owes to those that it lists or leaves out it does for every
   * draft; it attests that of the highest slot.
   */
  onDraft(read: ReadDraft, message: DraftMessage, commitment: SignedCommitment): void {
    const { self, manifest, outbox } = this.context;
    const { header } = read.draft;
    const forward = { open: this.open, draft: message };
    if (header.inputs.includes(self)) {
      this.slices.expect(read);
      this.#deal(read, commitment);
    }
    if (header.amended.includes(self)) this.#acknowledging.onDraft(read, forward);
    this.inclusion.show(read, forward);
    this.awaiting.begin(header);
    if (this.#read && compareSlots(header.slot, this.#read.draft.header.slot) < 0) return;
    this.#read = read;
    this.#pending = null;
    this.#proposal = null;
    for (const timer of [SLICES_TIMER, THIN_TIMER]) outbox.timer(timer, null);
    this.inclusion.expect(read);
    if (!header.inputs.includes(self) || header.amended.includes(self)) return;
    const pending: Pending = { read, forward, waiting: 'nothing', thinWait: false, done: false };
    this.#pending = pending;
    const { delta } = manifest.parameters;
    if (this.slices.missing(read).length > 0) {
      pending.waiting = 'slices';
      outbox.timer(SLICES_TIMER, 2 * delta);
    }
    if (isThin(manifest, header.inputs)) {
      pending.thinWait = true;
      outbox.timer(THIN_TIMER, 2 * delta);
    }
    this.retry();
  }

  /** A bank shows a draft that this bank has checked: it is answered whatever this bank has done in the view. */
  onShown(from: number, read: ReadDraft, commitment: SignedCommitment): void {
    this.inclusion.answer(from, read, commitment);
    this.#acknowledging.answer(from, read.draft.header);
  }

  /** What a proposal of W says is agreed; null when not the whole electorate of its draft attested so. */
  agreedBy({ header, attestations }: MessageOf<'proposal'>): Agreed | null {
    const { manifest, suite } = this.context;
    return verifyAttestations(manifest, suite, header, attestations)?.agreed ?? null;
  }

  /**
   * Votes for W, from a leader that signed it and proved it, as soon as nobody's acknowledgement is to be waited for.
   * @param voted called if the safety rules allow the vote
   */
  onProposal(message: MessageOf<'proposal'>, value: Uint8Array, voted: () => void): void {
    const { slot, header, attestations } = message;
    for (const timer of [SLICES_TIMER, THIN_TIMER]) this.context.outbox.timer(timer, null);
    this.#pending = null;
    this.#showSplits(header, attestations.pairs);
    this.awaiting.begin(header);
    const acknowledged = attestations.acknowledged.map(({ bank }) => bank);
    this.#proposal = { slot, header, value, acknowledged, voted };
    this.retry();
  }

  /** A dealer's slices. */
  onSlices(from: number, message: MessageOf<'slices'>): string | null {
    const refusal = this.slices.onSlices(from, message);
    this.#acknowledging.retry();
    this.retry();
    return refusal;
  }

  /** An amendment, from its sender or shown by another bank. */
  onAmendment(amendment: Amendment): string | null {
    const refusal = this.inclusion.onAmendment(amendment);
    this.retry();
    return refusal;
  }

  /** An acknowledgement, from its bank or shown by another. */
  onAcknowledgement(said: AcknowledgementMessage): string | null {
    const refusal = this.awaiting.add(said);
    this.retry();
    return refusal;
  }

  /** A timer of this part ran out. Returns whether it is one. */
  onTimer(id: string): boolean {
    const pending = this.#pending;
    if (id.startsWith(ACKNOWLEDGE_TIMER)) this.#acknowledging.onTimer(id);
    else if (id.startsWith(AWAIT_TIMER)) this.awaiting.onTimer(id);
    else if (id !== THIN_TIMER && id !== SLICES_TIMER) return false;
    else if (pending && id === THIN_TIMER) pending.thinWait = false;
    else if (pending?.waiting === 'slices') {
      this.#show(pending);
      this.context.outbox.timer(SLICES_TIMER, 2 * this.context.manifest.parameters.delta);
    } else if (pending) pending.waiting = 'nothing';
    this.retry();
    return true;
  }

  /** Attests the draft of the current slot, or votes for W, or refuses to, if nothing is to be waited for any more. */
  retry(): void {
    if (this.#proposal) this.#voteForProposal(this.#proposal);
    const pending = this.#pending;
    if (!pending || pending.done || pending.thinWait) return;
    const { read } = pending;
    if (pending.waiting !== 'nothing' && this.slices.missing(read).length > 0) return;
    pending.done = true;
    const wronged = this.inclusion.wronglyLeftOut()[0]?.amendment;
    if (wronged) this.#refuse(read.draft.header.slot, { amendment: wronged });
    else this.#attest(read);
  }

  #attest(read: ReadDraft): void {
    const { manifest } = this.context;
    const { header } = read.draft;
    const holdings = this.slices.holdings(read.digest).filter(({ dealer }) => header.inputs.includes(dealer));
    const ballot = attestationBallot(manifest, header, holdings);
    const agreed = agreedAlike(manifest, holdings);
    this.drafts.note(read.digest, agreed);
    if (this.host.vote({ ballot, holdings, attested: false })) {
      this.drafts.vouch(this.context, { draft: read.draft, agreed });
      this.slices.vouch(read.digest);
    } else {
      const lock = this.host.lock();
      if (lock) this.#refuse(header.slot, { certificate: lock });
    }
  }

  #voteForProposal({ slot, header, value, acknowledged, voted }: PendingProposal): void {
    const held = this.awaiting.held(header);
    const kept = held.find(({ bank }) => !acknowledged.includes(bank));
    if (!kept && !this.awaiting.isOver(header, acknowledged)) return;
    this.#proposal = null;
    if (kept) {
      this.#refuse(slot, { acknowledgement: kept });
      return;
    }
    const ballot = { phase: 'prepare', epoch: header.epoch, slot, value, electorate: null } as const;
    if (this.host.vote({ ballot, holdings: null, attested: true })) voted();
  }

  #refuse(
    slot: Slot,
    reason: { certificate?: Certificate; amendment?: Amendment; acknowledgement?: AcknowledgementMessage },
  ): void {
    const { courier, chain } = this.context;
    const { certificate = null, amendment = null, acknowledgement = null } = reason;
    const refusal = { epoch: chain.epoch, slot, certificate, amendment, acknowledgement };
    courier.send(this.host.leader(), { type: 'refusal', ...refusal });
  }

  #deal(read: ReadDraft, commitment: SignedCommitment): void {
    try {
      this.slices.deal(read, commitment);
    } catch (error) {
      // Too much to open: the others go on without this bank's versions.
      if (!isConcordatError(error)) throw error;
      this.context.outbox.output({ type: 'refused', from: this.context.self, code: error.code });
    }
  }

  /** Shows the draft to the banks that have not dealt under it: perhaps the leader did not. */
  #show(pending: Pending): void {
    pending.waiting = 'dealers';
    for (const bank of this.slices.missing(pending.read))
      this.context.courier.send(bank, { type: 'forward', ...pending.forward });
  }

  /** A dealer under two headers: whoever has one shows it, and whoever has the other finds the dealer out. */
  #showSplits(header: DraftHeader, pairs: readonly { dealer: number }[]): void {
    const { epoch, slot, inputs } = header;
    const held = this.slices.held(draftDigest(header));
    for (const bank of inputs) {
      const mine = held.get(bank);
      if (!mine || pairs.filter(({ dealer }) => dealer === bank).length < 2) continue;
      const statement = slicesStatement({ epoch, slot, root: mine.accepted.root });
      const testimony = { statement, signature: mine.part.signature };
      this.context.courier.broadcast({ type: 'testimony', bank, testimony });
    }
  }
}
