import { equalBytes, fromHex, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import type { ConflictRow } from '../data/conflict.js';
import { type Entry, entryOf } from '../data/dataset.js';
import { authentic, type EpochContext } from './context.js';
import { askForRecords } from './fetching.js';
import type { MessageOf } from './messages.js';
import type { ReadDraft } from './reading.js';
import { fetchStatement } from './requests.js';

/** Runs out when records that were asked for are overdue. */
export const FETCH_TIMER = 'fetch';
/** Raw record bytes in one answer, at most. */
const ANSWER_BYTES = 1 << 20;

/**
 * From agreed inputs to data: a bank that lacks the winning version of a settled key fetches it from a bank that has
 * it, and hands out its own winning records to those who lack them, and to nobody else.
 */
export class Settlement {
  readonly #wanted = new Map<string, ConflictRow>();
  readonly #winners = new Map<ConflictRow, Entry>();
  /** By key id (hex), the holders that were asked since all had been. */
  readonly #asked = new Map<string, Set<number>>();
  /** This bank's records under U by key id (hex), for banks that were left out; made when the first one asks. */
  #common: ReadonlyMap<string, Entry> | null = null;
  #attempt = 0;

  constructor(
    private readonly context: EpochContext,
    private readonly value: Uint8Array,
    private readonly read: ReadDraft,
  ) {
    const keyed = context.own.keyed(read.opened.key);
    for (const row of read.table.rows) {
      const id = toHex(row.id);
      const digest = winningDigest(row);
      if (!digest || read.plan.beyondQuota.has(row)) continue;
      const held = keyed.find(id);
      if (held && equalBytes(held.version, digest)) this.#winners.set(row, held.entry);
      else this.#wanted.set(id, row);
    }
  }

  /** Whether every winning record is here. */
  get complete(): boolean {
    return this.#wanted.size === 0;
  }

  /** The record of the version that won a settled row, where one did and it is here. */
  winner(row: ConflictRow): Entry | null {
    return this.#winners.get(row) ?? null;
  }

  /**
   * Asks holders for what is missing, for each record one that was not asked for it yet: f holders that say nothing cost f
   * waits, wherever they stand among the inputs.
   */
  request(): void {
    if (this.complete) return;
    const { outbox, manifest, self } = this.context;
    const { inputs } = this.read.draft.header;
    const byHolder = new Map<number, Uint8Array[]>();
    const left = new Map([...this.#wanted].map(([id, row]) => [id, this.#unasked(id, row)]));
    // Each asks another bank first, and that one for all it has: few requests, and no holder serves everybody.
    for (let i = 0; i < inputs.length && left.size > 0; i++) {
      const holder = inputs[(self + this.#attempt + i) % inputs.length]!;
      const ids = [...left].filter(([, holders]) => holders.includes(holder)).map(([id]) => id);
      for (const id of ids) {
        left.delete(id);
        this.#asked.get(id)!.add(holder);
      }
      if (ids.length > 0)
        byHolder.set(
          holder,
          ids.map((id) => fromHex(id)),
        );
    }
    for (const [holder, ids] of byHolder) askForRecords(this.context, holder, this.value, ids);
    this.#attempt++;
    outbox.timer(FETCH_TIMER, manifest.parameters.delta * (2 + this.#attempt));
  }

  /** Answers a bank that lacks settled records. Returns false when the request is not signed by it. */
  onFetch(from: number, message: MessageOf<'fetch'>): boolean {
    if (!authentic(this.context, from, fetchStatement(message), message.signature)) return false;
    if (!equalBytes(message.value, this.value)) return true;
    const entitled = message.ids.flatMap((id) => this.#entitled(from, toHex(id)) ?? []);
    if (entitled.length === 0) return true;
    // The signed request is why these records leave the bank: in the log before they do.
    const { value, ids, signature } = message;
    this.context.journal.write({ type: 'disclosed', to: from, epoch: message.epoch, value, ids, signature });
    let records: { id: Uint8Array; record: Uint8Array }[] = [];
    let size = 0;
    const flush = (): void => {
      if (records.length > 0)
        this.context.courier.send(from, { type: 'records', epoch: this.context.chain.epoch, records });
      records = [];
      size = 0;
    };
    for (const entry of entitled) {
      records.push({ id: this.#idOf(entry), record: entry.bytes });
      size += entry.bytes.length;
      this.context.outbox.output({
        type: 'disclosed',
        epoch: this.context.chain.epoch,
        to: from,
        keyDigest: entry.keyDigest,
      });
      if (size > ANSWER_BYTES) flush();
    }
    flush();
    return true;
  }

  /** Takes records that were asked for; each must be the winner of a row. Returns whether it was news. */
  onRecords(message: MessageOf<'records'>): boolean {
    let news = false;
    for (const { id, record } of message.records) {
      const row = this.#wanted.get(toHex(id));
      const entry = row && this.#winnerFrom(row, record);
      if (!row || !entry) continue;
      this.#winners.set(row, entry);
      this.#wanted.delete(toHex(id));
      news = true;
    }
    if (news && this.complete) this.context.outbox.timer(FETCH_TIMER, null);
    return news;
  }

  /** The holders of a row's winner that were not asked for it, or all when each of them was. */
  #unasked(id: string, row: ConflictRow): number[] {
    const holders = this.#holders(row).filter((bank) => bank !== this.context.self);
    const asked = this.#asked.get(id) ?? new Set();
    const unasked = holders.filter((bank) => !asked.has(bank));
    if (unasked.length === 0) asked.clear();
    this.#asked.set(id, asked);
    return unasked.length > 0 ? unasked : holders;
  }

  #holders(row: ConflictRow): number[] {
    const { inputs } = this.read.draft.header;
    return inputs.filter((_, i) => row.column[i] === row.standing.winner);
  }

  /**
   * This bank's record under a key id, if `from` may have it: the winner of a settled row that it lacks; of a bank that was
   * left out also any record under U, which all inputs hold.
   */
  #entitled(from: number, id: string): Entry | null {
    const { inputs } = this.read.draft.header;
    const { self } = this.context;
    if (!inputs.includes(self)) return null;
    const row = this.read.rows.get(id);
    if (row && this.read.plan.beyondQuota.has(row)) return null;
    const entry = row ? this.#winners.get(row) : this.#commonRecord(from, id);
    if (!entry || (row && (this.#holders(row).includes(from) || !this.#holders(row).includes(self))))
      return null;
    const { rations, chain } = this.context;
    return rations.take({ to: from, what: `record/${chain.epoch}/${id}` }) ? entry : null;
  }

  #idOf(entry: Entry): Uint8Array {
    return this.context.own.keyed(this.read.opened.key).key.keyId(entry.keyDigest);
  }

  #commonRecord(from: number, id: string): Entry | undefined {
    if (this.read.draft.header.inputs.includes(from)) return undefined;
    if (!this.#common) {
      const { own } = this.context;
      const { ids, held } = own.keyed(this.read.opened.key);
      this.#common = new Map(held.map((entry, i) => [ids[i]!, entry]));
    }
    return this.#common.get(id);
  }

  #winnerFrom(row: ConflictRow, record: Uint8Array): Entry | null {
    try {
      const entry = entryOf(this.context.manifest.schema, record);
      const item = this.context.own.keyed(this.read.opened.key).key.item(entry.keyDigest, entry.digest);
      const right =
        equalBytes(item.subarray(0, 8), row.id) && equalBytes(item.subarray(8), winningDigest(row)!);
      return right ? entry : null;
    } catch (error) {
      if (isConcordatError(error)) return null;
      throw error;
    }
  }
}

function winningDigest(row: ConflictRow): Uint8Array | null {
  const { winner } = row.standing;
  return winner ? (row.digests[winner - 1] ?? null) : null;
}
