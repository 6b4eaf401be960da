import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { Lock } from '../../src/node/lock.js';
import { nodeProcesses, type Processes, processesOf, type System } from '../../src/node/processes.js';
import { Disk, systemError } from './disk.js';

const PATH = '/bank/lock';
const running = new Set([1, 2, 3]);
const as = (pid: number, host = 'here'): Processes => ({
  self: { host, pid, started: `at ${pid}` },
  isRunning: (name) => (name.host === host ? running.has(name.pid) : null),
});
const take = async (disk: Disk, processes: Processes): Promise<string> => {
  try {
    await Lock.take(disk, PATH, processes);
    return 'taken';
  } catch (error) {
    if (isConcordatError(error)) return error.code;
    throw error;
  }
};
/** The machine stops at this operation. */
const stopping = (disk: Disk, at: number): Disk => {
  disk.operations = 0;
  disk.fault = (_, __, count) => {
    if (count >= at) throw systemError('STOPPED');
    return undefined;
  };
  return disk;
};
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe('a lock', () => {
  it('is one process’s until it lets go', async () => {
    const disk = new Disk();
    const lock = await Lock.take(disk, PATH, as(1));
    expect(await take(disk, as(2))).toBe('LOG_LOCKED');
    await lock.release();
    expect(await take(disk, as(2))).toBe('taken');
    expect(await take(disk, as(1))).toBe('LOG_LOCKED');
  });

  it('of a process that runs no more is taken by one of those that find it', async () => {
    for (const hurry of [0, 1, 2, 3, 4]) {
      const disk = new Disk();
      disk.put(PATH, text(JSON.stringify(as(77).self)));
      const first = take(disk, as(1));
      for (let i = 0; i < hurry; i++) await Promise.resolve();
      const taken = await Promise.all([first, take(disk, as(2)), take(disk, as(3))]);
      expect(
        taken.filter((each) => each === 'taken'),
        `${taken}`,
      ).toHaveLength(1);
      expect(disk.names()).toEqual([PATH]);
    }
  });

  it('of another machine, or of nobody one can make out, stays', async () => {
    for (const content of [
      JSON.stringify({ host: 'there', pid: 77, started: '' }),
      JSON.stringify({ host: 'here', pid: 1, started: 'at 1' }),
      JSON.stringify({ host: 'here', pid: 7.5, started: '' }),
      JSON.stringify({ host: 'here' }),
      'null',
      '',
      '{',
    ]) {
      const disk = new Disk();
      disk.put(PATH, text(content));
      expect(await take(disk, as(2)), content).toBe('LOG_LOCKED');
      expect(disk.content(PATH)).toEqual(text(content));
    }
  });

  it('is whole or not there, whenever the machine stops', async () => {
    for (let stopAt = 1; stopAt < 12; stopAt++) {
      const disk = stopping(new Disk(), stopAt);
      await take(disk, as(77)).catch(() => {});
      const after = disk.stop('written', (durable) => durable);
      expect(await take(after, as(1)), `stopped at ${stopAt}`).toBe('taken');
    }
  });

  it('is taken whenever those died who took away what others had left', async () => {
    for (let one = 1; one < 9; one++)
      for (let other = 1; other < 12; other++) {
        let disk = new Disk();
        disk.put(PATH, text(JSON.stringify(as(77).self)));
        for (const [pid, stopAt] of [
          [78, one],
          [79, other],
        ] as const) {
          await take(stopping(disk, stopAt), as(pid)).catch(() => {});
          disk = disk.stop('written', (durable) => durable);
        }
        const taken = await Promise.all([take(disk, as(1)), take(disk, as(2))]);
        expect(taken.sort(), `stopped at ${one}, then at ${other}`).toEqual(['LOG_LOCKED', 'taken']);
      }
  });

  it('is not taken away while somebody alive takes the one before away', async () => {
    const disk = new Disk();
    disk.put(PATH, text(JSON.stringify(as(77).self)));
    await take(stopping(disk, 5), as(3)).catch(() => {}); // it has the guard, and waits
    disk.fault = () => undefined;
    expect(disk.names().filter((name) => name.includes('clearing'))).toHaveLength(1);
    expect(await take(disk, as(2))).toBe('LOG_LOCKED');
    expect(disk.content(PATH)).toEqual(text(JSON.stringify(as(77).self)));
  });

  it('of somebody else is left where it is by one that lets go', async () => {
    const disk = new Disk();
    const first = await Lock.take(disk, PATH, as(1));
    await disk.remove(PATH); // by an operator, who was wrong
    await first.release(); // nothing is there: nothing to let go of
    const second = await Lock.take(disk, PATH, as(2));
    await first.release();
    expect(await take(disk, as(3))).toBe('LOG_LOCKED');
    await second.release();
    // Nor does it take away a later one of the same process.
    const again = await Lock.take(disk, PATH, as(1));
    await first.release();
    expect(await take(disk, as(3))).toBe('LOG_LOCKED');
    await again.release();
    expect(disk.names()).toEqual([]);
  });
});

describe('processes', () => {
  const BOOT = '/proc/sys/kernel/random/boot_id';
  const MACHINE = 'pid:[4026531836]';
  const stat = (start: number): string => `1 (a) b) S ${'0 '.repeat(18)}${start} 0`;
  /** A Linux with processes by number and start. */
  const linux = (
    processes: Record<number, number>,
    { namespace = MACHINE, machine = 'm', boot = 'boot-1', host = 'here' } = {},
  ): System => ({
    platform: 'linux',
    host,
    pid: 1,
    read: (path) => {
      if (path === BOOT) return boot;
      if (path === '/etc/machine-id') return machine;
      const start = processes[Number(/^\/proc\/(\d+)\/stat$/.exec(path)?.[1])];
      return start === undefined ? '' : stat(start);
    },
    link: () => namespace,
    probe: (pid) => {
      if (processes[pid] === undefined) throw systemError('ESRCH');
    },
  });
  const nameIn = (system: System) => processesOf(system).self;

  it('that another one could see are told from those that run no more', () => {
    const here = processesOf(linux({ 1: 10, 5: 50 }));
    expect(here.isRunning(here.self)).toBe(true);
    expect(here.isRunning({ ...here.self, pid: 5, started: 'boot-1/50' })).toBe(true);
    expect(here.isRunning({ ...here.self, pid: 5, started: 'boot-1/49' })).toBe(false);
    expect(here.isRunning({ ...here.self, pid: 6 })).toBe(false);
    expect(here.isRunning(nameIn(linux({ 1: 10 }, { boot: 'boot-0' })))).toBe(false);
  });

  it('of another container, machine or boot of a container are not said to run no more', () => {
    const inside = { namespace: 'pid:[4026532777]' };
    const [here, container] = [processesOf(linux({ 1: 10 })), processesOf(linux({ 1: 10 }, inside))];
    for (const [view, other] of [
      [here, nameIn(linux({ 1: 11 }, inside))],
      [container, nameIn(linux({ 1: 11 }, { namespace: 'pid:[4026532778]' }))],
      [container, nameIn(linux({ 1: 11 }))],
      [container, nameIn(linux({ 1: 11 }, { ...inside, boot: 'boot-0' }))],
      [here, nameIn(linux({ 1: 11 }, { machine: 'other' }))],
      [here, nameIn(linux({ 1: 11 }, { host: 'there' }))],
      [here, { host: 'here', pid: 6, started: 'boot-1/6' }],
      [
        processesOf(linux({ 1: 10 }, { machine: '' })),
        nameIn(linux({ 1: 11 }, { machine: '', boot: 'boot-0' })),
      ],
      [processesOf(linux({ 1: 10 }, { namespace: '' })), nameIn(linux({ 1: 11 }, { namespace: '' }))],
    ] as const)
      expect(view.isRunning(other), JSON.stringify([view.self, other])).toBeNull();
    // Its own container, as far as it can see: what had its number there before runs no more.
    expect(container.isRunning(nameIn(linux({ 1: 11 }, inside)))).toBe(false);
  });

  it('of systems that tell nothing are known by host and number', () => {
    const silent: System = {
      ...linux({ 1: 10, 5: 50 }),
      platform: 'darwin',
      read: () => '',
      link: () => '',
    };
    const here = processesOf(silent);
    expect(here.isRunning({ host: 'here', pid: 5, started: '' })).toBe(true);
    expect(here.isRunning({ host: 'here', pid: 6, started: '' })).toBe(false);
    expect(here.isRunning({ host: 'there', pid: 6, started: '' })).toBeNull();
    const refusing = (code: string): System => ({
      ...silent,
      probe: () => {
        throw systemError(code);
      },
    });
    expect(processesOf(refusing('EPERM')).isRunning({ host: 'here', pid: 6, started: '' })).toBe(true);
    expect(processesOf(refusing('EINVAL')).isRunning({ host: 'here', pid: 6, started: '' })).toBeNull();
  });

  it('of this machine are what the system says', () => {
    const { self } = nodeProcesses;
    expect(nodeProcesses.isRunning(self)).toBe(true);
    expect(nodeProcesses.isRunning({ ...self, pid: 2 ** 22 + 12_345 })).toBe(false);
    expect(nodeProcesses.isRunning({ ...self, host: `not ${self.host}` })).toBeNull();
    expect(nodeProcesses.isRunning({ ...self, namespace: 'pid:[1]' })).toBeNull();
    if (process.platform === 'linux') expect(self.namespace).toMatch(/^pid:\[\d+\]$/);
  });
});
