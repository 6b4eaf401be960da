import { dirname } from 'node:path';
import { equalBytes } from '../crypto/bytes.js';
import { decode, encode, fixed, struct, text, u8, u16 } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { FrameChain, HEAD, isZero, MAX_FRAME, TAIL, wasNeverWritten } from './frames.js';
import { attempt, type LogError, refuse } from './log-error.js';

/** Version of the file format; another one is refused. */
const FORMAT_VERSION = 1;
/** `0x89`, so that no text is taken for it, and line ends that a transfer as text would change. */
const MAGIC = Uint8Array.of(0x89, ...Buffer.from('CONCORDAT\r\n\x1a\n', 'latin1'));
const MAX_HEADER = 256;

/** Whose a file is, and what for. Stands in its header; a file of anybody else is refused. */
export interface LogIdentity {
  /** `log`: what the bank must not contradict; `history`: what was sealed. */
  readonly kind: 'log' | 'history';
  /** 32 bytes. */
  readonly consortiumId: Uint8Array;
  /** The bank's name in its manifest. */
  readonly bank: string;
}

/** The end of a file that was dropped because it had never been made durable. */
export interface DroppedTail {
  /** Where in the file it began, in bytes. */
  readonly offset: number;
  /** How long it was. */
  readonly bytes: number;
}

const headerCodec = struct<{ version: number; kind: number; consortiumId: Uint8Array; bank: string }>({
  version: u16,
  kind: u8,
  consortiumId: fixed(32, 'consortium id'),
  bank: text(64, 'bank'),
});

function headerOf({ kind, consortiumId, bank }: LogIdentity): Uint8Array {
  const fields = { version: FORMAT_VERSION, kind: kind === 'log' ? 0 : 1, consortiumId, bank };
  return encode(headerCodec, fields);
}

/**
 * An append-only file of records, each durable before {@link LogFile.append} returns.
 *
 * Form: magic, then frames `length (4) ‖ check of the length (4) ‖ record ‖ check (16)`, the first of which is the header
 * with format version, kind, consortium and bank. Checks are truncated SHA-256 and chained. They find what disks and
 * people do to files by mistake, not what somebody does who may write to them: he has the bank's secrets as well.
 *
 * At most one frame is ever on its way to the disk. So when the machine stops, the last frame alone may be there in part:
 * it is dropped, and said so; nobody was told of it. Anything else that is not what was written is corruption, and
 * refused. A file that ends early between two frames looks like a shorter one: that a file system may not do.
 *
 * After any failure the file takes nothing more: what the disk then holds is not known, and a second `fsync` that
 * succeeds would prove nothing.
 */
export class LogFile {
  #failure: unknown = null;
  #busy = false;

  private constructor(
    private readonly fs: FileSystem,
    /** Where it is, as it was opened. */
    readonly path: string,
    private readonly identity: LogIdentity,
    private file: OpenFile,
    private chain: FrameChain,
    private end: number,
  ) {}

  /**
   * Makes a file with these records. It is there as a whole or not at all, whenever the machine stops.
   * @throws {@link LogError} `LOG_EXISTS` or `LOG_FAILED`
   */
  static async create(
    fs: FileSystem,
    path: string,
    identity: LogIdentity,
    records: readonly Uint8Array[] = [],
  ): Promise<LogFile> {
    if (await attempt(path, 'look', () => fs.exists(path)))
      refuse({ code: 'LOG_EXISTS', path }, 'there is a log already');
    const { file, chain, end } = await LogFile.#write(fs, path, identity, records);
    return new LogFile(fs, path, identity, file, chain, end);
  }

  /**
   * Opens a file, giving each of its records with its place, and drops an end that never became durable.
   * @throws {@link LogError} `LOG_MISSING`, `LOG_FOREIGN`, `LOG_CORRUPT` or `LOG_FAILED`
   */
  static async open(
    fs: FileSystem,
    path: string,
    identity: LogIdentity,
    onRecord: (record: Uint8Array, offset: number) => void,
  ): Promise<{ readonly log: LogFile; readonly dropped: DroppedTail | null }> {
    if (!(await attempt(path, 'look', () => fs.exists(path))))
      refuse({ code: 'LOG_MISSING', path }, 'there is no log');
    const file = await attempt(path, 'open', () => fs.open(path, 'existing'));
    try {
      const size = await attempt(path, 'stat', () => file.size());
      const chain = new FrameChain(MAGIC);
      const first = await LogFile.#readHeader(path, file, size, chain, identity);
      let end = first;
      for (;;) {
        const record = await readFrame(path, file, size, chain, end);
        if (!record) break;
        onRecord(record, end);
        chain.advance(record);
        end += HEAD + record.length + TAIL;
      }
      const dropped = end < size ? { offset: end, bytes: size - end } : null;
      if (dropped) await attempt(path, 'truncate', () => file.truncate(end));
      // What an earlier process wrote may still be in memory only, and this one is about to build on it.
      await attempt(path, 'fsync', () => file.sync());
      // So may its name: a process that was killed after a rename has not made the new file the one of that name for good.
      await attempt(path, 'fsync', () => fs.syncDirectory(dirname(path)));
      return { log: new LogFile(fs, path, identity, file, chain, end), dropped };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes in the file. */
  get size(): number {
    return this.end;
  }

  /**
   * Adds a record. Once this returns, it is durable; when it throws, it may or may not be, and nothing can be added.
   * @returns the record's place, for {@link LogFile.read}
   * @throws {@link LogError} `LOG_FAILED` or `LOG_CLOSED`, this time and ever after
   */
  append(record: Uint8Array): Promise<number> {
    return this.#exclusively(async () => {
      const offset = this.end;
      const { path } = this;
      if (record.length > MAX_FRAME)
        refuse(
          { code: 'LOG_FAILED', path, operation: 'append', cause: 'too long' },
          'the record is too long',
        );
      const frame = this.chain.frame(record);
      await writeAll(this.path, this.file, frame, offset);
      await attempt(this.path, 'fsync', () => this.file.sync());
      this.chain.advance(record);
      this.end += frame.length;
      return offset;
    });
  }

  /** Replaces all records by these, in one step: after a stop of the machine the file has the old ones or the new ones. */
  replace(records: readonly Uint8Array[]): Promise<void> {
    return this.#exclusively(async () => {
      const written = await LogFile.#write(this.fs, this.path, this.identity, records);
      const old = this.file;
      this.file = written.file;
      this.chain = written.chain;
      this.end = written.end;
      await attempt(this.path, 'close', () => old.close());
    });
  }

  /**
   * The record at a place that {@link LogFile.append} or {@link LogFile.open} gave; its check is not read again.
   * @throws {@link LogError} `LOG_CORRUPT` when the file does not go that far, or `LOG_FAILED`
   */
  async read(offset: number): Promise<Uint8Array> {
    const { path } = this;
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length);
      const got = await attempt(path, 'read', () => this.file.read(bytes, position));
      return got === length
        ? bytes
        : refuse({ code: 'LOG_CORRUPT', path, offset, reason: 'length' }, `no record at byte ${offset}`);
    };
    const length = new DataView((await read(offset, HEAD)).buffer).getUint32(0);
    return read(offset + HEAD, Math.min(length, this.end)); // no more than there is, whatever stands there now
  }

  /** Closes the file; it takes nothing more. */
  async close(): Promise<void> {
    const { path } = this;
    this.#failure ??= closed(path);
    await attempt(path, 'close', () => this.file.close());
  }

  async #exclusively<T>(action: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    if (this.#busy) throw new Error('a log file has one writer, which waits');
    this.#busy = true;
    try {
      return await action();
    } catch (error) {
      this.#failure ??= error;
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  static async #write(
    fs: FileSystem,
    path: string,
    identity: LogIdentity,
    records: readonly Uint8Array[],
  ): Promise<{ file: OpenFile; chain: FrameChain; end: number }> {
    const next = `${path}.next`;
    const file = await attempt(next, 'create', () => fs.open(next, 'empty'));
    try {
      const chain = new FrameChain(MAGIC);
      await writeAll(next, file, MAGIC, 0);
      let end = MAGIC.length;
      for (const record of [headerOf(identity), ...records]) {
        const frame = chain.frame(record);
        await writeAll(next, file, frame, end);
        chain.advance(record);
        end += frame.length;
      }
      await attempt(next, 'fsync', () => file.sync());
      await attempt(path, 'rename', () => fs.rename(next, path));
      await attempt(path, 'fsync', () => fs.syncDirectory(dirname(path)));
      return { file, chain, end };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Checks that the file is this bank's; returns where its first record stands. A header was never written in part. */
  static async #readHeader(
    path: string,
    file: OpenFile,
    size: number,
    chain: FrameChain,
    identity: LogIdentity,
  ): Promise<number> {
    const foreign = (what: string): never =>
      refuse({ code: 'LOG_FOREIGN', path, what }, `this is not the log of ${identity.bank}: ${what}`);
    const magic = new Uint8Array(MAGIC.length);
    await attempt(path, 'read', () => file.read(magic, 0));
    if (!equalBytes(magic, MAGIC)) foreign('it begins otherwise');
    const header = await readFrame(path, file, size, chain, MAGIC.length);
    if (!header || header.length > MAX_HEADER)
      return refuse(
        { code: 'LOG_CORRUPT', path, offset: MAGIC.length, reason: 'header' },
        'its header is not whole',
      );
    const version = (header[0]! << 8) | header[1]!;
    if (version !== FORMAT_VERSION) foreign(`format version ${version}`);
    const found = readHeader(header) ?? foreign('header');
    if (!equalBytes(found.consortiumId, identity.consortiumId)) foreign('of another consortium');
    if (found.bank !== identity.bank) foreign(`of ${JSON.stringify(found.bank)}`);
    if (!equalBytes(header, headerOf(identity))) foreign('of another kind');
    chain.advance(header);
    return MAGIC.length + HEAD + header.length + TAIL;
  }
}

function readHeader(header: Uint8Array) {
  try {
    return decode(headerCodec, header);
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
}

/** The record of the frame at `offset`; null when the file ends there, or in a frame that never became durable. */
async function readFrame(
  path: string,
  file: OpenFile,
  size: number,
  chain: FrameChain,
  offset: number,
): Promise<Uint8Array | null> {
  const corrupt = (reason: string): never =>
    refuse(
      { code: 'LOG_CORRUPT', path, offset, reason },
      `the record at byte ${offset} is not what was written`,
    );
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    const got = await attempt(path, 'read', () => file.read(bytes, position));
    return got === length ? bytes : corrupt('the file became shorter while it was read');
  };
  if (size - offset < HEAD) return null;
  const length = chain.lengthIn(await read(offset, HEAD));
  if (length === null) return (await isZeroFrom(file, offset, size)) ? null : corrupt('length');
  const after = offset + HEAD + length + TAIL;
  if (after > size) return null;
  const body = await read(offset + HEAD, length + TAIL);
  const record = body.subarray(0, length);
  if (chain.accepts(record, body.subarray(length))) return record;
  if (after === size && wasNeverWritten(body, offset + HEAD)) return null;
  return corrupt('content');
}

async function isZeroFrom(file: OpenFile, offset: number, size: number): Promise<boolean> {
  const piece = new Uint8Array(Math.min(size - offset, 1 << 16));
  for (let at = offset; at < size; at += piece.length) {
    const got = await file.read(piece, at);
    if (!isZero(piece.subarray(0, got))) return false;
  }
  return true;
}

async function writeAll(path: string, file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const count = await attempt(path, 'write', () => file.write(bytes.subarray(written), position + written));
    if (!(count > 0))
      refuse(
        { code: 'LOG_FAILED', path, operation: 'write', cause: 'nothing was written' },
        'nothing was written',
      );
    written += count;
  }
}

function closed(path: string): unknown {
  try {
    return refuse({ code: 'LOG_CLOSED', path } satisfies LogError, 'the log is closed');
  } catch (error) {
    return error;
  }
}
