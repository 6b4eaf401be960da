import type { Dataset } from '../data/dataset.js';
import type { Bank } from '../protocol/bank.js';
import type { Effects, Input, Output } from '../protocol/effects.js';
import type { Message } from '../protocol/messages.js';
import type { AdversarialSend, Adversary, AttackContext } from './adversary.js';
import { messageReader } from './message-reader.js';
import type { Reconcile } from './result-rules.js';
import type { NodeEffects, SimNode } from './world.js';

/** What a simulated host does for its bank and what it reports. */
export interface BankNodeOptions {
  readonly bank: Bank;
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
}

/** The driver of one bank in a simulation: log, adversary and reconcile function between the core and the network. */
export class BankNode implements SimNode {
  /** The bank's durable log: appended before anything of the same step is sent. */
  readonly log: Uint8Array[] = [];
  readonly #memory = new Map<string, unknown>();
  readonly #late = new Map<string, AdversarialSend>();
  readonly #read: (bytes: Uint8Array) => Message | null;
  #dataset: Dataset;
  #steps = 0;
  #stopped = false;

  constructor(private readonly options: BankNodeOptions) {
    this.#dataset = options.dataset;
    this.#read = options.tools ? messageReader(options.tools.manifest.size) : () => null;
  }

  /** Begins the first epoch. */
  start(): NodeEffects {
    return this.startEpoch(this.options.dataset);
  }

  /** Begins the next epoch with these records. */
  startEpoch(dataset: Dataset): NodeEffects {
    this.#dataset = dataset;
    return this.#step({ type: 'start', dataset });
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
      const effects: Effects = this.options.bank.step(next);
      this.log.push(...effects.persist);
      send.push(...this.#tamper(context, effects));
      timers.push(...effects.timers);
      for (const output of effects.output) {
        this.options.onOutput(this.options.bank.index, output);
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

  /** What the bank's adversary sees at this input; null for an honest bank. */
  #attackContext(input: Input): AttackContext | null {
    const { adversary, tools, bank, now } = this.options;
    this.#steps++;
    if (!adversary || !tools) return null;
    const read = this.#read;
    return {
      ...tools,
      bank,
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
