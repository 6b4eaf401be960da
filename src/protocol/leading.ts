import { toHex } from '../crypto/bytes.js';
import { encodeConflictTable } from '../data/conflict.js';
import { commonSketch } from './amendment.js';
import { AttestationTally, verifyAttestations } from './attestations.js';
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
  type Contents,
  classRule,
  commitmentsDigest,
  type DraftHeader,
  draftDigest,
  isThin,
  MAX_TABLE_BYTES,
  maxTableRows,
  proposalStatement,
  symbolsDigest,
  tableDigest,
} from './draft.js';
import type { Claimed } from './inclusion.js';
import type { MessageOf } from './messages.js';
import { attestPatience } from './pacemaker.js';
import { type Opened, openedBy } from './reading.js';
import { openStatement, sketchStatement, symbolsStatement } from './requests.js';
import { compareSlots, lastSlotIndex, type Slot } from './slot.js';
import { agreedValue } from './value.js';
import type { Tally } from './votes.js';

/** Timers of the leader of a view. */
export const COLLECT_TIMER = 'collect';
/** Runs out when an attestation is overdue. */
export const ATTEST_TIMER = 'attest';

/** What a leader asks of the epoch around it. */
export interface LeadingHost {
  /** Opens the ballot on a draft of this bank. */
  propose(slot: Slot, tally: Tally): void;
  /** Opens a ballot that any quorum decides, on a value attested or prepared before. */
  proposeValue(slot: Slot, value: Uint8Array): void;
  /** Banks that the draft in this slot wrongly leaves out, as this bank sees it. */
  wronglyLeftOut(): readonly Claimed[];
}

/** What the leader proposed last, until it is decided or proposed again. */
interface Drafted {
  readonly header: DraftHeader;
  readonly tally: AttestationTally;
  /** Banks that refused for a good reason: they are not left out for it at once. */
  readonly refused: Set<number>;
  /** Whether those banks had their time. */
  excused: boolean;
}

/** The leader's work in one view: open, collect, draft, draft again with or without some, and propose W. */
export class Leading {
  readonly #opened: Opened;
  readonly #collection: Collection;
  #slot: Slot;
  #extended = false;
  #drafted: Drafted | null = null;

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

  /** A vote was counted: when all inputs attested the draft, with different slices, W is proposed. */
  onVote(): void {
    const attestations = this.#drafted?.tally.differing();
    if (!attestations) return;
    const { header } = this.#drafted!;
    const { manifest, suite, chain, courier, journal, outbox } = this.context;
    const attested = verifyAttestations(manifest, suite, header, attestations);
    if (!attested || !this.#nextSlot()) return;
    this.#drafted = null;
    outbox.timer(ATTEST_TIMER, null);
    const slot = this.#slot;
    const value = agreedValue(draftDigest(header), attested.agreed);
    this.host.proposeValue(slot, value);
    const signature = journal.sign(proposalStatement(chain.epoch, slot, value));
    courier.broadcast({ type: 'proposal', slot, header, attestations, signature });
  }

  /**
   * A bank does not attest the draft, because a bank was wrongly left out of it: the next draft has that bank. Its amendment
   * was taken before. Or because somebody contradicts himself: then proof of that is on its way.
   */
  onRefusal(from: number, message: MessageOf<'refusal'>): void {
    if (!this.#drafted || compareSlots(message.slot, this.#drafted.header.slot) !== 0) return;
    const bank = message.amendment?.commitment.bank;
    if (bank === undefined) return;
    const wronged = this.host.wronglyLeftOut();
    const found =
      (this.context.isProven(bank) && bank !== from) ||
      wronged.some(({ amendment }) => amendment.commitment.bank === bank);
    if (found && !this.#drafted.excused) this.#drafted.refused.add(from);
    if (wronged.length > 0) this.#draftAgain(new Set());
  }

  /**
   * Some of C did not attest in time: draft again, without them, in the next slot. Where all of them have refused, they get
   * time for the proof against the bank that they refused for to reach them, and for their attestations to come; but once,
   * or whoever names a proven bank could keep an honest leader waiting for ever.
   */
  onAttestTimer(): void {
    if (!this.#drafted) return;
    const { tally, refused } = this.#drafted;
    const { missing } = tally;
    if (missing.length === 0) return;
    const mute = missing.filter((bank) => !refused.has(bank));
    if (mute.length > 0) this.#draftAgain(new Set(mute));
    else {
      refused.clear();
      this.#drafted.excused = true;
      this.context.outbox.timer(ATTEST_TIMER, 2 * this.context.manifest.parameters.delta);
    }
  }

  /** Proposes again the value that the view before may have decided. */
  repeat(contents: Contents): void {
    const { epoch } = this.context.chain;
    const value = agreedValue(draftDigest(contents.draft.header), contents.agreed);
    const slot = this.#slot;
    this.host.proposeValue(slot, value);
    const signature = this.context.journal.sign(proposalStatement(epoch, slot, value));
    this.context.courier.broadcast({ type: 'repeat', slot, contents, signature });
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
    this.#draft(this.#withoutStrangers(decoded));
  }

  #draftAgain(without: ReadonlySet<number>): void {
    const { inputs } = this.#drafted!.header;
    const kept = inputs.filter((bank) => !without.has(bank));
    const wronged = this.host.wronglyLeftOut();
    for (const { amendment, differences } of wronged)
      this.#collection.amend(amendment.commitment, differences);
    const back = wronged.map(({ amendment }) => amendment.commitment.bank);
    const again = [...kept, ...back].sort((a, b) => a - b);
    if (again.length < this.context.manifest.quorum || !this.#nextSlot()) return;
    this.#draft(again);
  }

  #nextSlot(): boolean {
    const index = this.#slot.index + 1;
    if (index > lastSlotIndex(this.context.manifest.faults)) return false;
    this.#slot = { view: this.#slot.view, index };
    return true;
  }

  /**
   * These inputs without those that differ from the leader in more than half of its records, which doubles with every
   * view; as long as the draft does not become thin by it. A book of strangers would make everybody's table long.
   */
  #withoutStrangers(decoded: readonly number[]): readonly number[] {
    const { manifest, own } = this.context;
    const { sketchSymbols } = manifest.parameters;
    const cap = Math.max(sketchSymbols, own.dataset.size / 2) * 2 ** Math.min(this.#slot.view, 30);
    let inputs = decoded;
    while (inputs.length > 1) {
      const { others, most } = this.#collection.withoutMostDifferent(inputs);
      if (most <= cap || isThin(manifest, others)) break;
      inputs = others;
    }
    return inputs;
  }

  /**
   * The table of as many candidates as fit into one that others accept: who differs most is left out first, and nobody
   * once a quorum is left. Liars that claim to differ everywhere would otherwise keep every honest leader from drafting.
   */
  #tableOf(candidates: readonly number[]) {
    const { manifest } = this.context;
    for (let inputs = candidates; ; inputs = this.#collection.withoutMostDifferent(inputs).others) {
      const table = this.#collection.table(inputs, classRule(manifest));
      const encodedTable = encodeConflictTable(table, classRule(manifest));
      const fits = table.rows.length <= maxTableRows(manifest) && encodedTable.length <= MAX_TABLE_BYTES;
      if (fits || inputs.length <= manifest.quorum) return { inputs, table, encodedTable };
    }
  }

  #draft(candidates: readonly number[]): void {
    const { chain, own, journal, courier, outbox, manifest, suite } = this.context;
    const { inputs, table, encodedTable } = this.#tableOf(candidates);
    const rows = new Map(table.rows.map((row) => [toHex(row.id), row]));
    const common = own.common(this.#opened.key, new Set(rows.keys()));
    const commitments = inputs.map((bank) => this.#collection.commitment(bank)!);
    const { sketchSymbols } = manifest.parameters;
    const symbols = isThin(manifest, inputs)
      ? commonSketch(this.context, { opened: this.#opened, rows }).symbols(0, sketchSymbols)
      : new Uint8Array(0);
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
      symbols: symbolsDigest(symbols),
    };
    const tally = new AttestationTally(manifest, suite, header);
    this.#drafted = { header, tally, refused: new Set(), excused: false };
    this.host.propose(this.#slot, tally);
    const signature = journal.sign(proposalStatement(chain.epoch, this.#slot, draftDigest(header)));
    courier.broadcast({
      type: 'draft',
      draft: { header, commitments, table: encodedTable, symbols },
      signature,
    });
    outbox.timer(ATTEST_TIMER, attestPatience(manifest.parameters.delta));
  }
}
