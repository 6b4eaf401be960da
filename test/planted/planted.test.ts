import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

function planted(...args: readonly string[]): { readonly code: number | null; readonly lines: string[] } {
  const script = resolve(ROOT, 'scripts/planted.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { code: status, lines: (stdout + stderr).trim().split('\n') };
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
