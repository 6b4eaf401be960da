import { decode } from '../crypto/encoding.js';
import { type ConcordatError, isConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import type { Dataset } from '../data/dataset.js';
import { type ChainState, genesisChain, leaderOf } from './chain.js';
import { Courier } from './courier.js';
import type { Effects, Input } from './effects.js';
import { Epoch } from './epoch.js';
import { type Evidence, verifyEvidence, Witness } from './evidence.js';
import { Journal, type LogEntry, logEntryCodec } from './journal.js';
import type { Manifest } from './manifest.js';
import { type EpochMessage, epochOf, type Message, type MessageType, viewOf } from './messages.js';
import { Outbox } from './outbox.js';
import { OwnData } from './own-data.js';
import { Safety } from './safety.js';
import type { Statement } from './statement.js';
import type { Suite } from './suite.js';

/** What a {@link Bank} is made of. */
export interface BankOptions {
  readonly manifest: Manifest;
  /** This bank's place in the manifest. */
  readonly index: number;
  /** Its secret keys; their public halves stand in the manifest. */
  readonly secrets: BankSecrets;
  readonly suite: Suite;
  /** Entries of an earlier run's log, oldest first: after a restart nothing that contradicts them is signed. */
  readonly log?: readonly Uint8Array[];
  /** Where to go on after a restart; the beginning by default. */
  readonly chain?: ChainState;
}

/** Messages that are kept when they come before their time. All others are answers to something, or sent again. */
const KEPT_EARLY: ReadonlySet<MessageType> = new Set([
  'open',
  'draft',
  'slices',
  'amendment',
  'proposal',
  'repeat',
  'vote',
  'certificate',
  'timeout',
  'result',
  'seal',
]);

/** Messages that a leader's Open must come before. */
const NEEDS_OPEN: ReadonlySet<MessageType> = new Set(['draft', 'slices', 'amendment', 'proposal', 'repeat']);

/** Proposals may have megabytes, and are made by leaders only. */
const LEADERS_ONLY: ReadonlySet<MessageType> = new Set(['draft', 'proposal', 'repeat']);

/**
 * One bank: the protocol as a deterministic state machine without clock, network, disk or randomness.
 *
 * The host calls {@link Bank.step} with whatever happened and then carries out the effects it returns, in order:
 * first `persist`, durably; then `send`; then `timers`. The same inputs in the same order give the same effects, byte
 * for byte. A message may hold any bytes at all: bad ones are reported as `refused` and change nothing.
 *
 * Links between banks are taken to be authenticated and confidential (`from` is true, raw records are not read on the
 * way); the bank does not encrypt.
 */
export class Bank {
  readonly #outbox = new Outbox();
  readonly #courier: Courier;
  readonly #journal: Journal;
  readonly #witness: Witness;
  readonly #log: readonly LogEntry[];
  readonly #evidence: Evidence[] = [];
  /** One message of each sender and type that came before its time. */
  readonly #early = new Map<string, { readonly from: number; readonly message: EpochMessage }>();
  /** Banks that showed evidence which does not hold. */
  readonly #falseAccusers = new Set<number>();
  /** Whether somebody was proven faulty in this step: the epoch may have waited for it. */
  #proven = false;
  #chain: ChainState;
  #epoch: Epoch | null = null;
  /** The epoch before, kept to serve those who are still in it. */
  #previous: Epoch | null = null;

  /** @throws an encoding error when `log` is damaged */
  constructor(private readonly options: BankOptions) {
    const { manifest, index, secrets, suite } = options;
    this.#courier = new Courier(manifest.size, index, this.#outbox);
    this.#witness = new Witness(manifest, suite);
    this.#journal = new Journal({
      banks: manifest.size,
      consortiumId: manifest.consortiumId,
      secrets,
      suite,
      outbox: this.#outbox,
    });
    this.#chain = options.chain ?? genesisChain(manifest);
    const codec = logEntryCodec(manifest.size);
    this.#log = (options.log ?? []).map((entry) => decode(codec, entry) as LogEntry);
    for (const entry of this.#log) {
      this.#journal.restore(entry);
      if (entry.type === 'proven' && this.#witness.adopt(entry.evidence)) this.#evidence.push(entry.evidence);
    }
  }

  /** This bank's index in the manifest. */
  get index(): number {
    return this.options.index;
  }

  /** The epoch under way, or the next one to start. */
  get chain(): ChainState {
    return this.#chain;
  }

  /** Every fault this bank has proof of. */
  get evidence(): readonly Evidence[] {
    return this.#evidence;
  }

  /**
   * Handles one input. Never throws on anything a peer or the network did.
   * @throws `JOURNAL_CONFLICT` on a `start` that would contradict the log: after a restart in the middle of an epoch,
   * the epoch starts again with the records it had.
   */
  step(input: Input): Effects {
    switch (input.type) {
      case 'start':
        this.#start(input.dataset);
        break;
      case 'message':
        this.#receive(input.from, input.bytes);
        break;
      case 'timer':
        this.#onTimer(input.id);
        break;
      case 'reconciled':
        if (this.#epoch?.chain.epoch === input.epoch) this.#epoch.onReconciled(input.outcome);
        break;
    }
    this.#settle();
    const effects = this.#outbox.take();
    const prefix = `${this.#chain.epoch}/`;
    return { ...effects, timers: effects.timers.map(({ id, after }) => ({ id: prefix + id, after })) };
  }

  #start(dataset: Dataset): void {
    if (this.#epoch) {
      const next = this.#epoch.next();
      if (!next) return;
      this.#previous = this.#epoch;
      this.#chain = next;
      this.#witness.forgetEpoch();
    }
    const { manifest, suite, secrets, index } = this.options;
    const safety = new Safety(this.#chain.epoch, manifest.size, this.#journal);
    for (const entry of this.#log) safety.restore(entry);
    this.#epoch = new Epoch(
      {
        manifest,
        suite,
        chain: this.#chain,
        self: index,
        secrets,
        own: new OwnData(dataset, secrets.vault, this.#chain.epoch),
        courier: this.#courier,
        outbox: this.#outbox,
        journal: this.#journal,
        observe: (bank, statement, signature, verified) =>
          this.#observe(bank, statement, signature, verified),
        accuse: (evidence) => this.#accuse(evidence),
        isProven: (bank) => this.#witness.isProven(bank),
      },
      safety,
      () => this.#evidence,
    );
    this.#epoch.start(this.#log);
  }

  #receive(from: number, bytes: Uint8Array): void {
    if (
      !Number.isInteger(from) ||
      from < 0 ||
      from >= this.options.manifest.size ||
      from === this.options.index
    )
      return;
    this.#guard(from, () => this.#deliver(from, this.#courier.decode(bytes)));
  }

  #onTimer(id: string): void {
    const prefix = `${this.#chain.epoch}/`;
    if (id.startsWith(prefix))
      this.#guard(this.options.index, () => this.#epoch?.onTimer(id.slice(prefix.length)));
  }

  /** Delivers what this bank sent itself, and what came too early, until nothing moves. */
  #settle(): void {
    for (;;) {
      const own = this.#courier.nextLoopback();
      if (own) {
        this.#guard(this.options.index, () => this.#deliver(this.options.index, own));
        continue;
      }
      if (this.#proven) {
        this.#proven = false;
        this.#guard(this.options.index, () => this.#epoch?.onProof());
        continue;
      }
      const due = [...this.#early].find(([, { message }]) => !this.#isEarly(message));
      if (!due) return;
      this.#early.delete(due[0]);
      this.#guard(due[1].from, () => this.#deliver(due[1].from, due[1].message));
    }
  }

  #deliver(from: number, message: Message): void {
    if (message.type === 'evidence') {
      if (from !== this.options.index) this.#onEvidence(from, message.evidence);
      return;
    }
    const epoch = epochOf(message);
    if (epoch < this.#chain.epoch) {
      if (this.#previous?.chain.epoch === epoch) this.#previous.handle(from, message);
      return;
    }
    if (this.#isEarly(message)) {
      if (this.#isKept(from, message)) this.#early.set(`${from}/${message.type}`, { from, message });
      if (epoch === this.#chain.epoch + 1) this.#epoch?.onAhead(from);
      return;
    }
    const refusal = this.#epoch?.handle(from, message);
    if (refusal) this.#outbox.output({ type: 'refused', from, code: refusal });
  }

  /**
   * Whether to keep a message that came early. A proposal may have megabytes: only those who lead this view or the next
   * have one to make.
   */
  #isKept(from: number, message: EpochMessage): boolean {
    const epoch = epochOf(message);
    if (epoch > this.#chain.epoch + 1 || !KEPT_EARLY.has(message.type)) return false;
    if (!LEADERS_ONLY.has(message.type)) return true;
    const view = viewOf(message)!;
    const current = this.#epoch?.view ?? -1;
    return epoch === this.#chain.epoch && view <= current + 1 && from === leaderOf(this.#chain, view);
  }

  /** Whether a message is for an epoch, view or moment that this bank has not reached. */
  #isEarly(message: EpochMessage): boolean {
    const epoch = epochOf(message);
    if (epoch > this.#chain.epoch || !this.#epoch) return true;
    const view = viewOf(message);
    if (view === null || epoch < this.#chain.epoch) return false;
    if (this.#epoch.seal) return false;
    if (view > this.#epoch.view) return true;
    return view === this.#epoch.view && NEEDS_OPEN.has(message.type) && !this.#epoch.opened;
  }

  /** A proof may weigh megabytes and take long to check: what is known is not, and nobody gets to show two false ones. */
  #onEvidence(from: number, evidence: Evidence): void {
    if (this.#witness.isProven(evidence.accused) || this.#falseAccusers.has(from)) return;
    this.#falseAccusers.add(from);
    verifyEvidence(this.options.manifest, evidence, this.options.suite);
    this.#falseAccusers.delete(from);
    if (this.#witness.adopt(evidence)) this.#record(evidence);
  }

  #observe(bank: number, statement: Statement, signature: Uint8Array, verified: boolean): void {
    const evidence = this.#witness.observe(bank, { statement, signature }, verified);
    if (!evidence || bank === this.options.index) return;
    this.#record(evidence);
    this.#courier.broadcast({ type: 'evidence', evidence });
  }

  #accuse(evidence: Evidence): void {
    if (evidence.accused === this.options.index || !this.#witness.adopt(evidence)) return;
    this.#record(evidence);
    this.#courier.broadcast({ type: 'evidence', evidence });
  }

  #record(evidence: Evidence): void {
    this.#evidence.push(evidence);
    this.#journal.write({ type: 'proven', evidence });
    this.#outbox.output({ type: 'evidence', evidence });
    this.#proven = true;
  }

  #guard(from: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      this.#outbox.output({ type: 'refused', from, code: (error as ConcordatError).code });
    }
  }
}
