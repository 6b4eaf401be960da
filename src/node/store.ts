import { join } from 'node:path';
import {
  bytes,
  type Codec,
  type Decoded,
  decode,
  encode,
  list,
  struct,
  u53,
  union,
} from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { type ChainState, chainCodec, genesisChain } from '../protocol/chain.js';
import type { Output } from '../protocol/effects.js';
import { type LogEntry, logEntryCodec, logOfLost, outlivesItsEpoch } from '../protocol/journal.js';
import type { Manifest } from '../protocol/manifest.js';
import { encodeSealedEpoch, pageOf } from '../protocol/recall.js';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { Lock } from './lock.js';
import { attempt, refuse } from './log-error.js';
import { type DroppedTail, LogFile, type LogIdentity } from './log-file.js';
import { nodeProcesses, type Processes } from './processes.js';

/**
 * What the store is to find. `existing`: the log of this bank, which it goes on with. `new`: none, since this bank has
 * never signed anything under this manifest. `lost`: the log is gone or damaged; what is left of it is put aside.
 */
export type LogState = 'existing' | 'new' | 'lost';

/** Where a bank's store is, and whose. */
export interface StoreOptions {
  /** Of this bank and manifest alone; made if it is not there. */
  readonly directory: string;
  /** The manifest of the bank's consortium. */
  readonly manifest: Manifest;
  /** The bank's name in the manifest. */
  readonly bank: string;
  /** `existing` by default. */
  readonly log?: LogState;
  /** Where a new or lost log begins: of a manifest that succeeds another, its first epoch. The founding by default. */
  readonly chain?: ChainState;
  /** Where files are; that of Node by default. */
  readonly fileSystem?: FileSystem;
  /** How the lock finds out who holds it; the processes of this machine by default. */
  readonly processes?: Processes;
}

/** An epoch as the store keeps it. */
export type SealedOutput = Extract<Output, { type: 'sealed' }>;

const MAX_ENTRY = 1 << 29;
/** Entries in a record. */
const MAX_ENTRIES = 1 << 16;
/** Bytes of entries from which on the next record begins. */
const RECORD_BYTES = 1 << 24;

const entriesCodec = list(bytes(MAX_ENTRY, 'entry'), MAX_ENTRIES, 'entries') as Codec<readonly Uint8Array[]>;

/** What a log has: where the chain was, then what steps asked to be kept. */
const logRecordCodec = union<{
  chain: { readonly chain: ChainState };
  step: { readonly entries: readonly Uint8Array[] };
}>({
  chain: struct({ chain: chainCodec }),
  step: struct({ entries: entriesCodec }),
});

/** What a history has: every sealed epoch, and why records were disclosed in it. */
const historyRecordCodec = union<{
  sealed: { readonly epoch: number; readonly sealed: Uint8Array };
  disclosed: { readonly entries: readonly Uint8Array[] };
}>({
  sealed: struct({ epoch: u53, sealed: bytes(MAX_ENTRY, 'sealed epoch') }),
  disclosed: struct({ entries: entriesCodec }),
});

/**
 * A bank's durable state, in a directory of its own: `log`, the entries of the epoch under way, `history`, the sealed
 * epochs, and `lock`. Both files are append-only ({@link LogFile}); the log is replaced when an epoch begins, so that it
 * holds one epoch, and the history grows by a sealed epoch each.
 */
export class BankStore {
  readonly #entryCodec: Codec<LogEntry>;
  /** The first epoch of the history. */
  readonly #first: number;
  /** Places in the history, from that epoch on. */
  readonly #epochs: number[];
  #entries: Uint8Array[];
  #chain: ChainState;

  private constructor(
    private readonly manifest: Manifest,
    private readonly lock: Lock,
    private readonly log: OpenLog,
    private readonly history: OpenHistory,
  ) {
    this.#entryCodec = logEntryCodec(manifest.size) as Codec<LogEntry>;
    this.#chain = log.chain;
    this.#entries = log.entries;
    this.#epochs = history.places;
    this.#first = history.first ?? log.chain.epoch;
    this.dropped = [log.dropped, history.dropped].flatMap((tail) => tail ?? []);
  }

  /** Ends of the two files that had never become durable, and were dropped when the store was opened. */
  readonly dropped: readonly DroppedTail[];

  /**
   * Opens the store, which no other process has open.
   * @throws `LogError`
   */
  static async open(options: StoreOptions): Promise<BankStore> {
    const { directory, manifest, log: state = 'existing' } = options;
    const { fileSystem: fs = nodeFileSystem, processes = nodeProcesses } = options;
    await attempt(directory, 'mkdir', () => fs.makeDirectory(directory));
    const lock = await Lock.take(fs, join(directory, 'lock'), processes);
    try {
      if (state === 'lost') await setAside(fs, directory);
      if (state === 'lost' || state === 'new') await create(fs, directory, options);
      const log = await openLog(fs, directory, options);
      try {
        return new BankStore(manifest, lock, log, await openHistory(fs, directory, options));
      } catch (error) {
        await log.file.close();
        throw error;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Where the bank goes on: the epoch that was under way. */
  get chain(): ChainState {
    return this.#chain;
  }

  /** What is in the log, oldest first. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /** Epochs in the history. */
  get sealed(): number {
    return this.#epochs.length;
  }

  /** Makes what steps asked to be kept durable. @throws `LogError`, and then ever after */
  async append(entries: readonly Uint8Array[]): Promise<void> {
    if (entries.length === 0) return;
    await this.log.file.append(encode(logRecordCodec, { type: 'step', entries }));
    this.#entries.push(...entries);
  }

  /**
   * As {@link append}, and goes over to a later epoch: of what was kept of earlier ones, the log has what still counts.
   * @throws `LogError`, and then ever after
   */
  async advance(chain: ChainState, entries: readonly Uint8Array[]): Promise<void> {
    const decoded = this.#entries.map((bytes) => ({ bytes, entry: decode(this.#entryCodec, bytes) }));
    const disclosed = decoded.filter(({ entry }) => entry.type === 'disclosed').map(({ bytes }) => bytes);
    for (const part of inRecords(disclosed))
      await this.history.file.append(encode(historyRecordCodec, { type: 'disclosed', entries: part }));
    const floor = encode(this.#entryCodec, { type: 'sealed', epoch: Math.max(0, chain.epoch - 1) });
    const kept = decoded.filter(({ entry }) => outlivesItsEpoch(entry)).map(({ bytes }) => bytes);
    const all = [floor, ...kept, ...entries];
    await this.log.file.replace([
      encode(logRecordCodec, { type: 'chain', chain }),
      ...inRecords(all).map((part) => encode(logRecordCodec, { type: 'step', entries: part })),
    ]);
    this.#entries = all;
    this.#chain = chain;
  }

  /** Keeps a sealed epoch, unless it is kept already. @throws `LogError`, and then ever after */
  async keep({ epoch, seal }: SealedOutput): Promise<void> {
    if (epoch !== this.#first + this.#epochs.length) return;
    const sealed = encodeSealedEpoch(this.manifest, { seal });
    this.#epochs.push(
      await this.history.file.append(encode(historyRecordCodec, { type: 'sealed', epoch, sealed })),
    );
  }

  /**
   * Encoded sealed epochs from `epoch` on, as many as go into one answer; none when nothing later is sealed. Null when the
   * history begins after `epoch`: an answer without epochs would say that there are none.
   * @throws `LogError`
   */
  async page(epoch: number): Promise<Uint8Array[] | null> {
    if (epoch < this.#first) return null;
    const epochs: Uint8Array[] = [];
    const { file } = this.history;
    for (const place of this.#epochs.slice(epoch - this.#first)) {
      const bytes = await file.read(place);
      readable(file.path, place, () => {
        const record = decode(historyRecordCodec, bytes);
        if (record.type !== 'sealed') corrupt(file.path, place, 'order');
        else epochs.push(record.sealed);
      });
      if (pageOf(epochs).length < epochs.length) break;
    }
    return pageOf(epochs);
  }

  /** Closes the files and lets go of the directory. */
  async close(): Promise<void> {
    try {
      await this.log.file.close();
      await this.history.file.close();
    } finally {
      await this.lock.release();
    }
  }
}

interface OpenLog {
  readonly file: LogFile;
  readonly chain: ChainState;
  readonly entries: Uint8Array[];
  readonly dropped: DroppedTail | null;
}

interface OpenHistory {
  readonly file: LogFile;
  /** The first epoch in it; null while it is empty. */
  readonly first: number | null;
  readonly places: number[];
  readonly dropped: DroppedTail | null;
}

const FILES = ['log', 'history'] as const;

function identityOf({ manifest, bank }: StoreOptions, kind: (typeof FILES)[number]): LogIdentity {
  return { kind, consortiumId: manifest.consortiumId, bank };
}

/** The log is made last: without it the store is as good as not there, and is made again. */
async function create(fs: FileSystem, directory: string, options: StoreOptions): Promise<void> {
  const path = join(directory, 'log');
  if (await has(fs, path)) refuse({ code: 'LOG_EXISTS', path }, 'there is a log already');
  const history = join(directory, 'history');
  if (await has(fs, history)) await removeEmpty(fs, history, identityOf(options, 'history'));
  const made = await LogFile.create(fs, history, identityOf(options, 'history'));
  await made.close();
  const begin = options.chain ?? genesisChain(options.manifest);
  const chain = encode(logRecordCodec, { type: 'chain', chain: begin });
  const step = { type: 'step', entries: logOfLost(options.manifest.size) } as const;
  const records = options.log === 'lost' ? [chain, encode(logRecordCodec, step)] : [chain];
  const log = await LogFile.create(fs, path, identityOf(options, 'log'), records);
  await log.close();
}

/** A bank that has sealed epochs has signed something: its log is lost, and it must not begin as a new one. */
async function removeEmpty(fs: FileSystem, path: string, identity: LogIdentity): Promise<void> {
  let records = 0;
  const { log } = await LogFile.open(fs, path, identity, () => records++);
  await log.close();
  if (records > 0)
    refuse({ code: 'LOG_EXISTS', path }, `there are ${records} records of a bank whose log is not there`);
  await attempt(path, 'remove', () => fs.remove(path));
}

const has = (fs: FileSystem, path: string): Promise<boolean> => attempt(path, 'look', () => fs.exists(path));

/** Entries in order, as many to a record as it takes. */
function inRecords(entries: readonly Uint8Array[]): Uint8Array[][] {
  const records: Uint8Array[][] = [];
  let [part, bytes]: [Uint8Array[], number] = [[], 0];
  for (const entry of entries) {
    if (part.length === 0) records.push(part);
    part.push(entry);
    bytes += entry.length;
    if (part.length === MAX_ENTRIES || bytes >= RECORD_BYTES) [part, bytes] = [[], 0];
  }
  return records;
}

/** Puts what there is beside its place, where a person may look at it. */
async function setAside(fs: FileSystem, directory: string): Promise<void> {
  for (const name of FILES) {
    const path = join(directory, name);
    if (!(await has(fs, path))) continue;
    let aside = 1;
    while (await has(fs, `${path}.lost-${aside}`)) aside++;
    await attempt(path, 'rename', () => fs.rename(path, `${path}.lost-${aside}`));
  }
}

async function openLog(fs: FileSystem, directory: string, options: StoreOptions): Promise<OpenLog> {
  const path = join(directory, 'log');
  const codec = logEntryCodec(options.manifest.size) as Codec<LogEntry>;
  const entries: Uint8Array[] = [];
  let chain: ChainState | null = null;
  const take = (record: LogRecord, offset: number): void => {
    if ((record.type === 'chain') !== (chain === null)) corrupt(path, offset, 'order');
    if (record.type === 'chain') chain = record.chain;
    else
      for (const entry of record.entries) {
        decode(codec, entry);
        entries.push(entry);
      }
  };
  const { log, dropped } = await LogFile.open(fs, path, identityOf(options, 'log'), (record, offset) =>
    readable(path, offset, () => take(decode(logRecordCodec, record), offset)),
  );
  return { file: log, chain: chain ?? corrupt(path, 0, 'no chain'), entries, dropped };
}

async function openHistory(fs: FileSystem, directory: string, options: StoreOptions): Promise<OpenHistory> {
  const path = join(directory, 'history');
  const places: number[] = [];
  let first: number | null = null;
  const take = (record: Uint8Array, offset: number): void => {
    const decoded = decode(historyRecordCodec, record);
    if (decoded.type !== 'sealed') return;
    first ??= decoded.epoch;
    if (decoded.epoch !== first + places.length) corrupt(path, offset, 'order');
    places.push(offset);
  };
  const { log, dropped } = await LogFile.open(fs, path, identityOf(options, 'history'), (record, offset) =>
    readable(path, offset, () => take(record, offset)),
  );
  return { file: log, first, places, dropped };
}

type LogRecord = Decoded<typeof logRecordCodec>;

/** A record that verifies and does not decode was written by something else than this version. */
function readable(path: string, offset: number, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!isConcordatError(error) || error.code.startsWith('LOG_')) throw error;
    corrupt(path, offset, error.code);
  }
}

function corrupt(path: string, offset: number, reason: string): never {
  return refuse(
    { code: 'LOG_CORRUPT', path, offset, reason },
    `the record at byte ${offset} makes no sense: ${reason}`,
  );
}
