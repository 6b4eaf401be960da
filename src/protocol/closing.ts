import { toHex } from '../crypto/bytes.js';
import type { ConflictRow } from '../data/conflict.js';
import type { Entry } from '../data/dataset.js';
import { isOpened } from '../data/key-class.js';
import type { Outcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import { AGREEMENT_TIMERS } from './agreement.js';
import { CATCH_UP_TIMER, CatchingUp, HOLDER_TIMER } from './catching-up.js';
import type { Certificate } from './certificate.js';
import type { ChainState } from './chain.js';
import type { EpochContext } from './context.js';
import { type Contents, resultSalt } from './draft.js';
import type { Evidence } from './evidence.js';
import type { MessageOf, SignedDealing } from './messages.js';
import { openedFor, type ReadDraft, readDraft } from './reading.js';
import { MISSING_TIMER, Releasing } from './releasing.js';
import { resultStatement, type Seal } from './seal.js';
import { chainAfter } from './sealed-epoch.js';
import { askForSeal, COLLECTOR_TIMER, Sealing } from './sealing.js';
import { FETCH_TIMER, Settlement } from './settlement.js';
import type { SliceStore } from './slice-store.js';
import type { Agreed } from './value.js';
import { WANT_TIMER } from './wanting.js';

/** Messages that {@link Closing.handle} takes. */
export type ClosingMessage = MessageOf<'fetch' | 'records' | 'release' | 'missing' | 'compare' | 'common'>;

/** What is agreed, and what of its data is here. */
interface Decided {
  readonly read: ReadDraft;
  readonly agreed: Agreed;
  readonly settlement: Settlement;
  readonly releasing: Releasing;
  readonly catchingUp: CatchingUp;
}

/** All timers that may run in an epoch's last step. */
const TIMERS = [
  FETCH_TIMER,
  MISSING_TIMER,
  CATCH_UP_TIMER,
  HOLDER_TIMER,
  COLLECTOR_TIMER,
  WANT_TIMER,
  ...AGREEMENT_TIMERS,
];

/** From agreed inputs to the end of the epoch: common records, missing records, open versions, the result, the seal. */
export class Closing {
  readonly #sealing: Sealing;
  #decided: Decided | null = null;
  #reconciling = false;
  #outcome: Outcome | null = null;
  #seal: Seal | null = null;
  #finished = false;
  /** Made once: it is asked for at every step. */
  #next: ChainState | null = null;

  constructor(
    private readonly context: EpochContext,
    evidence: () => readonly Evidence[],
  ) {
    this.#sealing = new Sealing(context, evidence);
  }

  /** The seal, once this bank has verified it. */
  get seal(): Seal | null {
    return this.#seal;
  }

  /** Whether the epoch is over for this bank: it has the seal, the draft under it, and the result if it can. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether the host was asked for the result and has not given it. */
  get computing(): boolean {
    return this.#reconciling && this.#outcome === null;
  }

  /** Whether everything that is agreed is known by name: the draft, W, and the headers of W. */
  get headersKnown(): boolean {
    return this.#decided?.releasing.headersKnown ?? false;
  }

  /** The headers of W that this bank can show others. */
  get dealings(): readonly SignedDealing[] {
    return this.#decided?.releasing.dealings ?? [];
  }

  /**
   * The inputs are agreed and everything behind the value is here: get what is missing of the data.
   * @param slices what this bank holds under the draft
   */
  begin(decision: Certificate, { draft, agreed }: Contents, slices: SliceStore): void {
    if (this.#decided) return;
    const opened = openedFor(this.context, draft);
    const read = opened && readDraft(this.context, draft, opened);
    if (!read) return; // not of a value that attesters prepared
    const held = slices.held(read.digest);
    this.#decided = {
      read,
      agreed,
      settlement: new Settlement(this.context, decision.value, read),
      releasing: new Releasing(this.context, { decision, read, agreed, held }),
      catchingUp: new CatchingUp(this.context, decision.value, read),
    };
    const { settlement, releasing, catchingUp } = this.#decided;
    releasing.begin();
    settlement.request();
    catchingUp.begin();
    if (!this.#seal) this.#sealing.begin(decision, { header: draft.header, agreed });
    this.#advance();
  }

  /** A timer of this part ran out. */
  onTimer(id: string): void {
    if (id === COLLECTOR_TIMER) this.#sealing.onTimer();
    else if (id === FETCH_TIMER) this.#decided?.settlement.request();
    else if (id === MISSING_TIMER) this.#decided?.releasing.onTimer();
    else if (id === CATCH_UP_TIMER || id === HOLDER_TIMER) {
      this.#decided?.catchingUp.onTimer();
      this.#advance();
    }
  }

  /** A bank is in the next epoch already, so it has this one's seal: asks for it, and again if the answer seems lost. */
  onAhead(bank: number): void {
    const { rations, chain } = this.context;
    if (!this.#seal && rations.take({ to: bank, what: `asked/${chain.epoch}`, most: 1 }))
      askForSeal(this.context, bank);
  }

  /** Bytes that are kept of what a bank sent before they can be checked. */
  unchecked(bank: number): number {
    return this.#decided?.releasing.unchecked(bank) ?? 0;
  }

  /**
   * A message about the data of the agreed inputs. Returns a word for why it was refused, or null. One that is not for
   * this bank, or comes before it knows what is agreed, is not refused: it will be sent again.
   */
  handle(from: number, message: ClosingMessage): string | null {
    if (!this.#decided) return null;
    const { settlement, releasing, catchingUp } = this.#decided;
    switch (message.type) {
      case 'fetch':
        return settlement.onFetch(from, message) ? null : 'fetch-invalid';
      case 'missing':
        return releasing.onMissing(from, message) ? null : 'missing-invalid';
      case 'compare':
        return catchingUp.onCompare(from, message) ? null : 'compare-invalid';
      case 'records':
        settlement.onRecords(message);
        catchingUp.onRecords(message);
        break;
      case 'release':
        releasing.onRelease(from, message);
        break;
      case 'common':
        catchingUp.onCommon(from, message);
        break;
    }
    this.#advance();
    return null;
  }

  /** Headers of W came with a copy of the draft. */
  onDealings(dealings: readonly SignedDealing[]): void {
    this.#decided?.releasing.onDealings(dealings);
    this.#advance();
  }

  /** The host computed the result. */
  onReconciled(outcome: Outcome): void {
    if (!this.#reconciling || this.#outcome) return;
    this.#outcome = outcome;
    if (!this.#seal) this.#sealing.vote(outcome);
    this.#advance();
  }

  /** An executor voted for a result. */
  onResult(from: number, message: MessageOf<'result'>): void {
    const statement = resultStatement(this.context.chain.epoch, message);
    this.context.observe(from, statement, message.signature, false);
    this.#sealing.onResult(from, message);
    this.#advance();
  }

  /** Whether a seal that came in is this epoch's, in this chain. */
  accepts(seal: Seal): boolean {
    return this.#sealing.accepts(seal);
  }

  /** Takes a seal that {@link accepts} let through, or that this bank made itself. */
  take(seal: Seal): void {
    this.#seal = seal;
    this.context.outbox.timer(COLLECTOR_TIMER, null);
    this.#finish();
  }

  /** Shows a bank the seal, if it is here: a seal may have megabytes, and what it answers has next to nothing. */
  sendSeal(to: number): void {
    const { rations, courier, chain } = this.context;
    if (this.#seal && rations.take({ to, what: `seal/${chain.epoch}` }))
      courier.send(to, { type: 'seal', seal: this.#seal });
  }

  /** The state of the next epoch; null until {@link finished}. */
  next(): ChainState | null {
    if (!this.#finished || !this.#seal || !this.#decided) return null;
    const { output } = this.#decided.read.opened;
    this.#next ??= chainAfter(this.context.chain, { seal: this.#seal }, output);
    return this.#next;
  }

  /** Moves on with whatever is complete by now. */
  #advance(): void {
    const { outbox, courier, chain } = this.context;
    if (!this.#decided || this.#finished) return;
    const request = this.#reconciling ? null : this.#reconcileRequest(this.#decided);
    if (request) {
      this.#reconciling = true;
      outbox.output({ type: 'reconcile', epoch: chain.epoch, request });
    }
    // Who lacks the data cannot compute the result; it may still sign what f + 1 banks signed.
    if (!this.#decided.catchingUp.entries) this.#sealing.endorse();
    const seal = this.#seal ? null : this.#sealing.assemble();
    if (seal) {
      courier.broadcast({ type: 'seal', seal });
      this.take(seal);
    } else this.#finish();
  }

  /** What the result is computed from; null while some of it is missing. */
  #reconcileRequest({ read, settlement, releasing, catchingUp }: Decided): ReconcileRequest | null {
    const common = catchingUp.entries;
    if (!common || !settlement.complete || !releasing.complete) return null;
    const { manifest, own, self } = this.context;
    const keyed = own.keyed(read.opened.key);
    const place = read.draft.header.inputs.indexOf(self);
    const versions = new Map<ConflictRow, (Entry | null)[]>();
    const local = new Map<ConflictRow, Entry>();
    for (const row of read.table.rows) {
      const winner = settlement.winner(row);
      const settled = row.digests.map((_, v) => (v + 1 === row.standing.winner ? winner : null));
      versions.set(row, isOpened(row.standing) ? releasing.versions(row) : settled);
      const mine = keyed.find(toHex(row.id));
      if (mine) local.set(row, mine.entry);
    }
    return {
      schema: manifest.schema,
      faults: manifest.faults,
      banks: read.draft.header.inputs.map((bank) => manifest.banks[bank]!.id),
      common,
      table: read.table,
      closed: read.plan.beyondQuota,
      versions,
      statistics: releasing.statistics(),
      local,
      self: place < 0 ? null : place,
      salt: resultSalt(read.draft.saltProof),
    };
  }

  /** Ends the epoch when there is a seal, its draft, and the result unless this bank cannot have the data for it. */
  #finish(): void {
    if (this.#finished || !this.#seal || !this.#decided) return;
    if (!this.#outcome && !this.#decided.catchingUp.gaveUp) return;
    this.#finished = true;
    const { outbox, journal, chain } = this.context;
    for (const timer of TIMERS) outbox.timer(timer, null);
    journal.write({ type: 'sealed', epoch: chain.epoch });
    outbox.output({
      type: 'sealed',
      epoch: chain.epoch,
      seal: this.#seal,
      outcome: this.#outcome,
      table: this.#decided.read.table,
      inputs: this.#decided.read.draft.header.inputs,
    });
  }
}
