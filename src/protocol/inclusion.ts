import { equalBytes, toHex } from '../crypto/bytes.js';
import type { Sketch } from '../data/sketch.js';
import { commonSketch, type Differences, fitsAmendment, makeAmendment, readAmendment } from './amendment.js';
import { attestedBallot, signedBallot } from './attestations.js';
import { commitmentStatement, type SignedCommitment, ticketOutput, verifyCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { isThin } from './draft.js';
import type { Amendment, ForwardMessage, VoteMessage } from './messages.js';
import type { ReadDraft } from './reading.js';
import { amendmentStatement } from './requests.js';
import { compareSlots, type Slot } from './slot.js';

/** Prefix of the timers that run out when a re-included bank has had its time to attest. */
export const SPENT_TIMER = 'spent/';

/** What a well-formed amendment says. */
export interface Claimed {
  readonly amendment: Amendment;
  readonly differences: Differences;
}

/** Thin drafts of a view that are kept to judge amendments by: those that come later are of no use to anybody. */
const KEPT_DRAFTS = 3;

/**
 * Who must not be left out, in one view: the rule of thin drafts.
 *
 * A draft with |C| < q + f inputs is shown to every bank that it leaves out; such a bank answers everyone with its
 * *amendment*, and whoever holds a well-formed one does not attest. The leader then drafts again with that bank. The draft
 * is shown to the bank, which attests to everyone: its amendment is *spent* for those who, 4 Δ after they showed it the
 * draft, hold no attestation of it. So an honest bank is an input, whatever the leader does, as long as Δ holds; and a liar
 * costs at most three slots: one without it, one with it, one without it again.
 */
export class Inclusion {
  /** The last amendment of each bank, and the last well-formed one. */
  readonly #amendments = new Map<number, Amendment>();
  readonly #claimed = new Map<number, Claimed>();
  /** The last thin drafts that this bank found right as an input. */
  readonly #thin: ReadDraft[] = [];
  /** Banks that a thin draft left out. */
  readonly #leftOut = new Set<number>();
  readonly #spent = new Set<number>();
  /** By draft (hex), banks whose attestation of it is here, or who refused it with good reason. */
  readonly #answered = new Map<string, Set<number>>();
  /** The draft that a bank was brought back with last: its time runs. */
  readonly #clocks = new Map<number, ReadDraft>();
  /** Attestations that came before the draft they are of: of each bank the last one. */
  readonly #early = new Map<number, VoteMessage>();
  /** Whether this bank sent an amendment in this view: then its attestations go to everyone. */
  #amending = false;
  #common: { readonly root: string; readonly sketch: Sketch } | null = null;

  constructor(private readonly context: EpochContext) {}

  /** Whether this bank was left out in this view and said so. */
  get amending(): boolean {
    return this.#amending;
  }

  /**
   * A draft came that this bank finds right, as far as it can tell. Shows a thin one to the banks it leaves out, and any to
   * those it brings back; says so when it leaves out this bank.
   */
  onDraft(read: ReadDraft, forward: ForwardMessage, commitment: SignedCommitment): void {
    const { manifest, self, courier } = this.context;
    const { inputs } = read.draft.header;
    const back = inputs.filter((bank) => this.#leftOut.has(bank) && bank !== self);
    for (const bank of back) {
      courier.send(bank, { type: 'forward', ...forward, awaited: true });
      this.#clocks.set(bank, read);
      this.context.outbox.timer(SPENT_TIMER + bank, 4 * manifest.parameters.delta);
      const early = this.#early.get(bank);
      if (early) this.onAttestation(bank, early, true);
    }
    if (!isThin(manifest, inputs)) return;
    for (const bank of this.#outside(inputs)) {
      this.#leftOut.add(bank);
      if (bank !== self) courier.send(bank, { type: 'forward', ...forward });
    }
    if (!inputs.includes(self)) {
      this.#amending = true;
      courier.broadcast({ type: 'amendment', ...makeAmendment(this.context, read, commitment) });
      return;
    }
    this.#thin.push(read);
    if (this.#thin.length > KEPT_DRAFTS) this.#thin.shift();
    for (const amendment of this.#amendments.values()) this.#judge(amendment);
  }

  /** The amendment of a bank that a draft brings back otherwise than the amendment says, or null. */
  misfit(read: ReadDraft): Amendment | null {
    for (const bank of this.#claimed.keys())
      if (read.draft.header.inputs.includes(bank) && !this.#fits(read, bank))
        return this.#claimed.get(bank)!.amendment;
    return null;
  }

  /** Takes an amendment, from its sender or shown by another bank. Returns a word for why it was refused, or null. */
  onAmendment(amendment: Amendment): string | null {
    const { manifest, suite, chain } = this.context;
    const { commitment, signature } = amendment;
    const { bank } = commitment;
    if (commitment.epoch !== chain.epoch || amendment.epoch !== chain.epoch) return 'amendment-invalid';
    if (bank >= manifest.size) return 'amendment-invalid';
    const earlier = this.#amendments.get(bank);
    if (earlier && equalBytes(earlier.signature, signature)) return null;
    if (!verifyCommitment(manifest, suite, commitment)) return 'amendment-invalid';
    this.context.observe(bank, commitmentStatement(commitment), commitment.signature, true);
    if (!ticketOutput(manifest, suite, chain, commitment)) return 'amendment-invalid';
    if (!authentic(this.context, bank, amendmentStatement(amendment), signature)) return 'amendment-unsigned';
    if (earlier && compareSlots(earlier.slot, amendment.slot) >= 0) return null;
    this.#amendments.set(bank, amendment);
    this.#judge(amendment);
    return null;
  }

  /**
   * Banks that a thin draft wrongly leaves out: those with a well-formed amendment of it that is not spent. Only for who
   * holds U: an input of the draft that found it right.
   */
  wronglyLeftOut(read: ReadDraft): Claimed[] {
    const { inputs, slot } = read.draft.header;
    if (!isThin(this.context.manifest, inputs)) return [];
    return this.#outside(inputs).flatMap((bank) => {
      const claimed = this.#claimed.get(bank);
      if (!claimed || this.#spent.has(bank) || this.context.isProven(bank)) return [];
      return compareSlots(claimed.amendment.slot, slot) === 0 ? [claimed] : [];
    });
  }

  /** The symbols that a thin draft must carry. */
  symbolsOf(commonRoot: Uint8Array, read: Pick<ReadDraft, 'opened' | 'rows'>): Uint8Array {
    return this.#sketchOf(commonRoot, read).symbols(0, this.context.manifest.parameters.sketchSymbols);
  }

  /**
   * An attestation of a bank that was brought back, from itself or passed on. Returns whether it is one and news: then the
   * leader should have it too. It counts for the draft that the bank was brought back with, though a later one be here by
   * now, and it may come before it: a leader has its own order for everybody. One that the leader's tally would not take
   * does not count here either, or a bank could keep its amendment and yet never attest.
   *
   * @param direct whether it is from the bank itself
   */
  onAttestation(bank: number, vote: VoteMessage, direct: boolean): boolean {
    const { manifest, suite } = this.context;
    const read = this.#clocks.get(bank);
    const order = read ? compareSlots(vote.slot, read.draft.header.slot) : 1;
    if (direct && order > 0) this.#early.set(bank, vote);
    if (!read || order !== 0) return false;
    const name = toHex(read.digest);
    if (this.#answered.get(name)?.has(bank)) return false;
    const ballot = attestedBallot(manifest, read.draft.header, vote);
    if (!ballot || !signedBallot(manifest, suite, bank, ballot, vote.signature)) return false;
    this.#answer(name, bank);
    return true;
  }

  /**
   * A bank does not attest a draft. One that was brought back says so to everybody: it has answered, if its reason is one
   * for this bank too. Who refuses for what another bank said before is shown what it said last.
   */
  onRefusal(bank: number, slot: Slot, amendment: Amendment): void {
    const wronged = amendment.commitment.bank;
    const last = this.#amendments.get(wronged);
    if (last && compareSlots(last.slot, amendment.slot) > 0)
      this.context.courier.send(bank, { type: 'amendment', ...last });
    const read = this.#clocks.get(bank);
    if (!read || compareSlots(slot, read.draft.header.slot) !== 0 || wronged === bank) return;
    const left = this.wronglyLeftOut(read).some((claimed) => claimed.amendment.commitment.bank === wronged);
    if (left || this.context.isProven(wronged)) this.#answer(toHex(read.digest), bank);
  }

  /**
   * A re-included bank has had its time. It had none if the draft lists it falsely, or if the leader has gone on to a later
   * slot, where the bank may have signed already. Only inputs of the draft can tell.
   *
   * @param latest the highest slot that the leader is known to have proposed something in
   */
  onSpentTimer(bank: number, latest: Slot): void {
    const read = this.#clocks.get(bank);
    if (!read || this.#answered.get(toHex(read.digest))?.has(bank)) return;
    const { inputs, slot } = read.draft.header;
    if (compareSlots(latest, slot) > 0 || !inputs.includes(this.context.self)) return;
    if (this.#fits(read, bank)) this.#spent.add(bank);
  }

  #answer(draft: string, bank: number): void {
    this.#answered.set(draft, (this.#answered.get(draft) ?? new Set()).add(bank));
  }

  /** Reads an amendment, if the draft that it is of is here. */
  #judge(amendment: Amendment): void {
    const { bank } = amendment.commitment;
    const read = this.#thin.find(({ draft }) => compareSlots(draft.header.slot, amendment.slot) === 0);
    if (!read || read.draft.header.inputs.includes(bank)) return;
    if (this.#claimed.get(bank)?.amendment === amendment) return;
    const common = this.#sketchOf(read.draft.header.commonRoot, read);
    const differences = readAmendment(this.context, read, common, amendment);
    if (differences) this.#claimed.set(bank, { amendment, differences });
  }

  #fits(read: ReadDraft, bank: number): boolean {
    const claimed = this.#claimed.get(bank);
    if (!claimed || this.context.isProven(bank)) return true;
    return fitsAmendment(this.context, read, claimed.amendment.commitment, claimed.differences);
  }

  #outside(inputs: readonly number[]): number[] {
    return [...this.context.manifest.banks.keys()].filter((bank) => !inputs.includes(bank));
  }

  /** Sketch of the records under U, kept for the last U asked for. */
  #sketchOf(commonRoot: Uint8Array, read: Pick<ReadDraft, 'opened' | 'rows'>): Sketch {
    const root = toHex(commonRoot);
    if (this.#common?.root !== root) this.#common = { root, sketch: commonSketch(this.context, read) };
    return this.#common.sketch;
  }
}
