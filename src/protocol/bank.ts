import { decode } from '../crypto/encoding.js';
import { type ConcordatError, isConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import type { Dataset } from '../data/dataset.js';
import { ABSENCE_TIMERS, Absence } from './absence.js';
import { Accusations } from './accusations.js';
import { type ChainState, genesisChain } from './chain.js';
import { Courier } from './courier.js';
import { EarlyMessages, isEarly } from './early-messages.js';
import type { Effects, Input } from './effects.js';
import { Epoch } from './epoch.js';
import type { Evidence } from './evidence.js';
import { Journal, type LogEntry, logEntryCodec } from './journal.js';
import type { Manifest } from './manifest.js';
import { epochOf, type Message } from './messages.js';
import { Outbox } from './outbox.js';
import { OwnData } from './own-data.js';
import { RATION_TIMER, Rations } from './rations.js';
import type { Recalled } from './recall.js';
import { Safety } from './safety.js';
import { lastSlotIndex } from './slot.js';
import type { Statement } from './statement.js';
import { expectSameKind, successionStatement } from './succession.js';
import type { Suite } from './suite.js';

/** What a {@link Bank} is made of. */
export interface BankOptions {
  /** The verified manifest of its consortium. */
  readonly manifest: Manifest;
  /** This bank's place in the manifest. */
  readonly index: number;
  /** Its secret keys; their public halves stand in the manifest. */
  readonly secrets: BankSecrets;
  /** The cryptography that it runs on. */
  readonly suite: Suite;
  /** Entries of an earlier run's log, oldest first: after a restart nothing that contradicts them is signed. */
  readonly log?: readonly Uint8Array[];
  /** Where to go on after a restart; the beginning by default. */
  readonly chain?: ChainState;
  /**
   * 16 bytes from a cryptographic source, new for each life of the bank. With it the bank can tell answers to itself from
   * answers to an earlier life, and so can go on when it finds out that its log does not have all that it signed.
   */
  readonly incarnation?: Uint8Array;
}

/** Timers that belong to a bank, not to one of its epochs. */
const BANK_TIMERS: ReadonlySet<string> = new Set([...ABSENCE_TIMERS, RATION_TIMER]);

/** A message, who sent it, and in how many bytes it came; 0 where it did not travel. */
interface Delivered {
  readonly from: number;
  readonly message: Message;
  readonly bytes: number;
}

/**
 * One bank: the protocol as a deterministic state machine without clock, network, disk or randomness.
 *
 * The host calls {@link Bank.step} with whatever happened and then carries out the effects it returns, in order:
 * first `persist`, durably; then `send`; then `timers`. The same inputs in the same order give the same effects, byte
 * for byte. A message may hold any bytes at all: bad ones are reported as `refused` and change nothing.
 *
 * Links between banks are taken to be authenticated and confidential (`from` is true, raw records are not read on the
 * way); the bank does not encrypt.
 *
 * @example
 * ```ts
 * import { bls } from 'concordat/crypto';
 * import { Dataset, defineSchema } from 'concordat/data';
 * import { Bank, defaultSuite } from 'concordat/protocol';
 * import { createConsortium, Random } from 'concordat/sim';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const suite = defaultSuite(await bls.loadBls());
 * const ids = ['north', 'south', 'east', 'west'];
 * const consortium = { name: 'example', ids, faults: 1, schema, suite, random: new Random(1) };
 * const { manifest, secrets } = createConsortium(consortium); // a rehearsal: real banks keep their secrets apart
 *
 * const bank = new Bank({ manifest, index: 0, secrets: secrets[0]!, suite });
 * const dataset = Dataset.fromObjects(schema, [{ account: 1, balance: '12.50' }]);
 * const { persist, send, timers, output } = bank.step({ type: 'start', dataset });
 * console.log(output); // [ { type: 'view', epoch: 0, view: 0 } ]
 * console.log(persist.length, send.length, timers.length); // 0 0 2
 * ```
 */
export class Bank {
  readonly #outbox = new Outbox();
  readonly #courier: Courier;
  readonly #journal: Journal;
  readonly #accusations: Accusations;
  readonly #log: readonly LogEntry[];
  readonly #early: EarlyMessages;
  readonly #rations: Rations;
  /** Whether this bank was shown its own signature in this step, of which its log knows nothing. */
  #suspended = false;
  readonly #absence: Absence;
  #chain: ChainState;
  #epoch: Epoch | null = null;
  /** The epoch before, kept to serve those who are still in it. */
  #previous: Epoch | null = null;

  /** @throws `BankError`, or an encoding error when `log` is damaged */
  constructor(private readonly options: BankOptions) {
    const { manifest, index, secrets, suite } = options;
    this.#courier = new Courier(manifest.size, index, this.#outbox);
    this.#early = new EarlyMessages(
      lastSlotIndex(manifest.faults) + 1,
      (bank) => this.#epoch?.unchecked(bank) ?? 0,
    );
    this.#rations = new Rations(this.#outbox, manifest.parameters.delta);
    this.#journal = new Journal({
      banks: manifest.size,
      consortiumId: manifest.consortiumId,
      secrets,
      suite,
      outbox: this.#outbox,
    });
    const common = {
      manifest,
      suite,
      self: index,
      courier: this.#courier,
      outbox: this.#outbox,
      journal: this.#journal,
      rations: this.#rations,
    };
    this.#accusations = new Accusations(common);
    this.#chain = options.chain ?? genesisChain(manifest);
    this.#journal.beginAt(this.#chain.epoch);
    const codec = logEntryCodec(manifest.size);
    this.#log = (options.log ?? []).map((entry) => decode(codec, entry) as LogEntry);
    for (const entry of this.#log) {
      this.#journal.restore(entry);
      if (entry.type === 'proven') this.#accusations.restore(entry.evidence);
    }
    this.#absence = new Absence(
      { ...common, incarnation: options.incarnation },
      {
        next: () => this.next,
        unfinished: () => (this.#epoch && !this.#epoch.finished ? this.#epoch.chain.epoch : null),
        computing: () => this.#epoch?.computing ?? false,
        showSeal: (seal) => this.#guard(index, () => this.#epoch?.handle(index, { type: 'seal', seal })),
        adopt: (recalled) => this.#adopt(recalled),
      },
    );
  }

  /** This bank's index in the manifest. */
  get index(): number {
    return this.options.index;
  }

  /** The epoch under way, or the next one to start. */
  get chain(): ChainState {
    return this.#chain;
  }

  /** The first epoch that this bank does not know to be sealed: where it goes on when it has no use for the one before. */
  get next(): ChainState {
    return this.#epoch?.next() ?? this.#chain;
  }

  /** Every fault this bank has proof of. */
  get evidence(): readonly Evidence[] {
    return this.#accusations.evidence;
  }

  /** Bytes that this bank keeps of what another sent before they can be checked, besides proposals of leaders: at most 2^25. */
  unchecked(bank: number): number {
    return this.#early.bytesOf(bank) + (this.#epoch?.unchecked(bank) ?? 0);
  }

  /**
   * Handles one input. Never throws on anything a peer or the network did.
   * @throws `JOURNAL_CONFLICT` on a `start` that would contradict the log: after a restart in the middle of an epoch,
   * the epoch starts again with the records it had; and on a `succeed` that would contradict it;
   * `JOURNAL_TOO_FAR_AHEAD` on a `succeed` for an epoch after the one that follows the next to be sealed;
   * `SUCCESSION_REHEARSAL` on a `succeed` of a rehearsal by what is none, or the other way round.
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
      case 'catch-up':
        this.#absence.ask();
        break;
      case 'succeed': {
        const { epoch, successor } = input;
        expectSameKind(this.options.manifest, successor);
        const signature = this.#journal.sign(successionStatement(epoch, successor));
        const signed = { bank: this.options.index, signature };
        this.#outbox.output({ type: 'succession', epoch, signed });
        break;
      }
      case 'recalled': {
        const { to, epoch, incarnation } = input.request;
        this.#absence.told(to, epoch, input.epochs.length);
        this.#guard(to, () =>
          this.#courier.send(to, { type: 'history', epoch, incarnation, epochs: input.epochs }),
        );
        break;
      }
    }
    this.#settle();
    const effects = this.#outbox.take();
    const prefix = `${this.#chain.epoch}/`;
    const named = (id: string): string => (BANK_TIMERS.has(id) ? id : prefix + id);
    return { ...effects, timers: effects.timers.map(({ id, after }) => ({ id: named(id), after })) };
  }

  /** Whether this bank lost its log and has not heard enough others yet: it does not begin an epoch. */
  get forgotten(): boolean {
    return this.#journal.forgotten;
  }

  /** Whether this bank follows the epoch under way, or the next one to start, without signing anything in it. */
  get abstains(): boolean {
    return this.#journal.abstains(this.#chain.epoch);
  }

  #start(dataset: Dataset): void {
    if (this.#journal.forgotten) return;
    if (this.#epoch) {
      const next = this.#epoch.next();
      if (!next) return;
      this.#previous = this.#epoch;
      this.#accusations.onSealed(this.#epoch.seal?.evidence ?? []);
      this.#chain = next;
      this.#accusations.forgetEpoch();
      this.#absence.renew();
    }
    const { manifest, suite, secrets, index } = this.options;
    const place = { consortiumId: manifest.consortiumId, bank: index, epoch: this.#chain.epoch };
    const safety = new Safety(this.#chain.epoch, manifest.size, this.#journal);
    for (const entry of this.#log) safety.restore(entry);
    this.#epoch = new Epoch(
      {
        manifest,
        suite,
        chain: this.#chain,
        self: index,
        secrets,
        own: secrets.use('vault', (vault) => new OwnData(dataset, vault, place)),
        courier: this.#courier,
        outbox: this.#outbox,
        journal: this.#journal,
        rations: this.#rations,
        roomFor: (bank) => this.#early.roomFor(bank),
        observe: (bank, statement, signature, verified) =>
          this.#observe(bank, statement, signature, verified),
        accuse: (evidence, everybody = false) => this.#accusations.accuse(evidence, everybody),
        isProven: (bank) => this.#accusations.isProven(bank),
      },
      safety,
      () => this.#accusations.unsealed,
    );
    const epoch = this.#epoch;
    // A bank that signs nothing follows all the same: what it would sign is refused, and what it learns is true.
    if (this.#journal.mute(epoch.chain.epoch)) this.#guard(index, () => epoch.start(this.#log));
    else this.#begin(epoch);
    this.#absence.begun();
  }

  #begin(epoch: Epoch): void {
    try {
      epoch.start(this.#log);
    } catch (error) {
      this.#epoch = null; // so that the host may begin it with the records it had
      throw error;
    }
  }

  #receive(from: number, bytes: Uint8Array): void {
    if (
      !Number.isInteger(from) ||
      from < 0 ||
      from >= this.options.manifest.size ||
      from === this.options.index
    )
      return;
    this.#guard(from, () =>
      this.#deliver({ from, message: this.#courier.decode(bytes), bytes: bytes.length }),
    );
  }

  #onTimer(id: string): void {
    const prefix = `${this.#chain.epoch}/`;
    if (id === RATION_TIMER) this.#rations.onTimer();
    else if (ABSENCE_TIMERS.has(id)) this.#absence.onTimer(id);
    else if (id.startsWith(prefix))
      this.#guard(this.options.index, () => this.#epoch?.onTimer(id.slice(prefix.length)));
  }

  /** Delivers what this bank sent itself, and what came too early, until nothing moves. */
  #settle(): void {
    for (;;) {
      if (this.#suspended) {
        this.#suspended = false;
        this.#epoch = null;
        this.#previous = null;
        this.#absence.forget();
      }
      const own = this.#courier.nextLoopback();
      if (own) {
        const letter = { from: this.options.index, message: own, bytes: 0 };
        this.#guard(letter.from, () => this.#deliver(letter));
        continue;
      }
      // Somebody was proven faulty: the epoch may have waited for it.
      if (this.#accusations.takeNews()) {
        this.#guard(this.options.index, () => this.#epoch?.onProof());
        continue;
      }
      const due = this.#early.take(this.#chain, this.#epoch);
      if (!due) return;
      this.#guard(due.from, () => this.#deliver(due));
    }
  }

  #deliver({ from, message, bytes }: Delivered): void {
    if (message.type === 'evidence') {
      if (from !== this.options.index) this.#accusations.onEvidence(from, message.evidence);
      return;
    }
    if (message.type === 'recall' || message.type === 'history') {
      if (from === this.options.index) return;
      if (message.type === 'recall') this.#absence.onRecall(from, message);
      else this.#absence.onHistory(from, message);
      return;
    }
    const epoch = epochOf(message);
    // One epoch ahead are those whose seal is on its way; whoever is further ahead, nobody here has the data for any more.
    if (epoch > this.#chain.epoch + 1) this.#absence.onFarAhead(from);
    if (epoch < this.#chain.epoch) {
      if (this.#previous?.chain.epoch === epoch) this.#previous.handle(from, message);
      return;
    }
    if (isEarly(message, this.#chain, this.#epoch)) {
      this.#early.keep({ from, message, bytes }, this.#chain, this.#epoch);
      if (epoch === this.#chain.epoch + 1) {
        this.#epoch?.onAhead(from);
        this.#absence.onAhead();
      }
      return;
    }
    const refusal = this.#epoch?.handle(from, message);
    if (refusal) this.#outbox.output({ type: 'refused', from, code: refusal });
  }

  /** Goes on after epochs that were sealed without this bank. */
  #adopt({ epochs, chain }: Recalled): void {
    for (const { seal } of epochs)
      this.#outbox.output({
        type: 'sealed',
        epoch: seal.header.epoch,
        seal,
        outcome: null,
        table: null,
        inputs: seal.header.inputs,
      });
    for (const { seal } of epochs) this.#accusations.onSealed(seal.evidence);
    this.#epoch = null;
    this.#previous = null;
    this.#chain = chain;
    this.#journal.write({ type: 'sealed', epoch: chain.epoch - 1 });
    this.#accusations.forgetEpoch();
    this.#absence.renew();
  }

  #observe(bank: number, statement: Statement, signature: Uint8Array, verified: boolean): void {
    if (
      bank === this.options.index &&
      verified &&
      this.options.incarnation &&
      this.#journal.isForeign(statement)
    ) {
      this.#outbox.output({ type: 'forgotten', epoch: statement.epoch });
      this.#suspended = true;
      return;
    }
    this.#accusations.observe(bank, statement, signature, verified);
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
