import { ConcordatError } from '../crypto/error.js';
import { HOLDER_PATIENCE } from './catching-up.js';
import type { ChainState } from './chain.js';
import type { BankContext } from './context.js';
import { SUCCESSION_AHEAD } from './journal.js';
import type { Manifest } from './manifest.js';
import type { MessageOf } from './messages.js';
import { RECALL_TIMER, Recall, type Recalled } from './recall.js';
import { INCARNATION_LENGTH } from './requests.js';
import type { Seal } from './seal.js';

/** Why a bank was not made. */
export type BankError = { readonly code: 'BANK_WITHOUT_INCARNATION' };

/** Runs out when an epoch that is over for others has not come to its end here. */
const BEHIND_TIMER = 'behind';
/** Timers that belong to a bank, not to one of its epochs. */
export const ABSENCE_TIMERS: ReadonlySet<string> = new Set([RECALL_TIMER, BEHIND_TIMER]);

/** How often the time that a bank waits for data is given again while its host computes with them. */
const MAX_EXTENSIONS = 16;

/** What {@link Absence} asks of the bank, and tells it. */
export interface AbsenceHost {
  /** The first epoch that this bank does not know to be sealed. */
  readonly next: () => ChainState;
  /** The number of the epoch under way that has not ended here; null while there is none. */
  readonly unfinished: () => number | null;
  /** Whether the host of this bank computes the result: all data of the epoch is here. */
  readonly computing: () => boolean;
  /** The epoch under way was sealed by others. */
  readonly showSeal: (seal: Seal) => void;
  /** To go on after epochs that were sealed without this bank. */
  readonly adopt: (recalled: Recalled) => void;
}

/**
 * What a bank does about epochs that were sealed while it was away, or was not heard, or that it lost its log of.
 *
 * Of an epoch that it is in itself there is more to be had than the seal, as long as the others remember it: so it waits,
 * and asks them for draft and data. Once they have started anew, the seal is all that is left of it.
 */
export class Absence {
  readonly #recall: Recall;
  /** One sealed epoch, which this bank is in or is about to begin. */
  #shown: Recalled | null = null;
  #waiting = false;
  #extensions = 0;

  /** @throws {@link BankError} */
  constructor(
    private readonly context: BankContext & { readonly incarnation: Uint8Array | undefined },
    private readonly host: AbsenceHost,
  ) {
    this.#recall = new Recall({ ...context, chain: host.next });
    if (context.journal.forgotten) expectIncarnation(context.incarnation);
  }

  /** Asks the others what was sealed. */
  ask(): void {
    this.#recall.askAll(this.context.journal.forgotten);
  }

  /** The log does not have all that was signed with this bank's keys. */
  forget(): void {
    this.context.journal.write({ type: 'forgotten' });
    this.ask();
  }

  /** A bank speaks of an epoch that this one cannot be in yet. */
  onFarAhead(from: number): void {
    this.#recall.prompt(from);
  }

  /** The epoch under way is over for another bank. */
  onAhead(): void {
    if (this.#waiting || this.host.unfinished() === null) return;
    this.#waiting = true;
    this.context.outbox.timer(BEHIND_TIMER, graceOf(this.context.manifest));
  }

  /** An epoch has begun, which others may be known to have sealed. */
  begun(): void {
    const shown = this.#shownOf(this.host.unfinished());
    if (!shown) return;
    this.onAhead();
    this.host.showSeal(shown.epochs[0]!.seal);
  }

  /** Another epoch is under way, or about to be: bounds that hold for one epoch start anew. */
  renew(): void {
    this.#recall.renew();
    if (this.#waiting) this.context.outbox.timer(BEHIND_TIMER, null);
    this.#waiting = false;
    this.#extensions = 0;
  }

  /** One of {@link ABSENCE_TIMERS} ran out. */
  onTimer(id: string): void {
    if (id === RECALL_TIMER) {
      this.#recall.onTimer();
      return;
    }
    if (!this.#waiting) return;
    this.#waiting = false;
    const epoch = this.host.unfinished();
    if (epoch === null) return;
    const shown = this.#shownOf(epoch);
    if (this.host.computing() && this.#extensions < MAX_EXTENSIONS) {
      this.#extensions++;
      this.onAhead();
    } else if (shown) this.host.adopt(shown);
    else this.ask();
  }

  /** Somebody asks for sealed epochs; the host has them. */
  onRecall(from: number, { epoch, incarnation }: MessageOf<'recall'>): void {
    const { journal, outbox } = this.context;
    // What a bank without its log knows is not all that it knew: others may not count it as an answer.
    if (journal.abstains(this.host.next().epoch) || !this.#recall.serves(from, epoch)) return;
    outbox.output({ type: 'recall', request: { to: from, epoch, incarnation } });
  }

  /** A bank that asked was told of so many epochs. */
  told(bank: number, from: number, epochs: number): void {
    this.#recall.told(bank, from, epochs);
  }

  /**
   * Sealed epochs that this bank asked for.
   * @throws what `Recall.onHistory` does
   */
  onHistory(from: number, message: MessageOf<'history'>): void {
    const { journal } = this.context;
    const recalled = this.#recall.onHistory(from, message);
    const { length } = recalled.epochs;
    // Where the epoch after is proven as well, nobody needs this bank in this one.
    const adopted = length > 1 || (length === 1 && journal.forgotten);
    if (adopted) this.host.adopt(recalled);
    else if (length === 1) {
      const known = this.#shownOf(recalled.epochs[0]!.seal.header.epoch) !== null;
      this.#shown = recalled;
      if (!known) this.#waiting = false; // what was waited for before was a word that proves nothing
      this.begun();
    }
    this.#recall.proceed(from, adopted);
    if (journal.forgotten && this.#recall.complete) this.#recover();
  }

  /**
   * Enough banks were heard. This bank signed in an epoch p only once it had the seal of p − 1, which q banks had decided;
   * one of them that is honest was heard, and had by then sealed p − 2. So p is at most the epoch after the next one, and
   * a succession that it signed then is of no later epoch than {@link SUCCESSION_AHEAD} after p.
   */
  #recover(): void {
    const { journal, outbox } = this.context;
    const { epoch } = this.host.next();
    const through = epoch + 1 + SUCCESSION_AHEAD;
    this.#recall.end();
    journal.write({ type: 'abstained', through });
    outbox.output({ type: 'recovered', epoch, through });
  }

  #shownOf(epoch: number | null): Recalled | null {
    return this.#shown?.epochs[0]?.seal.header.epoch === epoch ? this.#shown : null;
  }
}

/**
 * Milliseconds that a bank waits for an epoch that others have sealed: Δ in which the draft may come by itself, 2Δ for each
 * signer that is asked for it, {@link HOLDER_PATIENCE} Δ for each of f + 1 inputs that is compared with, 3Δ and then Δ more each time for each of f
 * holders of settled records that say nothing, and some more.
 */
export function graceOf({ quorum, faults: f, parameters }: Manifest): number {
  return (1 + 2 * quorum + HOLDER_PATIENCE * (f + 1) + (f * (f + 5)) / 2 + 16) * parameters.delta;
}

function expectIncarnation(incarnation: Uint8Array | undefined): void {
  if (incarnation?.length === INCARNATION_LENGTH) return;
  throw new ConcordatError<BankError>(
    { code: 'BANK_WITHOUT_INCARNATION' },
    'a bank that lost its log needs an incarnation of 16 bytes, to know answers to itself from older ones',
  );
}
