import type { FileSystem, OpenFile } from '../../src/node/file-system.js';

/** What a test wants to go wrong: called before each operation, it may throw, or say how many bytes are written. */
export type Fault = (operation: string, path: string, count: number) => number | undefined;

interface Content {
  /** As a reader sees it. */
  bytes: Uint8Array;
  /** As it is on stable storage. */
  durable: Uint8Array;
}

/** An error as Node throws it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A file system in memory that tells what is durable from what is only written, and fails when told to. */
export class Disk implements FileSystem {
  fault: Fault = () => undefined;
  /** Operations so far that change something. */
  operations = 0;
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();

  async makeDirectory(): Promise<void> {}

  async open(path: string, how: 'existing' | 'empty'): Promise<OpenFile> {
    if (how === 'empty') {
      this.#step('create', path);
      const old = this.#names.get(path);
      if (old) old.bytes = new Uint8Array(0);
      else this.#names.set(path, { bytes: new Uint8Array(0), durable: new Uint8Array(0) });
    }
    const content = this.#names.get(path);
    if (!content) throw systemError('ENOENT');
    return {
      size: async () => content.bytes.length,
      read: async (into, position) => {
        const part = content.bytes.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (bytes, position) => {
        const count = Math.min(this.#step('write', path) ?? bytes.length, bytes.length);
        const grown = new Uint8Array(Math.max(content.bytes.length, position + count));
        grown.set(content.bytes);
        grown.set(bytes.subarray(0, count), position);
        content.bytes = grown;
        return count;
      },
      truncate: async (length) => {
        this.#step('truncate', path);
        content.bytes = content.bytes.slice(0, length);
      },
      sync: async () => {
        this.#step('fsync', path);
        content.durable = content.bytes;
      },
      close: async () => {},
    };
  }

  async exists(path: string): Promise<boolean> {
    return this.#names.has(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step('rename', to);
    const content = this.#names.get(from);
    if (!content) throw systemError('ENOENT');
    this.#names.delete(from);
    this.#names.set(to, content);
  }

  async link(from: string, to: string): Promise<void> {
    if (this.#names.has(to)) throw systemError('EEXIST');
    this.#step('link', to);
    this.#names.set(to, this.#names.get(from)!);
  }

  async remove(path: string): Promise<void> {
    this.#step('remove', path);
    if (!this.#names.delete(path)) throw systemError('ENOENT');
  }

  async syncDirectory(path: string): Promise<void> {
    this.#step('fsync', path);
    this.#durableNames = new Map(this.#names);
  }

  /** Of all files. */
  names(): string[] {
    return [...this.#names.keys()];
  }

  /** What a file has; a test may put something else there. */
  content(path: string): Uint8Array {
    return this.#names.get(path)!.bytes;
  }

  put(path: string, bytes: Uint8Array): void {
    this.#names.set(path, { bytes, durable: bytes });
    this.#durableNames.set(path, this.#names.get(path)!);
  }

  /** The machine stops. What was not durable is there, is not, or is there in part, as `kept` says of each file. */
  stop(names: 'durable' | 'written', kept: (durable: Uint8Array, written: Uint8Array) => Uint8Array): Disk {
    const after = new Disk();
    for (const [path, { bytes, durable }] of names === 'durable' ? this.#durableNames : this.#names)
      after.put(path, kept(durable, bytes).slice());
    return after;
  }

  #step(operation: string, path: string): number | undefined {
    this.operations++;
    return this.fault(operation, path, this.operations);
  }
}
