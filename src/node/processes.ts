import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './log-error.js';

/** Names a process so that no other, before or after it, has the same name. */
export interface ProcessName {
  /** The machine's name. */
  readonly host: string;
  /** The process's number, unique on the machine while it runs. */
  readonly pid: number;
  /** Boot of the machine and start of the process, as far as the system tells; else empty. */
  readonly started: string;
  /** The installed system that runs on the machine, the same after a boot; empty or missing where that is not told. */
  readonly machine?: string;
  /** Where the number is this process's: containers of one machine number theirs apart. Empty or missing as above. */
  readonly namespace?: string;
}

/** What a lock has to know of processes. */
export interface Processes {
  /** The process that this code runs in. */
  readonly self: ProcessName;
  /** Whether a process that had this name is running still; null when that cannot be found out from here. */
  isRunning(name: ProcessName): boolean | null;
}

/** What an operating system tells of itself. */
export interface System {
  readonly platform: NodeJS.Platform;
  readonly host: string;
  readonly pid: number;
  /** What a file of the system has, trimmed; empty where there is none. */
  read(path: string): string;
  /** What a symbolic link of the system says; empty where there is none. */
  link(path: string): string;
  /** As `process.kill(pid, 0)`: throws `ESRCH` where no process with this number can be seen. */
  probe(pid: number): void;
}

/** Linux gives this number to the processes' namespace of the machine itself, which containers are not in. */
const WHOLE_MACHINE = 'pid:[4026531836]';

/**
 * The processes of a system. Only of one that this process could see, if it ran, can be said that it does not: on Linux one
 * with the same host name, `/etc/machine-id` and pid namespace, and either of this boot, or of an earlier one and in no
 * container. Elsewhere host name and number have to do: systems without pid namespaces show every process, but two
 * machines of one name would pass for one.
 */
export function processesOf(system: System): Processes {
  const { platform, host, pid } = system;
  /** By `proc_pid_stat(5)` in ticks since the boot; elsewhere a process's number has to do. */
  const startOf = (pid: number): string => {
    const boot = system.read('/proc/sys/kernel/random/boot_id');
    const stat = system.read(`/proc/${pid}/stat`);
    return boot && stat && `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  };
  const [started, machine] = [startOf(pid), system.read('/etc/machine-id')];
  const namespace = system.link('/proc/self/ns/pid');
  return {
    self: { host, pid, started, machine, namespace },
    isRunning(name) {
      if (name.host !== host || (name.machine ?? '') !== machine) return null;
      if ((name.namespace ?? '') !== namespace || (platform === 'linux' && namespace === '')) return null;
      if (bootOf(name.started) !== bootOf(started))
        return machine !== '' && namespace === WHOLE_MACHINE ? false : null;
      try {
        system.probe(name.pid);
      } catch (error) {
        if (systemCode(error) === 'ESRCH') return false;
        if (systemCode(error) !== 'EPERM') return null;
      }
      // A number is given out again: it is the same process only if it started then.
      const now = startOf(name.pid);
      return now === '' || name.started === '' || now === name.started;
    },
  };
}

const bootOf = (started: string): string => started.split('/')[0]!;

/** The processes of this machine. */
export const nodeProcesses: Processes = processesOf({
  platform: process.platform,
  host: hostname(),
  pid: process.pid,
  read: (path) => orEmpty(() => readFileSync(path, 'utf8').trim()),
  link: (path) => orEmpty(() => readlinkSync(path)),
  probe: (pid) => process.kill(pid, 0),
});

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
