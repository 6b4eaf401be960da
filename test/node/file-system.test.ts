import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeFileSystem } from '../../src/node/file-system.js';
import { systemError } from './disk.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'concordat-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

const levels = (): string[] => ['', 'a', 'a/b'].map((name) => join(root, name));

describe('a directory', () => {
  it('is made with every name above it durable', async () => {
    const sync = vi.spyOn(nodeFileSystem, 'syncDirectory');
    await nodeFileSystem.makeDirectory(join(root, 'a', 'b', 'c'));
    const synced = sync.mock.calls.map(([path]) => relative(root, path));
    expect(synced.slice(0, 3)).toEqual(['a/b', 'a', '']);
    expect(await nodeFileSystem.exists(join(root, 'a', 'b', 'c'))).toBe(true);
  });

  it('that a process made that was killed before it synced has its names made durable by the next one', async () => {
    await mkdir(join(root, 'a', 'b', 'c'), { recursive: true });
    const sync = vi.spyOn(nodeFileSystem, 'syncDirectory');
    await nodeFileSystem.makeDirectory(join(relative(process.cwd(), root), 'a', 'b', 'c'));
    for (const level of levels()) expect(sync).toHaveBeenCalledWith(level);
  });

  it('is not there for good when a name above it cannot be made durable', async () => {
    for (const failing of levels()) {
      const sync = vi.spyOn(nodeFileSystem, 'syncDirectory');
      sync.mockImplementation(async (path) => {
        if (path === failing) throw systemError('EIO');
      });
      await expect(nodeFileSystem.makeDirectory(join(root, 'a', 'b', 'c'))).rejects.toThrow('EIO');
      // Made meanwhile, and still not durable.
      await expect(nodeFileSystem.makeDirectory(join(root, 'a', 'b', 'c'))).rejects.toThrow('EIO');
      await rm(join(root, 'a'), { recursive: true });
    }
  });

  it('may stand under others that this bank may not read, if it did not make them', async () => {
    const sync = vi.spyOn(nodeFileSystem, 'syncDirectory');
    sync.mockImplementation(async (path) => {
      if (path === dirname(root)) throw systemError('EACCES');
    });
    await nodeFileSystem.makeDirectory(join(root, 'a'));
    sync.mockImplementation(async (path) => {
      if (path === root) throw systemError('EACCES');
    });
    await expect(nodeFileSystem.makeDirectory(join(root, 'b'))).rejects.toThrow('EACCES');
  });
});
