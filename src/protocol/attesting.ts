import { equalBytes } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import type { Proposed } from './agreement.js';
import { attestationBallot, verifyAttestations } from './attestations.js';
import { type Ballot, ballotStatement, type Certificate } from './certificate.js';
import type { SignedCommitment } from './commitment.js';
import type { EpochContext } from './context.js';
import { type DraftHeader, draftDigest, isThin } from './draft.js';
import type { DraftStore } from './drafts.js';
import { Inclusion, SPENT_TIMER } from './inclusion.js';
import type {
  Amendment,
  DraftMessage,
  ForwardMessage,
  MessageOf,
  OpenMessage,
  ProposalNotice,
  VoteMessage,
} from './messages.js';
import type { ReadDraft } from './reading.js';
import { slicesStatement } from './slice-header.js';
import type { SliceStore } from './slice-store.js';
import { compareSlots, type Slot } from './slot.js';
import { type Agreed, agreedAlike, type Holding } from './value.js';

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
  /** The proposal of the view in the highest slot that this bank has seen signed by the leader. */
  latest(): ProposalNotice | null;
}

/** The draft that waits for this bank's attestation. */
interface Pending {
  readonly read: ReadDraft;
  readonly forward: ForwardMessage;
  /** What the slices timer stands for now. */
  waiting: 'slices' | 'dealers' | 'nothing';
  thinWait: boolean;
  /** Whether the leader was told that a bank is left out wrongly, or listed otherwise than it says. */
  told: boolean;
  done: boolean;
}

/**
 * A bank's work on the drafts of one view: it deals its slices, waits for those of others and for banks that a thin draft
 * leaves out, and attests, or says why not.
 */
export class Attesting {
  readonly inclusion: Inclusion;
  #read: ReadDraft | null = null;
  #pending: Pending | null = null;
  /** The last attestation, until it was shown to everybody. */
  #attested: { readonly read: ReadDraft; readonly ballot: Ballot; readonly holdings: Holding[] } | null =
    null;

  constructor(
    private readonly context: EpochContext,
    private readonly host: AttestingHost,
    private readonly drafts: DraftStore,
    private readonly slices: SliceStore,
    private readonly open: OpenMessage,
  ) {
    this.inclusion = new Inclusion(context);
  }

  /** The last fresh draft of the view that this bank found right, as far as it can tell. */
  get read(): ReadDraft | null {
    return this.#read;
  }

  /**
   * A fresh draft, which this bank has checked. One of an earlier slot than the last is late, and of no use to anybody: were
   * it taken up, whoever shows an old draft could keep this bank from attesting the new one.
   */
  onDraft(read: ReadDraft, message: DraftMessage, commitment: SignedCommitment): void {
    const { self, manifest, outbox } = this.context;
    const { inputs, slot } = read.draft.header;
    if (this.#read && compareSlots(slot, this.#read.draft.header.slot) < 0) return;
    if (!inputs.includes(self)) this.#attestAtOnce();
    const { delta } = manifest.parameters;
    const forward = { open: this.open, draft: message, awaited: false };
    const back = this.inclusion.amending && inputs.includes(self);
    for (const timer of [SLICES_TIMER, THIN_TIMER]) outbox.timer(timer, null);
    this.slices.expect(read);
    this.#read = read;
    this.#pending = null;
    this.inclusion.onDraft(read, forward, commitment);
    if (!inputs.includes(self)) return;
    this.#deal(read, commitment);
    const pending: Pending = {
      read,
      forward,
      waiting: 'nothing',
      thinWait: false,
      told: false,
      done: false,
    };
    this.#pending = pending;
    if (this.slices.missing(read).length > 0) {
      pending.waiting = 'slices';
      // Others wait 4 Δ for a bank that was brought back, so it shows the draft at once to those whose slices it lacks.
      if (back) this.#show(pending);
      outbox.timer(SLICES_TIMER, 2 * delta);
    }
    if (isThin(manifest, inputs)) {
      pending.thinWait = true;
      outbox.timer(THIN_TIMER, 2 * delta);
    }
    this.retry();
  }

  /** What a proposal of W says is agreed; null when not all inputs of its draft attested so. */
  agreedBy({ header, attestations }: MessageOf<'proposal'>): Agreed | null {
    const { manifest, suite } = this.context;
    return verifyAttestations(manifest, suite, header, attestations)?.agreed ?? null;
  }

  /** Votes for W, from a leader that signed it and proved it. Returns whether the safety rules allowed it. */
  onProposal({ slot, header, attestations }: MessageOf<'proposal'>, value: Uint8Array): boolean {
    for (const timer of [SLICES_TIMER, THIN_TIMER]) this.context.outbox.timer(timer, null);
    this.#pending = null;
    this.#showSplits(header, attestations.pairs);
    const ballot = { phase: 'prepare', epoch: header.epoch, slot, value, electorate: null } as const;
    return this.host.vote({ ballot, holdings: null, attested: true, toAll: false });
  }

  /** A dealer's slices. */
  onSlices(from: number, message: MessageOf<'slices'>): string | null {
    const refusal = this.slices.onSlices(from, message);
    this.retry();
    return refusal;
  }

  /** An amendment, from its sender or shown by another bank. */
  onAmendment(amendment: Amendment): string | null {
    const refusal = this.inclusion.onAmendment(amendment);
    this.retry();
    return refusal;
  }

  /** A bank does not attest a draft, for what another bank says. Returns a word for why that was refused, or null. */
  onRefusal(from: number, slot: Slot, amendment: Amendment): string | null {
    const refusal = this.inclusion.onAmendment(amendment);
    if (!refusal) this.inclusion.onRefusal(from, slot, amendment);
    this.retry();
    return refusal;
  }

  /**
   * Another bank showed this bank a draft that it has had already: it waits for this bank's attestation, which perhaps went
   * to the leader only.
   */
  onShown(digest: Uint8Array): void {
    const { manifest, journal, courier } = this.context;
    if (!this.#attested || !equalBytes(this.#attested.read.digest, digest)) return;
    const { ballot, holdings } = this.#attested;
    const signature = journal.signVote(ballotStatement(ballot, manifest.size));
    courier.broadcast({ type: 'vote', ...ballot, holdings, signature });
    this.#attested = null;
  }

  /**
   * An attestation of a bank that was brought back, from itself or passed on: the leader should have it too. Returns whether
   * it is one and news; anything else that is passed on says nothing of the bank that it names.
   */
  onAttestation(bank: number, vote: VoteMessage, direct: boolean): boolean {
    if (!this.inclusion.onAttestation(bank, vote, direct)) return false;
    if (direct) this.context.courier.send(this.host.leader(), { type: 'relay', bank, vote });
    return true;
  }

  /** A timer of this part ran out. */
  onTimer(id: string): void {
    const pending = this.#pending;
    const latest = this.host.latest()?.slot;
    if (id.startsWith(SPENT_TIMER) && latest)
      this.inclusion.onSpentTimer(Number(id.slice(SPENT_TIMER.length)), latest);
    else if (pending && id === THIN_TIMER) pending.thinWait = false;
    else if (pending && id === SLICES_TIMER) {
      if (pending.waiting === 'slices') {
        this.#show(pending);
        this.context.outbox.timer(SLICES_TIMER, 2 * this.context.manifest.parameters.delta);
      } else pending.waiting = 'nothing';
    }
    this.retry();
  }

  /** Attests the draft of the current slot, or refuses to, if nothing is to be waited for any more. */
  retry(): void {
    const pending = this.#pending;
    if (!pending || pending.done) return;
    const { read } = pending;
    if (pending.waiting !== 'nothing' && this.slices.missing(read).length > 0) return;
    if (pending.thinWait) return;
    // The leader has gone on: who attests what it left behind could help it to leave out a bank that went on with it.
    const latest = this.host.latest()?.slot;
    if (latest && compareSlots(latest, read.draft.header.slot) > 0) return;
    const wronged = this.inclusion.misfit(read) ?? this.inclusion.wronglyLeftOut(read)[0]?.amendment;
    if (wronged) {
      // Not for good: the bank may have sent two amendments, and be proven faulty by it, or its time may run out.
      if (!pending.told) this.#refuse(read, null, wronged);
      pending.told = true;
      return;
    }
    pending.done = true;
    this.#attest(read);
  }

  /**
   * A draft that leaves this bank out came before it attested the one that brought it back: those who have seen that one
   * wait for its attestation all the same, and without it would take the bank for one that never attests.
   */
  #attestAtOnce(): void {
    const pending = this.#pending;
    if (!pending || pending.done || !this.inclusion.amending || this.inclusion.misfit(pending.read)) return;
    if (this.inclusion.wronglyLeftOut(pending.read).length === 0) this.#attest(pending.read);
  }

  #attest(read: ReadDraft): void {
    const { manifest } = this.context;
    const { header } = read.draft;
    const holdings = this.slices.holdings(read.digest).filter(({ dealer }) => header.inputs.includes(dealer));
    const ballot = attestationBallot(manifest, header, holdings);
    const agreed = agreedAlike(manifest, holdings);
    this.drafts.note(read.digest, agreed);
    const toAll = this.inclusion.amending;
    if (this.host.vote({ ballot, holdings, attested: false, toAll })) {
      this.drafts.vouch(this.context, { draft: read.draft, agreed });
      this.slices.vouch(read.digest);
      this.#attested = toAll ? null : { read, ballot, holdings };
    } else {
      const lock = this.host.lock();
      if (lock) this.#refuse(read, lock, null);
    }
  }

  #refuse(read: ReadDraft, certificate: Certificate | null, amendment: Amendment | null): void {
    const { epoch, slot } = read.draft.header;
    const { courier } = this.context;
    const refusal = { type: 'refusal', epoch, slot, certificate, amendment } as const;
    // Who waits for the attestation of a bank that was brought back must know why it does not come.
    if (this.inclusion.amending) courier.broadcast(refusal);
    else courier.send(this.host.leader(), refusal);
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
