import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concordat, ROOT } from './built.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-readme-`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('the README', () => {
  it('names every option that a command has, and only files that exist', async () => {
    for (const command of ['reconcile', 'simulate', 'verify']) {
      const { stdout } = await concordat(cwd, command, '--help');
      for (const [option] of stdout.matchAll(/--[a-z-]+/g)) expect(readme).toContain(option);
    }
    for (const [, file] of readme.matchAll(/\]\(([^)#:]+)\)/g))
      expect(existsSync(join(ROOT, file!))).toBe(true);
  });
});

describe('what npm start runs', () => {
  it('gives agreement, a table with every settled key and a seal that verifies', async () => {
    const example = join(ROOT, 'examples/failed-banks');
    const files = Array.from({ length: 10 }, (_, i) =>
      join(example, `bank-${String(i + 1).padStart(2, '0')}.csv`),
    );
    const options = [
      '--schema',
      join(example, 'schema.json'),
      '--adversary',
      'bank-05=falsify',
      '--seed',
      '1',
      '--json',
    ];
    const { code, stdout } = await concordat(cwd, 'reconcile', ...options, ...files);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ banks: 10, faults: 3, agreement: true, violations: [], skippedRows: [] });
    expect(report.keys.total).toBe(569);
    const rows = readFileSync(join(cwd, 'out/reconciled.csv'), 'utf8').trimEnd().split('\n');
    expect(rows.length - 1).toBeGreaterThanOrEqual(report.keys.unanimous + report.keys.settled);
    expect((await concordat(cwd, 'verify', '--manifest', 'out/manifest.json', 'out/seal.json')).code).toBe(0);
  });
});
