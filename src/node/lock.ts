import { createHash, randomBytes } from 'node:crypto';
import { isConcordatError } from '../crypto/error.js';
import type { FileSystem } from './file-system.js';
import { attempt, refuse, systemCode } from './log-error.js';
import { nodeProcesses, type Processes, type ProcessName } from './processes.js';

/** Bytes of a lock at most: more of a file than that is not read. */
const MAX_LOCK = 1024;
/** Guards of guards at most: that many processes died one after the other while they took an old lock away. */
const MAX_GUARDS = 16;

/**
 * A file that says which process has a bank's store open. A bank that runs twice signs twice, and is then proven faulty.
 *
 * The file appears with its content, by a hard link, and only if there is none. What a process left behind that runs no
 * more is taken away, by one process at a time. One that cannot be asked, of another machine or container, stays: its
 * operator has to. The lock keeps out mistakes; it does not replace giving each bank one place to run.
 */
export class Lock {
  private constructor(
    private readonly fs: FileSystem,
    private readonly path: string,
    /** Unlike that of any other lock, at whatever time. */
    private readonly text: string,
  ) {}

  /** @throws `LogError` `LOG_LOCKED` or `LOG_FAILED` */
  static async take(fs: FileSystem, path: string, processes: Processes = nodeProcesses): Promise<Lock> {
    const nonce = randomBytes(16).toString('hex');
    const own = `${path}.${processes.self.pid}.${nonce}`;
    const text = JSON.stringify({ ...processes.self, nonce });
    await write(fs, own, text);
    try {
      if (await tryLink(fs, own, path)) return new Lock(fs, path, text);
      await new Clearing(fs, own, path, processes).clear(path);
      if (await tryLink(fs, own, path)) return new Lock(fs, path, text);
      return locked(path, 'another process');
    } finally {
      await attempt(own, 'remove', () => fs.remove(own));
    }
  }

  /** Lets go of the store, unless the lock was taken away meanwhile: another process may have it then. */
  async release(): Promise<void> {
    if ((await read(this.fs, this.path)) === this.text)
      await attempt(this.path, 'remove', () => this.fs.remove(this.path));
  }
}

/**
 * Takes away what a process left that runs no more. Each lock has a guard, named after its content, and only who holds it
 * may take that lock away, after a second look: otherwise two that found the same old lock would each take away the
 * other's new one. A guard is a lock as well, and what a process left of it that died there is taken away in the same way.
 */
class Clearing {
  constructor(
    private readonly fs: FileSystem,
    private readonly own: string,
    private readonly base: string,
    private readonly processes: Processes,
  ) {}

  async clear(path: string, guards = 0): Promise<void> {
    const { fs, own } = this;
    const text = await this.#abandoned(path);
    if (text === null) return;
    const guard = `${this.base}.clearing-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    if (!(await tryLink(fs, own, guard))) {
      if (guards < MAX_GUARDS) await this.clear(guard, guards + 1);
      if (!(await tryLink(fs, own, guard))) locked(guard, 'a process that takes an old lock away');
    }
    try {
      if ((await read(fs, path)) === text) await attempt(path, 'remove', () => fs.remove(path));
    } finally {
      await attempt(guard, 'remove', () => fs.remove(guard));
    }
  }

  /** What stands in a lock whose process runs no more; null when there is none any more. */
  async #abandoned(path: string): Promise<string | null> {
    const text = await read(this.fs, path);
    if (text === null) return null;
    const owner = ownerOf(text);
    if (!owner || this.processes.isRunning(owner) !== false)
      locked(path, owner ? `process ${owner.pid} on ${owner.host}` : 'somebody unknown');
    return text;
  }
}

function ownerOf(text: string): ProcessName | null {
  try {
    const { host, pid, started, machine = '', namespace = '' } = JSON.parse(text) as Record<string, unknown>;
    if (typeof machine !== 'string' || typeof namespace !== 'string') return null;
    if (typeof host !== 'string' || typeof started !== 'string' || !Number.isSafeInteger(pid)) return null;
    return { host, pid: pid as number, started, machine, namespace };
  } catch {
    return null;
  }
}

async function tryLink(fs: FileSystem, own: string, path: string): Promise<boolean> {
  try {
    await fs.link(own, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    return attempt(path, 'link', () => Promise.reject(error));
  }
}

async function write(fs: FileSystem, path: string, text: string): Promise<void> {
  const file = await attempt(path, 'create', () => fs.open(path, 'empty'));
  try {
    const bytes = Buffer.from(text);
    const written = await attempt(path, 'write', () => file.write(bytes, 0));
    if (written !== bytes.length)
      refuse({ code: 'LOG_FAILED', path, operation: 'write', cause: 'short' }, 'written in part');
    // After the machine stopped, an empty lock would be nobody's, and nobody could take it away.
    await attempt(path, 'fsync', () => file.sync());
  } finally {
    await file.close();
  }
}

/** Its text, null when it is gone. */
async function read(fs: FileSystem, path: string): Promise<string | null> {
  try {
    const file = await attempt(path, 'open', () => fs.open(path, 'existing'));
    try {
      const bytes = new Uint8Array(MAX_LOCK);
      const got = await attempt(path, 'read', () => file.read(bytes, 0));
      return Buffer.from(bytes.subarray(0, got)).toString();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isConcordatError(error) && systemCode(error.cause) === 'ENOENT') return null;
    throw error;
  }
}

function locked(path: string, owner: string): never {
  return refuse(
    { code: 'LOG_LOCKED', path, owner },
    `${owner} has this store open; if not, remove this file`,
  );
}
