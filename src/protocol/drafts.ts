import { toHex } from '../crypto/bytes.js';
import type { EpochContext } from './context.js';
import { type Draft, draftValue, isWhole } from './draft.js';

/** How often one bank is handed the same draft: a draft may have megabytes, and asking for it costs next to nothing. */
const MAX_COPIES = 8;

/**
 * The drafts one bank keeps in an epoch, by agreed value. As bytes: a decoded conflict table takes ten times as much or
 * more, and of several drafts in a view at most one is ever decided.
 */
export class DraftStore {
  readonly #kept = new Map<string, Draft>();
  readonly #pinned = new Set<string>();
  readonly #copies = new Map<string, number>();

  constructor(private readonly context: EpochContext) {}

  /** Whether the draft of this value is here. */
  has(value: Uint8Array): boolean {
    return this.#kept.has(toHex(value));
  }

  /** The draft of this value. */
  get(value: Uint8Array): Draft | undefined {
    return this.#kept.get(toHex(value));
  }

  /** Keeps a draft that this bank has checked, or whose value a certificate names. */
  keep(draft: Draft): void {
    this.#kept.set(toHex(draftValue(draft.header)), draft);
  }

  /**
   * Keeps a draft whose value a certificate names: all its inputs have checked it, so here only its parts are. Returns
   * whether they are those of its header.
   */
  take(draft: Draft): boolean {
    const whole = isWhole(draft);
    if (whole) this.keep(draft);
    return whole;
  }

  /**
   * Keeps a draft until the seal: this bank voted for it. Its certificate may be with one bank only, unseen until that
   * bank reports it views later; if the voters had dropped the draft by then, nobody could repeat it and no view would
   * ever end in a decision.
   */
  pin(value: Uint8Array): void {
    this.#pinned.add(toHex(value));
  }

  /** Drops all drafts but the pinned ones and those of the values given. */
  forget(needed: readonly Uint8Array[]): void {
    const names = new Set(needed.map(toHex));
    for (const name of this.#kept.keys())
      if (!names.has(name) && !this.#pinned.has(name)) this.#kept.delete(name);
  }

  /** Sends a copy to a bank that asked for it, if the draft is here and the bank has not had it often enough. */
  serve(to: number, value: Uint8Array): void {
    const draft = this.get(value);
    const name = `${to}/${toHex(value)}`;
    const copies = this.#copies.get(name) ?? 0;
    if (!draft || copies >= MAX_COPIES) return;
    this.#copies.set(name, copies + 1);
    this.context.courier.send(to, { type: 'draft-copy', draft });
  }
}
