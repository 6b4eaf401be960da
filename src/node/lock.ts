import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isConcordatError } from '../crypto/error.js';
import type { FileSystem } from './file-system.js';
import { attempt, refuse, systemCode } from './log-error.js';

/** Names a process so that no other, before or after it, has the same name. */
export interface ProcessName {
  readonly host: string;
  readonly pid: number;
  /** Boot of the machine and start of the process, as far as the system tells; else empty. */
  readonly started: string;
}

/** What a lock has to know of processes. */
export interface Processes {
  readonly self: ProcessName;
  /** Whether a process that had this name is running still; null when that cannot be found out from here. */
  isRunning(name: ProcessName): boolean | null;
}

/** The processes of this machine. */
export const nodeProcesses: Processes = {
  get self() {
    return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
  },
  isRunning({ host, pid, started }) {
    if (host !== hostname()) return null;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (systemCode(error) === 'ESRCH') return false;
      if (systemCode(error) !== 'EPERM') return null;
    }
    // A number is given out again: it is the same process only if it started then.
    const now = startOf(pid);
    return now === '' || started === '' || now === started;
  },
};

/** Linux tells when a process started; elsewhere its number has to do. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}

/**
 * A file that says which process has a bank's store open. A bank that runs twice signs twice, and is then proven faulty.
 *
 * The file appears with its content, by a hard link, and only if there is none. What a process left behind that runs no
 * more is taken away, by one process at a time. One of another machine, which cannot be asked, stays: its operator has
 * to. The lock keeps out mistakes; it does not replace giving each bank one place to run.
 */
export class Lock {
  private constructor(
    private readonly fs: FileSystem,
    private readonly path: string,
  ) {}

  /** @throws `LogError` `LOG_LOCKED` or `LOG_FAILED` */
  static async take(fs: FileSystem, path: string, processes: Processes = nodeProcesses): Promise<Lock> {
    const own = `${path}.${processes.self.pid}.${randomBytes(8).toString('hex')}`;
    await write(fs, own, JSON.stringify(processes.self));
    try {
      if (await tryLink(fs, own, path)) return new Lock(fs, path);
      await clear(fs, own, path, processes);
      if (await tryLink(fs, own, path)) return new Lock(fs, path);
      return locked(path, 'another process');
    } finally {
      await attempt(own, 'remove', () => fs.remove(own));
    }
  }

  /** Lets go of the store. */
  async release(): Promise<void> {
    await attempt(this.path, 'remove', () => this.fs.remove(this.path));
  }
}

/**
 * Takes away what a process left that runs no more. Only who holds the guard may, and looks again under it: otherwise two
 * that found the same old lock would each take away the other's new one.
 */
async function clear(fs: FileSystem, own: string, path: string, processes: Processes): Promise<void> {
  const guard = `${path}.clearing`;
  if (!(await tryLink(fs, own, guard))) locked(guard, 'a process that takes an old lock away');
  try {
    const text = await read(fs, path);
    if (text === null) return;
    const owner = ownerOf(text);
    if (!owner || processes.isRunning(owner) !== false)
      locked(path, owner ? `process ${owner.pid} on ${owner.host}` : 'somebody unknown');
    await attempt(path, 'remove', () => fs.remove(path));
  } finally {
    await attempt(guard, 'remove', () => fs.remove(guard));
  }
}

function ownerOf(text: string): ProcessName | null {
  try {
    const { host, pid, started } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host !== 'string' || typeof started !== 'string' || !Number.isSafeInteger(pid)) return null;
    return { host, pid: pid as number, started };
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

/** Its text, null when it is gone. A lock is short; more of a file than that is not read. */
async function read(fs: FileSystem, path: string): Promise<string | null> {
  try {
    const file = await attempt(path, 'open', () => fs.open(path, 'existing'));
    try {
      const bytes = new Uint8Array(1024);
      return Buffer.from(
        bytes.subarray(0, await attempt(path, 'read', () => file.read(bytes, 0))),
      ).toString();
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
