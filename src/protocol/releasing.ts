import { equalBytes, toHex } from '../crypto/bytes.js';
import type { Slice } from '../crypto/slices.js';
import { addShares, SharingCommitments, type VectorShare } from '../crypto/verifiable-sharing.js';
import type { ConflictRow } from '../data/conflict.js';
import type { Entry } from '../data/dataset.js';
import { type OpenedStatistics, scalarsToStatistics } from '../data/statistics.js';
import type { Certificate } from './certificate.js';
import { authentic, type EpochContext } from './context.js';
import type { MessageOf, SignedDealing } from './messages.js';
import { claimsOf, commitmentIn, type ReadDraft } from './reading.js';
import { missingStatement } from './requests.js';
import { type AcceptedSlices, acceptSlices, openSlices, type SlicesOpening } from './slice-check.js';
import { badSlices } from './slice-evidence.js';
import { type DealingPart, slicesRoot, slicesStatement } from './slice-header.js';
import { type HeldSlices, headerOf, sliceWeight } from './slice-store.js';
import type { Agreed } from './value.js';

/** Runs out when slices that others hold are overdue. */
export const MISSING_TIMER = 'missing';

/** One dealing of W, as far as it is known. */
interface Opened {
  readonly dealer: number;
  readonly root: Uint8Array;
  accepted: AcceptedSlices | null;
  part: DealingPart | null;
  /** By holder: what it gave back. */
  readonly slices: Map<number, Slice>;
  opening: Exclude<SlicesOpening, { verdict: 'incomplete' }> | null;
}

/** What is decided, and what this bank holds of it. */
export interface ReleasingOptions {
  readonly decision: Certificate;
  readonly read: ReadDraft;
  readonly agreed: Agreed;
  /** What this bank holds under the draft. */
  readonly held: ReadonlyMap<number, HeldSlices>;
}

/**
 * From agreed inputs to open versions: every bank gives back what it holds of W, on the commit certificate and not before,
 * and opens what it can. Every pair of W is held by q − f honest banks or more, so every dealing opens, or shows its dealer
 * faulty, and does so alike for everybody: a missing fragment means wait, never absent.
 */
export class Releasing {
  readonly #dealings: ReadonlyMap<number, Opened>;
  readonly #shares = new Map<number, VectorShare>();
  #totals: bigint[] | null = null;
  /** Banks whose share of the sum was checked. */
  readonly #checked = new Set<number>();
  #commitments: SharingCommitments | null = null;
  #attempt = 0;

  constructor(
    private readonly context: EpochContext,
    private readonly options: ReleasingOptions,
  ) {
    const { agreed, held } = options;
    this.#dealings = new Map(
      agreed.holdings.map(({ dealer, root }) => {
        const mine = held.get(dealer);
        const fits = mine && equalBytes(mine.accepted.root, root);
        const accepted = fits ? mine.accepted : null;
        return [
          dealer,
          { dealer, root, accepted, part: fits ? mine.part : null, slices: new Map(), opening: null },
        ];
      }),
    );
  }

  /** Whether everything that is agreed to be opened is open, or proven unopenable. */
  get complete(): boolean {
    const opened = [...this.#dealings.values()].every(({ opening }) => opening !== null);
    return opened && (this.options.agreed.summed.length === 0 || this.#totals !== null);
  }

  /** Whether the header of every dealing in W is known. */
  get headersKnown(): boolean {
    return [...this.#dealings.values()].every(({ accepted }) => accepted !== null);
  }

  /** The headers of W, for those who lack some. */
  get dealings(): SignedDealing[] {
    return [...this.#dealings.values()].flatMap(({ dealer, part }) => (part ? [{ dealer, part }] : []));
  }

  /**
   * Gives back what this bank holds and sets out to open what it can.
   *
   * Every bank needs k slices and is given them by k banks unasked, itself and those before it in a ring: were all of them
   * sent to all, it would have n/k times what it needs. Those that do not come it asks others for. To the rest of the banks
   * goes the certificate alone, so that they begin, too.
   */
  begin(): void {
    if (this.#dealings.size === 0) return;
    const { manifest, self, courier } = this.context;
    const whole = this.#release();
    const empty = { ...whole, slices: [], share: null };
    for (let bank = 0; bank < manifest.size; bank++)
      courier.send(bank, this.#distance(self, bank) < this.#needed ? whole : empty);
    if (whole.slices.length > 0 || whole.share) this.#noteDisclosures();
    this.#armTimer();
    this.#advance();
  }

  /** How many slices rebuild a dealing: k. */
  get #needed(): number {
    return this.context.manifest.quorum - this.context.manifest.faults;
  }

  /** How far before `to` in the ring `from` stands. */
  #distance(from: number, to: number): number {
    const { size } = this.context.manifest;
    return (to - from + size) % size;
  }

  /** What another bank gives back. Returns whether something is open now that was not. */
  onRelease(from: number, { slices, share }: MessageOf<'release'>): boolean {
    for (const { dealer, slice } of slices) {
      const dealing = this.#dealings.get(dealer);
      // Everybody gives back its own slice: one of another index would stand in that bank's way.
      if (!dealing || dealing.opening || slice.index !== from || dealing.slices.has(from)) continue;
      if (this.#fits(dealing, from, slice)) dealing.slices.set(from, slice);
    }
    if (share && !this.#shares.has(from) && !this.#checked.has(from))
      this.#shares.set(from, { x: from + 1, ys: share });
    return this.#advance();
  }

  /** Whether a slice has the length of the dealing's; while its header is not known, whether there is room for it. */
  #fits({ accepted }: Opened, from: number, slice: Slice): boolean {
    if (!accepted) return sliceWeight(slice) <= this.context.roomFor(from);
    return slice.fragment.length === accepted.dealing?.fragmentLength;
  }

  /** Bytes that are kept of what a bank gave back and nobody can check yet. */
  unchecked(bank: number): number {
    let total = 0;
    for (const { accepted, slices } of this.#dealings.values())
      if (!accepted) total += sliceWeight(slices.get(bank) ?? null);
    return total;
  }

  /** Headers of W that this bank did not have. Returns whether something is open now that was not. */
  onDealings(dealings: readonly SignedDealing[]): boolean {
    const { manifest, suite } = this.context;
    const { read } = this.options;
    for (const { dealer, part } of dealings) {
      const dealing = this.#dealings.get(dealer);
      if (!dealing || dealing.accepted) continue;
      const header = headerOf(read, dealer, part);
      if (!equalBytes(slicesRoot(header), dealing.root)) continue;
      if (!authentic(this.context, dealer, slicesStatement(header), part.signature)) continue;
      const accepted = acceptSlices(manifest, suite, header, commitmentIn(read, dealer));
      if (typeof accepted === 'string') continue; // no honest bank attested that it holds such slices
      dealing.accepted = accepted;
      dealing.part = part;
    }
    return this.#advance();
  }

  /** A bank asks for this bank's slices once more. Returns false when the request is not signed by it. */
  onMissing(from: number, message: MessageOf<'missing'>): boolean {
    if (!authentic(this.context, from, missingStatement(message), message.signature)) return false;
    if (!equalBytes(message.value, this.options.decision.value)) return true;
    if (this.context.rations.take({ to: from, what: `release/${message.epoch}` }))
      this.context.courier.send(from, this.#release());
    return true;
  }

  /** Slices are overdue: asks the next k banks of the ring. */
  onTimer(): void {
    if (this.complete) return;
    const { chain, journal, courier, manifest, self } = this.context;
    const request = { epoch: chain.epoch, value: this.options.decision.value };
    const signature = journal.sign(missingStatement(request));
    this.#attempt++;
    for (let i = 0; i < this.#needed; i++) {
      const distance = (this.#attempt * this.#needed + i) % manifest.size;
      const bank = (self - distance + manifest.size) % manifest.size;
      if (bank !== self) courier.send(bank, { type: 'missing', ...request, signature });
    }
    this.#armTimer();
  }

  /** The versions of a row that are open, in the order of the row's versions; each by its first dealer that opens. */
  versions(row: ConflictRow): (Entry | null)[] {
    const { read } = this.options;
    const dealers = read.plan.dealers.get(row);
    return row.digests.map((_, v) => {
      for (const place of dealers?.[v] ?? []) {
        const entry = this.#entryOf(read.draft.header.inputs[place]!, row);
        if (entry) return entry;
      }
      return null;
    });
  }

  /** What was opened of the banks' statistics; null when nothing was. */
  statistics(): OpenedStatistics | null {
    const { manifest } = this.context;
    const { summed } = this.options.agreed;
    const names = (banks: readonly number[]): string[] => banks.map((bank) => manifest.banks[bank]!.id);
    if (this.#totals) return { banks: names(summed), totals: this.#totals, each: null };
    const each = [...this.#dealings.values()].flatMap(({ dealer, opening }) =>
      opening?.verdict === 'opened' && opening.statistics ? [{ dealer, own: opening.statistics }] : [],
    );
    if (each.length === 0) return null;
    return {
      banks: names(each.map(({ dealer }) => dealer)),
      totals: each[0]!.own.map((_, i) => each.reduce((sum, { own }) => sum + own[i]!, 0n)),
      each: each.map(({ own }) => own),
    };
  }

  #entryOf(dealer: number, row: ConflictRow): Entry | null {
    const opening = this.#dealings.get(dealer)?.opening;
    if (opening?.verdict !== 'opened') return null;
    const items = this.#claimsOf(dealer).items;
    const at = items.findIndex((item) => equalBytes(item.subarray(0, 8), row.id));
    return opening.entries[at] ?? null;
  }

  readonly #claims = new Map<number, ReturnType<typeof claimsOf>>();
  #claimsOf(dealer: number) {
    const known = this.#claims.get(dealer) ?? claimsOf(this.options.read, dealer);
    this.#claims.set(dealer, known);
    return known;
  }

  #release(): MessageOf<'release'> {
    const { decision, held, agreed } = this.options;
    // What a dealer gave this bank under another header than W's is of no use to anybody, and would look like a lie.
    const given = [...this.#dealings.values()].flatMap(({ dealer, root }) => {
      const mine = held.get(dealer);
      return mine && equalBytes(mine.accepted.root, root) ? [{ dealer, parcel: mine.parcel }] : [];
    });
    const parts = agreed.summed.flatMap((dealer) => {
      const share = given.find((each) => each.dealer === dealer)?.parcel.share;
      return share ? [{ x: this.context.self + 1, ys: share }] : [];
    });
    const whole = parts.length > 0 && parts.length === agreed.summed.length;
    return {
      type: 'release',
      certificate: decision,
      slices: given.flatMap(({ dealer, parcel }) => (parcel.slice ? [{ dealer, slice: parcel.slice }] : [])),
      share: whole ? addShares(parts).ys : null,
    };
  }

  /** This bank's own records in W are open to everybody now. */
  #noteDisclosures(): void {
    const { self, own, chain, outbox } = this.context;
    if (!this.#dealings.has(self)) return;
    const keyed = own.keyed(this.options.read.opened.key);
    for (const item of this.#claimsOf(self).items) {
      const keyDigest = keyed.find(toHex(item.subarray(0, 8)))?.entry.keyDigest;
      if (keyDigest) outbox.output({ type: 'disclosed', epoch: chain.epoch, to: null, keyDigest });
    }
  }

  #advance(): boolean {
    let news = false;
    for (const dealing of this.#dealings.values()) if (!dealing.opening && this.#open(dealing)) news = true;
    if (this.#sum()) news = true;
    if (this.complete) this.context.outbox.timer(MISSING_TIMER, null);
    return news;
  }

  #open(dealing: Opened): boolean {
    const { accepted, dealer, part } = dealing;
    if (!accepted || (accepted.dealing && dealing.slices.size < this.#needed)) return false;
    const slices = [...dealing.slices.values()];
    const opening = openSlices(accepted, slices, this.#claimsOf(dealer));
    if (opening.verdict === 'incomplete') return false;
    dealing.opening = opening;
    dealing.slices.clear();
    if (opening.verdict !== 'opened') {
      const evidence = badSlices(accepted, part!.signature, this.#claimsOf(dealer), slices);
      // Every bank opens what is agreed, and finds the same; who was away finds it in the seal.
      if (evidence) this.context.accuse(evidence, true);
    }
    return true;
  }

  /**
   * Adds up the statistics, once f + 1 shares of the sum are here. Every share is checked once, early or late: one that is
   * none is told of.
   */
  #sum(): boolean {
    const { manifest, outbox, chain } = this.context;
    const { summed } = this.options.agreed;
    const parts = summed.flatMap((dealer) => this.#dealings.get(dealer)?.accepted?.statistics ?? []);
    if (summed.length === 0 || parts.length < summed.length || this.#shares.size <= manifest.faults)
      return false;
    this.#commitments ??= SharingCommitments.sum(parts);
    const scalars = this.#totals ? null : this.#commitments.recover([...this.#shares.values()]);
    for (const [bank, share] of this.#shares) {
      if (this.#checked.has(bank)) continue;
      this.#checked.add(bank);
      if (this.#commitments.verify(share)) continue;
      this.#shares.delete(bank);
      outbox.output({ type: 'suspected', epoch: chain.epoch, bank, reason: 'false share of the totals' });
    }
    if (!scalars) return false;
    this.#totals = scalarsToStatistics(scalars.slice(0, -1));
    return true;
  }

  #armTimer(): void {
    const { outbox, manifest } = this.context;
    if (!this.complete) outbox.timer(MISSING_TIMER, (3 + this.#attempt) * manifest.parameters.delta);
  }
}
