import { toHex } from '../crypto/bytes.js';
import type { Dataset, Entry } from '../data/dataset.js';
import type { Message } from '../protocol/messages.js';
import type { Alarm, OracleFacts } from './oracle-facts.js';
import { type EpochFacts, exposedIn, isOpenable, type Keys, standingOf } from './oracle-keys.js';

/** A raw record that one honest bank sent to another bank. */
interface Disclosure {
  readonly from: number;
  readonly to: number;
  readonly record: string;
  readonly afterAgreement: boolean;
}

/**
 * Watches in one epoch what honest banks let out. Raw records go to a bank that lacks them, when their version is settled;
 * slices stay where they were dealt until the inputs are agreed, and hold nothing but what is disputed within the quota.
 *
 * It reads messages as they are meant: what else a message may hide is for a search through all bytes to find.
 */
export class DisclosureWatch {
  readonly #disclosures: Disclosure[] = [];
  /** Key digests (hex) by honest bank, of records that it says it opened to everybody. */
  readonly #opened = new Map<number, Set<string>>();
  readonly #records = new Map<number, ReadonlyMap<string, Entry>>();

  constructor(
    private readonly facts: OracleFacts,
    private readonly datasets: readonly Dataset[],
    private readonly alarm: Alarm,
  ) {}

  /** A message of an honest bank; `agreed` is whether that bank had seen the inputs agreed. */
  onMessage(from: number, to: number, message: Message, agreed: boolean): void {
    if (message.type === 'records')
      for (const { record } of message.records)
        this.#disclosures.push({ from, to, record: toHex(record), afterAgreement: agreed });
    if (message.type === 'release' && !agreed)
      this.#leak(from, 'released slices before the inputs were agreed');
    if (message.type === 'slices') {
      const { slice } = message.envelope;
      if (slice && slice.index !== to) this.#leak(from, `sent ${this.#name(to)} a slice of another bank's`);
    }
  }

  /** An honest bank says that it opened a record to everybody. */
  onOpened(bank: number, keyDigest: Uint8Array, agreed: boolean): void {
    if (!agreed) this.#leak(bank, 'opened a record before the inputs were agreed');
    const keys = this.#opened.get(bank) ?? new Set();
    this.#opened.set(bank, keys.add(toHex(keyDigest)));
  }

  /**
   * Judges the epoch.
   * @param truth null when nobody sealed: what was settled is then not known
   */
  judge(epoch: EpochFacts | null, truth: Keys | null): void {
    this.judgeRecords(epoch, truth);
    if (!epoch || !truth) return;
    for (const [bank, keys] of this.#opened)
      for (const key of keys)
        if (!this.#mayOpen(bank, key, epoch, truth))
          this.#leak(bank, 'opened a record that nobody may demand');
    for (const [bank, { versions }] of epoch.requests)
      for (const [row, entries] of versions) {
        const id = toHex(row.id);
        const { class: keyClass, winner } = row.standing;
        const open = entries.filter((entry, v) => entry && (keyClass !== 'settled' || v + 1 !== winner));
        const held = row.column.map((version) => (version === 0 ? null : `${version}`));
        const standing = standingOf(held, this.facts.faults, this.facts.schema.absence);
        if (open.length > 0 && (!isOpenable(standing) || truth.closed.has(id)))
          this.alarm('confidentiality', `${this.#name(bank)} was given versions of a row that stays shut`);
      }
  }

  /** Judges the records that were sent since this was called last: those who are behind are served in the next epoch, too. */
  judgeRecords(epoch: EpochFacts | null, truth: Keys | null): void {
    for (const disclosure of this.#disclosures.splice(0)) this.#judgeRecord(disclosure, epoch, truth);
  }

  #judgeRecord(
    { from, to, record, afterAgreement }: Disclosure,
    epoch: EpochFacts | null,
    truth: Keys | null,
  ): void {
    const entry = this.#recordsOf(from).get(record);
    if (!entry) return; // not its own record: nothing of its data left it
    const leak = (why: string) => this.#leak(from, `sent ${this.#name(to)} a record ${why}`);
    if (!afterAgreement) leak('before the inputs were agreed');
    if (!epoch || !truth) return;
    const key = truth.keys.get(toHex(entry.keyDigest));
    const stands = key && !key.closed && key.winner === toHex(entry.digest) ? key.class : null;
    const place = epoch.inputs.indexOf(to);
    // Whoever was left out may have all that the inputs agree on; an input holds that already.
    if (stands !== 'settled' && (stands !== 'unanimous' || place >= 0)) leak('that is not settled');
    if (place >= 0 && key?.held[place] === toHex(entry.digest)) leak('that it holds');
  }

  /** Whether the table makes a bank open its version of a key: it is disputed, agreed to exist, not shut, and the bank among the first f + 1. */
  #mayOpen(bank: number, name: string, { inputs, requests }: EpochFacts, truth: Keys): boolean {
    const key = truth.keys.get(name);
    if (requests.size === 0) return true; // nobody told of a table
    if (!key?.row || !isOpenable(key) || key.closed) return false;
    return exposedIn(key.row.column, this.facts).includes(inputs.indexOf(bank));
  }

  #recordsOf(bank: number): ReadonlyMap<string, Entry> {
    let records = this.#records.get(bank);
    if (!records) {
      records = new Map(this.datasets[bank]!.entries.map((entry) => [toHex(entry.bytes), entry]));
      this.#records.set(bank, records);
    }
    return records;
  }

  #leak(bank: number, what: string): void {
    this.alarm('confidentiality', `${this.#name(bank)} ${what}`);
  }

  #name(bank: number): string {
    return this.facts.ids[bank] ?? `#${bank}`;
  }
}
