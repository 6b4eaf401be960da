import { decode, encode } from '../crypto/encoding.js';
import type { ChainState } from '../protocol/chain.js';
import type { Effects } from '../protocol/effects.js';
import { type LogEntry, logEntryCodec, logOfLost, outlivesItsEpoch } from '../protocol/journal.js';
import type { Manifest } from '../protocol/manifest.js';
import { encodeSealedEpoch, pageOf } from '../protocol/recall.js';
import { type CrashPoint, crashDuring } from './crash-point.js';
import { DurableLog } from './durable-log.js';

/**
 * What the host of a simulated bank stores: the log of the epoch under way, where that epoch is in the chain, and every
 * sealed epoch for banks that were away. As the host for Node.js does, it drops from the log what a later epoch has no use
 * for, and must not need it again.
 */
export class HostStore {
  #log = new DurableLog();
  readonly #sealed = new Map<number, Uint8Array>();
  #chain: ChainState;

  /** @param begin where this bank's first epoch under this manifest is in the chain */
  constructor(
    private readonly manifest: Manifest,
    private readonly begin: ChainState,
  ) {
    this.#chain = begin;
  }

  /** Stores what a step asked for, after which the bank's epoch is `chain`. */
  keep({ persist, output }: Pick<Effects, 'persist' | 'output'>, chain: ChainState): void {
    for (const event of output)
      if (event.type === 'sealed' && !this.#sealed.has(event.epoch))
        this.#sealed.set(event.epoch, encodeSealedEpoch(this.manifest, event));
    if (chain.epoch > this.#chain.epoch) this.#advance(chain, persist);
    else this.#log.append(persist);
  }

  /**
   * The host crashes while it carries out these effects.
   * @returns the messages that left, and whether an entry of the log was torn
   */
  crash<T>(
    point: CrashPoint,
    effects: Pick<Effects, 'persist' | 'output'> & { readonly send: readonly T[] },
    chain: ChainState,
  ): { readonly sent: readonly T[]; readonly torn: boolean } {
    const done = crashDuring(point, effects, {
      append: () => this.keep(effects, chain),
      tear: (entries, share) => this.#log.tear(entries, share),
    });
    if (point.disk) this.#lose(point.disk);
    return done;
  }

  /** What a bank restarts from. */
  recover(): { readonly log: readonly Uint8Array[]; readonly chain: ChainState } {
    return { log: this.#log.recover(), chain: this.#chain };
  }

  /** The answer to another bank that asks what was sealed from an epoch on. */
  page(epoch: number): Uint8Array[] {
    const known = [];
    for (let next = epoch; this.#sealed.has(next); next++) known.push(this.#sealed.get(next)!);
    return pageOf(known);
  }

  #advance(chain: ChainState, persist: readonly Uint8Array[]): void {
    const codec = logEntryCodec(this.manifest.size);
    const floor = encode(codec, { type: 'sealed', epoch: Math.max(0, chain.epoch - 1) });
    const kept = this.#log.entries.filter((entry) => outlivesItsEpoch(decode(codec, entry) as LogEntry));
    this.#log.replace([floor, ...kept, ...persist]);
    this.#chain = chain;
  }

  #lose(disk: NonNullable<CrashPoint['disk']>): void {
    this.#log = new DurableLog();
    this.#sealed.clear();
    this.#chain = this.begin;
    if (disk === 'lost') this.#log.append(logOfLost(this.manifest.size));
  }
}
