import { decode, encode } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import type { ChainState } from './chain.js';
import type { Courier } from './courier.js';
import type { Manifest } from './manifest.js';
import type { MessageOf } from './messages.js';
import type { Outbox } from './outbox.js';
import type { Rations } from './rations.js';
import { INCARNATION_LENGTH, PAGE_EPOCHS } from './requests.js';
import { extendChain, type SealedEpoch, sealedEpochCodec } from './sealed-epoch.js';
import type { Suite } from './suite.js';

/** Runs out when a bank that was asked for sealed epochs has not answered. */
export const RECALL_TIMER = 'recall';

/** Why an answer about sealed epochs was refused. */
export type RecallError = {
  readonly code: 'RECALL_INVALID';
  /** `not-asked`: no request of this life of the bank; `out-of-order`: not the next epoch. */
  readonly reason: 'not-asked' | 'out-of-order';
};

/** Epochs that one answer showed to be sealed, after all earlier ones. */
export interface Recalled {
  /** None when this bank knows all that the other does. */
  readonly epochs: readonly SealedEpoch[];
  /** After the last of them. */
  readonly chain: ChainState;
}

/**
 * How many other banks must have said what they know before a bank that lost its log may speak again:
 * n − q + f + 1, of which at least one is an honest signer of the commit certificate of any sealed epoch, whoever the f
 * liars are. Of the q signers at least q − 1 are others, and q − 1 + (n − q + f + 1) − (n − 1) = f + 1.
 */
export function witnessesNeeded({ size, quorum, faults }: Manifest): number {
  return Math.min(size - quorum + faults + 1, size - 1);
}

/**
 * Learns from other banks which epochs were sealed while this one was away. Everything that is told proves itself, so
 * that one honest bank is enough; a liar can only say less than it knows, and then another is asked.
 *
 * A bank that merely was away asks one bank after the other. A bank that lost its log asks all, and must hear from
 * {@link witnessesNeeded}; its `incarnation` keeps answers to an earlier life from being taken for answers to this one.
 */
export class Recall {
  /** Banks that still have to be asked, or asked again. */
  readonly #open = new Set<number>();
  /** What each bank was last asked for and has not answered yet: the first epoch. */
  readonly #asked = new Map<number, number>();
  /** Banks that have told all they know. */
  readonly #told = new Set<number>();
  /** Banks whose word made this one ask; each gets to once between two turns of the timer. */
  readonly #prompted = new Set<number>();
  /** The first epoch that each bank has not been told of yet, and who is being told. */
  readonly #reached = new Map<number, number>();
  readonly #answering = new Set<number>();
  #lost = false;

  constructor(
    private readonly deps: {
      readonly manifest: Manifest;
      readonly suite: Suite;
      readonly self: number;
      readonly courier: Courier;
      readonly outbox: Outbox;
      readonly rations: Rations;
      readonly incarnation: Uint8Array | undefined;
      /** Where this bank's chain goes on: the first epoch that it does not know to be sealed. */
      readonly chain: () => ChainState;
    },
  ) {}

  /** Whether enough banks were heard for a bank without its log. */
  get complete(): boolean {
    return this.#told.size >= witnessesNeeded(this.deps.manifest);
  }

  /** Asks every other bank: all at once when this one lost its log, else one after the other. */
  askAll(lost: boolean): void {
    this.#lost = lost;
    this.#told.clear();
    this.#asked.clear();
    for (let bank = 0; bank < this.deps.manifest.size; bank++)
      if (bank !== this.deps.self) this.#open.add(bank);
    this.#ask();
  }

  /** Bank `bank` spoke of an epoch that this one cannot be in yet: it is asked how that came about. */
  prompt(bank: number): void {
    if (this.#prompted.has(bank) || this.#asked.has(bank)) return;
    this.#prompted.add(bank);
    this.#open.add(bank);
    this.#ask();
  }

  /** Enough banks were heard: this one has no more to ask them than any other has. */
  end(): void {
    this.#lost = false;
    this.#open.clear();
    this.#asked.clear();
    this.deps.outbox.timer(RECALL_TIMER, null);
  }

  /** Somebody did not answer in time. */
  onTimer(): void {
    this.#prompted.clear();
    for (const bank of this.#asked.keys()) if (this.#lost) this.#open.add(bank);
    this.#asked.clear();
    this.#ask();
  }

  /**
   * An answer. Nothing of it is taken when anything in it does not hold: its sender is then taken to have said nothing.
   * @throws {@link RecallError}, `SealedEpochError`, `SealError` or an encoding error
   */
  onHistory(from: number, message: MessageOf<'history'>): Recalled {
    const { manifest, suite } = this.deps;
    if (this.#asked.get(from) !== message.epoch || !this.#isCurrent(message.incarnation)) refuse('not-asked');
    this.#asked.delete(from);
    const codec = sealedEpochCodec(manifest.size);
    let chain = this.deps.chain();
    const epochs: SealedEpoch[] = [];
    try {
      for (const [i, bytes] of message.epochs.entries()) {
        // Another bank may have told this meanwhile; what is known already costs nothing.
        if (message.epoch + i < chain.epoch) continue;
        const sealed = decode(codec, bytes);
        if (sealed.seal.header.epoch !== message.epoch + i) refuse('out-of-order');
        chain = extendChain({ manifest, suite, chain }, sealed);
        epochs.push(sealed);
      }
    } catch (error) {
      this.#next();
      throw error;
    }
    if (message.epochs.length === 0) this.#told.add(from);
    else this.#open.add(from);
    return { epochs, chain };
  }

  /** Goes on after what {@link onHistory} returned was taken over, or not. */
  proceed(from: number, adopted: boolean): void {
    if (!adopted && !this.#lost) this.#open.delete(from);
    this.#next();
  }

  /**
   * Whether a bank that asks is to be answered. It is told of every epoch once, as fast as it asks for the next page; what it
   * was told before, or is being told, it gets as often as anything else that may have been lost.
   */
  serves(bank: number, from: number): boolean {
    if (!this.#answering.has(bank) && from >= (this.#reached.get(bank) ?? 0)) {
      this.#answering.add(bank);
      return true;
    }
    return this.deps.rations.take({ to: bank, what: 'history' });
  }

  /** A bank was told of so many epochs. */
  told(bank: number, from: number, epochs: number): void {
    this.#answering.delete(bank);
    this.#reached.set(bank, Math.max(this.#reached.get(bank) ?? 0, from + epochs));
  }

  /** A new epoch began: bounds that hold for one epoch start anew. */
  renew(): void {
    this.#answering.clear();
    this.#prompted.clear();
  }

  #isCurrent(incarnation: Uint8Array): boolean {
    const mine = this.#incarnation;
    return incarnation.every((byte, i) => byte === mine[i]);
  }

  get #incarnation(): Uint8Array {
    return this.deps.incarnation ?? new Uint8Array(INCARNATION_LENGTH);
  }

  #next(): void {
    this.#ask();
    if (this.#asked.size === 0) this.deps.outbox.timer(RECALL_TIMER, null);
  }

  #ask(): void {
    const { manifest, courier, outbox } = this.deps;
    const { epoch } = this.deps.chain();
    for (const bank of this.#open) {
      if (!this.#lost && this.#asked.size > 0) break;
      this.#open.delete(bank);
      this.#asked.set(bank, epoch);
      courier.send(bank, { type: 'recall', epoch, incarnation: this.#incarnation });
      outbox.timer(RECALL_TIMER, 4 * manifest.parameters.delta);
    }
  }
}

/** Sealed epochs as they go into an answer, from the first that is asked for: as many as a page takes, at least one. */
export function pageOf(epochs: Iterable<Uint8Array>): Uint8Array[] {
  const page: Uint8Array[] = [];
  let bytes = 0;
  for (const epoch of epochs) {
    bytes += epoch.length;
    if (page.length > 0 && (bytes > PAGE_BYTES || page.length >= PAGE_EPOCHS)) break;
    page.push(epoch);
  }
  return page;
}

/** Bytes in one answer, unless a single epoch has more. */
const PAGE_BYTES = 1 << 22;

/** A sealed epoch as {@link pageOf} takes it and stores keep it. */
export function encodeSealedEpoch(manifest: Manifest, epoch: SealedEpoch): Uint8Array {
  return encode(sealedEpochCodec(manifest.size), { seal: epoch.seal });
}

function refuse(reason: RecallError['reason']): never {
  throw new ConcordatError<RecallError>(
    { code: 'RECALL_INVALID', reason },
    `an answer about sealed epochs was refused: ${reason}`,
  );
}
