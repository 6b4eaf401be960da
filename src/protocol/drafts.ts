import { toHex } from '../crypto/bytes.js';
import type { ConflictTable } from '../data/conflict.js';
import type { EpochContext } from './context.js';
import { type Draft, draftValue, isWhole } from './draft.js';
import { tableOf } from './following.js';

/** How often one bank is handed the same draft: a draft may have megabytes, and asking for it costs next to nothing. */
const MAX_COPIES = 8;

/** The drafts one bank keeps in an epoch, each with its decoded conflict table, by agreed value. */
export class DraftStore {
  readonly #kept = new Map<string, { readonly draft: Draft; readonly table: ConflictTable }>();
  readonly #pinned = new Set<string>();
  readonly #copies = new Map<string, number>();

  constructor(private readonly context: EpochContext) {}

  /** Whether the draft of this value is here. */
  has(value: Uint8Array): boolean {
    return this.#kept.has(toHex(value));
  }

  /** The draft of this value with its table. */
  get(value: Uint8Array): { readonly draft: Draft; readonly table: ConflictTable } | undefined {
    return this.#kept.get(toHex(value));
  }

  /** Keeps a draft that this bank has checked, or whose value a certificate names. */
  keep(draft: Draft, table: ConflictTable): void {
    this.#kept.set(toHex(draftValue(draft.header)), { draft, table });
  }

  /**
   * Keeps a draft whose value a certificate names: all its inputs have checked it, so here only its parts are. Returns
   * whether they are those of its header.
   */
  take(draft: Draft): boolean {
    const table = isWhole(draft) ? tableOf(this.context, draft) : null;
    if (table) this.keep(draft, table);
    return table !== null;
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
    const kept = this.get(value);
    const name = `${to}/${toHex(value)}`;
    const copies = this.#copies.get(name) ?? 0;
    if (!kept || copies >= MAX_COPIES) return;
    this.#copies.set(name, copies + 1);
    this.context.courier.send(to, { type: 'draft-copy', draft: kept.draft });
  }
}
