import { inspect } from 'node:util';
import * as blst from '@chainsafe/blst';
import { describe, expect, test } from 'vitest';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex, utf8 } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import {
  BankSecrets,
  deriveSecrets,
  generateMnemonic,
  KEY_PATHS,
  publicKeys,
} from '../../src/crypto/keys.js';

const purposes = ['bls', 'identity', 'vrf', 'x25519', 'vault'] as const;
const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });

const mnemonic = generateMnemonic(Uint8Array.from({ length: 32 }, (_, i) => i * 7));
const secrets = deriveSecrets(mnemonic);

describe('deriveSecrets', () => {
  const words = mnemonic.split(' ');
  test.each([
    ['empty', ''],
    ['a wrong checksum', [...words.slice(0, 23), words[23] === 'zoo' ? 'zone' : 'zoo'].join(' ')],
    ['two words exchanged', [words[1], words[0], ...words.slice(2)].join(' ')],
    ['a word missing', words.slice(1).join(' ')],
    ['a word more', [...words, words[0]].join(' ')],
    ['a word not in the list', ['hunter2secret', ...words.slice(1)].join(' ')],
    ['upper case', mnemonic.toUpperCase()],
    ['two spaces', words.join('  ')],
    ['a space before', ` ${mnemonic}`],
    ['a line break after', `${mnemonic}\n`],
    ['a lone surrogate', `\ud800${mnemonic}`],
    ['no string', 24 as never],
    ['no words', undefined as never],
  ])('refuses a mnemonic without repeating it: %s', (_, wrong) => {
    let error: unknown;
    try {
      deriveSecrets(wrong);
    } catch (caught) {
      error = caught;
    }
    expect(error).toEqual(coded('KEYS_MNEMONIC_INVALID'));
    const { message, detail, cause } = error as Error & { detail: unknown };
    expect(detail).toEqual({ code: 'KEYS_MNEMONIC_INVALID' });
    expect(cause).toBeUndefined();
    for (const word of ['hunter2secret', words[0]!, words[23]!])
      expect(message).not.toMatch(new RegExp(`\\b${word}\\b`, 'i'));
  });

  test('refuses a passphrase that has no UTF-8', () => {
    expect(() => deriveSecrets(mnemonic, '\udfff')).toThrow(coded('KEYS_PASSPHRASE_INVALID'));
    expect(() => deriveSecrets(mnemonic, 7 as never)).toThrow(coded('KEYS_PASSPHRASE_INVALID'));
  });

  test('gives the same secrets again, and five different ones', () => {
    const again = deriveSecrets(mnemonic, '');
    for (const purpose of purposes) expect(again[purpose]).toEqual(secrets[purpose]);
    expect(new Set(purposes.map((purpose) => toHex(secrets[purpose]))).size).toBe(5);
    for (const purpose of purposes) expect(secrets[purpose]).toHaveLength(32);
  });

  test('another passphrase or mnemonic shares no secret', () => {
    const others = [
      deriveSecrets(mnemonic, 'passphrase'),
      deriveSecrets(generateMnemonic(new Uint8Array(32))),
    ];
    const all = [secrets, ...others].flatMap((of) => purposes.map((purpose) => toHex(of[purpose])));
    expect(new Set(all).size).toBe(15);
  });

  test('normalises the passphrase (NFKD), as BIP-39 demands', () => {
    expect(deriveSecrets(mnemonic, 'é').vault).toEqual(deriveSecrets(mnemonic, 'e\u0301').vault);
  });

  test('ed25519 paths are hardened, and no two paths are the same', () => {
    for (const purpose of ['identity', 'vrf', 'x25519', 'vault'] as const)
      expect(KEY_PATHS[purpose]).toMatch(/^m\/44'\/1668247139'\/\d'$/);
    expect(new Set(Object.values(KEY_PATHS)).size).toBe(5);
  });
});

describe('publicKeys', () => {
  test('are the public halves, the same from both backends', () => {
    const keys = publicKeys(nobleBls, secrets);
    expect(publicKeys(blstBls(blst), secrets)).toEqual(keys);
    expect(Object.values(keys).map((key) => key.length)).toEqual([48, 96, 32, 32, 32]);
    const bls = nobleBls.proveKey(keys.bls, keys.possession);
    const message = utf8('message');
    expect(nobleBls.verify(bls, message, nobleBls.sign(secrets.bls, message))).toBe(true);
    expect(identity.verify(keys.identity, message, identity.sign(secrets.identity, message))).toBe(true);
    expect(identity.publicKey(secrets.vrf)).toEqual(keys.vrf);
  });

  test('refuse a BLS secret that is no scalar', () => {
    const wrong = new BankSecrets({ ...copies(secrets), bls: new Uint8Array(32) });
    expect(() => publicKeys(nobleBls, wrong)).toThrow(coded('BLS_SECRET_KEY_INVALID'));
  });
});

/** The secrets as plain data, which only asking for each by name gives. */
function copies(of: BankSecrets) {
  return { bls: of.bls, identity: of.identity, vrf: of.vrf, x25519: of.x25519, vault: of.vault };
}

describe('BankSecrets', () => {
  const leaks = purposes.flatMap((purpose) => {
    const bytes = secrets[purpose];
    return [toHex(bytes), String(bytes), [...bytes].join(', '), Buffer.from(bytes).toString('base64')];
  });
  const shown: Record<string, () => string> = {
    'JSON.stringify': () => JSON.stringify(secrets),
    'JSON.stringify, nested': () => JSON.stringify({ bank: { secrets } }),
    'JSON.stringify of a spread': () => JSON.stringify({ ...secrets }),
    'JSON.stringify of a clone': () => JSON.stringify(structuredClone({ ...secrets })),
    inspect: () => inspect(secrets),
    'inspect, hidden properties and getters': () =>
      inspect(secrets, { showHidden: true, getters: true, depth: 9 }),
    'inspect, nested': () => inspect({ bank: { secrets } }, { showHidden: true, getters: true, depth: 9 }),
    'inspect without custom printing': () =>
      inspect(secrets, { customInspect: false, showHidden: true, depth: 9 }),
    'a template string': () => `${secrets}`,
    concatenation: () => 'secrets: '.concat(secrets as never),
    'own properties': () => JSON.stringify(Object.getOwnPropertyDescriptors(secrets)),
    'an error': () => inspect(new Error('failed', { cause: secrets }), { depth: 9 }),
  };

  test.each(Object.entries(shown))('are not shown by %s', (_, show) => {
    const text = show();
    for (const leak of leaks) expect(text).not.toContain(leak);
    // A run of bytes in any decimal or hexadecimal form would hold this many digits.
    expect(text).not.toMatch(/(\d+[, ]+){8}|[0-9a-f]{32}/i);
  });

  test('say what they are', () => {
    expect(`${secrets}`).toBe('BankSecrets [redacted]');
    expect(inspect(secrets)).toBe('BankSecrets [redacted]');
    expect(JSON.stringify(secrets)).toBe('"BankSecrets [redacted]"');
  });

  test('are copied in and out', () => {
    const plain = copies(secrets);
    const own = new BankSecrets(plain);
    for (const purpose of purposes) {
      plain[purpose].fill(0);
      own[purpose].fill(0);
      expect(own[purpose]).toEqual(secrets[purpose]);
    }
  });

  test('are 32 bytes each, and a refusal does not show them', () => {
    for (const purpose of purposes) {
      const wrong = { ...copies(secrets), [purpose]: new Uint8Array(31).fill(9) };
      const detail = { code: 'BYTES_WRONG_LENGTH', argument: purpose, expected: 32, got: 31 };
      expect(() => new BankSecrets(wrong)).toThrow(expect.objectContaining({ detail }));
    }
  });

  test('are lent for one use, and the copy is overwritten when it ends, also when it fails', () => {
    const lent: Uint8Array[] = [];
    for (const purpose of purposes) {
      const used = secrets.use(purpose, (secret) => {
        lent.push(secret);
        return toHex(secret);
      });
      expect(used).toBe(toHex(secrets[purpose]));
    }
    const fail = (secret: Uint8Array): never => {
      lent.push(secret);
      throw new Error('failed in use');
    };
    expect(() => secrets.use('vault', fail)).toThrow('failed in use');
    expect(lent).toHaveLength(6);
    for (const secret of lent) expect(secret).toEqual(new Uint8Array(32));
  });

  test.each(['', 'BLS', 'toString', '__proto__', 'constructor', undefined, null, 7, Symbol('bls')])(
    'are not lent for a purpose that there is not: %s',
    (purpose) => expect(() => secrets.use(purpose as never, () => 1)).toThrow(coded('KEYS_PURPOSE_UNKNOWN')),
  );
});

describe('erased secrets', () => {
  const kept = copies(secrets);
  const erased = new BankSecrets(kept);
  const handed = erased.vault;
  expect(erased.isErased).toBe(false);
  erased.erase();

  test.each(purposes)('are refused by name, never given as zeros: %s', (purpose) => {
    expect(() => erased[purpose]).toThrow(coded('KEYS_ERASED'));
    expect(() => erased.use(purpose, () => 1)).toThrow(coded('KEYS_ERASED'));
  });

  test('make no public keys, and no secrets of another object', () => {
    expect(() => publicKeys(nobleBls, erased)).toThrow(coded('KEYS_ERASED'));
    expect(() => new BankSecrets(erased)).toThrow(coded('KEYS_ERASED'));
  });

  test('may be erased again, and say that they are', () => {
    erased.erase();
    expect(erased.isErased).toBe(true);
    expect([`${erased}`, JSON.stringify(erased), inspect(erased)]).toEqual([
      'BankSecrets [redacted]',
      '"BankSecrets [redacted]"',
      'BankSecrets [redacted]',
    ]);
  });

  test('leave what they were made of, and what was handed out before', () => {
    expect(handed).toEqual(kept.vault);
    for (const purpose of purposes) expect(kept[purpose]).toEqual(secrets[purpose]);
  });
});
