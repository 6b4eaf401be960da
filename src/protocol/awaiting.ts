import { equalBytes, toHex } from '../crypto/bytes.js';
import { acknowledgementStatement } from './acknowledgements.js';
import { authentic, type EpochContext } from './context.js';
import { type DraftHeader, draftDigest } from './draft.js';
import type { AcknowledgementMessage } from './messages.js';
import { areHoldings } from './value.js';

/** Prefix of the timers that run out when those a draft took in have had their time to acknowledge it. */
export const AWAIT_TIMER = 'await/';

/** The acknowledgements of one draft, by bank. */
interface Wait {
  readonly header: DraftHeader;
  readonly held: Map<number, AcknowledgementMessage>;
  over: boolean;
}

/**
 * The acknowledgements of a view, and whose are still to be waited for. A proposal of W gets a vote only if it has one of
 * every bank that the draft took in by its amendment; or else, 4 Δ after this bank showed them the draft, those of all that
 * this bank holds one of. So a leader cannot keep what an honest bank holds, and with it an honest dealer, out of W.
 */
export class Awaiting {
  /** By draft (hex), those that this bank knows of and that took somebody in. */
  readonly #waits = new Map<string, Wait>();
  /** Acknowledgements of drafts that are not known yet: the first of each bank in a slot. */
  readonly #early = new Map<string, AcknowledgementMessage>();

  constructor(private readonly context: EpochContext) {}

  /** Begins to wait, the first time that this bank hears of a draft: those it takes in have it now, or within Δ. */
  begin(header: DraftHeader): void {
    const name = toHex(draftDigest(header));
    if (header.amended.length === 0 || this.#waits.has(name)) return;
    this.#waits.set(name, { header, held: new Map(), over: false });
    this.context.outbox.timer(AWAIT_TIMER + name, 4 * this.context.manifest.parameters.delta);
    for (const bank of header.amended) {
      const early = this.#early.get(placeOf(header.slot.index, bank));
      if (early) this.#take(early);
    }
  }

  /** The wait for a draft's acknowledgements is over. */
  onTimer(id: string): void {
    const wait = this.#waits.get(id.slice(AWAIT_TIMER.length));
    if (wait) wait.over = true;
  }

  /** An acknowledgement, from its bank or shown by another. Returns a word for why it was refused, or null. */
  add(said: AcknowledgementMessage): string | null {
    const { manifest, chain } = this.context;
    const { bank, slot, draft } = said;
    const known = this.#waits.get(toHex(draft));
    const early = this.#early.get(placeOf(slot.index, bank));
    if (known?.held.has(bank) || (early && equalBytes(early.signature, said.signature))) return null;
    if (bank >= manifest.size || said.epoch !== chain.epoch) return 'acknowledgement-invalid';
    if (!authentic(this.context, bank, acknowledgementStatement(said), said.signature))
      return 'acknowledgement-unsigned';
    if (known) return this.#take(said);
    if (!early) this.#early.set(placeOf(slot.index, bank), said);
    return null;
  }

  /** The acknowledgements of a draft that are here, by bank ascending. */
  held(header: DraftHeader): readonly AcknowledgementMessage[] {
    const held = this.#waits.get(toHex(draftDigest(header)))?.held;
    return header.amended.flatMap((bank) => held?.get(bank) ?? []);
  }

  /** Whether nobody's acknowledgement of a draft is to be waited for, given those of these banks. */
  isOver(header: DraftHeader, had: readonly number[]): boolean {
    const wait = this.#waits.get(toHex(draftDigest(header)));
    return wait?.over === true || header.amended.every((bank) => had.includes(bank));
  }

  #take(said: AcknowledgementMessage): string | null {
    const wait = this.#waits.get(toHex(said.draft));
    const { header } = wait ?? {};
    const fitting =
      header?.amended.includes(said.bank) &&
      header.slot.index === said.slot.index &&
      areHoldings(said.holdings, header.inputs);
    if (!wait || !fitting) return 'acknowledgement-invalid';
    wait.held.set(said.bank, said);
    return null;
  }
}

const placeOf = (index: number, bank: number): string => `${index}/${bank}`;
