import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { loadBls } from '../crypto/bls-load.js';
import { equalBytes } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { type BankSecrets, publicKeys } from '../crypto/keys.js';
import type { Dataset } from '../data/dataset.js';
import { type Outcome, reconcileOutcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import { Bank } from '../protocol/bank.js';
import type { ChainState } from '../protocol/chain.js';
import { defaultSuite } from '../protocol/default-suite.js';
import type { Effects, Output, RecallRequest } from '../protocol/effects.js';
import type { Evidence } from '../protocol/evidence.js';
import type { Manifest } from '../protocol/manifest.js';
import { INCARNATION_LENGTH } from '../protocol/requests.js';
import type { SuccessionSignature } from '../protocol/succession.js';
import type { Suite } from '../protocol/suite.js';
import { Durable } from './durable.js';
import { Inbox, type Waiting } from './inbox.js';
import { nodeError } from './node-error.js';
import { Recalls } from './recalls.js';
import { BankStore, type SealedOutput, type StoreOptions } from './store.js';
import { type Clock, nodeClock, type Transport } from './transport.js';

/** What a {@link Node} runs on. */
export interface NodeOptions extends StoreOptions {
  /** The bank's secret keys; their public halves must stand in the manifest. Never erased by the node. */
  readonly secrets: BankSecrets;
  /** Authenticated links to the other banks. */
  readonly transport: Transport;
  /** What sets timers; that of Node by default. */
  readonly clock?: Clock;
  /** The cryptography it runs on; `defaultSuite` of the fastest BLS backend by default. */
  readonly suite?: Suite;
  /** Computes a result; deterministic, the same at every bank. The built-in rules by default. */
  readonly reconcile?: (request: ReconcileRequest) => Outcome | Promise<Outcome>;
  /** Hears of everything that happened, once it is durable. */
  readonly onOutput?: (output: Output) => void;
  /** Hears, once, that the node has stopped by itself, and why. */
  readonly onFailure?: (failure: unknown) => void;
}

interface Run {
  readonly resolve: (sealed: SealedOutput) => void;
  readonly reject: (error: unknown) => void;
  readonly dataset: Dataset;
  epoch: number | null;
}

/**
 * One bank as a process: {@link Bank}, its durable store, its links and its timers.
 *
 * ```ts
 * const node = await Node.open({ directory, manifest, bank: 'bank-a', secrets, transport });
 * const { seal, outcome } = await node.reconcile(dataset);
 * ```
 *
 * Stops at the first failure of its store: it then sends nothing more, and whoever waits gets the failure.
 */
export class Node {
  readonly #inbox: Inbox;
  readonly #recalls = new Recalls();
  readonly #timers = new Map<string, () => void>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #successions = new Set<{
    readonly epoch: number;
    readonly resolve: (signed: SuccessionSignature) => void;
    readonly reject: (error: unknown) => void;
  }>();
  readonly #clock: Clock;
  #run: Run | null = null;
  #working: Promise<void> | null = null;
  #failure: unknown = null;
  #closing: Promise<void> | null = null;
  /** A dataset that waits until this bank may begin. */
  #pending: Dataset | null = null;

  private constructor(
    private readonly options: NodeOptions,
    private readonly store: BankStore,
    private readonly core: Bank,
  ) {
    this.#inbox = new Inbox(options.manifest.size);
    this.#clock = options.clock ?? nodeClock;
  }

  /**
   * Opens the store, restores the bank from it, begins to listen, and asks the other banks what was sealed meanwhile.
   * @throws {@link NodeError} or `LogError`
   */
  static async open(options: NodeOptions): Promise<Node> {
    const { manifest, bank, secrets } = options;
    const index = manifest.indexOf(bank);
    if (index < 0) throw nodeError({ code: 'NODE_BANK_UNKNOWN', bank }, `the manifest has no bank ${bank}`);
    const suite = options.suite ?? defaultSuite(await loadBls());
    const keys = publicKeys(suite.bls, secrets);
    const entry = manifest.banks[index]!;
    if (!equalBytes(keys.identity, entry.identity) || !equalBytes(keys.bls, entry.bls))
      throw nodeError({ code: 'NODE_KEYS_MISMATCH', bank }, `the secrets are not those of ${bank}`);
    const store = await BankStore.open(options);
    try {
      const { chain, entries: log } = store;
      const incarnation = new Uint8Array(randomBytes(INCARNATION_LENGTH));
      const core = new Bank({ manifest, index, secrets, suite, log, chain, incarnation });
      const node = new Node(options, store, core);
      await options.transport.start((from, bytes) => node.#receive(from, bytes));
      node.#put({ input: { type: 'catch-up' } });
      return node;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Where the chain goes on: what a store of the successor of this manifest begins with, after `Lineage.succeed`. */
  get next(): ChainState {
    return this.core.next;
  }

  /** The epoch under way, or the next one to start. */
  get epoch(): number {
    return this.core.chain.epoch;
  }

  /** Whether this bank lost its log, and follows without signing anything. */
  get abstains(): boolean {
    return this.core.abstains;
  }

  /** Every fault this bank has proof of. */
  get evidence(): readonly Evidence[] {
    return this.core.evidence;
  }

  /** Why the node stopped by itself; null while it has not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Waits until everything that has reached this node so far was handled and is durable. */
  async settled(): Promise<void> {
    while (this.#working || this.#tasks.size > 0) await Promise.all([this.#working, ...this.#tasks]);
  }

  /**
   * Takes part in the next epoch with these records, and waits for its seal. After a restart in an epoch, with the same
   * records as before.
   *
   * A bank without its log begins once it has heard enough others. `outcome` is null when this bank is behind; compare
   * its `root` with `seal.root` before you use it. A result may be given again after a crash.
   *
   * @throws {@link NodeError}; `JOURNAL_CONFLICT` when the records are others than before the restart and this bank leads
   * (one that does not is left out of the inputs then); or why the node stopped
   */
  reconcile(dataset: Dataset): Promise<SealedOutput> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#run)
      return Promise.reject(nodeError({ code: 'NODE_BUSY', epoch: this.epoch }, 'an epoch is under way'));
    return new Promise((resolve, reject) => {
      this.#run = { resolve, reject, dataset, epoch: null };
      this.#pending = dataset;
      this.#work();
    });
  }

  /**
   * Signs that `successor` succeeds this manifest from `epoch` on, once it is durable that it did: see
   * `successionStatement` for what that promises. A quorum of these signatures makes a `Succession`.
   * @throws `JOURNAL_CONFLICT` when this bank has signed something of that epoch or later, or another successor;
   * `JOURNAL_TOO_FAR_AHEAD` when that epoch is later than the one after the next to be sealed
   */
  succeed(successor: Manifest, epoch: number): Promise<SuccessionSignature> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const call = { epoch, resolve, reject };
      this.#successions.add(call);
      const refused = (error: unknown): void => {
        this.#successions.delete(call);
        reject(error);
      };
      this.#put({ input: { type: 'succeed', epoch, successor }, refused });
    });
  }

  /** Stops listening, finishes what has reached it, and closes the store. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#failure) await this.options.transport.stop();
    await this.settled();
    const clean = this.#failure === null;
    this.#stop(nodeError({ code: 'NODE_CLOSED' }, 'the node is closed'));
    try {
      // Whoever closes has had the result of an epoch that is over, and is not given it again.
      if (clean && this.core.next.epoch > this.store.chain.epoch)
        await this.store.advance(this.core.next, []);
    } finally {
      await this.store.close();
    }
  }

  #receive(from: number, bytes: Uint8Array): void {
    if (this.#failure) return;
    try {
      if (this.#inbox.receive(from, bytes) === 'full')
        this.#tell({ type: 'refused', from, code: 'NODE_INBOX_FULL' });
    } catch (error) {
      this.#stop(error);
    }
    this.#work();
  }

  #put(waiting: Waiting): void {
    if (this.#failure) return;
    this.#inbox.add(waiting);
    this.#work();
  }

  /** One loop at a time: a step's effects are carried out before the next step's. */
  #work(): void {
    if (this.#working || this.#failure) return;
    this.#working = this.#loop().finally(() => {
      this.#working = null;
      if (this.#busy) this.#work();
    });
  }

  get #busy(): boolean {
    return !this.#failure && (!this.#inbox.isEmpty || this.#startable);
  }

  get #startable(): boolean {
    return this.#pending !== null && !this.core.forgotten;
  }

  async #loop(): Promise<void> {
    try {
      await Promise.resolve(); // so that what comes in at one moment becomes durable at one go
      while (this.#busy) {
        const batch = this.#inbox.take();
        const steps = batch.flatMap((waiting) => this.#step(waiting));
        if (this.#startable) steps.push(...this.#start());
        this.#carryOut(await Durable.after(this.store, this.core, steps));
        if (batch.some(({ input }) => input.type === 'recalled')) this.#recalls.answered();
        this.#answer();
        // Steps that ask for nothing to be kept wait for nothing: timers and links would, for as long as messages come.
        if (this.#busy) await setImmediate();
      }
    } catch (error) {
      this.#stop(error);
    }
  }

  #step({ input, refused }: Waiting): Effects[] {
    try {
      return [this.core.step(input)];
    } catch (error) {
      if (!refused) throw error;
      refused(error);
      return [];
    }
  }

  /** Only what contradicts the log throws, and then nothing was signed. */
  #start(): Effects[] {
    const dataset = this.#pending!;
    this.#pending = null;
    try {
      const steps = [this.core.step({ type: 'start', dataset })];
      if (this.#run) this.#run.epoch = this.core.chain.epoch;
      return steps;
    } catch (error) {
      this.#run?.reject(error);
      this.#run = null;
      return [];
    }
  }

  #carryOut({ send, timers, output }: Durable): void {
    if (this.#failure) return;
    const { transport } = this.options;
    for (const { to, bytes } of send) transport.send(to, bytes);
    for (const { id, after } of timers) this.#setTimer(id, after);
    for (const event of output) this.#onOutput(event);
  }

  #setTimer(id: string, after: number | null): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    if (after === null) return;
    const cancel = this.#clock.after(after, () => {
      this.#timers.delete(id);
      this.#put({ input: { type: 'timer', id } });
    });
    this.#timers.set(id, cancel);
  }

  #onOutput(event: Output): void {
    if (event.type === 'reconcile') this.#beside(this.#reconcile(event.epoch, event.request));
    if (event.type === 'recall') this.#recalls.add(event.request);
    // What was under way was dropped: it begins again, without signatures, once other banks have been heard.
    if (event.type === 'forgotten' && this.#run) this.#pending = this.#run.dataset;
    this.#tell(event);
    if (event.type === 'succession')
      for (const call of this.#successions)
        if (call.epoch === event.epoch) {
          this.#successions.delete(call);
          call.resolve(event.signed);
        }
    if (event.type === 'sealed' && this.#run?.epoch === event.epoch) {
      const { resolve } = this.#run;
      this.#run = null;
      this.#pending = null;
      resolve(event);
    }
  }

  #tell(event: Output): void {
    try {
      this.options.onOutput?.(event);
    } catch (cause) {
      const detail = { code: 'NODE_LISTENER_FAILED', output: event.type } as const;
      throw nodeError(detail, `the listener failed at "${event.type}"`, cause);
    }
  }

  /** Goes on beside the steps; never rejects. */
  #beside(task: Promise<void>): void {
    const done = task.finally(() => this.#tasks.delete(done));
    this.#tasks.add(done);
  }

  async #reconcile(epoch: number, request: ReconcileRequest): Promise<void> {
    try {
      const compute = this.options.reconcile ?? reconcileOutcome;
      this.#put({ input: { type: 'reconciled', epoch, outcome: await compute(request) } });
    } catch (cause) {
      const error = nodeError({ code: 'NODE_RECONCILE_FAILED', epoch }, 'the result was not computed', cause);
      this.#run?.reject(error);
      this.#run = null;
    }
  }

  /** Begins to answer the next bank that asked for sealed epochs, unless one is being answered. */
  #answer(): void {
    const request = this.#failure ? null : this.#recalls.next();
    if (request) this.#beside(this.#recall(request));
  }

  async #recall(request: RecallRequest): Promise<void> {
    try {
      const epochs = await this.store.page(request.epoch);
      if (epochs) {
        this.#put({ input: { type: 'recalled', request, epochs } });
        return;
      }
      // No answer would say that nothing was sealed; one that has those epochs is asked next.
      this.#recalls.answered();
      this.#answer();
    } catch (error) {
      this.#stop(error);
    }
  }

  /** Sends nothing any more. */
  #stop(failure: unknown): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#inbox.clear();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    for (const { reject } of this.#successions) reject(failure);
    this.#successions.clear();
    this.#run?.reject(failure);
    this.#run = null;
    this.#pending = null;
    if (isConcordatError(failure, 'NODE_CLOSED')) return;
    void this.options.transport.stop();
    this.options.onFailure?.(failure);
  }
}
