import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adversaries } from '../../src/sim/adversaries.js';
import { concordat, refusal } from './built.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(`${tmpdir()}/concordat-usage-`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('help', () => {
  it.each([
    [[]],
    [['reconcile']],
    [['simulate']],
    [['verify']],
    [['keygen']],
    [['manifest']],
    [['reveal']],
    [['sign']],
  ])('of %j is on stdout and tells exit codes', async (command) => {
    const { code, stdout, stderr } = await concordat(cwd, ...command, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: concordat');
    expect(stdout).toContain('Exit codes:');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('lists the commands, and the adversaries where they can be named', async () => {
    const { stdout } = await concordat(cwd, '--help');
    for (const command of ['reconcile', 'simulate', 'verify']) expect(stdout).toContain(command);
    for (const command of ['reconcile', 'simulate'])
      expect((await concordat(cwd, command, '--help')).stdout).toContain('falsify');
  });

  it('keeps the names of adversaries apart from what they do', async () => {
    const { stdout } = await concordat(cwd, 'simulate', '--help');
    for (const name of Object.keys(adversaries)) expect(stdout).toMatch(new RegExp(`^  ${name}  +\\S`, 'm'));
  });
});

describe('bad usage ends with 2 and one line', () => {
  it.each<[string[], string]>([
    [[], 'no command is given'],
    [['recon'], "unknown command 'recon'"],
    [['simulat'], 'Did you mean simulate?'],
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['simulate', '--frobnicate'], "unknown option '--frobnicate'"],
    [['simulate', 'extra'], 'too many arguments'],
    [['simulate', '--banks'], 'argument missing'],
    [['simulate', '--banks', '0'], 'a whole number from 1 to 256'],
    [['simulate', '--banks', '-7'], 'a whole number from 1 to 256'],
    [['simulate', '--banks', 'seven'], 'a whole number from 1 to 256'],
    [['simulate', '--banks', '7.5'], 'a whole number from 1 to 256'],
    [['simulate', '--faults', '-1'], 'a whole number of at least 0'],
    [['simulate', '--faults', '1e1'], 'a whole number of at least 0'],
    [['simulate', '--banks', '7', '--faults', '3'], '3'],
    [['simulate', '--actual-faults', '-2'], 'a whole number of at least 0'],
    [['simulate', '--records', '0'], 'a whole number of at least 1'],
    [['simulate', '--records', '99999999999'], '--records'],
    [['simulate', '--epochs', '0'], 'a whole number of at least 1'],
    [['simulate', '--seed', '-1'], 'a whole number of at least 0'],
    [['simulate', '--seed', ''], 'a whole number of at least 0'],
    [['simulate', '--divergence', '1.5'], 'a number from 0 to 1'],
    [['simulate', '--divergence', 'NaN'], 'a number from 0 to 1'],
    [['simulate', '--latency', '-5'], 'a whole number from 0'],
    [['simulate', '--network', 'pigeon'], 'synchronous, wan, lossy, partition'],
    [['simulate', '--protocol', 'raft'], 'concordat, naive'],
    [['simulate', '--statistics', 'some'], 'none, aggregate, open'],
    [['simulate', '--adversary', 'gremlin'], 'falsify'],
    [['simulate', '--adversary', 'falsify,,silent'], 'A name is empty'],
    [['simulate', '--actual-faults', '1'], '--actual-faults'],
    [['simulate', '--report', 'absent/report.html'], 'its directory does not exist'],
    [['reconcile'], "required option '--schema"],
    [['reconcile', '--schema', 's.json'], "missing required argument 'bank.csv'"],
    [['reconcile', 'a.csv'], "required option '--schema"],
    [['reconcile', '--schema', 's.json', '--faults', '1', 'a.csv', 'b.csv', 'c.csv'], '3F + 1 files, here 4'],
    [['reconcile', '--schema', 's.json', 'x/a.csv', 'y/a.csv'], 'bank "a" is already named by x/a.csv'],
    [['reconcile', '--schema', 's.json', '--adversary', 'z=falsify', 'a.csv', 'b.csv'], 'there are a, b'],
    [['reconcile', '--schema', 's.json', '--adversary', 'a', 'a.csv'], 'BANK=ADVERSARY'],
    [['reconcile', '--schema', 's.json', `${'x'.repeat(65)}.csv`], 'longer than 64 bytes'],
    [['reconcile', '--schema', 's.json', 'a.csv'], 's.json: no such file or directory'],
    [['verify'], "required option '--manifest"],
    [['verify', '--manifest', 'm.json'], "missing required argument 'seal.json'"],
    [['verify', '--manifest', 'm.json', 'a', 'b'], 'too many arguments'],
    [['verify', '--manifest', 'm.json', 's.json'], 'm.json: no such file or directory'],
  ])('%j', async (args, reason) => {
    expect(refusal(await concordat(cwd, ...args), 2)).toContain(reason);
  });

  it.each<[string[], string]>([
    [['recon'], '; see `concordat --help`'],
    [['--frobnicate'], '; see `concordat --help`'],
    [['simulate', '--banks', 'x'], '; see `concordat simulate --help`'],
    [['constructor'], '; see `concordat --help`'],
  ])('%j is told where the right usage is', async (args, where) => {
    const line = refusal(await concordat(cwd, ...args), 2);
    expect(line.endsWith(where)).toBe(true);
    expect(line).not.toContain('.;');
  });

  it('also with --json, and prints no document', async () => {
    refusal(await concordat(cwd, 'simulate', '--json', '--banks', '0'), 2);
  });
});
