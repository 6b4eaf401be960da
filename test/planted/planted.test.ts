import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Printed {
  readonly code: number | null;
  readonly lines: string[];
}

const planted = (...args: readonly string[]): Printed => plantedIn(ROOT, args);

function plantedIn(root: string, args: readonly string[]): Printed {
  const script = join(root, 'scripts/planted.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { code: status, lines: (stdout + stderr).trim().split('\n') };
}

/** What the check prints in a copy of the project in which `file` was edited. */
function checkedAfter(file: string, edit: (text: string) => string, names: string): Printed {
  const copy = mkdtempSync(join(tmpdir(), 'concordat-'));
  try {
    for (const part of ['scripts/planted.mjs', 'test/planted', 'src'])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, 'src', file);
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
    return plantedIn(copy, ['--check', '--only', names]);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

describe('planted mistakes', () => {
  it('can all be planted in the sources as they are, and are 25 or more', () => {
    const { code, lines } = planted('--check');
    expect(lines.filter((line) => !line.endsWith('can be planted'))).toEqual([
      expect.stringMatching(/^\d+ can be planted, 0 cannot$/),
    ]);
    expect(lines.length).toBeGreaterThan(25);
    expect(code).toBe(0);
  });

  it.each([
    ['gone', (text: string) => text.replaceAll('banks + faults + 1', 'faults + banks + 1'), '0 times'],
    ['there twice', (text: string) => text + text, '2 times'],
  ])('fail the check when the text that they change is %s', (_, edit, times) => {
    const { code, lines } = checkedAfter('protocol/quorum.ts', edit, 'quorum-of-2f,lock-bypassed');
    expect(lines).toContain('lock-bypassed: can be planted');
    expect(lines).toContain(`quorum-of-2f: FAILED: protocol/quorum.ts has ${times}, not once:`);
    expect(lines.at(-1)).toBe('1 can be planted, 1 cannot');
    expect(code).toBe(1);
  });

  it('make the oracle ring where the sources as they are do not', () => {
    const { code, lines } = planted('--only', 'log-not-restored,thin-draft-at-once', '--seeds', '20');
    expect(lines[0]).toMatch(
      /^thin-draft-at-once: seed \d+: inclusion: |^log-not-restored: seed \d+: integrity: /,
    );
    expect(lines.at(-1)).toBe('2 caught, 0 missed');
    expect(code).toBe(0);
  });

  it('are missed when nothing that they spoil is run, and then the check fails', () => {
    // Its scenarios take a crash at the right moment: the first one has none.
    const { code, lines } = planted('--only', 'lock-not-persisted', '--seeds', '1');
    expect(lines.at(-1)).toBe('0 caught, 1 missed');
    expect(code).toBe(1);
  });

  it('are not asked for by names that nobody knows', () => {
    const { code, lines } = planted('--only', 'nothing');
    expect(lines[0]).toBe('planted: there is no mistake "nothing"');
    expect(code).toBe(2);
  });
});
