import { toHex } from '../crypto/bytes.js';
import type { Dataset, Entry } from '../data/dataset.js';
import type { Outcome } from '../data/outcome.js';
import type { Output } from '../protocol/effects.js';

/** What the oracle is told of a consortium. It trusts nothing else. */
export interface OracleFacts {
  readonly ids: readonly string[];
  readonly faults: number;
  readonly absence: 'vote' | 'abstain';
  /** Indices of the banks that run the protocol unaltered. */
  readonly honest: readonly number[];
  /** Whether every message arrives within Δ: termination and inclusion are promised only then. */
  readonly timely: boolean;
}

/** A broken run can break a guarantee once a record; the first hundred tell enough. */
const MAX_VIOLATIONS = 100;

/** A raw record that one bank sent to another. */
interface Disclosure {
  readonly from: number;
  readonly to: number;
  readonly record: string;
  readonly afterAgreement: boolean;
}

/**
 * The independent judge of a simulation: it checks the guarantees against the ground truth, which only a simulator
 * has. It is written from the guarantees and calls none of the protocol's own predicates, so that a mistake in them
 * cannot excuse itself.
 *
 * Agreement and integrity are checked at every event, the others when an epoch ends.
 */
export class Oracle {
  readonly violations: string[] = [];
  readonly #honest: ReadonlySet<number>;
  #epoch = 0;
  #datasets: readonly Dataset[] = [];
  #values = new Map<number, string>();
  #sealed = new Map<number, { readonly root: string; readonly outcome: Outcome | null }>();
  #inputs: readonly number[] | null = null;
  #leader = -1;
  #views = 0;
  #disclosures: Disclosure[] = [];
  #records = new Map<number, ReadonlyMap<string, Entry>>();

  constructor(private readonly facts: OracleFacts) {
    this.#honest = new Set(facts.honest);
  }

  /**
   * Begins an epoch: what was seen in the one before is forgotten, its violations stay.
   * @param datasets what each bank commits to in this epoch, by index: a liar's after its lies
   */
  beginEpoch(epoch: number, datasets: readonly Dataset[]): void {
    this.#epoch = epoch;
    this.#datasets = datasets;
    this.#values = new Map();
    this.#sealed = new Map();
    this.#inputs = null;
    this.#views = 0;
    this.#disclosures = [];
    this.#records = new Map();
  }

  /** Something that a bank's core reported. Only honest banks' reports count. */
  onOutput(bank: number, output: Output): void {
    if (!this.#honest.has(bank)) return;
    if (output.type === 'view') this.#views = Math.max(this.#views, output.view + 1);
    if (output.type === 'agreed') this.#onAgreed(bank, toHex(output.value));
    if (output.type === 'sealed') this.#onSealed(bank, output);
    if (output.type === 'evidence' && this.#honest.has(output.evidence.accused))
      this.#violated(
        'integrity',
        `${this.#name(bank)} accuses honest ${this.#name(output.evidence.accused)}`,
      );
  }

  /** Raw record bytes (hex) in a message from one bank to another. */
  onRawRecord(from: number, to: number, record: string): void {
    if (this.#honest.has(from))
      this.#disclosures.push({ from, to, record, afterAgreement: this.#values.has(from) });
  }

  /** Judges the epoch that just ended. */
  endEpoch(): void {
    this.#checkTermination();
    this.#checkInclusion();
    this.#checkResults();
    this.#checkDisclosures();
  }

  #onAgreed(bank: number, value: string): void {
    for (const [other, earlier] of this.#values)
      if (earlier !== value) {
        this.#violated(
          'agreement',
          `${this.#name(bank)} and ${this.#name(other)} agreed on different inputs`,
        );
        break;
      }
    this.#values.set(bank, value);
  }

  #onSealed(bank: number, { seal, outcome, inputs }: Extract<Output, { type: 'sealed' }>): void {
    const root = toHex(seal.root);
    for (const [other, earlier] of this.#sealed)
      if (earlier.root !== root) {
        this.#violated('agreement', `${this.#name(bank)} and ${this.#name(other)} sealed different results`);
        break;
      }
    this.#sealed.set(bank, { root, outcome });
    this.#inputs ??= inputs;
    const { schedule, slot } = seal.header;
    this.#leader = schedule[slot.view % schedule.length]!;
  }

  #checkTermination(): void {
    const open = this.facts.honest.filter((bank) => !this.#sealed.has(bank));
    if (open.length > 0)
      this.#violated('termination', `${open.map((b) => this.#name(b)).join(', ')} did not seal`);
    // Each Byzantine leader may cost a view; the schedule has at most n − |honest| of them before an honest one.
    const bound = this.facts.ids.length - this.facts.honest.length + 1;
    if (this.facts.timely && this.#views > bound)
      this.#violated('termination', `${this.#views} views, where ${bound} suffice`);
  }

  /**
   * Under an honest leader every honest bank is an input, or more than 2f + 1 banks are. What a Byzantine leader may do
   * to the inputs is bounded by the rule of thin drafts, which the protocol does not have yet.
   */
  #checkInclusion(): void {
    const inputs = this.#inputs;
    if (!inputs || !this.facts.timely || !this.#honest.has(this.#leader)) return;
    const left = this.facts.honest.filter((bank) => !inputs.includes(bank));
    if (left.length > 0 && inputs.length <= 2 * this.facts.faults + 1)
      this.#violated(
        'inclusion',
        `honest ${left.map((b) => this.#name(b)).join(', ')} left out of ${inputs.length} inputs`,
      );
  }

  /** Recomputes from the raw inputs what must be decided, and compares each honest bank's result with it. */
  #checkResults(): void {
    const inputs = this.#inputs;
    if (!inputs) return;
    const expected = this.#expectedRows(inputs);
    for (const [bank, { outcome }] of this.#sealed) {
      if (!outcome) continue;
      const rows = new Map(outcome.rows.map((row) => [toHex(row.keyDigest), row.values]));
      for (const [key, values] of expected) {
        const found = rows.get(key);
        if (!found || found.some((value, i) => value !== values[i]))
          this.#violated('result', `${this.#name(bank)} decided key ${key.slice(0, 8)} against the inputs`);
      }
      for (const key of rows.keys())
        if (!expected.has(key))
          this.#violated(
            'result',
            `${this.#name(bank)} decided key ${key.slice(0, 8)} that the inputs leave open`,
          );
    }
  }

  #expectedRows(inputs: readonly number[]): Map<string, readonly unknown[]> {
    const { faults, absence } = this.facts;
    const keys = new Map<string, Map<string, { banks: number[]; values: readonly unknown[] }>>();
    for (const bank of inputs)
      for (const entry of this.#datasets[bank]!.entries) {
        const key = toHex(entry.keyDigest);
        const versions = keys.get(key) ?? new Map<string, { banks: number[]; values: readonly unknown[] }>();
        const version = versions.get(toHex(entry.bytes)) ?? { banks: [], values: entry.values };
        version.banks.push(bank);
        versions.set(toHex(entry.bytes), version);
        keys.set(key, versions);
      }
    const expected = new Map<string, readonly unknown[]>();
    for (const [key, versions] of keys) {
      const holders = [...versions.values()].flatMap((version) => version.banks);
      const voices = absence === 'vote' ? inputs.length : holders.length;
      for (const { banks, values } of versions.values()) {
        const unanimous = banks.length === inputs.length;
        if (!unanimous && !(2 * banks.length > voices + faults && banks.length > faults)) continue;
        expected.set(key, values);
        this.#checkHonestMajority(key, banks, absence === 'vote' ? inputs : holders);
      }
    }
    return expected;
  }

  #checkHonestMajority(key: string, supporters: readonly number[], voices: readonly number[]): void {
    const honestVoices = voices.filter((bank) => this.#honest.has(bank)).length;
    const honestSupport = supporters.filter((bank) => this.#honest.has(bank)).length;
    if (2 * honestSupport <= honestVoices)
      this.#violated('result', `key ${key.slice(0, 8)} settled without most of its honest holders`);
  }

  /** A raw record may go to a bank that lacks it, after agreement, when most holders have that version. */
  #checkDisclosures(): void {
    const { faults, absence } = this.facts;
    const inputs = this.#inputs;
    for (const { from, to, record, afterAgreement } of this.#disclosures) {
      const entry = this.#recordsOf(from).get(record);
      if (!entry) continue; // not its own record: nothing of its data left it
      const leak = (why: string): void =>
        this.#violated('confidentiality', `${this.#name(from)} sent ${this.#name(to)} a record ${why}`);
      if (!afterAgreement) leak('before the inputs were agreed');
      if (!inputs) continue; // nobody sealed: what was settled among them is not known
      const held = (bank: number): string | null => {
        const found = this.#datasets[bank]!.get(entry.keyDigest);
        return found ? toHex(found.bytes) : null;
      };
      const support = inputs.filter((bank) => held(bank) === record).length;
      const voices = absence === 'vote' ? inputs.length : inputs.filter((bank) => held(bank) !== null).length;
      const settled = 2 * support > voices + faults && support > faults;
      if (!settled) leak('that is not settled');
      if (held(to) === record && inputs.includes(to)) leak('that it holds');
    }
  }

  #recordsOf(bank: number): ReadonlyMap<string, Entry> {
    let records = this.#records.get(bank);
    if (!records) {
      records = new Map(this.#datasets[bank]!.entries.map((entry) => [toHex(entry.bytes), entry]));
      this.#records.set(bank, records);
    }
    return records;
  }

  #name(bank: number): string {
    return this.facts.ids[bank] ?? `#${bank}`;
  }

  #violated(guarantee: string, what: string): void {
    if (this.violations.length < MAX_VIOLATIONS)
      this.violations.push(`${guarantee}: epoch ${this.#epoch}: ${what}`);
  }
}
