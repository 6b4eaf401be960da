import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeNewFiles } from '../../src/cli/new-files.js';
import { askHidden, type HiddenInput } from '../../src/cli/secret-input.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex } from '../../src/crypto/bytes.js';
import { deriveSecrets, generateMnemonic, publicKeys } from '../../src/crypto/keys.js';
import { decryptKeystore } from '../../src/crypto/keystore.js';
import { build, concordat as inProcess, spawned } from './built.js';
import { Folder } from './folder.js';

const password = 'correct horse battery';
const mnemonic = generateMnemonic(Uint8Array.from({ length: 32 }, (_, i) => 255 - i));

let folder: Folder;
beforeAll(build);
beforeEach(() => {
  folder = new Folder();
  vi.stubEnv('CONCORDAT_PASSWORD', password);
});
afterEach(() => {
  folder.remove();
  vi.unstubAllEnvs();
});

const concordat = (...args: string[]) => inProcess(folder.path, ...args);
const keygen = (...args: string[]) =>
  concordat('keygen', '--out', folder.at('bank-a.keystore.json'), '--kdf-cost', '10', ...args);

describe('the built `concordat keygen`', () => {
  it('writes a keystore for its owner alone, and a public-key file beside it', () => {
    const ran = spawned(folder.path, 'keygen', '--id', 'bank-a', '--words', '24');
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('no terminal') });
    expect(readdirSync(folder.path).sort()).toEqual(['bank-a.keystore.json', 'bank-a.pub.json']);
    if (process.platform !== 'win32')
      expect(statSync(folder.at('bank-a.keystore.json')).mode & 0o777).toBe(0o600);
    expect(folder.json('bank-a.keystore.json')).toMatchObject({
      crypto: { kdf: { params: { n: 2 ** 18 } } },
      version: 4,
    });
    for (const name of ['bls', 'identity', 'vrf', 'x25519'])
      expect(ran.stdout.replaceAll(/\s/g, '')).toContain(folder.json('bank-a.pub.json')[name]);
  });

  it('has no default password, and never takes one as an argument', async () => {
    vi.stubEnv('CONCORDAT_PASSWORD', '');
    const none = spawned(folder.path, 'keygen', '--id', 'bank-a');
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toMatch(/^concordat: no password: .*CONCORDAT_PASSWORD\n$/);
    expect((await concordat('keygen', '--password', 'x')).code).toBe(2);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('keygen', () => {
  it('gives the keys of the mnemonic it is given, however its words are spaced', async () => {
    const file = folder.write('words.txt', `\n${mnemonic.replaceAll(' ', '\n  ')}\r\n`);
    const ran = await keygen('--mnemonic-file', file, '--json');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const expected = publicKeys(nobleBls, deriveSecrets(mnemonic));
    const printed = JSON.parse(ran.stdout);
    expect(printed).toMatchObject({ id: 'bank-a', publicKeys: folder.json('bank-a.pub.json') });
    for (const [name, key] of Object.entries(expected)) expect(printed.publicKeys[name]).toBe(toHex(key));
    const { secret } = decryptKeystore(folder.json('bank-a.keystore.json'), password);
    expect(generateMnemonic(secret)).toBe(mnemonic);
  });

  it('shows no secret anywhere but encrypted', async () => {
    const { stdout, stderr } = await keygen('--json');
    const { secret } = decryptKeystore(folder.json('bank-a.keystore.json'), password);
    const secrets = deriveSecrets(generateMnemonic(secret));
    const texts = [stdout, stderr, folder.text('bank-a.pub.json'), folder.text('bank-a.keystore.json')];
    const words = generateMnemonic(secret).split(' ');
    for (const text of texts) {
      for (const bytes of [
        secret,
        ...(['bls', 'identity', 'vrf', 'x25519', 'vault'] as const).map((p) => secrets[p]),
      ])
        expect(text).not.toContain(toHex(bytes));
      expect(text).not.toContain(words.slice(0, 2).join(' '));
      expect(text).not.toContain(password);
    }
  });

  it('commits to a new share of the genesis seed each time, also from the same keystore', async () => {
    await keygen();
    const again = await concordat('keygen', '--keystore', folder.at('bank-a.keystore.json'));
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('bank-a.pub.json: it exists') });
    const first = folder.json('bank-a.pub.json');
    rmSync(folder.at('bank-a.pub.json'));
    expect(await concordat('keygen', '--keystore', folder.at('bank-a.keystore.json'))).toMatchObject({
      code: 0,
    });
    const second = folder.json('bank-a.pub.json');
    expect(second.bls).toBe(first.bls);
    expect(second.genesisCommitment).not.toBe(first.genesisCommitment);
  });

  it.each(['bank-a.keystore.json', 'bank-a.pub.json'])(
    'overwrites no %s, and writes nothing then',
    async (name) => {
      folder.write(name, 'mine');
      const ran = await keygen();
      expect(ran.code).toBe(2);
      expect(ran.stderr).toMatch(/^concordat: .*: it exists already, and is not overwritten\n$/);
      expect(readdirSync(folder.path)).toEqual([name]);
      expect(folder.text(name)).toBe('mine');
    },
  );

  it('takes the password of a file without its line break', async () => {
    const file = folder.write('password', 'from a file\r\n');
    expect((await keygen('--password-file', file)).code).toBe(0);
    expect(decryptKeystore(folder.json('bank-a.keystore.json'), 'from a file').secret).toHaveLength(32);
  });

  it('opens no keystore that asks for more than is allowed, nor works on it', async () => {
    expect((await keygen()).code).toBe(0);
    const keystore = folder.json('bank-a.keystore.json') as unknown as {
      crypto: { kdf: { params: { n: number } } };
    };
    keystore.crypto.kdf.params.n = 2 ** 20;
    const file = folder.write('dear.keystore.json', JSON.stringify(keystore));
    const ran = await concordat('keygen', '--keystore', file, '--id', 'dear');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/takes 1048576 steps of scrypt, and no more than 2\^18 are allowed\n$/);
    keystore.crypto.kdf.params.n = 2 ** 10;
    const cheap = folder.write('cheap.keystore.json', JSON.stringify(keystore));
    const allowed = ['--id', 'cheap', '--max-kdf-cost'];
    expect((await concordat('keygen', '--keystore', cheap, ...allowed, '10')).code).toBe(0);
  });

  it.each<[string, () => string[], RegExp]>([
    ['12 words', () => ['--words', '12'], /--words.*one of 24/],
    ['a short password', () => ['--password-file', folder.write('p', 'short')], /shorter than 8/],
    [
      'a password that is short without its controls',
      () => ['--password-file', folder.write('p', `short${'\u0001'.repeat(9)}`)],
      /shorter than 8/,
    ],
    [
      'a password that is short without how its accents are written',
      () => ['--password-file', folder.write('p', 'a\u0308'.repeat(5))],
      /shorter than 8/,
    ],
    ['a cost to open for what is not opened', () => ['--max-kdf-cost', '19'], /keystore that is there/],
    ['a cost to open out of bounds', () => ['--max-kdf-cost', '23'], /from 10 to 22/],
    ['an empty password', () => ['--password-file', folder.write('p', '\n')], /password is empty/],
    [
      'a password of controls',
      () => ['--password-file', folder.write('p', '\u0001'.repeat(9))],
      /password is empty/,
    ],
    ['no password file', () => ['--password-file', folder.at('none')], /none: no such file/],
    ['a cost out of bounds', () => ['--kdf-cost', '9'], /from 10 to 20/],
    ['a cost that no machine bears', () => ['--kdf-cost', '40'], /from 10 to 20/],
    ['a name with a slash', () => ['--id', '../bank'], /without slashes/],
    ['a name that is too long', () => ['--id', 'é'.repeat(33)], /1 to 64 bytes/],
    ['an empty name', () => ['--id', ''], /1 to 64 bytes/],
    [
      'a keystore to read and one to write',
      () => ['--keystore', folder.at('x.keystore.json')],
      /only --id goes/,
    ],
    [
      'words that are none',
      () => ['--mnemonic-file', folder.write('m', 'hunter2 words')],
      /m: a mnemonic is 24/,
    ],
    ['too many words', () => ['--mnemonic-file', folder.write('m', 'zoo '.repeat(2000))], /larger than 4096/],
    ['a directory for words', () => ['--mnemonic-file', folder.path], /it is a directory|larger than/],
  ])('refuses %s with one line and writes nothing', async (_, args, reason) => {
    const ran = await keygen(...args());
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^concordat: .*\n$/);
    expect(ran.stderr).toMatch(reason);
    expect(ran.stderr).not.toContain('hunter2');
    expect(existsSync(folder.at('bank-a.keystore.json'))).toBe(false);
    expect(existsSync(folder.at('bank-a.pub.json'))).toBe(false);
  });

  it('refuses a directory that is not there', async () => {
    const ran = await concordat('keygen', '--out', folder.at('absent/bank-a.keystore.json'));
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('its directory does not exist') });
  });

  it('explains the steps to a manifest', async () => {
    const { code, stdout } = await concordat('keygen', '--help');
    expect(code).toBe(0);
    for (const step of ['keygen', 'manifest', 'reveal', 'sign'])
      expect(stdout).toContain(`concordat ${step} `);
  });
});

describe('new files', () => {
  it('are written all or none', () => {
    folder.write('taken', 'mine');
    const files = ['first', 'taken'].map((name) => ({ path: folder.at(name), text: 'new', mode: 0o600 }));
    expect(() => writeNewFiles(files)).toThrow('it exists already');
    expect(readdirSync(folder.path)).toEqual(['taken']);
    expect(folder.text('taken')).toBe('mine');
  });
});

describe('a hidden question', () => {
  function terminal() {
    let listener: ((chunk: Buffer) => void) | undefined;
    const modes: boolean[] = [];
    const input: HiddenInput = {
      setRawMode: (isRaw) => modes.push(isRaw),
      resume: () => {},
      pause: () => {},
      on: (_, given) => {
        listener = given;
      },
      off: () => {
        listener = undefined;
      },
    };
    return {
      input,
      modes,
      type: (bytes: Buffer | string) => listener?.(Buffer.from(bytes)),
      isAsking: () => listener !== undefined,
    };
  }

  it('shows nothing of what is typed, takes corrections and characters in pieces', async () => {
    const { input, modes, type, isAsking } = terminal();
    const shown: string[] = [];
    const answer = askHidden('Password: ', input, { write: (text) => shown.push(text) });
    const bytes = Buffer.from('pä🏦X\u007fs\u0007s\r');
    for (const byte of bytes) type(Buffer.of(byte));
    expect(await answer).toBe('pä🏦ss');
    expect(shown).toEqual(['Password: ', '\n']);
    expect(modes).toEqual([true, false]);
    expect(isAsking()).toBe(false);
  });

  it('gives the terminal back when it is interrupted', async () => {
    const { input, modes, type } = terminal();
    const answer = askHidden('Password: ', input, { write: () => {} });
    type('half\u0003');
    await expect(answer).rejects.toThrow('interrupted');
    expect(modes).toEqual([true, false]);
  });
});
