import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, concordat, ROOT } from './built.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/<!-- test -->\n```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

let cwd: string;
beforeAll(() => {
  build();
  // A directory in which `concordat` is installed.
  cwd = mkdtempSync(`${tmpdir()}/concordat-readme-`);
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(ROOT, join(cwd, 'node_modules/concordat'), 'dir');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('the README', () => {
  it('has two examples that say of themselves that they are tested', () => expect(blocks.length).toBe(2));

  it.each([
    [0, `true 2\n2 divergent [ 'west' ]\n32 true\n`],
    [1, `[ 1n, 100n ] function [ 'north' ]\n`],
  ])('has an example (%i) that runs as a program outside the project', (block, output) => {
    const { outputText } = ts.transpileModule(blocks[block]!, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(cwd, 'example.mjs'), outputText);
    const printed = execFileSync(process.execPath, ['example.mjs'], { cwd, encoding: 'utf8' });
    expect(printed).toBe(output);
  });

  it('names every option that a command has, and only files that exist', async () => {
    for (const command of ['reconcile', 'simulate', 'verify']) {
      const { stdout } = await concordat(cwd, command, '--help');
      for (const [option] of stdout.matchAll(/--[a-z-]+/g)) expect(readme).toContain(option);
    }
    for (const [, file] of readme.matchAll(/\]\(([^)#:]+)\)/g))
      expect(existsSync(join(ROOT, file!))).toBe(true);
  });
});

describe('examples/library.mjs', () => {
  it('runs, and no guarantee is violated', () => {
    const printed = execFileSync(process.execPath, ['examples/library.mjs'], { cwd: ROOT, encoding: 'utf8' });
    expect(printed).toMatch(/^agreement: true, violations: 0\n/);
    expect(printed.match(/ honest /g)?.length).toBe(5);
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
