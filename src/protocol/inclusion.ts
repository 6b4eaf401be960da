import { toHex } from '../crypto/bytes.js';
import type { Sketch } from '../data/sketch.js';
import { commonSketch, type Differences, fitsAmendment, makeAmendment, readAmendment } from './amendment.js';
import { commitmentStatement, type SignedCommitment, verifyCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { isThin } from './draft.js';
import type { Amendment, ForwardMessage } from './messages.js';
import type { ReadDraft } from './reading.js';
import { amendmentStatement } from './requests.js';
import { compareSlots } from './slot.js';

/** What a well-formed amendment says. */
export interface Claimed {
  readonly amendment: Amendment;
  readonly differences: Differences;
}

/**
 * Who must not be left out, in one view: the rule of thin drafts.
 *
 * A draft with |C| < q + f inputs is shown to every bank that it leaves out; such a bank answers whoever shows it with its
 * *amendment*: its Commitment and a signed sketch of all its records. Whoever holds a well-formed one does not attest. The
 * leader then drafts again with that bank, and shows the amendment: as it binds the bank to its column and to U, the
 * others check the column against it, and the bank's own attestation is not needed.
 *
 * So an honest bank is an input whatever the leader does, as long as Δ holds: nothing that the leader shows it, or shows
 * others, nor whatever it has voted for or given up on, keeps it from answering within 2 Δ, and nobody waits for more of
 * it than that. A liar that holds its amendment back costs two slots of a view: one without it, one with it.
 */
export class Inclusion {
  /** The last draft, if it is thin and has this bank: then this bank holds U, and can judge amendments of it. */
  #read: ReadDraft | null = null;
  /** By bank, what the well-formed amendments of that draft say. */
  readonly #claimed = new Map<number, Claimed>();
  /** Who was given an amendment, by slot index and bank: each is answered once a slot. */
  readonly #answered = new Set<string>();
  /** The last amendment that this bank made. */
  #own: { readonly digest: string; readonly amendment: Amendment | null } | null = null;
  #common: { readonly root: string; readonly sketch: Sketch } | null = null;

  constructor(private readonly context: EpochContext) {}

  /**
   * Shows a draft that this bank finds right to those that it takes in by their amendment, and a thin one to the banks that
   * it leaves out: the leader may not have done so.
   */
  show(read: ReadDraft, forward: ForwardMessage): void {
    const { manifest, self, courier } = this.context;
    const { inputs, amended } = read.draft.header;
    const shown = isThin(manifest, inputs) ? [...amended, ...this.#outside(inputs)] : amended;
    for (const bank of shown) if (bank !== self) courier.send(bank, { type: 'forward', ...forward });
  }

  /** From now on amendments are of this draft, or of none that this bank can judge by. */
  expect(read: ReadDraft): void {
    const { inputs } = read.draft.header;
    const { manifest, self } = this.context;
    this.#read = isThin(manifest, inputs) && inputs.includes(self) ? read : null;
    this.#claimed.clear();
  }

  /** A bank shows a thin draft that leaves this bank out: it gets this bank's amendment. */
  answer(to: number, read: ReadDraft, commitment: SignedCommitment): void {
    const { manifest, self, courier } = this.context;
    const { inputs, slot } = read.draft.header;
    const name = `${slot.index}/${to}`;
    if (inputs.includes(self) || !isThin(manifest, inputs) || this.#answered.has(name)) return;
    this.#answered.add(name);
    const digest = toHex(read.digest);
    if (this.#own?.digest !== digest)
      this.#own = { digest, amendment: makeAmendment(this.context, read, commitment) };
    if (this.#own.amendment) courier.send(to, { type: 'amendment', ...this.#own.amendment });
  }

  /** Takes an amendment, from its sender or shown by another bank. Returns a word for why it was refused, or null. */
  onAmendment(amendment: Amendment): string | null {
    const read = this.#read;
    const { bank } = amendment.commitment;
    if (!read || compareSlots(read.draft.header.slot, amendment.slot) !== 0) return null;
    if (read.draft.header.inputs.includes(bank) || this.#claimed.has(bank)) return null;
    if (!this.#isSigned(amendment)) return 'amendment-invalid';
    const common = this.#sketchOf(read.draft.header.commonRoot, read);
    const differences = readAmendment(this.context, read, common, amendment);
    if (!differences) return 'amendment-malformed';
    this.#claimed.set(bank, { amendment, differences });
    return null;
  }

  /** Banks that the draft of {@link expect} wrongly leaves out: those with a well-formed amendment of it. */
  wronglyLeftOut(): readonly Claimed[] {
    return [...this.#claimed.values()];
  }

  /**
   * Whether a draft has the banks that it takes in as their amendments say. Only for its inputs: they hold U.
   * @param amendments those that came with it
   */
  fits(read: ReadDraft, amendments: readonly Amendment[]): boolean {
    const { amended, slot, commonRoot } = read.draft.header;
    if (amendments.length !== amended.length) return false;
    return amendments.every((amendment, i) => {
      if (amendment.commitment.bank !== amended[i] || amendment.slot.view !== slot.view) return false;
      if (!this.#isSigned(amendment)) return false;
      return fitsAmendment(this.context, read, this.#sketchOf(commonRoot, read), amendment);
    });
  }

  /** The symbols that a thin draft must carry. */
  symbolsOf(commonRoot: Uint8Array, read: Pick<ReadDraft, 'opened' | 'rows'>): Uint8Array {
    return this.#sketchOf(commonRoot, read).symbols(0, this.context.manifest.parameters.sketchSymbols);
  }

  #isSigned(amendment: Amendment): boolean {
    const { manifest, suite, chain } = this.context;
    const { commitment, signature } = amendment;
    const { bank } = commitment;
    if (commitment.epoch !== chain.epoch || amendment.epoch !== chain.epoch) return false;
    if (!verifyCommitment(manifest, suite, commitment)) return false;
    this.context.observe(bank, commitmentStatement(commitment), commitment.signature, true);
    return authentic(this.context, bank, amendmentStatement(amendment), signature);
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
