import type { Dataset } from '../data/dataset.js';
import type { Bank, BankOptions } from '../protocol/bank.js';
import type { ChainState } from '../protocol/chain.js';
import type { Effects, Input, Output } from '../protocol/effects.js';
import type { Manifest } from '../protocol/manifest.js';
import type { Message } from '../protocol/messages.js';
import type { AdversarialSend, Adversary, AttackContext, Core } from './adversary.js';
import type { CrashPoint } from './crash-point.js';
import { HostStore } from './host-store.js';
import { messageReader } from './message-reader.js';
import type { Reconcile } from './result-rules.js';
import type { NodeEffects, SimNode } from './world.js';

/** What a simulated host does for its bank and what it reports. */
export interface BankNodeOptions {
  /** Makes the bank's core; after a crash from what its host had stored. */
  readonly create: (restart?: Pick<BankOptions, 'log' | 'chain'>) => Bank;
  /** Where an honest bank crashes, each once. */
  readonly crashes: readonly CrashPoint[];
  readonly manifest: Manifest;
  /** Where the first epoch is in the chain. */
  readonly chain: ChainState;
  /** The records of the first epoch. */
  readonly dataset: Dataset;
  readonly adversary: Adversary | null;
  /** Computes the result when the core asks for it. */
  readonly reconcile: Reconcile;
  /** Everything of an {@link AttackContext} that this node does not know by itself; null for an honest bank. */
  readonly tools: Omit<
    AttackContext,
    'bank' | 'dataset' | 'input' | 'heard' | 'step' | 'now' | 'memory' | 'stop'
  > | null;
  readonly now: () => number;
  readonly onOutput: (bank: number, output: Output) => void;
  /** Is told of a crash, and whether it tore an entry of the log. */
  readonly onCrash: (crash: CrashPoint, torn: boolean) => void;
}

/** The driver of one bank in a simulation: store, adversary and reconcile function between the core and the network. */
export class BankNode implements SimNode {
  /** Written to before anything of the same step is sent. */
  readonly #store: HostStore;
  /** The records of each epoch that this bank is to take part in. */
  readonly #books = new Map<number, Dataset>();
  readonly #memory = new Map<string, unknown>();
  readonly #late = new Map<string, AdversarialSend>();
  readonly #read: (bytes: Uint8Array) => Message | null;
  /** What an adversary has put in the place of the bank's core. */
  readonly #replaced: Core | undefined;
  readonly #crashes = new Map<number, CrashPoint>();
  #bank: Bank;
  /** The last epoch that this bank was told to begin. */
  #started: number;
  #dataset: Dataset;
  #steps = 0;
  #calm = false;
  #stopped = false;

  constructor(private readonly options: BankNodeOptions) {
    const { create, tools, adversary, crashes, manifest, chain, dataset } = options;
    this.#dataset = dataset;
    this.#books.set(chain.epoch, dataset);
    this.#store = new HostStore(manifest, chain);
    this.#bank = create();
    this.#started = chain.epoch - 1;
    for (const crash of crashes) this.#crashes.set(crash.step, crash);
    this.#replaced = (tools && adversary?.core?.({ ...tools, bank: this.#bank, create })) ?? undefined;
    this.#read = options.tools ? messageReader(manifest.size) : () => null;
  }

  /** The bank's core; another one after a crash. */
  get bank(): Bank {
    return this.#bank;
  }

  /** Whether nothing crashes for now; what would have crashed meanwhile does not later on. */
  set calm(calm: boolean) {
    this.#calm = calm;
  }

  /** Begins the first epoch. */
  start(): NodeEffects {
    return this.startEpoch(this.options.chain.epoch, this.options.dataset);
  }

  /** Begins an epoch with these records, at once or when the ones before are over. */
  startEpoch(epoch: number, dataset: Dataset): NodeEffects {
    this.give(epoch, dataset);
    if (!this.#replaced) return this.#carryOut([]);
    this.#dataset = dataset;
    return this.#carryOut([{ type: 'start', dataset }]);
  }

  /** Has the records of an epoch ready for a bank that is down. */
  give(epoch: number, dataset: Dataset): void {
    this.#books.set(epoch, dataset);
  }

  /**
   * Goes on from what is stored: asks the others what was sealed meanwhile, and starts the epoch that was under way again,
   * with the records it had.
   */
  restart(): NodeEffects {
    const stored = this.#store.recover();
    this.#bank = this.options.create(stored);
    this.#started = stored.chain.epoch - 1;
    return this.#carryOut([{ type: 'catch-up' }]);
  }

  /** The answer to whoever asks what was sealed from an epoch on. */
  page(epoch: number): readonly Uint8Array[] {
    return this.#store.page(epoch);
  }

  /** Signs that another manifest succeeds this one from an epoch on, if it may: see the output `succession`. */
  succeed(successor: Manifest, epoch: number): NodeEffects {
    return this.#carryOut([{ type: 'succeed', successor, epoch }]);
  }

  message(from: number, bytes: Uint8Array): NodeEffects {
    return this.#carryOut([{ type: 'message', from, bytes }]);
  }

  timer(id: string): NodeEffects {
    const late = this.#late.get(id);
    if (!late) return this.#carryOut([{ type: 'timer', id }]);
    this.#late.delete(id);
    return { send: [late], timers: [] };
  }

  #carryOut(inputs: Input[]): NodeEffects {
    if (this.#stopped) return { send: [], timers: [] };
    const send: AdversarialSend[] = [];
    const timers: { id: string; after: number | null }[] = [];
    for (let next = inputs.shift() ?? this.#due(); next; next = inputs.shift() ?? this.#due()) {
      const context = this.#attackContext(next);
      if (context && this.options.adversary?.hears?.(context) === false) continue;
      const effects = (this.#replaced ?? this.#bank).step(next);
      const crash = this.#crashes.get(this.#steps);
      if (crash && !this.#calm) return this.#crash(crash, effects, send);
      this.#store.keep(effects, this.#bank.chain);
      send.push(...this.#tamper(context, effects));
      timers.push(...effects.timers);
      for (const output of effects.output) inputs.push(...this.#onOutput(output));
    }
    const prompt: AdversarialSend[] = [];
    for (const message of send) {
      if (!message.after) prompt.push(message);
      else {
        const id = `late/${this.#steps}.${this.#late.size}.${timers.length}`;
        this.#late.set(id, message);
        timers.push({ id, after: message.after });
      }
    }
    return { send: prompt, timers };
  }

  /** The next epoch, if this bank may begin it and its records are there. What replaces a core is told by others. */
  #due(): Input | null {
    if (this.#replaced || this.#bank.forgotten) return null;
    if (this.#started >= Math.max(...this.#books.keys())) return null;
    const { epoch } = this.#bank.next;
    const dataset = this.#books.get(epoch);
    if (!dataset || epoch <= this.#started) return null;
    this.#started = epoch;
    this.#dataset = dataset;
    return { type: 'start', dataset };
  }

  /** @returns what the host owes the bank for it */
  #onOutput(output: Output): Input[] {
    this.options.onOutput(this.#bank.index, output);
    switch (output.type) {
      case 'reconcile':
        return [{ type: 'reconciled', epoch: output.epoch, outcome: this.options.reconcile(output.request) }];
      case 'recall': {
        const { request } = output;
        return [{ type: 'recalled', request, epochs: this.#store.page(request.epoch) }];
      }
      case 'forgotten':
        this.#started = this.#bank.chain.epoch - 1;
        return [];
      default:
        return [];
    }
  }

  /** The host crashes while it carries out these effects. */
  #crash(crash: CrashPoint, effects: Effects, earlier: readonly AdversarialSend[]): NodeEffects {
    this.#crashes.delete(crash.step);
    const { sent, torn } = this.#store.crash(crash, effects, this.#bank.chain);
    // The host hears of nothing any more, but what left must be judged by what the core knew.
    if (sent.length > 0)
      for (const output of effects.output)
        if (output.type === 'agreed') this.options.onOutput(this.#bank.index, output);
    this.options.onCrash(crash, torn);
    return { send: [...earlier, ...sent], timers: [], downMs: crash.downMs };
  }

  /** What the bank's adversary sees at this input; null for an honest bank. */
  #attackContext(input: Input): AttackContext | null {
    const { adversary, tools, now } = this.options;
    this.#steps++;
    if (!adversary || !tools) return null;
    const read = this.#read;
    return {
      ...tools,
      bank: this.#bank,
      dataset: this.#dataset,
      input,
      get heard() {
        return input.type === 'message' ? read(input.bytes) : null;
      },
      step: this.#steps,
      now: now(),
      memory: this.#memory,
      stop: () => {
        this.#stopped = true;
      },
    };
  }

  #tamper(context: AttackContext | null, effects: Effects): readonly AdversarialSend[] {
    const { adversary } = this.options;
    if (!adversary?.attack || !context) return effects.send;
    if (adversary.trigger && !adversary.trigger(context)) return effects.send;
    return adversary.attack(effects.send, context);
  }
}
