import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concordat, refusal } from './built.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-simulate-`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const SMALL = ['simulate', '--banks', '4', '--records', '60'];

describe('simulate', () => {
  it('prints a summary in 80 columns without colour on a pipe', async () => {
    const { code, stdout, stderr } = await concordat(cwd, ...SMALL);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('✔ agreed');
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('prints the report as one JSON document with --json, equal for equal seeds but for the duration', async () => {
    const figures = async (seed: string): Promise<unknown> => {
      const { code, stdout, stderr } = await concordat(
        cwd,
        ...SMALL,
        '--seed',
        seed,
        '--adversary',
        'falsify',
        '--json',
      );
      expect([code, stderr]).toEqual([0, '']);
      const { durationMs, ...report } = JSON.parse(stdout);
      expect(durationMs).toBeGreaterThan(0);
      return report;
    };
    const report = await figures('3');
    expect(report).toMatchObject({
      version: 1,
      protocol: 'concordat',
      seed: 3,
      banks: 4,
      faults: 1,
      quorum: 3,
      agreement: true,
    });
    expect(await figures('3')).toEqual(report);
    expect(await figures('4')).not.toEqual(report);
  });

  it('writes a page with every parameter and the command that gives it again', async () => {
    const { code } = await concordat(
      cwd,
      ...SMALL,
      '--network',
      'wan',
      '--adversary',
      'silent',
      '--report',
      'report.html',
    );
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual(['report.html']);
    const page = readFileSync(join(cwd, 'report.html'), 'utf8');
    const command = /<pre>npx concordat (.*)<\/pre>/.exec(page)?.[1]?.split(' ') ?? [];
    expect(command).toEqual(
      expect.arrayContaining(['simulate', '--banks', '4', '--network', 'wan', '--seed', '1']),
    );
    const again = JSON.parse((await concordat(cwd, ...command, '--json')).stdout);
    expect(page).toContain(again.resultRoot);
    const more = ['sketchSymbols', 'maxDifferences', 'delta', 'schema', 'schemaDigest', 'absence'];
    const defaults = ['disputed', 'noise', 'latencyMs'];
    for (const name of [...Object.keys({ ...again.network, ...again.parameters }), ...more, ...defaults])
      expect(page).toContain(`<td>${name}</td>`);
  });

  it('decides disputed keys and noisy amounts, and tells how many', async () => {
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const { code, stdout, stderr } = await concordat(
      cwd,
      ...SMALL,
      '--disputed',
      '0.2',
      '--noise',
      '0.1',
    ).finally(() => {
      process.stderr.isTTY = isTTY;
    });
    expect(code).toBe(0);
    // An epoch of four banks has fewer than a hundred messages: a terminal is told long before its end.
    expect(stderr).toMatch(/epoch 1 of 1, \d+ messages delivered/);
    expect(stdout).toMatch(/of the disputed, 1\d decided, 0 unresolved/);
    expect(stdout).toMatch(/Accuracy +100\.0 %/);
    const bounded = await concordat(
      cwd,
      ...SMALL,
      '--divergence',
      '0',
      '--disputed',
      '0.2',
      '--quota',
      '2',
      '--json',
    );
    expect(bounded.code).toBe(0);
    const report = JSON.parse(bounded.stdout);
    expect(report).toMatchObject({ quota: 2, parameters: { disputed: 0.2, quota: 2 } });
    expect(report.keys.unresolved).toBeGreaterThan(0);
    for (const { disclosed } of report.perBank) expect(disclosed).toBeLessThanOrEqual(2);
  });

  it('opens statistics as it is told, and says what each mode does', async () => {
    const shown = async (mode: string): Promise<string> =>
      (await concordat(cwd, ...SMALL, '--statistics', mode)).stdout.replace(/\s+/g, ' ');
    expect(await shown('none')).not.toContain('Statistics');
    expect(await shown('aggregate')).toMatch(
      /of 4 banks, opened in sum only amount: 240 values, sum [\d,]+\.\d\d, mean/,
    );
    expect(await shown('open')).toContain('of 4 banks, opened bank by bank');
    const help = (await concordat(cwd, 'simulate', '--help')).stdout.replace(/\s+/g, ' ');
    expect(help).toContain('none; aggregate, opened in sum only; open, bank by bank');
  });

  it.each([
    [['--disputed', '1.5'], /--disputed.*from 0 to 1/],
    [['--disputed', '1'], /^--disputed and divergence are above 1 together$/],
    [['--disputed', '0.1', '--banks', '1'], /^--disputed needs two banks/],
    [['--noise', '-1'], /--noise.*from 0 to 1/],
    [['--quota', '-1'], /--quota.*from 0 to 4294967295/],
    [['--quota', '1.5'], /--quota/],
    [['--banks', '257'], /--banks.*from 1 to 256/],
    [['--statistics', 'all'], /--statistics.*one of none, aggregate, open/],
  ])('refuses %j with one line', async (options, reason) => {
    expect(refusal(await concordat(cwd, 'simulate', ...options), 2)).toMatch(reason);
  });

  it('ends with 1 and says so when agreement is not reached', async () => {
    const run = await concordat(cwd, ...SMALL, '--actual-faults', '2', '--adversary', 'silent', '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout).agreement).toBe(false);
    expect(run.stderr).toBe(
      'concordat: agreement was not reached: 2 banks lie and 1 may, so nothing was promised\n',
    );
  });

  it('runs the naive baseline alone', async () => {
    const { code, stdout } = await concordat(cwd, ...SMALL, '--protocol', 'naive', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.protocol).toBe('naive');
    expect(report.bytes.total).toBe(report.naive.bytes);
  });
});
