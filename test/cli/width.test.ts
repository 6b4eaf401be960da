import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { concordat, type Run } from './built.js';
import { Folder } from './folder.js';
import { writeConsortium } from './small-consortium.js';

let folder: Folder;
let files: string[];
beforeAll(() => {
  folder = new Folder();
  files = writeConsortium(folder.path);
});
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const BANKS = ['a', 'b', 'c', 'd'];
const each = (kind: string): string[] => BANKS.map((bank) => `${bank}.${kind}.json`);
const reconcile = ['reconcile', '--schema', 'schema.json'];

/** Every command as a consortium would give them, each on what the ones before it left. */
const commands = (): [string, string[]][] => [
  ['reconcile', [...reconcile, '--adversary', 'bank-4=equivocate', ...files]],
  ['simulate', ['simulate', '--banks', '4', '--records', '30', '--disputed', '0.1', '--statistics', 'open']],
  ['simulate naive', ['simulate', '--protocol', 'naive', '--banks', '4', '--records', '30']],
  ['verify', ['verify', '--manifest', 'out/manifest.json', 'out/seal.json']],
  ...BANKS.map((id): [string, string[]] => ['keygen', ['keygen', '--id', id, '--kdf-cost', '10']]),
  ['manifest, proposed', ['manifest', '--schema', 'schema.json', '--out', 'm.json', ...each('pub')]],
  ...BANKS.map((id): [string, string[]] => [
    'reveal',
    ['reveal', '--keystore', `${id}.keystore.json`, 'm.proposal.json'],
  ]),
  ...BANKS.map((id): [string, string[]] => [
    'sign',
    ['sign', '--keystore', `${id}.keystore.json`, 'm.proposal.json', ...each('reveal')],
  ]),
  ['manifest', ['manifest', '--out', 'm.json', 'm.proposal.json', ...each('reveal'), ...each('signature')]],
];

/** Columns of the widest line, as a terminal counts them. */
const width = ({ stdout, stderr }: Run): number =>
  Math.max(
    ...stripVTControlCharacters(`${stdout}\n${stderr}`)
      .split('\n')
      .map((line) => [...line].length),
  );

describe('every command', () => {
  it('prints at most 80 columns, with colour and without', async () => {
    vi.stubEnv('CONCORDAT_PASSWORD', 'correct horse battery');
    for (const [name, args] of commands()) {
      // Colour is drawn in turn: each command is run once, since some refuse to be run again.
      const isColoured = !['keygen', 'sign'].includes(name);
      vi.stubEnv('FORCE_COLOR', isColoured ? '1' : '');
      vi.stubEnv('NO_COLOR', isColoured ? '' : '1');
      const ran = await concordat(folder.path, ...args);
      expect([name, ran.code]).toEqual([name, 0]);
      // What is told on standard error is one line, for programs as much as for people.
      expect(width({ ...ran, stderr: '' }), `${name}:\n${ran.stdout}`).toBeLessThanOrEqual(80);
      expect(ran.stdout.includes('\u001b['), name).toBe(isColoured);
      expect(ran.stdout.length, name).toBeGreaterThan(200);
    }
  });
});
