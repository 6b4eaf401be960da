import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A file that is open for reading and writing. */
export interface OpenFile {
  /** Bytes in it. */
  size(): Promise<number>;
  /** Fills `into` from `position` on; returns how many bytes there were, fewer than asked for only at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Returns how many bytes were written, which may be fewer than were given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Cuts the file to so many bytes. */
  truncate(length: number): Promise<void>;
  /** Returns once content and size are on stable storage, as far as the operating system can tell. */
  sync(): Promise<void>;
  /** Gives the file back; it is not used after that. */
  close(): Promise<void>;
}

/**
 * What a bank's store needs of a file system. Failures are thrown as Node does, with a system `code` such as `ENOSPC`.
 * Tests put a file system here that fails, tears and forgets at every point.
 */
export interface FileSystem {
  /**
   * Makes a directory, and those above it, for its owner only (0700), where they are not there. Their names are durable
   * after it, also those that an earlier process made and did not live to make durable.
   */
  makeDirectory(path: string): Promise<void>;
  /** Opens a file that must exist, or makes an empty one for its owner only (0600), over an earlier one of that name. */
  open(path: string, how: 'existing' | 'empty'): Promise<OpenFile>;
  /** Whether there is a file or a directory of that name. */
  exists(path: string): Promise<boolean>;
  /** Replaces `to`, in one step for whoever looks. */
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name. @throws `EEXIST` when that name is taken */
  link(from: string, to: string): Promise<void>;
  /** Takes a file's name away; the change lasts after {@link FileSystem.syncDirectory}. */
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** How a directory refuses to be synced in which no process of this bank can have made anything. */
const NOT_OURS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL']);

/** The file system of the machine. */
export const nodeFileSystem: FileSystem = {
  async makeDirectory(path) {
    const made = await fs.mkdir(path, { recursive: true, mode: 0o700 });
    const top = made === undefined ? null : dirname(resolve(made));
    let isMade = top !== null;
    for (let level = dirname(resolve(path)); ; level = dirname(level)) {
      await nodeFileSystem.syncDirectory(level).catch((error: NodeJS.ErrnoException) => {
        if (isMade || !NOT_OURS.has(error.code ?? '')) throw error;
      });
      if (level === top) isMade = false;
      if (level === dirname(level)) return;
    }
  },
  async open(path, how) {
    const flags =
      how === 'existing' ? constants.O_RDWR : constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC;
    const file = await fs.open(path, flags, 0o600);
    return {
      size: async () => (await file.stat()).size,
      read: async (into, position) => {
        let got = 0;
        while (got < into.length) {
          const { bytesRead } = await file.read(into, got, into.length - got, position + got);
          if (bytesRead === 0) break;
          got += bytesRead;
        }
        return got;
      },
      write: async (bytes, position) => (await file.write(bytes, 0, bytes.length, position)).bytesWritten,
      truncate: (length) => file.truncate(length),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  exists: (path) =>
    fs.access(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    ),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  remove: (path) => fs.unlink(path),
  async syncDirectory(path) {
    if (process.platform === 'win32') return; // which has no such thing: names are durable by its journal
    const directory = await fs.open(path, constants.O_RDONLY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
