import type { Dataset } from '../data/dataset.js';
import { reconcileOutcome } from '../data/outcome.js';
import type { Bank } from '../protocol/bank.js';
import type { Effects, Input, Output } from '../protocol/effects.js';
import type { AdversarialSend, Adversary, AttackContext } from './adversary.js';
import type { NodeEffects, SimNode } from './world.js';

/** What a simulated host does for its bank and what it reports. */
export interface BankNodeOptions {
  readonly bank: Bank;
  /** The records of the first epoch. */
  readonly dataset: Dataset;
  readonly adversary: Adversary | null;
  /** Everything of an {@link AttackContext} that this node does not know by itself; null for an honest bank. */
  readonly tools: Omit<AttackContext, 'bank' | 'input' | 'step' | 'now' | 'memory' | 'stop'> | null;
  readonly now: () => number;
  readonly onOutput: (bank: number, output: Output) => void;
}

/** The driver of one bank in a simulation: log, adversary and reconcile function between the core and the network. */
export class BankNode implements SimNode {
  /** The bank's durable log: appended before anything of the same step is sent. */
  readonly log: Uint8Array[] = [];
  readonly #memory = new Map<string, unknown>();
  readonly #late = new Map<string, AdversarialSend>();
  #steps = 0;
  #stopped = false;

  constructor(private readonly options: BankNodeOptions) {}

  /** Begins the first epoch. */
  start(): NodeEffects {
    return this.startEpoch(this.options.dataset);
  }

  /** Begins the next epoch with these records. */
  startEpoch(dataset: Dataset): NodeEffects {
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
      const effects: Effects = this.options.bank.step(next);
      this.log.push(...effects.persist);
      send.push(...this.#tamper(next, effects));
      timers.push(...effects.timers);
      for (const output of effects.output) {
        this.options.onOutput(this.options.bank.index, output);
        if (output.type === 'reconcile')
          inputs.push({ type: 'reconciled', epoch: output.epoch, outcome: reconcileOutcome(output.request) });
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

  #tamper(input: Input, effects: Effects): readonly AdversarialSend[] {
    const { adversary, tools, bank, now } = this.options;
    this.#steps++;
    if (!adversary?.attack || !tools) return effects.send;
    const context: AttackContext = {
      ...tools,
      bank,
      input,
      step: this.#steps,
      now: now(),
      memory: this.#memory,
      stop: () => {
        this.#stopped = true;
      },
    };
    if (adversary.trigger && !adversary.trigger(context)) return effects.send;
    return adversary.attack(effects.send, context);
  }
}
