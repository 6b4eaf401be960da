import { toHex } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { Schema } from '../data/schema.js';
import { Bank, type BankOptions } from '../protocol/bank.js';
import { type ChainState, genesisChain } from '../protocol/chain.js';
import type { Output } from '../protocol/effects.js';
import type { Manifest, Parameters } from '../protocol/manifest.js';
import { messageTypeOf } from '../protocol/message-codec.js';
import type { Message, MessageType } from '../protocol/messages.js';
import { INCARNATION_LENGTH } from '../protocol/requests.js';
import { slotName } from '../protocol/slot.js';
import type { SuccessionSignature } from '../protocol/succession.js';
import type { Suite } from '../protocol/suite.js';
import { type Adversary, attackTools } from './adversary.js';
import { BankNode } from './bank-node.js';
import { type BankKeys, type Consortium, createConsortium } from './consortium.js';
import type { CrashPoint, Outage } from './crash-point.js';
import { beginRecord, type EpochRecord, endRecord, type RunningEpoch } from './epoch-record.js';
import { messageReader } from './message-reader.js';
import { healedAtMs, isTimely, type NetworkModel } from './network.js';
import { Oracle } from './oracle.js';
import { Random } from './random.js';
import { type ResultRules, reconcileBy } from './result-rules.js';
import { countingSuite, memoisedSuite, type Work } from './suite.js';
import { TraceDigest, type TraceEvent } from './trace.js';
import { watchedNode } from './watched-node.js';
import { type NodeEffects, World } from './world.js';

/** What a {@link Simulation} is made of. */
export interface SimulationOptions extends ResultRules {
  /** The schema of all records. */
  readonly schema: Schema;
  /** Every bank's name and records, before any adversary touches them. */
  readonly banks: readonly { readonly id: string; readonly dataset: Dataset }[];
  /** f, the faults to bear. */
  readonly faults: number;
  /** Which banks are Byzantine, and how. */
  readonly adversaries: ReadonlyMap<number, Adversary>;
  /** How links between the banks behave. */
  readonly network: NetworkModel;
  /** The cryptography that all banks run on; the simulation counts what it does. */
  readonly suite: Suite;
  /** Decides keys, network and every choice of an adversary: a whole number from 0, or bytes. */
  readonly seed: number | Uint8Array;
  /** Of the manifest; left out, they are `DEFAULT_PARAMETERS` with the Δ of the network. */
  readonly parameters?: Partial<Parameters>;
  /** Of each bank; drawn by the seed when left out. */
  readonly keys?: readonly BankKeys[];
  /** The banks' manifest and secrets; drawn by the seed when left out. */
  readonly consortium?: Consortium;
  /** Where the first epoch is in the chain; the founding of the consortium when left out. */
  readonly chain?: ChainState;
  /** Where honest banks crash and restart; with any, termination in time and inclusion are not asked for. */
  readonly crashes?: readonly CrashPoint[];
  /** Honest banks that are down through epochs; with any, the same. */
  readonly outages?: readonly Outage[];
  /** Simulated milliseconds from which on nothing crashes any more; without end when left out. */
  readonly crashesUntilMs?: number;
  /** How long an epoch may take after the network has healed, in Δ; 2000 when left out. */
  readonly patience?: number;
  /** Is told of everything that happens: the message trace. */
  readonly onTrace?: (event: TraceEvent) => void;
  /** Is told of every message when it is sent; when and whether it arrives the trace tells. */
  readonly onSend?: (from: number, to: number, bytes: Uint8Array) => void;
  /** Is told of everything that a bank's core reports, when it does. */
  readonly onOutput?: (bank: number, output: Output) => void;
}

/** Messages that do not lengthen the chain that leads to agreement: gossip about faults. */
const SIDE_MESSAGES: ReadonlySet<string> = new Set<MessageType>(['evidence', 'notice']);
/** Simulated milliseconds after which an epoch that has not ended counts as stuck, in Δ. */
const PATIENCE = 2000;
/** Events of one epoch, at most, for each pair of banks. */
const MAX_EVENTS_PER_PAIR = 20_000;

/**
 * A consortium in a box: the real banks with real cryptography on a simulated network, under adversaries and with the
 * oracle watching. One seed decides everything: the same options give the same trace, byte for byte.
 */
export class Simulation {
  /** The manifest and everybody's secrets. */
  readonly consortium: Consortium;
  /** What watches the run, and holds what it found broken. */
  readonly oracle: Oracle;
  readonly #nodes: readonly BankNode[];
  readonly #world: World;
  readonly #work: readonly Work[];
  readonly #trace = new TraceDigest();
  readonly #read: (bytes: Uint8Array) => Message | null;
  readonly #random: Random;
  /** The epoch that this simulation began with. */
  readonly #first: number;
  #epoch: number;
  #current!: RunningEpoch;
  /** Which honest bank has told its host that which epoch is sealed. */
  readonly #sealings = new Set<string>();
  /** What the last bank that was asked signed of a succession. */
  #signed: SuccessionSignature | null = null;

  /** Sets up the banks; nothing is sent before the first {@link Simulation.runEpoch}. */
  constructor(private readonly options: SimulationOptions) {
    const { schema, banks, faults, adversaries, network, seed } = options;
    this.#random = new Random(seed);
    const suite = memoisedSuite(options.suite);
    this.consortium =
      options.consortium ??
      createConsortium({
        name: schema.name,
        ids: banks.map(({ id }) => id),
        faults,
        schema,
        suite,
        random: this.#random.fork('consortium'),
        parameters: { delta: network.deltaMs, ...options.parameters },
        keys: options.keys,
      });
    const { manifest, secrets } = this.consortium;
    const chain = options.chain ?? genesisChain(manifest);
    this.#first = chain.epoch;
    this.#epoch = chain.epoch;
    const honest = banks.map((_, i) => i).filter((i) => !adversaries.has(i));
    this.oracle = new Oracle({
      ids: banks.map(({ id }) => id),
      faults,
      schema,
      quota: manifest.parameters.disclosureQuota,
      decides: options.reconcile ? 'host' : options.decide || options.functions ? 'functions' : 'schema',
      honest,
      timely: isTimely(network) && !options.crashes?.length && !options.outages?.length,
    });
    this.#work = banks.map(() => ({ signatures: 0, verifications: 0 }));
    const counted = this.#work.map((work) => countingSuite(suite, work));
    const lives = this.#random.fork('lives');
    const create = (index: number, restart?: Pick<BankOptions, 'log' | 'chain'>): Bank =>
      new Bank({
        manifest,
        index,
        secrets: secrets[index]!,
        suite: counted[index]!,
        chain,
        // A liar does not stop when it meets its own signatures.
        ...(!adversaries.has(index) && { incarnation: lives.bytes(INCARNATION_LENGTH) }),
        ...restart,
      });
    this.#beginEpoch(banks.map(({ dataset }) => dataset));
    this.#read = messageReader(manifest.size);
    const reconcile = reconcileBy(options);
    this.#nodes = secrets.map((secret, index) => {
      const adversary = adversaries.get(index) ?? null;
      return new BankNode({
        create: (restart) => create(index, restart),
        manifest,
        chain,
        crashes: (adversary ? [] : (options.crashes ?? [])).filter(({ bank }) => bank === index),
        dataset: this.#current.datasets[index]!,
        adversary,
        reconcile,
        tools: adversary && {
          index,
          manifest,
          secrets: secret,
          suite,
          accomplices: [...adversaries.keys()],
          random: this.#random.fork(`attack/${index}`),
          ...attackTools(manifest, secret, suite),
        },
        now: () => this.#world.now,
        onOutput: (from, output) => this.#onOutput(from, output),
        onCrash: (crash, torn) => this.#onCrash(crash, torn),
      });
    });
    this.#world = new World({
      nodes: this.#nodes.map((node, index) => watchedNode(node, (effects) => this.#watch(index, effects))),
      network,
      random: this.#random.fork('network'),
      label: messageTypeOf,
      countsAsDelay: (label) => !SIDE_MESSAGES.has(label),
      onTrace: (event) => {
        this.#trace.note(event);
        options.onTrace?.(event);
        if (event.kind === 'restart') this.oracle.onRestart(event.to);
        if (event.kind === 'deliver') this.#onDeliver(event.from, event.to, this.#read(event.bytes));
      },
    });
  }

  /** Simulated milliseconds since the beginning. */
  get now(): number {
    return this.#world.now;
  }

  /** SHA-256 over every delivery and timer so far, hex: two runs with the same trace did the same. */
  get traceDigest(): string {
    return toHex(this.#trace.digest);
  }

  /** Runs one epoch to its end: until all honest banks sealed, and what is on the way has arrived. */
  runEpoch(datasets?: readonly Dataset[]): EpochRecord {
    if (datasets) {
      this.#beginEpoch(datasets);
      this.#world.restartDepths();
      for (const bank of this.#nodes.keys()) this.#startBank(bank);
    }
    const { banks, network, crashesUntilMs = Infinity, patience = PATIENCE } = this.options;
    const size = banks.length;
    const began = this.#world.now;
    const limit = began + patience * network.deltaMs + healedAtMs(network);
    const maxEvents = MAX_EVENTS_PER_PAIR * size * size;
    const until = (): boolean => {
      this.#setCalm(this.#world.now >= crashesUntilMs);
      this.#stopBanks(this.#world.now - began);
      return this.#isOver();
    };
    this.#world.run({ until, maxTimeMs: limit, maxEvents });
    this.#stopBanks(Infinity);
    this.#setCalm(true);
    // Let what is under way arrive: a straggler's seal, evidence, a liar's late message.
    this.#world.run({ maxTimeMs: this.#world.now + 4 * network.deltaMs, maxEvents });
    this.oracle.endEpoch();
    this.#epoch++;
    return endRecord(this.#current, {
      complete: this.#isOver(),
      traffic: this.#world.traffic,
      work: this.#work,
      evidence: this.#nodes.map(({ bank }) => [...bank.evidence]),
    });
  }

  /**
   * Lets banks begin an epoch that need not end, and lets things happen for so long.
   * @returns the honest banks that sealed it
   */
  attemptEpoch(datasets: readonly Dataset[], forMs: number): number[] {
    this.#beginEpoch(datasets);
    for (const bank of this.#nodes.keys()) this.#startBank(bank);
    const maxEvents = MAX_EVENTS_PER_PAIR * datasets.length ** 2;
    this.#world.run({ maxTimeMs: this.#world.now + forMs, maxEvents });
    return this.#honest().filter((bank) => this.#current.finished.has(bank));
  }

  /** Where a bank's chain goes on: with the epoch after the last one that it knows to be sealed. */
  chainOf(bank: number): ChainState {
    return this.#nodes[bank]!.bank.next;
  }

  /** What a bank's host answers to whoever asks what was sealed from the first epoch on, encoded. */
  sealedEpochs(bank: number): readonly Uint8Array[] {
    return this.#nodes[bank]!.page(this.#first);
  }

  /**
   * Asks an honest bank to sign that another manifest succeeds this one from an epoch on.
   * @throws `JOURNAL_CONFLICT` when the bank has signed what contradicts that
   */
  succeed(bank: number, successor: Manifest, epoch: number): SuccessionSignature | null {
    this.#signed = null;
    this.#world.inject(bank, this.#watch(bank, this.#nodes[bank]!.succeed(successor, epoch)));
    return this.#signed;
  }

  /** Whether all honest banks have done what they owe in this epoch. */
  #isOver(): boolean {
    return this.#honest().every((bank) => this.#current.finished.has(bank) || this.oracle.excuses(bank));
  }

  /** Tells a bank to begin the epoch; one that is back begins with what it missed. */
  #startBank(bank: number): void {
    const dataset = this.#current.datasets[bank]!;
    const node = this.#nodes[bank]!;
    const outages = (this.options.outages ?? []).filter((each) => each.bank === bank);
    const place = this.#epoch - this.#first;
    if (outages.some(({ from, until }) => from < place && place < until)) return;
    if (!this.#world.isDown(bank)) {
      this.#world.inject(bank, this.#watch(bank, node.startEpoch(this.#epoch, dataset)));
      return;
    }
    node.give(this.#epoch, dataset);
    if (outages.some(({ until }) => until === place)) this.#world.restart(bank, 0);
  }

  /** Takes down banks whose outage begins, so many milliseconds into the epoch. */
  #stopBanks(elapsed: number): void {
    for (const { bank, from, afterMs } of this.options.outages ?? []) {
      if (from !== this.#epoch - this.#first || elapsed < afterMs || this.#current.stopped.has(bank))
        continue;
      this.#current.stopped.add(bank);
      this.#world.stop(bank);
    }
  }

  #honest(): number[] {
    return this.options.banks.map((_, i) => i).filter((i) => !this.options.adversaries.has(i));
  }

  #beginEpoch(datasets: readonly Dataset[]): void {
    const { adversaries } = this.options;
    const common = this.#random.fork(`accomplices/${this.#epoch}`);
    const committed = datasets.map((dataset, index) => {
      const adversary = adversaries.get(index);
      if (!adversary?.records) return dataset;
      const random = this.#random.fork(`records/${this.#epoch}/${index}`);
      return adversary.records(dataset, { index, accomplices: [...adversaries.keys()], random, common });
    });
    this.oracle.beginEpoch(this.#epoch, committed, this.#absent());
    this.#current = beginRecord({
      epoch: this.#epoch,
      datasets: committed,
      before: this.#world?.traffic ?? null,
      work: this.#work,
    });
  }

  /** Banks that are down in this epoch, from its beginning or from some moment in it. */
  #absent(): Set<number> {
    const place = this.#epoch - this.#first;
    const outages = (this.options.outages ?? []).filter(({ from, until }) => from <= place && place < until);
    return new Set(outages.map(({ bank }) => bank));
  }

  #onOutput(bank: number, output: Output): void {
    const current = this.#current;
    this.oracle.onOutput(bank, output);
    this.options.onOutput?.(bank, output);
    const isHonest = !this.options.adversaries.has(bank);
    if (output.type === 'succession') this.#signed = output.signed;
    if (output.type === 'sealed' && isHonest) this.#noteSealed(bank, output.epoch);
    // Who was away, or is behind, still speaks of earlier ones.
    if ('epoch' in output && output.epoch !== this.#epoch) return;
    if (output.type === 'view' && isHonest) current.views = Math.max(current.views, output.view + 1);
    if (output.type === 'agreed') {
      current.agreed[bank] = output;
      current.someoneAgreed ||= isHonest;
      current.delays[bank] = this.#world.depthOf(bank);
    }
    if (output.type === 'sealed') {
      current.sealed[bank] = output;
      current.finished.add(bank);
    }
    if (output.type === 'suspected')
      current.suspicions.push({ by: bank, bank: output.bank, reason: output.reason });
    if (output.type === 'disclosed') current.disclosed[bank]!.add(toHex(output.keyDigest));
  }

  /** Who learns of an earlier epoch only now was down when it was sealed. */
  #noteSealed(bank: number, epoch: number): void {
    const name = `${bank}/${epoch}`;
    if (epoch !== this.#epoch && !this.#sealings.has(name) && !this.oracle.excuses(bank))
      this.#current.caughtUp.add(bank);
    this.#sealings.add(name);
  }

  /** The bank has the epoch to finish once more. */
  #onCrash({ bank, disk }: CrashPoint, torn: boolean): void {
    this.#current.finished.delete(bank);
    this.#current.crashes++;
    if (torn) this.#current.torn++;
    if (disk === 'lost') {
      this.#current.lost++;
      this.oracle.onLoss(bank);
    }
  }

  #setCalm(calm: boolean): void {
    for (const node of this.#nodes) node.calm = calm;
  }

  /** Shows the oracle messages as they are sent: what a bank may say depends on what it knows then. */
  #watch(index: number, effects: NodeEffects): NodeEffects {
    for (const { to, bytes } of effects.send) {
      this.options.onSend?.(index, to, bytes);
      const message = this.#read(bytes);
      if (message) this.oracle.onMessage(index, to, message);
    }
    return effects;
  }

  #onDeliver(from: number, to: number, message: Message | null): void {
    if (!this.options.adversaries.has(to)) {
      this.#current.heard.add(from);
      if (this.#current.someoneAgreed) this.#current.heardLate.add(from);
    }
    if (!message) return; // bytes that an adversary made up
    if (message.type === 'draft') this.#current.proposals.add(slotName(message.draft.header.slot));
    if (message.type === 'repeat' || message.type === 'proposal')
      this.#current.proposals.add(slotName(message.slot));
  }
}
