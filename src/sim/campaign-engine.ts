import { concatBytes, toHex } from '../crypto/bytes.js';
import type { Effects, Outgoing } from '../protocol/effects.js';
import { messageTypeOf } from '../protocol/message-codec.js';
import { type EngineConsortium, engineConsortium } from './campaign-engine-consortium.js';
import { EngineCore } from './campaign-engine-core.js';
import { Cabal, lie } from './campaign-engine-liar.js';
import { type EngineScenario, type EngineStrategy, engineNetworkOf } from './campaign-engine-scenario.js';
import { simulatedSuite } from './campaign-signatures.js';
import { crashDuring } from './crash-point.js';
import { DurableLog } from './durable-log.js';
import { PAYMENTS } from './generate.js';
import { messageReader } from './message-reader.js';
import { healedAtMs, type NetworkModel } from './network.js';
import { StatementWatch } from './oracle-statements.js';
import { Random } from './random.js';
import { watchedNode } from './watched-node.js';
import { type NodeEffects, type SimNode, World } from './world.js';

export {
  drawEngineScenario,
  ENGINE_STRATEGIES,
  type EngineScenario,
  type EngineStrategy,
} from './campaign-engine-scenario.js';

/** What came of it. */
export interface EngineVerdict {
  readonly violations: readonly string[];
  /** Views that honest banks entered. */
  readonly views: number;
  readonly crashes: number;
  readonly torn: number;
}

/** Nothing may be agreed on a value that begins with this. */
const INVALID = 0xff;
const PATIENCE = 100_000;
const MAX_EVENTS = 400_000;
/** Losses of memory in a run, at most: two liars that answer each other's beginnings would never come to an end. */
const MOST_LOSSES = 20;
/** Instead of an instance's number: for both. */
const BOTH = 0xff;
const IDLE: NodeEffects = { send: [], timers: [] };

/** Runs agreement alone, with {@link simulatedSuite} for cryptography. */
export class EngineCampaign {
  readonly #suite = simulatedSuite();
  readonly #known = new Map<string, EngineConsortium>();

  /** @param patience how long agreement may take after everything has healed, in Δ */
  constructor(private readonly patience = PATIENCE) {}

  /** Runs a scenario. Never throws: what is thrown inside is a violation, too. */
  run(scenario: EngineScenario): EngineVerdict {
    const run = new EngineRun(scenario, this.#consortiumOf(scenario));
    try {
      run.toTheEnd(this.patience);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      run.violations.push(`error: ${text.split('\n').slice(0, 4).join(' | ')}`);
    }
    const { violations, views, crashes, torn } = run;
    return { violations, views, crashes, torn };
  }

  #consortiumOf({ banks, faults, ...rest }: EngineScenario): EngineConsortium {
    const { deltaMs } = engineNetworkOf({ banks, faults, ...rest });
    const name = `${banks}/${faults}/${deltaMs}`;
    const known = this.#known.get(name) ?? engineConsortium(this.#suite, banks, faults, deltaMs);
    this.#known.set(name, known);
    return known;
  }
}

/** One run: its nodes, and the judge of what they do. */
class EngineRun {
  readonly violations: string[] = [];
  views = 0;
  crashes = 0;
  torn = 0;
  readonly #random: Random;
  readonly #network: NetworkModel;
  readonly #honest: ReadonlySet<number>;
  readonly #order: readonly number[];
  readonly #world: World;
  readonly #cabal: Cabal;
  readonly #sides = new Map<number, readonly number[]>();
  /** Honest banks that decided and have not crashed since. */
  readonly #finished = new Set<number>();
  #decided: string | null = null;

  constructor(
    private readonly scenario: EngineScenario,
    private readonly consortium: EngineConsortium,
  ) {
    const { manifest, secrets, suite } = consortium;
    this.#random = new Random(scenario.seed);
    this.#network = engineNetworkOf(scenario);
    const liars = new Map(scenario.byzantine.map(({ bank, strategy }) => [bank, strategy]));
    const banks = [...manifest.banks.keys()];
    this.#honest = new Set(banks.filter((bank) => !liars.has(bank)));
    this.#order = this.#random.fork('leaders').shuffle(banks);
    const keys = new Map([...liars.keys()].map((bank) => [bank, secrets[bank]!]));
    this.#cabal = new Cabal(manifest, suite, keys, this.#random.fork('cabal'));
    const read = messageReader(manifest.size);
    const ids = manifest.banks.map(({ id }) => id);
    const facts = {
      ids,
      faults: scenario.faults,
      schema: PAYMENTS,
      quota: 0,
      honest: [...this.#honest],
      timely: false,
    };
    const watch = new StatementWatch(facts, (guarantee, what) =>
      this.violations.push(`${guarantee}: ${what}`),
    );
    const nodes = banks.map((bank): SimNode => {
      const strategy = liars.get(bank);
      if (strategy) return this.#liar(bank, strategy);
      return watchedNode(this.#honestNode(bank), (effects) => {
        for (const { bytes } of effects.send) watch.onMessage(bank, read(bytes)!);
        return effects;
      });
    });
    this.#world = new World({
      nodes,
      network: this.#network,
      random: this.#random.fork('network'),
      label: messageTypeOf,
    });
  }

  toTheEnd(patience: number): void {
    const { healsAtMs } = this.scenario;
    const done = (): boolean =>
      this.violations.length > 0 || [...this.#honest].every((bank) => this.#finished.has(bank));
    const maxTimeMs = healsAtMs + healedAtMs(this.#network) + patience * this.#network.deltaMs;
    const end = this.#world.run({ until: done, maxTimeMs, maxEvents: MAX_EVENTS });
    if (end !== 'done') this.violations.push(`termination: ${end} in view ${this.views}`);
    // What is under way may still make somebody decide otherwise, or contradict itself.
    this.#world.run({ maxTimeMs: this.#world.now + 20 * this.#network.deltaMs, maxEvents: MAX_EVENTS });
  }

  #leader = (view: number): number => this.#order[view % this.#order.length]!;

  #core(
    bank: number,
    random: Random,
    log?: readonly Uint8Array[],
    onView: (view: number) => void = () => {},
  ): EngineCore {
    const { manifest, secrets, suite } = this.consortium;
    const honest = this.#honest.has(bank);
    const options = {
      manifest,
      suite,
      secrets: secrets[bank]!,
      index: bank,
      schedule: this.#order,
      value: () => {
        const value = random.bytes(32);
        value[0]! &= 0x7f;
        return value;
      },
      valid: (value: Uint8Array) => value[0] !== INVALID,
      onDecided: (value: Uint8Array) => honest && this.#onDecided(bank, value),
      onView: (view: number) => {
        if (honest) this.views = Math.max(this.views, view + 1);
        onView(view);
      },
      onEvidence: ({ accused }: { readonly accused: number }) => {
        if (honest && this.#honest.has(accused))
          this.violations.push(`integrity: ${bank} accuses honest ${accused}`);
      },
    };
    return new EngineCore(options, log);
  }

  #onDecided(bank: number, value: Uint8Array): void {
    const name = toHex(value);
    this.#finished.add(bank);
    if (value[0] === INVALID) this.violations.push(`validity: ${bank} decided what no honest bank voted for`);
    if (this.#decided !== null && this.#decided !== name)
      this.violations.push(`agreement: ${bank} decided otherwise than others`);
    this.#decided = name;
  }

  /** Which instance of twins each honest bank talks to in a view: the same of all of them. */
  #sidesOf(view: number): readonly number[] {
    const known = this.#sides.get(view);
    if (known) return known;
    const random = this.#random.fork(`sides/${view}`);
    const drawn = this.#order.map(() => random.int(2));
    this.#sides.set(view, drawn);
    return drawn;
  }

  #honestNode(bank: number): SimNode {
    const random = this.#random.fork(`bank/${bank}`);
    const log = new DurableLog();
    const crashes = new Map(
      this.scenario.crashes.filter((each) => each.bank === bank).map((each) => [each.step, each]),
    );
    let core = this.#core(bank, random);
    let steps = 0;
    const done = (effects: Effects): NodeEffects => {
      const crash = crashes.get(++steps);
      if (!crash || this.#world.now >= this.scenario.healsAtMs) {
        log.append(effects.persist);
        return effects;
      }
      const { sent, torn } = crashDuring(crash, effects, log);
      this.crashes++;
      if (torn) this.torn++;
      this.#finished.delete(bank);
      return { send: sent, timers: [], downMs: crash.downMs };
    };
    return {
      start: () => done(core.start()),
      message: (from, bytes) => done(core.message(from, bytes)),
      timer: (id) => done(core.timer(id)),
      restart: () => {
        core = this.#core(bank, random, log.recover());
        return done(core.start());
      },
    };
  }

  #liar(bank: number, strategy: EngineStrategy): SimNode {
    if (strategy === 'silent') return { start: () => IDLE, message: () => IDLE, timer: () => IDLE };
    const random = this.#random.fork(`liar/${bank}`);
    const lies = strategy === 'liar' || strategy === 'lying-twins';
    const instances = strategy === 'twins' || strategy === 'lying-twins' ? 2 : 1;
    let view = 0;
    const moved = (entered: number): void => {
      view = Math.max(view, entered);
    };
    const cores = Array.from({ length: instances }, () => this.#core(bank, random, undefined, moved));
    const talks = (instance: number, other: number): boolean =>
      instances === 1 || !this.#honest.has(other) || this.#sidesOf(view)[other] === instance;
    // Among liars every message says of which instance it is: twins take those of their own side.
    const tagged = (instance: number, send: readonly Outgoing[]): Outgoing[] =>
      send.map(({ to, bytes }) => ({
        to,
        bytes: this.#honest.has(to)
          ? bytes
          : concatBytes(Uint8Array.of(instances === 1 ? BOTH : instance), bytes),
      }));
    const told = (instance: number, effects: Effects, heard: Parameters<typeof lie>[3]): NodeEffects => {
      const send = effects.send.filter(({ to }) => talks(instance, to));
      const timers = effects.timers.map(({ id, after }) => ({ id: `${instance}/${id}`, after }));
      const said = lies ? lie(this.#cabal, bank, this.#leader, heard, send) : send;
      return { send: tagged(instance, said), timers };
    };
    let losses = strategy === 'amnesia' ? MOST_LOSSES : 0;
    const forget = (): NodeEffects => {
      if (losses === 0 || !random.chance(0.1)) return IDLE;
      losses--;
      cores[0] = this.#core(bank, random);
      return told(0, cores[0].start(), null);
    };
    return {
      start: () => merged(cores.map((core, i) => told(i, core.start(), null))),
      message: (from, received) => {
        const forgotten = forget();
        const side = this.#honest.has(from) ? BOTH : received[0]!;
        const bytes = this.#honest.has(from) ? received : received.subarray(1);
        const heard = lies ? { from, message: this.#cabal.read(bytes) } : null;
        const hearing = [...cores.keys()].filter(
          (instance) => talks(instance, from) && (instances === 1 || side === BOTH || side === instance),
        );
        return merged([forgotten, ...hearing.map((i) => told(i, cores[i]!.message(from, bytes), heard))]);
      },
      timer: (id) => {
        const side = Number(id[0]);
        return told(side, cores[side]!.timer(id.slice(2)), null);
      },
    };
  }
}

const merged = (effects: readonly NodeEffects[]): NodeEffects => ({
  send: effects.flatMap(({ send }) => send),
  timers: effects.flatMap(({ timers }) => timers),
});
