import { toHex } from '../crypto/bytes.js';
import type { Slice } from '../crypto/dealing.js';
import type { SignedCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { dealSlices } from './dealer.js';
import type { HeldParcel } from './journal.js';
import type { MessageOf, SignedDealing, SlicesMessage } from './messages.js';
import { claimsOf, commitmentIn, type ReadDraft } from './reading.js';
import { type AcceptedSlices, acceptSlices, checkEnvelope } from './slice-check.js';
import { badShares } from './slice-evidence.js';
import {
  claimsDigest,
  type DealingPart,
  envelopeStatement,
  type Parcel,
  type SlicesHeader,
  slicesRoot,
  slicesStatement,
} from './slice-header.js';
import { lastSlotIndex, slotName } from './slot.js';
import { statementDigest } from './statement.js';
import type { Holding } from './value.js';

/** A dealer's slices as one bank holds them. */
export interface HeldSlices {
  readonly accepted: AcceptedSlices;
  readonly part: DealingPart;
  readonly parcel: Parcel;
}

/**
 * The slices one bank holds in an epoch. It deals its own, checks what others deal to it, and says which it has. What is
 * wrong and signed becomes evidence at once: nobody has to wait for the release to learn of a bad share.
 */
export class SliceStore {
  /** What is dealt under the drafts of the current view that slices are taken for, by slot. */
  readonly #expected = new Map<string, Expected>();
  /** By draft (hex), then by dealer. */
  readonly #held = new Map<string, Map<number, HeldSlices>>();
  /** Slices that came before their draft, by slot: one message of each dealer, of as many bytes as there is room for. */
  readonly #early = new Map<string, Map<number, SlicesMessage>>();

  constructor(private readonly context: EpochContext) {}

  /** Takes slices under this draft from now on, those first that came before it. */
  expect(read: ReadDraft): void {
    if (read.dealers.length === 0) return;
    const { slot } = read.draft.header;
    this.#expected.set(slotName(slot), expectedUnder(read));
    if (!this.#held.has(toHex(read.digest))) this.#held.set(toHex(read.digest), new Map());
    for (const [dealer, message] of this.#early.get(slotName(slot)) ?? []) this.#take(dealer, message);
    this.#early.delete(slotName(slot));
  }

  /**
   * Deals this bank's own slices under a draft that it has checked, to everybody.
   * @throws `DealerError` when it has too much to open
   */
  deal(read: ReadDraft, commitment: SignedCommitment): void {
    const { manifest, self, own, journal, courier, chain } = this.context;
    if (!read.dealers.includes(self)) return;
    const { slot } = read.draft.header;
    const { header, root, parcels } = dealSlices({
      manifest,
      own,
      commitment,
      draft: read.digest,
      slot,
      key: read.opened.key,
      ids: claimsOf(read, self).items.map((item) => item.subarray(0, 8)),
    });
    const statement = slicesStatement(header);
    // Dealing begins a slot that another draft had before a crash: then this bank's slices are those it signed for.
    if (!journal.permits(statement)) return;
    const { dealing, statistics } = header;
    const part = { dealing, statistics, signature: journal.sign(statement) };
    for (const [receiver, parcel] of parcels.entries()) {
      const signature = journal.sign(envelopeStatement({ epoch: chain.epoch, slot, root }, receiver, parcel));
      const envelope = { ...parcel, signature };
      courier.send(receiver, { type: 'slices', epoch: chain.epoch, slot, dealing: part, envelope });
    }
  }

  /** A dealer's slices for this bank. Returns a word for why they were refused, or null. */
  onSlices(from: number, message: MessageOf<'slices'>): string | null {
    if (this.#expected.has(slotName(message.slot))) return this.#take(from, message);
    if (message.slot.index > lastSlotIndex(this.context.manifest.faults)) return 'no-such-slot';
    const early = this.#early.get(slotName(message.slot)) ?? new Map<number, SlicesMessage>();
    // Nobody signed anything yet that could be checked: a liar may send one for every slot.
    if (!early.has(from) && weightOf(message) <= this.context.roomFor(from))
      this.#early.set(slotName(message.slot), early.set(from, message));
    return null;
  }

  /** Bytes that are kept of what a bank sent before they can be checked. */
  unchecked(bank: number): number {
    let total = 0;
    for (const early of this.#early.values()) {
      const message = early.get(bank);
      if (message) total += weightOf(message);
    }
    return total;
  }

  /** The dealers of a draft whose slices this bank lacks. */
  missing(read: Pick<ReadDraft, 'digest' | 'dealers'>): number[] {
    const held = this.held(read.digest);
    return read.dealers.filter((dealer) => !held.has(dealer));
  }

  /** What this bank holds under a draft, by dealer. */
  held(digest: Uint8Array): ReadonlyMap<number, HeldSlices> {
    return this.#held.get(toHex(digest)) ?? new Map();
  }

  /** What this bank holds under a draft, as it attests it. */
  holdings(digest: Uint8Array): Holding[] {
    return [...this.held(digest)]
      .map(([dealer, { accepted }]) => ({ dealer, root: accepted.root }))
      .sort((a, b) => a.dealer - b.dealer);
  }

  /** Writes down what this bank attests that it holds: after a restart it must still be able to give it back. */
  vouch(digest: Uint8Array): void {
    const slices = [...this.held(digest)].map(([dealer, { part, parcel }]) => ({ dealer, part, parcel }));
    const { journal, chain } = this.context;
    if (slices.length > 0) journal.write({ type: 'held', epoch: chain.epoch, draft: digest, slices });
  }

  /** Takes over what a log says that this bank holds under a draft. */
  restore(read: ReadDraft, slices: readonly HeldParcel[]): void {
    const { manifest, suite } = this.context;
    const held = new Map<number, HeldSlices>();
    for (const { dealer, part, parcel } of slices) {
      const header = headerOf(read, dealer, part);
      const accepted = acceptSlices(manifest, suite, header, commitmentIn(read, dealer));
      if (typeof accepted !== 'string') held.set(dealer, { accepted, part, parcel });
    }
    this.#held.set(toHex(read.digest), held);
  }

  /** The headers under a draft that this bank can show others. */
  dealings(digest: Uint8Array): SignedDealing[] {
    return [...this.held(digest)].map(([dealer, { part }]) => ({ dealer, part }));
  }

  /** The view is over: takes no slices of it any more. */
  close(): void {
    this.#expected.clear();
    this.#early.clear();
  }

  /** A new view: takes no slices of earlier ones any more, and keeps those of the drafts for which `kept` says so. */
  forget(kept: (digest: string) => boolean): void {
    this.close();
    for (const digest of this.#held.keys()) if (!kept(digest)) this.#held.delete(digest);
  }

  #take(from: number, { slot, dealing: part, envelope }: SlicesMessage): string | null {
    const { draft, dealers } = this.#expected.get(slotName(slot))!;
    const held = this.#held.get(toHex(draft))!;
    const dealer = dealers.get(from);
    if (!dealer) return 'slices-unasked';
    const { manifest, suite, chain, self } = this.context;
    const { claims, commitment } = dealer;
    const { dealing, statistics } = part;
    const header = { epoch: chain.epoch, slot, dealer: from, draft, claims, dealing, statistics };
    const root = slicesRoot(header);
    // Signed for another draft of this slot, perhaps: then the leader proposed two, and their notices will show it.
    if (!authentic(this.context, from, slicesStatement(header), part.signature)) return 'slices-unsigned';
    if (held.has(from)) return null;
    const accepted = acceptSlices(manifest, suite, header, commitment);
    if (typeof accepted === 'string') {
      this.context.accuse(badShares({ header, signature: part.signature }, commitment));
      return accepted;
    }
    const { slice, share, signature } = envelope;
    const statement = envelopeStatement({ epoch: header.epoch, slot, root }, self, envelope);
    const digest = statementDigest(manifest.consortiumId, statement);
    if (!suite.identity.verify(manifest.banks[from]!.identity, digest, signature)) return 'envelope-unsigned';
    const verdict = checkEnvelope(accepted, self, envelope);
    if (verdict !== 'valid') {
      const delivery = { receiver: self, envelope };
      this.context.accuse(badShares({ header, signature: part.signature }, commitment, delivery));
      return verdict;
    }
    held.set(from, { accepted, part, parcel: { slice, share } });
    return null;
  }
}

/** Bytes of slices as they are kept: those of their parts that can have any number. */
function weightOf({ dealing: { dealing, statistics }, envelope }: SlicesMessage): number {
  const { slice, share } = envelope;
  const points = (dealing?.keyCommitments.length ?? 0) + (statistics?.length ?? 0) + (share?.length ?? 0);
  return sliceWeight(slice) + 32 * points + SLICES_COST;
}

/** What slices count for besides: their place in memory. */
const SLICES_COST = 1 << 9;

/** Bytes of a slice as it is kept. */
export const sliceWeight = (slice: Slice | null): number =>
  slice ? slice.fragment.length + 32 * slice.proof.length : 0;

/** What the dealers of a draft have to deal, without its table, which may be ten times as large. */
interface Expected {
  /** The draft's digest. */
  readonly draft: Uint8Array;
  readonly dealers: ReadonlyMap<
    number,
    { readonly claims: Uint8Array; readonly commitment: SignedCommitment }
  >;
}

function expectedUnder(read: ReadDraft): Expected {
  const dealers = read.dealers.map((dealer) => {
    const { key, items } = claimsOf(read, dealer);
    return [dealer, { claims: claimsDigest(key, items), commitment: commitmentIn(read, dealer) }] as const;
  });
  return { draft: read.digest, dealers: new Map(dealers) };
}

/** A dealer's whole header: what it sends of it, and what follows from the draft. */
export function headerOf(read: ReadDraft, dealer: number, part: DealingPart): SlicesHeader {
  const { epoch, slot } = read.draft.header;
  const { key, items } = claimsOf(read, dealer);
  const { dealing, statistics } = part;
  return { epoch, slot, dealer, draft: read.digest, claims: claimsDigest(key, items), dealing, statistics };
}
