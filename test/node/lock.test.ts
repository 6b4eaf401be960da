import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { Lock, nodeProcesses, type Processes } from '../../src/node/lock.js';
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
      expect(await disk.exists(`${PATH}.clearing`)).toBe(false);
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
      const disk = new Disk();
      disk.fault = (_, __, count) => {
        if (count >= stopAt) throw systemError('STOPPED');
        return undefined;
      };
      await take(disk, as(77)).catch(() => {});
      const after = disk.stop('written', (durable) => durable);
      expect(await take(after, as(1)), `stopped at ${stopAt}`).toBe('taken');
    }
  });

  it('tells a process of this machine from one that had its number before', () => {
    const { self } = nodeProcesses;
    expect(nodeProcesses.isRunning(self)).toBe(true);
    if (self.started !== '')
      expect(nodeProcesses.isRunning({ ...self, started: 'another boot/1' })).toBe(false);
    expect(nodeProcesses.isRunning({ ...self, pid: 2 ** 22 + 12_345 })).toBe(false);
    expect(nodeProcesses.isRunning({ ...self, host: `not ${self.host}` })).toBeNull();
  });
});
