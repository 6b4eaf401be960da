import { compareBytes, equalBytes, fromHex, toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import * as merkle from '../crypto/merkle.js';
import { type Entry, entryOf } from '../data/dataset.js';
import type { Sketch } from '../data/sketch.js';
import { SketchDecoder } from '../data/sketch-decoder.js';
import { symbolsFor, symbolsWithin } from '../data/sketch-estimate.js';
import { commonSketch } from './amendment.js';
import { authentic, type EpochContext } from './context.js';
import { draftSalt, saltedRoot } from './draft.js';
import { askForRecords } from './fetching.js';
import type { MessageOf } from './messages.js';
import type { ReadDraft } from './reading.js';
import { compareStatement } from './requests.js';

/** Runs out when what was asked for to catch up is overdue. */
export const CATCH_UP_TIMER = 'catch-up';
/** Runs out when one bank has been asked for long enough, whatever it has answered. */
export const HOLDER_TIMER = 'catch-up-holder';
/**
 * How often one bank is asked for symbols: the first time, as the estimate says, four times as many as that, and all that
 * there may be. An honest one needs 2 Δ each time, and 2 Δ for the records: less than {@link HOLDER_PATIENCE}.
 */
const MAX_ROUNDS = 4;
/** Δ that one bank is asked for, at most. It must have answered anything at all after a third of it. */
export const HOLDER_PATIENCE = 12;
/** Symbols of the common sketch that one bank is given at once, in times of the most it can need: it begins small, and again. */
const MAX_SERVED = 2;

/**
 * The records under U. An input of the agreed draft has them. A bank that was left out compares its own with them, by the
 * sketch that any input can make of them, fetches those it lacks, drops those that are not among them, and checks the root:
 * it can believe any one bank, since U is agreed.
 */
export class CatchingUp {
  #entries: readonly Entry[] | null = null;
  #sketch: Sketch | null = null;
  /** The bank that is compared with, and what of its sketch is here. */
  #holder = -1;
  #decoder: SketchDecoder | null = null;
  /** Symbols that were asked for last. */
  #asked = 0;
  /** How often the holder was asked for symbols. */
  #rounds = 0;
  /** Records under U that this bank lacks: item (hex) by key id (hex). */
  readonly #lacking = new Map<string, string>();
  #extra: ReadonlySet<string> = new Set();
  readonly #fetched: Entry[] = [];
  #attempt = 0;
  #gaveUp = false;

  constructor(
    private readonly context: EpochContext,
    private readonly value: Uint8Array,
    private readonly read: ReadDraft,
  ) {
    const { inputs, commonRoot } = read.draft.header;
    const common = context.own.common(read.opened.key, new Set(read.rows.keys()));
    if (
      inputs.includes(context.self) ||
      equalBytes(saltedRoot(draftSalt(read.draft.saltProof), common.root), commonRoot)
    )
      this.#entries = common.entries;
  }

  /** The records under U in key-digest order; null while this bank does not have them. */
  get entries(): readonly Entry[] | null {
    return this.#entries;
  }

  /** Whether nobody could help this bank: it stays behind. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Begins to catch up, or begins again with another bank. */
  begin(): void {
    if (this.#entries || this.#gaveUp) return;
    const { inputs } = this.read.draft.header;
    if (this.#attempt >= 2 * inputs.length) {
      this.#gaveUp = true;
      return;
    }
    const { self, manifest } = this.context;
    this.#holder = inputs[(self + this.#attempt++) % inputs.length]!;
    this.#sketch ??= commonSketch(this.context, this.read);
    this.#decoder = new SketchDecoder(this.#sketch, this.#limit());
    this.#lacking.clear();
    this.#fetched.length = 0;
    this.#extra = new Set();
    this.#rounds = 0;
    this.context.outbox.timer(HOLDER_TIMER, HOLDER_PATIENCE * manifest.parameters.delta);
    this.#compare(manifest.parameters.sketchSymbols);
  }

  /**
   * Symbols of the common sketch came. Returns whether this bank has caught up by them. A holder gives all it was asked for,
   * and is asked for more a few times only: one that gave a symbol at a time, none, or ones that decode to nothing just in
   * time would be listened to for as long as others are still there to help.
   */
  onCommon(from: number, message: MessageOf<'common'>): boolean {
    const decoder = this.#decoder;
    if (this.#entries || from !== this.#holder || !decoder || decoder.complete) return false;
    if (message.from !== decoder.received) return false;
    try {
      decoder.add(message.symbols);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      this.begin();
      return false;
    }
    const { received } = decoder;
    if (received !== message.from + this.#asked) {
      this.begin();
      return false;
    }
    if (!decoder.complete) {
      const more = this.#wantedAfter(received, decoder.estimate()) - received;
      if (more > 0 && this.#rounds < MAX_ROUNDS) this.#compare(more);
      else this.begin();
      return false;
    }
    this.#extra = new Set(decoder.localOnly.map((item) => toHex(item.subarray(0, 8))));
    for (const item of decoder.remoteOnly) this.#lacking.set(toHex(item.subarray(0, 8)), toHex(item));
    if (this.#lacking.size === 0) return this.#finish();
    this.#fetch();
    return false;
  }

  /** Records came. Returns whether this bank has caught up by them. */
  onRecords({ records }: MessageOf<'records'>): boolean {
    if (this.#entries || this.#lacking.size === 0) return false;
    const { key } = this.context.own.keyed(this.read.opened.key);
    for (const { id, record } of records) {
      const wanted = this.#lacking.get(toHex(id));
      const entry = wanted === undefined ? null : this.#entryOf(record);
      if (!entry || toHex(key.item(entry.keyDigest, entry.digest)) !== wanted) continue;
      this.#lacking.delete(toHex(id));
      this.#fetched.push(entry);
    }
    return this.#lacking.size === 0 && this.#finish();
  }

  /** What was asked for did not come in time: asks the next bank. */
  onTimer(): void {
    this.begin();
  }

  /**
   * A bank that was left out wants to compare. Answered by inputs only, who are sure to hold U. Returns false when the
   * request is not signed by it.
   */
  onCompare(bank: number, message: MessageOf<'compare'>): boolean {
    const { self, courier, chain } = this.context;
    const { inputs } = this.read.draft.header;
    if (!inputs.includes(self) || inputs.includes(bank) || !equalBytes(message.value, this.value))
      return true;
    if (!authentic(this.context, bank, compareStatement(message), message.signature)) return false;
    const { from, count } = message;
    const limit = this.#limit();
    const ration = {
      to: bank,
      what: `common/${chain.epoch}`,
      amount: count,
      most: MAX_SERVED * limit,
      back: limit,
    };
    if (from + count > limit || !this.context.rations.take(ration)) return true;
    this.#sketch ??= commonSketch(this.context, this.read);
    const symbols = this.#sketch.symbols(from, count);
    courier.send(bank, { type: 'common', epoch: chain.epoch, value: this.value, from, symbols });
    return true;
  }

  /** Symbols to have in all after the next round. */
  #wantedAfter(received: number, estimate: number): number {
    if (this.#rounds === MAX_ROUNDS - 1) return this.#limit();
    const growth = this.#rounds === 1 ? 2 : 4;
    return Math.min(Math.max(symbolsFor(estimate, received), growth * received), this.#limit());
  }

  #limit(): number {
    return symbolsWithin(this.context.manifest.parameters.maxDifferences);
  }

  #compare(count: number): void {
    const { chain, journal, courier, outbox, manifest } = this.context;
    this.#asked = count;
    this.#rounds++;
    const request = { epoch: chain.epoch, value: this.value, from: this.#decoder!.received, count };
    const signature = journal.sign(compareStatement(request));
    courier.send(this.#holder, { type: 'compare', ...request, signature });
    outbox.timer(CATCH_UP_TIMER, 4 * manifest.parameters.delta);
  }

  #fetch(): void {
    const { outbox, manifest } = this.context;
    const ids = [...this.#lacking.keys()].map((id) => fromHex(id));
    askForRecords(this.context, this.#holder, this.value, ids);
    outbox.timer(CATCH_UP_TIMER, 4 * manifest.parameters.delta);
  }

  #entryOf(record: Uint8Array): Entry | null {
    try {
      return entryOf(this.context.manifest.schema, record);
    } catch (error) {
      if (isConcordatError(error)) return null;
      throw error;
    }
  }

  /** Own records under U and fetched ones, if their root is U; else begins again with another bank. */
  #finish(): boolean {
    const { own, outbox } = this.context;
    const keyed = own.keyed(this.read.opened.key);
    const mine = keyed.held.filter((_, i) => {
      const id = keyed.ids[i]!;
      return !this.read.rows.has(id) && !this.#extra.has(id);
    });
    const entries = [...mine, ...this.#fetched].sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
    const root = merkle.root(entries.map(({ digest }) => merkle.leafHash(digest)));
    const { header, saltProof } = this.read.draft;
    if (!equalBytes(saltedRoot(draftSalt(saltProof), root), header.commonRoot)) {
      this.begin();
      return false;
    }
    this.#entries = entries;
    for (const timer of [CATCH_UP_TIMER, HOLDER_TIMER]) outbox.timer(timer, null);
    return true;
  }
}
