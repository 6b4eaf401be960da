import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Bank } from '../../src/protocol/bank.js';
import type { Effects, Input } from '../../src/protocol/effects.js';
import type { Message } from '../../src/protocol/messages.js';
import type { Suite } from '../../src/protocol/suite.js';
import { Random } from '../../src/sim/random.js';
import { memoisedSuite } from '../../src/sim/suite.js';
import { reproduction, type Target } from './fuzz-targets.js';
import { type Corpus, INCARNATION, type Life, resigned } from './hostile.js';
import { mutate, mutateBytes } from './mutation.js';

/** Milliseconds of the processor that anything may take, whatever it is given. A clock would count others' work. */
export const MOST_MS = 1000;

/** What became of the inputs of one target. */
export interface TargetTally {
  inputs: number;
  accepted: number;
  refused: number;
  slowestMs: number;
}

/** Gives targets mutated inputs, by weight. The same seed gives the same inputs, however many there are. */
export class DecoderFuzzer {
  readonly tallies = new Map<string, TargetTally>();
  readonly failures: string[] = [];
  readonly #random: Random;
  readonly #wheel: readonly Target[];

  constructor(targets: readonly Target[], seed: number) {
    this.#random = new Random(`${seed}/decoders`);
    this.#wheel = targets.flatMap((target) => Array<Target>(target.weight).fill(target));
    for (const { name } of targets)
      this.tallies.set(name, { inputs: 0, accepted: 0, refused: 0, slowestMs: 0 });
  }

  run(inputs: number): void {
    for (let i = 0; i < inputs; i++) {
      const target = this.#random.pick(this.#wheel);
      this.#feed(target, target.mutant(this.#random));
    }
  }

  #feed(target: Target, bytes: Uint8Array): void {
    const tally = this.tallies.get(target.name)!;
    tally.inputs++;
    const before = process.cpuUsage();
    const problem = problemOf(target, bytes);
    const ms = millisecondsSince(before);
    tally.slowestMs = Math.max(tally.slowestMs, ms);
    tally[problem === null ? 'accepted' : 'refused']++;
    if (typeof problem === 'string') this.failures.push(`${problem}: ${reproduction(target, bytes)}`);
    if (ms > MOST_MS) this.failures.push(`took ${Math.round(ms)} ms: ${reproduction(target, bytes)}`);
  }
}

/** Null when the target takes the bytes, false when it refuses them as it should, else what it did wrong. */
export function problemOf(target: Target, bytes: Uint8Array): null | false | string {
  try {
    target.read(bytes);
    return null;
  } catch (error) {
    return isConcordatError(error) ? false : described(error);
  }
}

const described = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What banks were given, and what they made of it. */
export interface LifeTally {
  /** Hostile messages. */
  hostile: number;
  /** Inputs as an honest host and honest banks give them, in between. */
  honest: number;
  /** Times that a bank said that it refused something. */
  refused: number;
  slowestMs: number;
}

/**
 * Banks that live part of a recorded epoch, and hear mutated messages all the while. Each life is a function of the seed
 * and its number.
 */
export class BankFuzzer {
  readonly tally: LifeTally = { hostile: 0, honest: 0, refused: 0, slowestMs: 0 };
  readonly codes = new Map<string, number>();
  readonly failures: string[] = [];
  #suite: Suite;

  /** @param suite whose checks are remembered for a while, so that memory does not grow with what was checked */
  constructor(
    private readonly corpus: Corpus,
    private readonly suite: Suite,
    private readonly seed: number,
  ) {
    this.#suite = memoisedSuite(suite);
  }

  /** Forgets which checks were done. */
  forget(): void {
    this.#suite = memoisedSuite(this.suite);
  }

  /** Lives one life, and hears so many hostile messages. Returns the bank as it is then. */
  live(number: number, messages: number): Bank {
    const random = new Random(`${this.seed}/life/${number}`);
    const life = random.pick(this.corpus.lives);
    const { manifest, secrets } = this.corpus.fixture;
    const bank = new Bank({
      manifest,
      index: life.bank,
      secrets: secrets[life.bank]!,
      suite: this.#suite,
      ...(random.chance(0.5) && { incarnation: INCARNATION }),
    });
    const timers = new Set<string>();
    let next = 0;
    const begin = 1 + random.int(life.inputs.length);
    const proceed = (): void => {
      const input = life.inputs[next++];
      if (!input) return;
      this.#step(bank, input, timers, number);
      this.tally.honest++;
    };
    while (next < begin) proceed();
    for (let i = 0; i < messages && this.failures.length === 0; i++) {
      this.#step(bank, this.#hostile(life, random), timers, number);
      this.tally.hostile++;
      if (random.chance(0.2)) proceed();
      if (random.chance(0.05)) this.#tick(bank, timers, random, number);
    }
    return bank;
  }

  #tick(bank: Bank, timers: Set<string>, random: Random, life: number): void {
    if (timers.size === 0 || random.chance(0.1)) {
      this.#step(bank, { type: 'catch-up' }, timers, life);
      return;
    }
    const id = random.pick([...timers]);
    timers.delete(id);
    this.#step(bank, { type: 'timer', id }, timers, life);
  }

  /** A letter of the corpus, changed as bytes or as a message, and signed again or not. */
  #hostile(life: Life, random: Random): Input {
    const letters = random.pick(this.corpus.byType);
    const { from, message } = random.pick(letters);
    const sender = from === life.bank ? (life.bank + 1) % 4 : from;
    const bytes = this.#mutant(message, from, random);
    return { type: 'message', from: sender, bytes };
  }

  #mutant(message: Message, from: number, random: Random): Uint8Array {
    const { fixture, net } = this.corpus;
    if (random.chance(0.25)) {
      const other = random.pick(random.pick(this.corpus.byType)).message;
      return mutateBytes(fixture.encode(message), fixture.encode(other), random);
    }
    try {
      let bad = message;
      for (let times = 1 + random.int(3); times > 0; times--)
        bad = mutate(bad, () => random.int(1_000_000)) as Message;
      return fixture.encode(random.chance(0.5) ? resigned(fixture, net, bad, from) : bad);
    } catch {
      return fixture.encode(message); // what cannot be encoded or signed is not sent: the letter comes once more
    }
  }

  #step(bank: Bank, input: Input, timers: Set<string>, life: number): void {
    const before = process.cpuUsage();
    let effects: Effects;
    try {
      effects = bank.step(input);
    } catch (error) {
      this.failures.push(`${described(error)}: ${this.#place(life, input)}`);
      return;
    }
    const ms = millisecondsSince(before);
    this.tally.slowestMs = Math.max(this.tally.slowestMs, ms);
    if (ms > MOST_MS) this.failures.push(`took ${Math.round(ms)} ms: ${this.#place(life, input)}`);
    for (const { id, after } of effects.timers) {
      if (after === null) timers.delete(id);
      else timers.add(id);
    }
    for (const output of effects.output) {
      if (output.type !== 'refused') continue;
      this.tally.refused++;
      this.codes.set(output.code, (this.codes.get(output.code) ?? 0) + 1);
    }
  }

  #place(life: number, input: Input): string {
    const what = input.type === 'message' ? `message ${toHex(input.bytes)}` : input.type;
    return `--seed ${this.seed} --life ${life} at ${what}`;
  }
}
