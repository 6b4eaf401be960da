import type { ConflictTable } from '../data/conflict.js';
import type { Outcome } from '../data/outcome.js';
import { VIEW_TIMER } from './agreement.js';
import type { Certificate } from './certificate.js';
import { type ChainState, nextChain } from './chain.js';
import { ticketOutput } from './commitment.js';
import type { EpochContext } from './context.js';
import { type Draft, draftValue } from './draft.js';
import type { Evidence } from './evidence.js';
import { type Opened, openedBy, tableOf } from './following.js';
import type { MessageOf } from './messages.js';
import { resultStatement, type Seal } from './seal.js';
import { askForSeal, COLLECTOR_TIMER, Sealing } from './sealing.js';
import { FETCH_TIMER, Settlement } from './settlement.js';
import { WANT_TIMER } from './wanting.js';

/** From agreed inputs to the end of the epoch: missing records, the result, the seal. */
export class Closing {
  readonly #sealing: Sealing;
  readonly #asked = new Set<number>();
  #decided: { readonly draft: Draft; readonly table: ConflictTable; readonly opened: Opened } | null = null;
  #settlement: Settlement | null = null;
  #reconciling = false;
  #outcome: Outcome | null = null;
  #seal: Seal | null = null;
  #finished = false;

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

  /** The inputs are agreed and their draft is here: get what is missing of the data. */
  begin(decision: Certificate, draft: Draft): void {
    if (this.#settlement) return;
    const opened = openedBy(this.context, draft.header.slot.view, draft.header.opening);
    const table = tableOf(this.context, draft);
    if (!opened || !table) return; // not of a value that attesters prepared
    this.#decided = { draft, table, opened };
    this.#settlement = new Settlement(this.context, decision.value, draft, table, opened);
    if (this.#settlement.holdsCommon) this.#settlement.request();
    if (!this.#seal) this.#sealing.begin(decision, draft);
    this.#advance();
  }

  /** A timer of this part ran out. */
  onTimer(id: string): void {
    if (id === FETCH_TIMER) this.#settlement?.request();
    else if (id === COLLECTOR_TIMER) this.#sealing.onTimer();
  }

  /** A bank is in the next epoch already, so it has this one's seal: asks for it, each bank once. */
  onAhead(bank: number): void {
    if (this.#seal || this.#asked.has(bank)) return;
    this.#asked.add(bank);
    askForSeal(this.context, bank);
  }

  /** A bank asks for records. Returns false when the request is not signed by it. */
  onFetch(from: number, message: MessageOf<'fetch'>): boolean {
    return this.#settlement?.onFetch(from, message) ?? true;
  }

  /** Records came that perhaps were asked for. */
  onRecords(message: MessageOf<'records'>): void {
    if (this.#settlement?.onRecords(message)) this.#advance();
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

  /** The state of the next epoch; null until {@link finished}. */
  next(): ChainState | null {
    if (!this.#finished || !this.#seal || !this.#decided) return null;
    const { manifest, suite, chain } = this.context;
    const { draft, opened } = this.#decided;
    const tickets = new Array<Uint8Array | null>(manifest.size).fill(null);
    for (const commitment of draft.commitments)
      tickets[commitment.bank] = ticketOutput(manifest, suite, chain, commitment);
    return nextChain(chain, {
      value: draftValue(draft.header),
      resultRoot: this.#seal.root,
      leaderOutput: opened.output,
      tickets,
    });
  }

  /** Moves on with whatever is complete by now. */
  #advance(): void {
    const { outbox, courier, chain } = this.context;
    if (!this.#settlement || this.#finished) return;
    if (!this.#settlement.holdsCommon) this.#sealing.endorse();
    else if (this.#settlement.complete && !this.#reconciling) {
      this.#reconciling = true;
      const request = this.#settlement.reconcileRequest();
      outbox.output({ type: 'reconcile', epoch: chain.epoch, request });
    }
    const seal = this.#seal ? null : this.#sealing.assemble();
    if (seal) {
      courier.broadcast({ type: 'seal', seal });
      this.take(seal);
    } else this.#finish();
  }

  /** Ends the epoch when there is a seal, its draft, and the result unless this bank does not have the data for it. */
  #finish(): void {
    if (this.#finished || !this.#seal || !this.#decided || !this.#settlement) return;
    if (this.#settlement.holdsCommon && !this.#outcome) return;
    this.#finished = true;
    const { outbox, journal, chain } = this.context;
    for (const timer of [FETCH_TIMER, COLLECTOR_TIMER, WANT_TIMER, VIEW_TIMER]) outbox.timer(timer, null);
    journal.write({ type: 'sealed', epoch: chain.epoch });
    outbox.output({
      type: 'sealed',
      epoch: chain.epoch,
      seal: this.#seal,
      outcome: this.#outcome,
      table: this.#decided.table,
      inputs: this.#decided.draft.header.inputs,
    });
  }
}
