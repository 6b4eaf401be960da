import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, ROOT, refusal, spawned } from './built.js';
import { writeConsortium } from './small-consortium.js';

let cwd: string;
let files: string[];
beforeAll(() => {
  build();
  cwd = mkdtempSync(`${tmpdir()}/concordat-process-`);
  files = writeConsortium(cwd);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('the process', () => {
  it('ends with 0 after a run, and its seal verifies in another process', () => {
    const run = spawned(cwd, 'reconcile', '--schema', 'schema.json', '--json', ...files);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(JSON.parse(run.stdout).agreement).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual([...files, 'out', 'schema.json'].sort());
    expect(spawned(cwd, 'verify', '--manifest', 'out/manifest.json', 'out/seal.json').code).toBe(0);
  });

  it('ends with 1 for a seal that does not verify, without a stack trace', () => {
    writeFileSync(join(cwd, 'seal.json'), '{}');
    refusal(spawned(cwd, 'verify', '--manifest', 'out/manifest.json', 'seal.json'), 1);
  });

  it('ends with 2 for bad usage and for unreadable input, without a stack trace', () => {
    refusal(spawned(cwd), 2);
    refusal(spawned(cwd, 'reconcile', '--schema', 'absent.json', ...files), 2);
  });

  it.skipIf(!existsSync('/dev/full'))('ends with 2 and one line when its output cannot be written', () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), '--help'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([2, 'concordat: standard output: no space left on device\n']);
    } finally {
      closeSync(full);
    }
  });

  it('does not mind a reader that closes early', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise((done) => child.on('close', done));
    expect([code, stderr]).toEqual([0, '']);
  });
});
