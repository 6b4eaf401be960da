import { toHex } from '../crypto/bytes.js';
import { encodeConflictTable } from '../data/conflict.js';
import type { TimeoutCertificate } from './certificate.js';
import { Collection, type SketchProgress } from './collection.js';
import {
  commitmentStatement,
  openInput,
  type SignedCommitment,
  ticketOutput,
  verifyCommitment,
} from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  type DraftHeader,
  draftValue,
  MAX_TABLE_BYTES,
  maxTableRows,
  proposalStatement,
  tableDigest,
} from './draft.js';
import { type Opened, openedBy } from './following.js';
import type { MessageOf } from './messages.js';
import { openStatement, sketchStatement, symbolsStatement } from './requests.js';
import { lastSlotIndex, type Slot } from './slot.js';

/** Timers of the leader of a view. */
export const COLLECT_TIMER = 'collect';
/** Runs out when an attestation is overdue. */
export const ATTEST_TIMER = 'attest';

/** What a leader asks of the epoch around it. */
export interface LeadingHost {
  /** Opens a ballot for a proposal of this bank: attested by `electorate`, or voted on by any quorum when null. */
  propose(slot: Slot, value: Uint8Array, electorate: readonly number[] | null): void;
  /** Banks whose attestation of the draft in this slot is missing. */
  missing(slot: Slot): number[];
}

/** The leader's work in one view: open, collect, draft, and draft again without those that do not attest. */
export class Leading {
  readonly #opened: Opened;
  readonly #collection: Collection;
  #slot: Slot;
  #extended = false;
  #drafted: readonly number[] | null = null;

  constructor(
    private readonly context: EpochContext,
    private readonly host: LeadingHost,
    view: number,
    justification: TimeoutCertificate | null,
    commitment: SignedCommitment,
  ) {
    const { manifest, suite, chain, secrets, self, journal, courier, own } = context;
    const proof = suite.vrf.prove(secrets.vrf, openInput(manifest, chain, view));
    this.#opened = openedBy(context, view, proof)!;
    this.#slot = { view, index: 0 };
    const keyed = own.keyed(this.#opened.key);
    const { sketchSymbols, maxDifferences, delta } = manifest.parameters;
    this.#collection = new Collection({
      self,
      own: keyed,
      initialSymbols: sketchSymbols,
      maxDifferences,
    });
    this.#collection.addOwn(commitment);
    const open = { epoch: chain.epoch, view, proof };
    courier.broadcast({ type: 'open', ...open, justification, signature: journal.sign(openStatement(open)) });
    if (!justification?.certificate) context.outbox.timer(COLLECT_TIMER, 2 * delta);
  }

  /** A bank's commitment with the first part of its sketch. Returns false when it does not verify. */
  onCommitment(from: number, message: MessageOf<'commitment'>): boolean {
    const { manifest, suite, chain } = this.context;
    const { commitment, sketch } = message;
    if (commitment.bank !== from || commitment.epoch !== chain.epoch || sketch.part !== 0) return false;
    if (!verifyCommitment(manifest, suite, commitment)) return false;
    this.context.observe(from, commitmentStatement(commitment), commitment.signature, true);
    if (!ticketOutput(manifest, suite, chain, commitment)) return false;
    if (!authentic(this.context, from, sketchStatement(sketch), sketch.signature)) return false;
    if (this.#drafted || this.#collection.commitment(from)) return true;
    this.#progress(from, this.#collection.add(from, commitment, sketch.symbols));
    return true;
  }

  /** The symbols that a bank was asked for. Returns false when they are not signed by it. */
  onSketch(from: number, message: MessageOf<'sketch'>): boolean {
    if (message.part !== 1 || !authentic(this.context, from, sketchStatement(message), message.signature))
      return false;
    if (!this.#drafted) this.#progress(from, this.#collection.addMore(from, message.symbols));
    return true;
  }

  /** Waiting for commitments, or once more for symbols, is over. */
  onCollectTimer(): void {
    if (!this.#collection.settled && !this.#extended) {
      this.#extended = true;
      this.context.outbox.timer(COLLECT_TIMER, 2 * this.context.manifest.parameters.delta);
      return;
    }
    this.#extended = true;
    this.#draftIfReady(true);
  }

  /** Some of C did not attest in time: draft again, without them, in the next slot. */
  onAttestTimer(): void {
    if (!this.#drafted) return;
    const missing = new Set(this.host.missing(this.#slot));
    if (missing.size === 0) return;
    const inputs = this.#drafted.filter((bank) => !missing.has(bank));
    const index = this.#slot.index + 1;
    const { manifest } = this.context;
    if (inputs.length < manifest.quorum || index > lastSlotIndex(manifest.faults)) return;
    this.#slot = { view: this.#slot.view, index };
    this.#draft(inputs);
  }

  /** Proposes again the value that the view before may have decided. */
  repeat(draft: Draft): void {
    const value = draftValue(draft.header);
    const slot = this.#slot;
    this.host.propose(slot, value, null);
    const signature = this.context.journal.sign(proposalStatement(this.context.chain.epoch, slot, value));
    this.context.courier.broadcast({ type: 'repeat', slot, draft, signature });
  }

  #progress(from: number, progress: SketchProgress): void {
    if (progress.state === 'need-symbols') {
      const { chain, journal, courier } = this.context;
      const request = { epoch: chain.epoch, view: this.#slot.view, count: progress.count };
      courier.send(from, { type: 'symbols', ...request, signature: journal.sign(symbolsStatement(request)) });
    }
    this.#draftIfReady(false);
  }

  #draftIfReady(waited: boolean): void {
    const { manifest, outbox } = this.context;
    const decoded = this.#collection.decoded;
    const everyone = this.#collection.answered === manifest.size && this.#collection.settled;
    const late = waited || (this.#extended && this.#collection.settled);
    if (this.#drafted || !(everyone || late) || decoded.length < manifest.quorum) return;
    outbox.timer(COLLECT_TIMER, null);
    this.#draft(decoded);
  }

  /**
   * The table of as many candidates as fit into one that others accept: who differs most is left out first, and nobody
   * once a quorum is left. Liars that claim to differ everywhere would otherwise keep every honest leader from drafting.
   */
  #tableOf(candidates: readonly number[]) {
    const { manifest } = this.context;
    for (let inputs = candidates; ; inputs = this.#collection.withoutMostDifferent(inputs)) {
      const table = this.#collection.table(inputs, classRule(manifest));
      const encodedTable = encodeConflictTable(table, classRule(manifest));
      const fits = table.rows.length <= maxTableRows(manifest) && encodedTable.length <= MAX_TABLE_BYTES;
      if (fits || inputs.length <= manifest.quorum) return { inputs, table, encodedTable };
    }
  }

  #draft(candidates: readonly number[]): void {
    const { chain, own, journal, courier, outbox, manifest } = this.context;
    const { inputs, table, encodedTable } = this.#tableOf(candidates);
    this.#drafted = inputs;
    const common = own.common(this.#opened.key, new Set(table.rows.map((row) => toHex(row.id))));
    const commitments = inputs.map((bank) => this.#collection.commitment(bank)!);
    const header: DraftHeader = {
      epoch: chain.epoch,
      slot: this.#slot,
      parent: chain.parent,
      schedule: chain.schedule,
      opening: this.#opened.proof,
      inputs,
      commonRoot: common.root,
      commonRecords: common.entries.length,
      table: tableDigest(encodedTable),
      commitments: commitmentsDigest(commitments),
    };
    const value = draftValue(header);
    this.host.propose(this.#slot, value, inputs);
    const signature = journal.sign(proposalStatement(chain.epoch, this.#slot, value));
    courier.broadcast({ type: 'draft', draft: { header, commitments, table: encodedTable }, signature });
    outbox.timer(ATTEST_TIMER, 2 * manifest.parameters.delta);
  }
}
