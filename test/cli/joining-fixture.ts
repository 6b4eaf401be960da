import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { build, concordat as inProcess, type Run, spawned } from './built.js';
import { Folder } from './folder.js';

export const banks = ['bank-a', 'bank-b', 'bank-c', 'bank-d'];
export const schema = {
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: { id: { type: 'integer' }, city: { type: 'string' } },
};
export const password = 'correct horse battery';
export const all = (kind: string, of: readonly string[] = banks): string[] =>
  of.map((bank) => `${bank}.${kind}.json`);

/** What a consortium has on its shared folder once everything went well; tests alter copies of it. */
export let complete: Folder;
export let folder: Folder;
export const concordat = (...args: string[]) => inProcess(folder.path, ...args);
export const at = (names: readonly string[]): string[] => names.map((name) => folder.at(name));

export const proposes = (...more: string[]) =>
  concordat('manifest', '--schema', folder.at('schema.json'), '--out', folder.at('new.json'), ...more);
export function expectRefusal(ran: Run, code: 1 | 2, reason: RegExp): void {
  expect(ran.stderr).toMatch(/^concordat: [^\n]*\n$/);
  expect(ran.stderr).toMatch(reason);
  expect(ran).toMatchObject({ code, stdout: '' });
  expect(existsSync(folder.at('new.json'))).toBe(false);
}

/** Makes the consortium before the tests of a file, and gives each of them a copy of its shared folder. */
export function withConsortium(): void {
  beforeAll(async () => {
    build();
    vi.stubEnv('CONCORDAT_PASSWORD', password);
    complete = new Folder();
    complete.write('schema.json', schema);
    // One command has a process of its own, as all have with a consortium; the others need not load the program again.
    const must = async (bank: string, ...args: string[]): Promise<Run> => {
      const isApart = bank === 'bank-a' && args[0] === 'sign';
      const ran = isApart ? spawned(complete.path, ...args) : await inProcess(complete.path, ...args);
      expect(ran.code, ran.stderr).toBe(0);
      return ran;
    };
    const keystore = (bank: string): string[] => ['--keystore', `${bank}.keystore.json`];
    const [a] = banks as [string];
    const [proposal, out] = ['manifest.proposal.json', ['--out', 'manifest.json']] as const;
    for (const bank of banks) await must(bank, 'keygen', '--id', bank, '--kdf-cost', '10', '--json');
    const named = ['--schema', 'schema.json', '--name', 'Four'];
    const proposed = await must(a, 'manifest', ...named, ...out, ...all('pub'));
    expect(proposed.stdout).toContain('each must now run `concordat reveal`');
    expect(existsSync(complete.at('manifest.json'))).toBe(false);
    for (const bank of banks) await must(bank, 'reveal', ...keystore(bank), proposal);
    for (const bank of banks) await must(bank, 'sign', ...keystore(bank), proposal, ...all('reveal'));
    await must(a, 'manifest', ...out, proposal, ...all('reveal'), ...all('signature'));
  });
  afterAll(() => complete.remove());

  beforeEach(() => {
    folder = complete.copy();
    vi.stubEnv('CONCORDAT_PASSWORD', password);
  });
  afterEach(() => {
    folder.remove();
    vi.unstubAllEnvs();
  });
}
