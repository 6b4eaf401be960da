import { toHex } from '../crypto/bytes.js';
import { encodeConflictTable } from '../data/conflict.js';
import type { Acknowledgement } from './acknowledgements.js';
import { commonSketch } from './amendment.js';
import { AttestationTally, verifyAttestations } from './attestations.js';
import type { TimeoutCertificate } from './certificate.js';
import { Collection, type SketchProgress } from './collection.js';
import {
  commitmentStatement,
  openInput,
  type SignedCommitment,
  saltInput,
  verifyCommitment,
} from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import {
  type Contents,
  classRule,
  commitmentsDigest,
  type DraftHeader,
  differenceLimit,
  draftDigest,
  draftSalt,
  electorateOf,
  isThin,
  MAX_TABLE_BYTES,
  maxTableRows,
  proposalStatement,
  saltedRoot,
  symbolsDigest,
  tableDigest,
} from './draft.js';
import type { Claimed } from './inclusion.js';
import type { Amendment, MessageOf } from './messages.js';
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
  /** Banks that the last draft wrongly leaves out, as this bank sees it. */
  wronglyLeftOut(): readonly Claimed[];
  /** Acknowledgements of a draft that are here. */
  acknowledged(header: DraftHeader): readonly Acknowledgement[];
  /** Whether nobody else's acknowledgement of a draft is to be waited for, given those of these banks. */
  isAcknowledged(header: DraftHeader, by: readonly number[]): boolean;
}

/** The leader's last draft. */
interface Drafted {
  readonly header: DraftHeader;
  readonly tally: AttestationTally;
  /** Banks whose acknowledgement the last proposal of its W has; null while there is none. */
  proposed: readonly number[] | null;
}

/** The leader's work in one view: open, collect, draft, draft again with or without some, and propose W. */
export class Leading {
  readonly #opened: Opened;
  readonly #collection: Collection;
  #slot: Slot;
  /** Whether the time for commitments is over, and whether that for all symbols is. */
  #late = false;
  #waited = false;
  #drafted: Drafted | null = null;
  /** The amendments of the banks that drafts of this view take in. */
  readonly #amended = new Map<number, Amendment>();

  constructor(
    private readonly context: EpochContext,
    private readonly host: LeadingHost,
    view: number,
    justification: TimeoutCertificate | null,
    commitment: SignedCommitment,
  ) {
    const { manifest, suite, chain, secrets, self, journal, courier, own } = context;
    const prove = (input: Uint8Array) => secrets.use('vrf', (key) => suite.vrf.prove(key, input));
    const proof = prove(openInput(manifest, chain, view));
    const saltProof = prove(saltInput(manifest, chain, view));
    this.#opened = openedBy(context, view, proof, saltProof)!;
    this.#slot = { view, index: 0 };
    const keyed = own.keyed(this.#opened.key);
    const { delta } = manifest.parameters;
    this.#collection = new Collection({
      self,
      own: keyed,
      maxDifferences: differenceLimit(manifest),
    });
    this.#collection.addOwn(commitment);
    const open = { epoch: chain.epoch, view, seed: chain.seed, proof, saltProof };
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
    if (!authentic(this.context, from, sketchStatement(sketch), sketch.signature)) return false;
    if (this.#drafted || this.#collection.commitment(from)) return true;
    this.#progress(from, this.#collection.add(from, commitment, sketch.symbols));
    return true;
  }

  /** The symbols that a bank was asked for. Returns false when they are not signed by it. */
  onSketch(from: number, message: MessageOf<'sketch'>): boolean {
    if (!authentic(this.context, from, sketchStatement(message), message.signature)) return false;
    const { part, symbols } = message;
    const progress = this.#drafted ? null : this.#collection.addMore(from, part, symbols);
    if (progress) this.#progress(from, progress);
    return true;
  }

  /** The time for commitments, or for symbols that were asked for in it, is over. */
  onCollectTimer(): void {
    this.#late = true;
    if (this.#collection.wait())
      this.context.outbox.timer(COLLECT_TIMER, 2 * this.context.manifest.parameters.delta);
    else this.#waited = true;
    this.#draftIfReady();
  }

  /**
   * Something that the last draft waits for came, or is not to be waited for any more: when its electorate attested it with
   * different slices, W is proposed.
   */
  onVote(): void {
    if (this.#drafted?.proposed === null) this.#proposeSlices(this.#drafted);
  }

  /**
   * A bank does not vote: a bank was wrongly left out of the draft, then the next one takes it in; or W does without an
   * acknowledgement, then it is proposed again with it. What the refusal shows was taken before.
   */
  onRefusal({ slot }: MessageOf<'refusal'>): void {
    const drafted = this.#drafted;
    if (!drafted || compareSlots(slot, this.#slot) !== 0) return;
    if (drafted.proposed === null) {
      if (this.host.wronglyLeftOut().length > 0) this.#draftAgain([]);
    } else if (this.host.acknowledged(drafted.header).length > drafted.proposed.length)
      this.#proposeSlices(drafted);
  }

  /** Some of the electorate did not attest in time: draft again, without them, in the next slot. */
  onAttestTimer(): void {
    if (this.#drafted?.proposed !== null) return;
    const { missing } = this.#drafted.tally;
    if (missing.length > 0) this.#draftAgain(missing);
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
    const { chain, journal, courier, outbox, own, manifest } = this.context;
    const { view } = this.#slot;
    if (progress.state === 'need-symbols') {
      const symbols = own.keyed(this.#opened.key).sketch.symbols(progress.from, progress.count);
      const request = { epoch: chain.epoch, view, part: progress.part, symbols };
      courier.send(from, { type: 'symbols', ...request, signature: journal.sign(symbolsStatement(request)) });
    }
    if (progress.state === 'too-different') {
      const found = { epoch: chain.epoch, view, bank: from, keys: progress.keys };
      outbox.output({ type: 'too-different', ...found, limit: differenceLimit(manifest) });
    }
    this.#draftIfReady();
  }

  #draftIfReady(): void {
    const { manifest, outbox, own } = this.context;
    const decoded = this.#collection.decoded;
    const everyone = this.#late || this.#collection.answered === manifest.size;
    const ready = this.#waited || (everyone && this.#collection.settled);
    if (this.#drafted || !ready || decoded.length < manifest.quorum) return;
    // It could not attest its own draft. The next view has another key.
    if (own.keyed(this.#opened.key).aside.length > 0) return;
    outbox.timer(COLLECT_TIMER, null);
    this.#draft(this.#withoutStrangers(decoded));
  }

  #proposeSlices(drafted: Drafted): void {
    const { header, tally } = drafted;
    const { manifest, suite, chain, courier, journal, outbox } = this.context;
    const acknowledged = this.host.acknowledged(header);
    const banks = acknowledged.map(({ bank }) => bank);
    if (!this.host.isAcknowledged(header, banks)) return;
    const attestations = tally.differing(acknowledged);
    const attested = attestations && verifyAttestations(manifest, suite, header, attestations);
    if (!attested || !this.#nextSlot()) return;
    drafted.proposed = banks;
    outbox.timer(ATTEST_TIMER, null);
    const slot = this.#slot;
    const value = agreedValue(draftDigest(header), attested.agreed);
    this.host.proposeValue(slot, value);
    const signature = journal.sign(proposalStatement(chain.epoch, slot, value));
    courier.broadcast({ type: 'proposal', slot, header, attestations, signature });
  }

  /** Drafts again without these banks, and with those that the last draft leaves out wrongly. */
  #draftAgain(without: readonly number[]): void {
    const { manifest } = this.context;
    const { header } = this.#drafted!;
    const taken = this.host.wronglyLeftOut().map(({ amendment, differences }) => {
      const { commitment } = amendment;
      this.#collection.amend(commitment, differences);
      this.#amended.set(commitment.bank, amendment);
      return commitment.bank;
    });
    const attesting = electorateOf(header).filter((bank) => !without.includes(bank));
    // With fewer, whoever was taken in has to attest as well.
    if (attesting.length < manifest.quorum) this.#amended.clear();
    const again = [...new Set([...header.inputs, ...taken])].filter((bank) => !without.includes(bank));
    if (again.length < manifest.quorum || !this.#nextSlot()) return;
    this.#draft(again.sort((a, b) => a - b));
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
   * once no more than a quorum would attest. Liars that claim to differ everywhere would otherwise keep every honest leader from drafting.
   */
  #tableOf(candidates: readonly number[]) {
    const { manifest } = this.context;
    for (let inputs = candidates; ; ) {
      const table = this.#collection.table(inputs, classRule(manifest));
      const encodedTable = encodeConflictTable(table, classRule(manifest));
      const fits = table.rows.length <= maxTableRows(manifest) && encodedTable.length <= MAX_TABLE_BYTES;
      if (fits || inputs.length <= manifest.quorum) return { inputs, table, encodedTable };
      const { others } = this.#collection.withoutMostDifferent(inputs);
      const electorate = electorateOf({ inputs: others, amended: [...this.#amended.keys()] });
      if (electorate.length < manifest.quorum) return { inputs, table, encodedTable };
      inputs = others;
    }
  }

  #draft(candidates: readonly number[]): void {
    const { chain, own, journal, courier, outbox, manifest, suite } = this.context;
    const { inputs, table, encodedTable } = this.#tableOf(candidates);
    const amended = inputs.filter((bank) => this.#amended.has(bank));
    const rows = new Map(table.rows.map((row) => [toHex(row.id), row]));
    const common = own.common(this.#opened.key, new Set(rows.keys()));
    const commitments = inputs.map((bank) => this.#collection.commitment(bank)!);
    const { sketchSymbols } = manifest.parameters;
    const symbols = isThin(manifest, inputs)
      ? commonSketch(this.context, { opened: this.#opened, rows }).symbols(0, sketchSymbols)
      : new Uint8Array(0);
    const { saltProof } = this.#opened;
    const salt = draftSalt(saltProof);
    const header: DraftHeader = {
      epoch: chain.epoch,
      slot: this.#slot,
      parent: chain.parent,
      schedule: chain.schedule,
      opening: this.#opened.proof,
      inputs,
      amended,
      commonRoot: saltedRoot(salt, common.root),
      commonRecords: common.entries.length,
      table: tableDigest(salt, encodedTable),
      commitments: commitmentsDigest(commitments),
      symbols: symbolsDigest(salt, symbols),
    };
    const tally = new AttestationTally(manifest, suite, header);
    this.#drafted = { header, tally, proposed: null };
    this.host.propose(this.#slot, tally);
    const signature = journal.sign(proposalStatement(chain.epoch, this.#slot, draftDigest(header)));
    courier.broadcast({
      type: 'draft',
      draft: { header, saltProof, commitments, table: encodedTable, symbols },
      amendments: amended.map((bank) => this.#amended.get(bank)!),
      signature,
    });
    outbox.timer(ATTEST_TIMER, attestPatience(manifest.parameters.delta));
  }
}
