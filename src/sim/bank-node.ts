import type { Dataset } from '../data/dataset.js';
import type { Bank, BankOptions } from '../protocol/bank.js';
import type { ChainState } from '../protocol/chain.js';
import type { Effects, Input, Output } from '../protocol/effects.js';
import type { Message } from '../protocol/messages.js';
import type { AdversarialSend, Adversary, AttackContext, Core } from './adversary.js';
import { type CrashPoint, crashDuring } from './crash-point.js';
import { DurableLog } from './durable-log.js';
import { messageReader } from './message-reader.js';
import type { Reconcile } from './result-rules.js';
import type { NodeEffects, SimNode } from './world.js';

/** What a simulated host does for its bank and what it reports. */
export interface BankNodeOptions {
  /** Makes the bank's core; after a crash from what its host had stored. */
  readonly create: (restart?: Pick<BankOptions, 'log' | 'chain'>) => Bank;
  /** Where an honest bank crashes, each once. */
  readonly crashes: readonly CrashPoint[];
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
  readonly onCrash: (bank: number, torn: boolean) => void;
}

/** The driver of one bank in a simulation: log, adversary and reconcile function between the core and the network. */
export class BankNode implements SimNode {
  /** Appended to before anything of the same step is sent. */
  readonly #log = new DurableLog();
  readonly #memory = new Map<string, unknown>();
  readonly #late = new Map<string, AdversarialSend>();
  readonly #read: (bytes: Uint8Array) => Message | null;
  readonly #core: Core;
  readonly #crashes = new Map<number, CrashPoint>();
  #bank: Bank;
  /** Where the epoch under way stands in the chain; its host stores it beside the log. */
  #chain: ChainState;
  #dataset: Dataset;
  #steps = 0;
  #stopped = false;

  constructor(private readonly options: BankNodeOptions) {
    const { create, tools, adversary, crashes } = options;
    this.#dataset = options.dataset;
    this.#bank = create();
    this.#chain = this.#bank.chain;
    for (const crash of crashes) this.#crashes.set(crash.step, crash);
    const honest: Core = { step: (input) => this.#bank.step(input) };
    const replaced = tools && adversary?.core?.({ ...tools, bank: this.#bank, create });
    this.#core = replaced ?? honest;
    this.#read = options.tools ? messageReader(options.tools.manifest.size) : () => null;
  }

  /** The bank's core; another one after a crash. */
  get bank(): Bank {
    return this.#bank;
  }

  /** From now on nothing crashes. */
  heal(): void {
    this.#crashes.clear();
  }

  /** Begins the first epoch. */
  start(): NodeEffects {
    return this.startEpoch(this.options.dataset);
  }

  /** Begins the next epoch with these records. */
  startEpoch(dataset: Dataset): NodeEffects {
    this.#dataset = dataset;
    const effects = this.#step({ type: 'start', dataset });
    this.#chain = this.#bank.chain;
    return effects;
  }

  /** Starts the epoch again, with the records it had and from what is in the log. */
  restart(): NodeEffects {
    this.#bank = this.options.create({ log: this.#log.recover(), chain: this.#chain });
    return this.#step({ type: 'start', dataset: this.#dataset });
  }

  message(from: number, bytes: Uint8Array): NodeEffects {
    return this.#step({ type: 'message', from, bytes });
  }

  timer(id: string): NodeEffects {
    const late = this.#late.get(id);
    if (!late) return this.#step({ type: 'timer', id });
    this.#late.delete(id);
    return { send: [late], timers: [] };
  }

  #step(input: Input): NodeEffects {
    if (this.#stopped) return { send: [], timers: [] };
    const send: AdversarialSend[] = [];
    const timers: { id: string; after: number | null }[] = [];
    const inputs: Input[] = [input];
    for (let next = inputs.shift(); next; next = inputs.shift()) {
      const context = this.#attackContext(next);
      if (context && this.options.adversary?.hears?.(context) === false) continue;
      const effects = this.#core.step(next);
      const crash = this.#crashes.get(this.#steps);
      if (crash) return this.#crash(crash, effects, send);
      this.#log.append(effects.persist);
      send.push(...this.#tamper(context, effects));
      timers.push(...effects.timers);
      for (const output of effects.output) {
        this.options.onOutput(this.#bank.index, output);
        if (output.type === 'reconcile')
          inputs.push({
            type: 'reconciled',
            epoch: output.epoch,
            outcome: this.options.reconcile(output.request),
          });
      }
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

  /** The host crashes while it carries out these effects. */
  #crash(crash: CrashPoint, effects: Effects, earlier: readonly AdversarialSend[]): NodeEffects {
    this.#crashes.delete(crash.step);
    const { sent, torn } = crashDuring(crash, effects, this.#log);
    this.options.onCrash(this.#bank.index, torn);
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
