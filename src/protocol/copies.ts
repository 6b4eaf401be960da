import { equalBytes, toHex } from '../crypto/bytes.js';
import type { Certificate } from './certificate.js';
import type { Closing } from './closing.js';
import { authentic, type EpochContext } from './context.js';
import { draftDigest } from './draft.js';
import type { DraftStore } from './drafts.js';
import type { MessageOf } from './messages.js';
import { wantStatement } from './requests.js';
import type { SliceStore } from './slice-store.js';
import { agreedValue } from './value.js';
import { Wanting } from './wanting.js';

/** What {@link Copies} are made from, and who is told of one. */
export interface CopiesHost {
  readonly drafts: DraftStore;
  readonly slices: SliceStore;
  readonly closing: Closing;
  readonly decision: () => Certificate | null;
  readonly gotDraft: () => void;
}

/** Drafts that stand behind certificates: asked for where they are missing, and handed to those who ask. */
export class Copies {
  readonly #wanting: Wanting;

  constructor(
    private readonly context: EpochContext,
    private readonly host: CopiesHost,
  ) {
    this.#wanting = new Wanting(context, (value) => this.#holdsAll(value));
  }

  /** A value was prepared or decided: asks for what stands behind it, unless it is here or comes in a moment. */
  want(certificate: Certificate): void {
    if (!this.#holdsAll(certificate.value)) this.#wanting.want(certificate);
  }

  /** Asks for the draft of this certificate's value at once, and for no other. */
  insist(certificate: Certificate): void {
    this.#wanting.insist(certificate);
  }

  /** The draft that was asked for is overdue. */
  onTimer(): void {
    this.#wanting.onTimer();
  }

  /** Somebody lacks a draft, which may have megabytes, while asking for it costs next to nothing. */
  onWant(from: number, message: MessageOf<'want'>): string | null {
    const { value } = message;
    const { drafts, slices, closing } = this.host;
    const contents = value && drafts.get(value);
    if (value === null ? !closing.seal : !contents) return null;
    if (!authentic(this.context, from, wantStatement(message), message.signature)) return 'want-invalid';
    if (!value || !contents) {
      closing.sendSeal(from);
      return null;
    }
    if (!this.context.rations.take({ to: from, what: `draft/${toHex(value)}` })) return null;
    const agreed = new Set(contents.agreed.holdings.map(({ dealer }) => dealer));
    const known = this.#isDecided(value)
      ? closing.dealings
      : slices.dealings(draftDigest(contents.draft.header));
    const dealings = known.filter(({ dealer }) => agreed.has(dealer));
    this.context.courier.send(from, { type: 'draft-copy', contents, dealings });
    return null;
  }

  /** A draft that this bank asked for. */
  onDraftCopy({ contents, dealings }: MessageOf<'draft-copy'>): string | null {
    const { drafts, closing, gotDraft } = this.host;
    const value = agreedValue(draftDigest(contents.draft.header), contents.agreed);
    if (!this.#wanting.wants(value)) return null;
    if (!drafts.take(contents)) return 'not-whole';
    gotDraft();
    if (this.#isDecided(value)) closing.onDealings(dealings);
    if (this.#holdsAll(value)) this.#wanting.stop();
    return null;
  }

  #isDecided(value: Uint8Array): boolean {
    const decision = this.host.decision();
    return decision !== null && equalBytes(decision.value, value);
  }

  /** Whether everything behind a value is here, of a decided one also the headers of all slices in W. */
  #holdsAll(value: Uint8Array): boolean {
    const { drafts, closing } = this.host;
    return drafts.has(value) && (!this.#isDecided(value) || closing.headersKnown);
  }
}
