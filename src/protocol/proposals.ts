import { equalBytes } from '../crypto/bytes.js';
import type { Certificate } from './certificate.js';
import { leaderOf } from './chain.js';
import { authentic, type EpochContext } from './context.js';
import { proposalStatement } from './draft.js';
import type { ProposalNotice } from './messages.js';
import { lastSlotIndex, type Slot, slotName } from './slot.js';

/**
 * What leaders proposed, as far as this bank has seen it: the first proposal of each slot of the last two views. Two of
 * one slot prove the leader faulty; banks show one another their notices so that the halves of a split view find out.
 */
export class Proposals {
  readonly #first = new Map<
    string,
    { readonly notice: ProposalNotice; told: boolean; examined: boolean; readonly tried: Set<number> }
  >();

  constructor(private readonly context: Pick<EpochContext, 'manifest' | 'suite' | 'chain' | 'observe'>) {}

  /**
   * Whether the leader of its view signed this proposal; the first one of a slot of `view` is remembered. True also for
   * a proposal that says nothing to this bank, because it is of a view to come or of a slot that does not exist.
   */
  check(notice: ProposalNotice, view: number): boolean {
    const { slot, subject, signature } = notice;
    const { manifest, chain } = this.context;
    if (slot.view > view || slot.index > lastSlotIndex(manifest.faults)) return true;
    const statement = proposalStatement(chain.epoch, slot, subject);
    if (!authentic(this.context, leaderOf(chain, slot.view), statement, signature)) return false;
    if (slot.view === view && !this.#first.has(slotName(slot)))
      this.#first.set(slotName(slot), {
        notice,
        told: false,
        examined: false,
        tried: new Set(),
      });
    return true;
  }

  /** Whether this is what was first proposed in its slot. A leader that proposes more gets no room for them. */
  isFirst(slot: Slot, subject: Uint8Array): boolean {
    const first = this.#first.get(slotName(slot));
    return first !== undefined && equalBytes(first.notice.subject, subject);
  }

  /** True the first time it is asked of a slot: a proposal that comes again is not checked again. */
  examine(slot: Slot): boolean {
    const first = this.#first.get(slotName(slot));
    if (!first || first.examined) return false;
    first.examined = true;
    return true;
  }

  /**
   * The same of what a bank shows, which may not be all that the leader signed for: until something {@link examine}d holds,
   * each bank has one try a slot.
   */
  try(slot: Slot, from: number): boolean {
    const first = this.#first.get(slotName(slot));
    if (!first || first.examined || first.tried.has(from)) return false;
    first.tried.add(from);
    return true;
  }

  /** Whether a proposal of this slot was examined. */
  isExamined(slot: Slot): boolean {
    return this.#first.get(slotName(slot))?.examined ?? false;
  }

  /** The last proposal seen in a view, null when there was none. */
  last(view: number): ProposalNotice | null {
    let last: ProposalNotice | null = null;
    for (const { notice } of this.#first.values())
      if (notice.slot.view === view && (!last || notice.slot.index > last.slot.index)) last = notice;
    return last;
  }

  /**
   * The proposal that a certificate of the same slot contradicts, the first time it is asked for.
   * @param draft the digest of the draft behind the certified value, null when this bank does not know it: then the
   * certificate may be of another draft than the one it saw
   */
  contradictedBy(certificate: Certificate, draft: Uint8Array | null): ProposalNotice | null {
    const first = this.#first.get(slotName(certificate.slot));
    if (!first || first.told) return null;
    const { subject } = first.notice;
    if (equalBytes(subject, certificate.value) || (draft && equalBytes(subject, draft))) return null;
    first.told = true;
    return first.notice;
  }

  /** Forgets what was proposed before this view. */
  forget(view: number): void {
    for (const [name, { notice }] of this.#first) if (notice.slot.view < view) this.#first.delete(name);
  }
}
