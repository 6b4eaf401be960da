import { fromHex, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { buildConflictTable, type ConflictTable, type Holdings } from '../data/conflict.js';
import type { ClassRule } from '../data/key-class.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsWithin } from '../data/sketch-estimate.js';
import type { Differences } from './amendment.js';
import type { SignedCommitment } from './commitment.js';
import { differenceSeen, furtherSymbols, leastKeys, MAX_PARTS } from './further-symbols.js';
import type { KeyedRecords } from './own-data.js';

/** One bank's answer to an Open, as far as the leader has decoded it. */
interface Answer {
  readonly commitment: SignedCommitment;
  readonly decoder: SketchDecoder;
  /** Parts of its sketch that were asked for. */
  parts: number;
  /** Symbols that the last of them must have. */
  due: number;
  /** Whether that one was due already when the leader's time ran out before. */
  overdue: boolean;
  /** Differences from the leader's own records by key id (hex): the bank's version, or null where it lacks the key. */
  differences: Differences | null;
}

/** What became of the symbols a bank sent. */
export type SketchProgress =
  | { readonly state: 'decoded' }
  /** Part `part` is to be asked for, by showing the leader's own symbols `from … from + count − 1`. */
  | { readonly state: 'need-symbols'; readonly part: number; readonly from: number; readonly count: number }
  /** It differs on more keys than it may, on so many at least. */
  | { readonly state: 'too-different'; readonly keys: number }
  | { readonly state: 'undecodable' };

/**
 * The leader's side of one view: it collects commitments and sketches, decodes each against its own records, and knows
 * the differences between all of them.
 */
export class Collection {
  readonly #answers = new Map<number, Answer>();
  readonly #undecodable = new Set<number>();

  constructor(
    private readonly options: {
      readonly self: number;
      readonly own: KeyedRecords;
      readonly maxDifferences: number;
    },
  ) {}

  /** Banks whose records are known relative to the leader's own, ascending. */
  get decoded(): number[] {
    return [...this.#answers]
      .filter(([, answer]) => answer.differences !== null)
      .map(([bank]) => bank)
      .sort((a, b) => a - b);
  }

  /** Banks that answered, decoded or not. */
  get answered(): number {
    return this.#answers.size;
  }

  /** Whether no bank that answered is still expected to send symbols. */
  get settled(): boolean {
    return [...this.#answers].every(([bank, a]) => a.differences !== null || this.#undecodable.has(bank));
  }

  /** The commitment of a bank that answered. */
  commitment(bank: number): SignedCommitment | undefined {
    return this.#answers.get(bank)?.commitment;
  }

  /** Takes the leader's own commitment: it differs from itself in nothing. */
  addOwn(commitment: SignedCommitment): void {
    this.#answers.set(this.options.self, this.#answer(commitment, new Map()));
  }

  /** Takes a bank's commitment and the first symbols of its sketch. The caller has verified both signatures. */
  add(bank: number, commitment: SignedCommitment, symbols: Uint8Array): SketchProgress {
    if (this.#answers.has(bank)) return { state: 'undecodable' };
    const answer = this.#answer(commitment, null);
    this.#answers.set(bank, answer);
    return this.#decode(bank, answer, symbols);
  }

  /** Takes a part of the sketch; null when it is not the one that is due. */
  addMore(bank: number, part: number, symbols: Uint8Array): SketchProgress | null {
    const answer = this.#answers.get(bank);
    if (answer?.parts !== part || answer.differences || this.#undecodable.has(bank)) return null;
    return this.#decode(bank, answer, symbols);
  }

  /**
   * The leader's time has run out. Returns whether it goes on waiting: for parts that it has asked for since its time ran
   * out last. Who does not give one in time is waited for no longer.
   */
  wait(): boolean {
    let waiting = false;
    for (const [bank, answer] of this.#answers) {
      if (answer.differences !== null || this.#undecodable.has(bank)) continue;
      waiting ||= !answer.overdue;
      answer.overdue = true;
    }
    return waiting;
  }

  #answer(commitment: SignedCommitment, differences: Differences | null): Answer {
    const { own, maxDifferences } = this.options;
    const decoder = new SketchDecoder(own.sketch, symbolsWithin(maxDifferences));
    return { commitment, decoder, parts: 0, due: 0, overdue: false, differences };
  }

  #decode(bank: number, answer: Answer, symbols: Uint8Array): SketchProgress {
    const { decoder } = answer;
    const before = decoder.received;
    try {
      decoder.add(symbols);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      return this.#giveUp(bank);
    }
    // Symbol 0 counts all records: a sketch of another number of records than was committed to is not the commitment's.
    if (decoder.remoteCount !== answer.commitment.records) return this.#giveUp(bank);
    if (answer.parts > 0 && decoder.received !== before + answer.due) return this.#giveUp(bank);
    if (decoder.complete) {
      const differences = differencesOf(decoder);
      if (!differences) return this.#giveUp(bank);
      if (differences.size > this.options.maxDifferences) return this.#tooDifferent(bank, differences.size);
      answer.differences = differences;
      return { state: 'decoded' };
    }
    const seen = differenceSeen(decoder);
    const count = furtherSymbols(seen, this.options.maxDifferences);
    if (count === null) return this.#tooDifferent(bank, leastKeys(seen));
    if (answer.parts === MAX_PARTS) return this.#giveUp(bank);
    answer.parts++;
    answer.due = count;
    answer.overdue = false;
    const from = answer.parts === 1 ? 0 : before;
    return { state: 'need-symbols', part: answer.parts, from, count: decoder.received - from };
  }

  #tooDifferent(bank: number, keys: number): SketchProgress {
    this.#undecodable.add(bank);
    return { state: 'too-different', keys };
  }

  #giveUp(bank: number): SketchProgress {
    this.#undecodable.add(bank);
    return { state: 'undecodable' };
  }

  /**
   * These inputs without the one that differs most from the leader, which itself always stays, and in how many keys that
   * one differs.
   */
  withoutMostDifferent(inputs: readonly number[]): { readonly others: number[]; readonly most: number } {
    const count = (bank: number): number => this.#answers.get(bank)!.differences!.size;
    const candidates = inputs.filter((bank) => bank !== this.options.self);
    const furthest = candidates.reduce((a, b) => (count(b) > count(a) ? b : a));
    return { others: inputs.filter((bank) => bank !== furthest), most: count(furthest) };
  }

  /** Takes what a bank that was left out says of its records, in place of what was known of it. */
  amend(commitment: SignedCommitment, differences: Differences): void {
    this.#answers.set(commitment.bank, this.#answer(commitment, differences));
    this.#undecodable.delete(commitment.bank);
  }

  /**
   * The conflict table of these inputs, each of which must be decoded. Any bank's version under a key is the leader's
   * own unless its differences say otherwise.
   */
  table(inputs: readonly number[], rule: ClassRule): ConflictTable {
    const ids = new Set<string>();
    for (const bank of inputs) for (const id of this.#answers.get(bank)!.differences!.keys()) ids.add(id);
    const holdings: [Uint8Array, Holdings][] = [];
    for (const id of ids) {
      const own = this.options.own.find(id)?.version ?? null;
      const held = inputs.map((bank) => {
        const difference = this.#answers.get(bank)!.differences!.get(id);
        return difference === undefined ? own : difference;
      });
      holdings.push([fromHex(id), held]);
    }
    return buildConflictTable(inputs.length, holdings, rule);
  }
}

/** Differences by key id; null when one bank shows two versions of a key, which no honest one does. */
function differencesOf(decoder: SketchDecoder): Map<string, Uint8Array | null> | null {
  const differences = new Map<string, Uint8Array | null>();
  for (const item of decoder.localOnly) differences.set(toHex(item.subarray(0, 8)), null);
  const seen = new Set<string>();
  for (const item of decoder.remoteOnly) {
    const id = toHex(item.subarray(0, 8));
    if (seen.has(id)) return null;
    seen.add(id);
    differences.set(id, item.subarray(8));
  }
  return differences;
}
