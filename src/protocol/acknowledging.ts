import { acknowledgementStatement } from './acknowledgements.js';
import type { EpochContext } from './context.js';
import type { DraftHeader } from './draft.js';
import type { AcknowledgementMessage, ForwardMessage } from './messages.js';
import type { ReadDraft } from './reading.js';
import type { SliceStore } from './slice-store.js';
import type { Slot } from './slot.js';

/** Prefix of the timers that run out when a bank that was taken in has waited long enough for slices. */
export const ACKNOWLEDGE_TIMER = 'acknowledge/';

/**
 * What a bank owes to the drafts of a view that take it in by its amendment: it deals, and tells everybody which slices it
 * holds. It does so for every such draft, whatever it votes for: W counts on it, and a leader could show it another slot,
 * or let its patience with the view run out, to keep it from voting.
 */
export class Acknowledging {
  /** Drafts that are not acknowledged yet, by slot index. */
  readonly #waiting = new Map<number, Pick<ReadDraft, 'digest' | 'dealers'> & { readonly slot: Slot }>();
  /** What was said of the others. */
  readonly #said = new Map<number, AcknowledgementMessage>();
  /** Who was told again, by slot index and bank. */
  readonly #answered = new Set<string>();

  constructor(
    private readonly context: EpochContext,
    private readonly slices: SliceStore,
  ) {}

  /** A draft takes this bank in. It has at most 2 Δ for it: those who have seen it wait 4 Δ for the acknowledgement. */
  onDraft(read: ReadDraft, forward: ForwardMessage): void {
    const { manifest, outbox, courier } = this.context;
    if (read.dealers.length === 0) return;
    const { index } = read.draft.header.slot;
    const { digest, dealers } = read;
    this.#waiting.set(index, { digest, dealers, slot: read.draft.header.slot });
    for (const bank of this.slices.missing(read)) courier.send(bank, { type: 'forward', ...forward });
    outbox.timer(ACKNOWLEDGE_TIMER + index, 2 * manifest.parameters.delta);
    this.retry();
  }

  /**
   * A bank shows a draft that takes this bank in. It was perhaps not in the view yet when this bank acknowledged it: then it
   * is told again, once.
   */
  answer(to: number, { slot }: DraftHeader): void {
    const said = this.#said.get(slot.index);
    const name = `${slot.index}/${to}`;
    if (!said || this.#answered.has(name)) return;
    this.#answered.add(name);
    this.context.courier.send(to, { type: 'acknowledgement', ...said });
  }

  /** Slices came: acknowledges what is complete now. */
  retry(): void {
    for (const [index, read] of this.#waiting) if (this.slices.missing(read).length === 0) this.#say(index);
  }

  /** The time for a draft's slices is over. */
  onTimer(id: string): void {
    this.#say(Number(id.slice(ACKNOWLEDGE_TIMER.length)));
  }

  #say(index: number): void {
    const { chain, self: bank, journal, courier } = this.context;
    const read = this.#waiting.get(index);
    if (!read) return;
    this.#waiting.delete(index);
    const { slot } = read;
    const said = {
      epoch: chain.epoch,
      slot,
      draft: read.digest,
      holdings: this.slices.holdings(read.digest),
    };
    const statement = acknowledgementStatement(said);
    // Before a restart, perhaps, it held other slices.
    if (!journal.permits(statement)) return;
    this.slices.vouch(read.digest);
    const message = { bank, ...said, signature: journal.sign(statement) };
    this.#said.set(index, message);
    courier.broadcast({ type: 'acknowledgement', ...message });
  }
}
