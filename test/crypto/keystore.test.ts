import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBankKeystore, openBankKeystore } from '../../src/crypto/bank-keystore.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { deriveSecrets, generateMnemonic } from '../../src/crypto/keys.js';
import {
  decryptKeystore,
  encryptKeystore,
  type Keystore,
  passwordLength,
} from '../../src/crypto/keystore.js';

const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const password = 'correct horse';
const cheap = { password, random, cost: 10 };

/** A deep copy with the value at `path` replaced, or removed where it is undefined. */
function altered(keystore: object, path: string, value: unknown): unknown {
  const copy = structuredClone(keystore) as Record<string, never>;
  const names = path.split('.');
  const last = names.pop()!;
  const inner = names.reduce<Record<string, never>>((part, name) => part[name]!, copy);
  if (value === undefined) delete inner[last];
  else inner[last] = value as never;
  return copy;
}

const flipped = (hex: string): string => toHex(fromHex(hex).map((byte, i) => (i === 0 ? byte ^ 1 : byte)));

describe('a keystore', () => {
  const secret = random(32);
  const keystore = encryptKeystore(secret, { ...cheap, description: 'test', pubkey: random(48) });

  test('opens to what was put in, for every length and password', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => /\P{Cc}/u.test(text)),
        (bytes, text) => {
          const made = encryptKeystore(bytes, { ...cheap, password: text });
          expect(decryptKeystore(JSON.parse(JSON.stringify(made)), text).secret).toEqual(bytes);
        },
      ),
      { numRuns: 12 },
    );
  });

  test('never has salt, IV, name or bytes of another one of the same secret', () => {
    const other = encryptKeystore(secret, cheap);
    expect(other.uuid).not.toBe(keystore.uuid);
    expect(other.crypto.kdf.params.salt).not.toBe(keystore.crypto.kdf.params.salt);
    expect(other.crypto.cipher).not.toEqual(keystore.crypto.cipher);
  });

  test('does not show its secret', () => expect(JSON.stringify(keystore)).not.toContain(toHex(secret)));

  test.each(['', 'Correct horse', 'correct hors', 'correct horse ', 'correct horsé'])(
    'stays closed to another password: %j',
    (wrong) => {
      const code = wrong === '' ? 'KEYSTORE_PASSWORD_INVALID' : 'KEYSTORE_NOT_OPENED';
      expect(() => decryptKeystore(keystore, wrong)).toThrow(coded(code));
    },
  );

  test('opens to a password that is the same after NFKD and without controls', () => {
    const made = encryptKeystore(secret, { ...cheap, password: 'pässwörd' });
    expect(decryptKeystore(made, 'pa\u0308ssw\u0000o\u0308r\u007fd\u009f').secret).toEqual(secret);
  });

  test.each(['crypto.kdf.params.salt', 'crypto.checksum.message', 'crypto.cipher.message'])(
    'stays closed when one bit of %s is altered',
    (path) => {
      const value = path.split('.').reduce<never>((part, name) => part[name]!, keystore as never);
      expect(() => decryptKeystore(altered(keystore, path, flipped(value)), password)).toThrow(
        coded('KEYSTORE_NOT_OPENED'),
      );
    },
  );

  test('stays closed under another cost', () =>
    expect(() => decryptKeystore(altered(keystore, 'crypto.kdf.params.n', 2048), password)).toThrow(
      coded('KEYSTORE_NOT_OPENED'),
    ));

  test('an altered IV is not found by the checksum of the standard', () => {
    const iv = flipped(keystore.crypto.cipher.params.iv);
    const opened = decryptKeystore(altered(keystore, 'crypto.cipher.params.iv', iv), password);
    expect(opened.secret).not.toEqual(secret);
  });

  test.each<[string, unknown]>([
    ['version', 3],
    ['version', '4'],
    ['uuid', 'no'],
    ['uuid', undefined],
    ['path', undefined],
    ['pubkey', 'ff'],
    ['pubkey', null],
    ['crypto', undefined],
    ['crypto.more', {}],
    ['crypto.kdf', null],
    ['crypto.kdf.function', 'pbkdf2'],
    ['crypto.kdf.function', 'constructor'],
    ['crypto.kdf.message', '00'],
    ['crypto.kdf.params.dklen', 31],
    ['crypto.kdf.params.n', 2 ** 30],
    ['crypto.kdf.params.n', 2 ** 9],
    ['crypto.kdf.params.n', 1000],
    ['crypto.kdf.params.n', 1],
    ['crypto.kdf.params.n', Number.NaN],
    ['crypto.kdf.params.r', 1 << 20],
    ['crypto.kdf.params.p', 1 << 20],
    ['crypto.kdf.params.salt', ''],
    ['crypto.kdf.params.salt', 'AB'.repeat(32)],
    ['crypto.kdf.params.salt', 7],
    ['crypto.checksum.function', 'sha1'],
    ['crypto.checksum.params', { x: 1 }],
    ['crypto.checksum.message', 'ab'],
    ['crypto.checksum.message', `${'ab'.repeat(31)}zz`],
    ['crypto.cipher.function', 'aes-256-gcm'],
    ['crypto.cipher.params.iv', 'ab'.repeat(15)],
    ['crypto.cipher.message', ''],
    ['crypto.cipher.message', 'abc'],
    ['crypto.cipher.message', 'ab'.repeat(65)],
  ])('is refused before any work when %s is %j', (path, value) =>
    expect(() => decryptKeystore(altered(keystore, path, value), password)).toThrow(
      coded('KEYSTORE_MALFORMED'),
    ),
  );

  test.each([2 ** 19, 2 ** 20])('of %i steps of scrypt is not opened unless that is allowed', (n) => {
    const dear = altered(keystore, 'crypto.kdf.params.n', n);
    const refusal = expect.objectContaining({
      detail: { code: 'KEYSTORE_COST_EXCESSIVE', function: 'scrypt', cost: n, limit: 2 ** 18 },
    });
    expect(() => decryptKeystore(dear, password)).toThrow(refusal);
    // Before the password is looked at, hence before any work with it.
    expect(() => decryptKeystore(dear, '')).toThrow(refusal);
    expect(() => openBankKeystore(dear, password, nobleBls)).toThrow(refusal);
    expect(() => decryptKeystore(dear, '', { maxCost: 20 })).toThrow(coded('KEYSTORE_PASSWORD_INVALID'));
  });

  test('is opened up to the cost that is allowed, and not above', () => {
    expect(decryptKeystore(keystore, password, { maxCost: 10 }).secret).toEqual(secret);
    const dearer = encryptKeystore(secret, { ...cheap, cost: 11 });
    expect(() => decryptKeystore(dearer, password, { maxCost: 10 })).toThrow(
      coded('KEYSTORE_COST_EXCESSIVE'),
    );
    expect(decryptKeystore(dearer, password, { maxCost: 11 }).secret).toEqual(secret);
  });

  test.each([9, 23, 10.5, Number.NaN, Number.POSITIVE_INFINITY, -1, '18' as never, null as never])(
    'no cost of %s can be allowed',
    (maxCost) =>
      expect(() => decryptKeystore(keystore, password, { maxCost })).toThrow(coded('KEYSTORE_COST_INVALID')),
  );

  test.each([null, undefined, 4, 'text', [], {}, [keystore]])('is not %j', (document) =>
    expect(() => decryptKeystore(document, password)).toThrow(coded('KEYSTORE_MALFORMED')),
  );

  test('a refusal repeats nothing of the file', () => {
    const document = altered(keystore, 'crypto.cipher.function', 'hunter2secret');
    expect(() => decryptKeystore(document, password)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
    expect(() => decryptKeystore(keystore, 'hunter2secret')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  test('is not made at a cost, from a secret, under a password or from a source that will not do', () => {
    for (const cost of [9, 21, 10.5, Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => encryptKeystore(secret, { ...cheap, cost })).toThrow(coded('KEYSTORE_COST_INVALID'));
    for (const length of [0, 65])
      expect(() => encryptKeystore(random(length), cheap)).toThrow(coded('KEYSTORE_SECRET_INVALID'));
    for (const bad of ['', '\u0000\n', '\ud800pass', 7 as never])
      expect(() => encryptKeystore(secret, { ...cheap, password: bad })).toThrow(
        coded('KEYSTORE_PASSWORD_INVALID'),
      );
    expect(() => encryptKeystore(secret, { ...cheap, random: () => new Uint8Array(8) })).toThrow(
      coded('BYTES_WRONG_LENGTH'),
    );
  });
});

describe('the length of a password', () => {
  test.each<[string, number]>([
    ['', 0],
    ['password', 8],
    ['pass\u0000\u0001\u007f\u009f', 4],
    ['\u0001'.repeat(9), 0],
    ['p\u00e4ss', 4],
    ['pa\u0308ss', 4],
    // What NFKD makes many characters of was typed as one.
    ['\ufdfa', 1],
    ['\ufb03', 1],
    ['😀😀', 2],
  ])('%j counts for %i', (text, length) => expect(passwordLength(text)).toBe(length));
});

describe('a bank’s keystore', () => {
  const mnemonic = generateMnemonic(random(32));
  const secrets = deriveSecrets(mnemonic);
  const keystore = createBankKeystore(mnemonic, nobleBls, cheap);
  const open = (document: unknown) => openBankKeystore(document, password, nobleBls);

  test('gives the secrets of its mnemonic back', () => {
    const opened = open(JSON.parse(JSON.stringify(keystore)));
    for (const purpose of ['bls', 'identity', 'vrf', 'x25519', 'vault'] as const)
      expect(opened[purpose]).toEqual(secrets[purpose]);
  });

  test('holds the entropy, and names the bank’s BLS key, which is not that of the entropy', () => {
    const { secret } = decryptKeystore(keystore, password);
    expect(generateMnemonic(secret)).toBe(mnemonic);
    expect(keystore.pubkey).toBe(toHex(nobleBls.publicKey(secrets.bls)));
    expect(secret).not.toEqual(secrets.bls);
  });

  test.each<[string, string, (keystore: Keystore) => unknown]>([
    ['an altered IV', 'crypto.cipher.params.iv', ({ crypto: { cipher } }) => flipped(cipher.params.iv)],
    [
      'another public key',
      'pubkey',
      () => toHex(nobleBls.publicKey(deriveSecrets(generateMnemonic(random(32))).bls)),
    ],
    ['no public key', 'pubkey', () => undefined],
  ])('stays closed with %s', (_, path, value) =>
    expect(() => open(altered(keystore, path, value(keystore)))).toThrow(coded('KEYSTORE_NOT_OPENED')),
  );

  test.each([16, 31, 33, 64])('stays closed when it holds %i bytes', (length) =>
    expect(() => open(encryptKeystore(random(length), { ...cheap, pubkey: random(48) }))).toThrow(
      coded('KEYSTORE_NOT_OPENED'),
    ),
  );

  test('is not a validator’s keystore: there the public key is that of the secret', () => {
    const validator = encryptKeystore(secrets.bls, { ...cheap, pubkey: nobleBls.publicKey(secrets.bls) });
    expect(() => open(validator)).toThrow(coded('KEYSTORE_NOT_OPENED'));
  });

  test('is not made of words that are no mnemonic, nor shows them', () => {
    const refusal = { code: 'KEYS_MNEMONIC_INVALID', message: expect.not.stringContaining('hunter2') };
    expect(() => createBankKeystore('hunter2 words', nobleBls, cheap)).toThrow(
      expect.objectContaining(refusal),
    );
  });

  test('what could not be read back is not written', () => {
    const secret = random(32);
    const options = { ...cheap, description: 'x'.repeat(1024) };
    expect(decryptKeystore(encryptKeystore(secret, options), password).secret).toEqual(secret);
    for (const description of ['x'.repeat(1025), 7 as unknown as string])
      expect(() => encryptKeystore(secret, { ...cheap, description })).toThrow(coded('KEYSTORE_MALFORMED'));
    for (const odd of ['secret', [1, 2, 3], undefined])
      expect(() => encryptKeystore(odd as unknown as Uint8Array, cheap)).toThrow(
        coded('KEYSTORE_SECRET_INVALID'),
      );
  });
});
