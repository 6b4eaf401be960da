import { fromHex, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { buildConflictTable, type ConflictTable, type Holdings } from '../data/conflict.js';
import type { ClassRule } from '../data/key-class.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsFor } from '../data/sketch-estimate.js';
import type { Differences } from './amendment.js';
import type { SignedCommitment } from './commitment.js';
import type { KeyedRecords } from './own-data.js';

/** The share of the first symbols that is asked for at least: what did not decode may lack hardly any. */
const LEAST_MORE = 1 / 16;

/** One bank's answer to an Open, as far as the leader has decoded it. */
interface Answer {
  readonly commitment: SignedCommitment;
  readonly decoder: SketchDecoder;
  /** Whether more symbols were already asked for: the leader asks once. */
  asked: boolean;
  /** Differences from the leader's own records by key id (hex): the bank's version, or null where it lacks the key. */
  differences: Differences | null;
}

/** What became of the symbols a bank sent. */
export type SketchProgress =
  | { readonly state: 'decoded' }
  | { readonly state: 'need-symbols'; readonly count: number }
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
    const decoder = new SketchDecoder(this.options.own.sketch, 4 * this.options.maxDifferences);
    this.#answers.set(this.options.self, { commitment, decoder, asked: true, differences: new Map() });
  }

  /** Takes a bank's commitment and the first symbols of its sketch. The caller has verified both signatures. */
  add(bank: number, commitment: SignedCommitment, symbols: Uint8Array): SketchProgress {
    if (this.#answers.has(bank)) return { state: 'undecodable' };
    const decoder = new SketchDecoder(this.options.own.sketch, 4 * this.options.maxDifferences);
    const answer: Answer = { commitment, decoder, asked: false, differences: null };
    this.#answers.set(bank, answer);
    return this.#decode(bank, answer, symbols);
  }

  /** Takes the symbols that were asked for. */
  addMore(bank: number, symbols: Uint8Array): SketchProgress {
    const answer = this.#answers.get(bank);
    if (!answer?.asked || answer.differences || this.#undecodable.has(bank)) return { state: 'undecodable' };
    return this.#decode(bank, answer, symbols);
  }

  #decode(bank: number, answer: Answer, symbols: Uint8Array): SketchProgress {
    try {
      answer.decoder.add(symbols);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      return this.#giveUp(bank);
    }
    // Symbol 0 counts all records: a sketch of another number of records than was committed to is not the commitment's.
    if (answer.decoder.remoteCount !== answer.commitment.records) return this.#giveUp(bank);
    if (answer.decoder.complete) {
      const differences = differencesOf(answer.decoder);
      if (!differences || differences.size > this.options.maxDifferences) return this.#giveUp(bank);
      answer.differences = differences;
      return { state: 'decoded' };
    }
    if (answer.asked) return this.#giveUp(bank);
    const estimate = answer.decoder.estimate();
    const count = symbolsFor(estimate, answer.decoder.received) - answer.decoder.received;
    if (estimate > this.options.maxDifferences) return this.#giveUp(bank);
    answer.asked = true;
    const least = Math.ceil(answer.decoder.received * LEAST_MORE);
    return {
      state: 'need-symbols',
      count: Math.min(Math.max(count, least), 2 * this.options.maxDifferences),
    };
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
    const decoder = new SketchDecoder(this.options.own.sketch, 0);
    this.#answers.set(commitment.bank, { commitment, decoder, asked: true, differences });
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
