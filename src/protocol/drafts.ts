import { toHex } from '../crypto/bytes.js';
import type { EpochContext } from './context.js';
import { type Contents, type Draft, draftDigest, isWhole } from './draft.js';
import { type Agreed, agreedValue } from './value.js';

/**
 * The drafts one bank keeps in an epoch, by digest, and what values made of them it knows. As bytes: a decoded conflict
 * table takes ten times as much or more, and of several drafts in a view at most one is ever decided.
 */
export class DraftStore {
  readonly #kept = new Map<string, Draft>();
  readonly #pinned = new Set<string>();
  /** By agreed value: which draft, and which slices. */
  readonly #values = new Map<string, { readonly digest: Uint8Array; readonly agreed: Agreed }>();

  /** Whether everything behind this value is here. */
  has(value: Uint8Array): boolean {
    return this.get(value) !== undefined;
  }

  /** What stands behind this value. */
  get(value: Uint8Array): Contents | undefined {
    const known = this.#values.get(toHex(value));
    const draft = known && this.#kept.get(toHex(known.digest));
    return draft && { draft, agreed: known.agreed };
  }

  /** The draft of this digest. */
  draft(digest: Uint8Array): Draft | undefined {
    return this.#kept.get(toHex(digest));
  }

  /** The digest of the draft behind a value, as far as it is known, be the draft here or not. */
  digestOf(value: Uint8Array): Uint8Array | null {
    return this.#values.get(toHex(value))?.digest ?? null;
  }

  /** Keeps a draft that this bank has checked. */
  keep(draft: Draft): void {
    this.#kept.set(toHex(draftDigest(draft.header)), draft);
  }

  /** Notes that these slices under this draft may be agreed; returns their value. */
  note(digest: Uint8Array, agreed: Agreed): Uint8Array {
    const value = agreedValue(digest, agreed);
    this.#values.set(toHex(value), { digest, agreed });
    return value;
  }

  /**
   * Keeps what stands behind a value that a certificate names: all its inputs have checked it, so here only its parts are.
   * Returns whether they are those of its header.
   */
  take({ draft, agreed }: Contents): boolean {
    if (!isWhole(draft)) return false;
    this.keep(draft);
    this.note(draftDigest(draft.header), agreed);
    return true;
  }

  /**
   * Keeps a draft until the seal, across a restart too: this bank voted for it. Its certificate may be with one bank only,
   * unseen until that bank reports it views later; if the voters had dropped the draft by then, nobody could repeat it and
   * no view would ever end in a decision.
   */
  vouch({ journal }: EpochContext, contents: Contents): void {
    journal.write({ type: 'kept', contents });
    this.#pinned.add(toHex(draftDigest(contents.draft.header)));
  }

  /** Takes over what a log says that this bank voted for. */
  restore(contents: Contents): void {
    if (this.take(contents)) this.#pinned.add(toHex(draftDigest(contents.draft.header)));
  }

  /** Whether the draft of this digest (hex) is here. */
  keeps(digest: string): boolean {
    return this.#kept.has(digest);
  }

  /** Drops all drafts but the pinned ones and those behind the values given. */
  forget(needed: readonly Uint8Array[]): void {
    const names = new Set(needed.flatMap((value) => this.digestOf(value) ?? []).map(toHex));
    for (const name of this.#kept.keys())
      if (!names.has(name) && !this.#pinned.has(name)) this.#kept.delete(name);
    for (const [name, { digest }] of this.#values)
      if (!this.#kept.has(toHex(digest))) this.#values.delete(name);
  }
}
