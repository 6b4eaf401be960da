import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { decryptKeystore, encryptKeystore } from '../../src/crypto/keystore.js';
import { randomness } from './sharing-fixture.js';

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/eip-2335/keystores.json', import.meta.url), 'utf8'),
);
const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });
const secret = randomness('secret', 32);
const password = 'correct horse';

describe('EIP-2335', () => {
  test.each(['scrypt', 'pbkdf2'])('the %s case opens to its secret', (kdf) => {
    const opened = decryptKeystore(vectors[kdf], vectors.password);
    expect(toHex(opened.secret)).toBe(vectors.secret);
    expect(toHex(opened.pubkey!)).toBe(vectors[kdf].pubkey);
  });

  test('the password of the cases is normalised to the bytes that the standard has', () => {
    const bytes = Buffer.from(vectors.encodedPassword, 'hex');
    expect(Buffer.from(vectors.password.normalize('NFKD'))).toEqual(bytes);
    const { kdf, checksum, cipher } = vectors.pbkdf2.crypto;
    const key = pbkdf2Sync(bytes, Buffer.from(kdf.params.salt, 'hex'), kdf.params.c, 32, 'sha256');
    const message = Buffer.from(cipher.message, 'hex');
    expect(createHash('sha256').update(key.subarray(16)).update(message).digest('hex')).toBe(
      checksum.message,
    );
  });

  test('what is written opens with another implementation of scrypt and AES', () => {
    const random = (length: number) => randomness(`random ${length}`, length);
    const { crypto: parts } = encryptKeystore(secret, { password, random, cost: 10 });
    expect(parts.kdf.function).toBe('scrypt');
    const key = scryptSync(password, Buffer.from(parts.kdf.params.salt, 'hex'), 32, { N: 1024, r: 8, p: 1 });
    const message = Buffer.from(parts.cipher.message, 'hex');
    const checksum = createHash('sha256').update(key.subarray(16)).update(message).digest('hex');
    expect(parts.checksum.message).toBe(checksum);
    const cipher = createDecipheriv(
      'aes-128-ctr',
      key.subarray(0, 16),
      Buffer.from(parts.cipher.params.iv, 'hex'),
    );
    expect(Uint8Array.from(cipher.update(message))).toEqual(secret);
  });
});

/** A keystore with PBKDF2 by another implementation. */
function pbkdf2Keystore(c: number) {
  const [salt, iv] = [randomness('salt', 32), randomness('iv', 16)];
  const key = pbkdf2Sync(password, salt, c, 32, 'sha256');
  const message = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv).update(secret);
  const checksum = createHash('sha256').update(key.subarray(16)).update(message).digest('hex');
  return {
    crypto: {
      kdf: {
        function: 'pbkdf2',
        params: { dklen: 32, c, prf: 'hmac-sha256', salt: toHex(salt) },
        message: '',
      },
      checksum: { function: 'sha256', params: {}, message: checksum },
      cipher: { function: 'aes-128-ctr', params: { iv: toHex(iv) }, message: message.toString('hex') },
    },
    path: '',
    uuid: '64625def-3331-4eea-ab6f-782f3ed16a83',
    version: 4,
  };
}

describe('a keystore with PBKDF2', () => {
  const made = pbkdf2Keystore(1024);
  const withKdf = (over: object, params: object = {}) => {
    const { kdf } = made.crypto;
    return {
      ...made,
      crypto: { ...made.crypto, kdf: { ...kdf, ...over, params: { ...kdf.params, ...params } } },
    };
  };

  test('of another implementation opens', () =>
    expect(decryptKeystore(made, password).secret).toEqual(secret));

  test.each([2 ** 18 + 1, 2 ** 20, 2 ** 22])('of %i iterations is not opened unless allowed', (c) => {
    const refusal = expect.objectContaining({
      detail: { code: 'KEYSTORE_COST_EXCESSIVE', function: 'pbkdf2', cost: c, limit: 2 ** 18 },
    });
    const dear = withKdf({}, { c });
    expect(() => decryptKeystore(dear, password)).toThrow(refusal);
    // Before the password is looked at, hence before any work with it.
    expect(() => decryptKeystore(dear, '')).toThrow(refusal);
    expect(() => decryptKeystore(dear, '', { maxCost: 22 })).toThrow(coded('KEYSTORE_PASSWORD_INVALID'));
  });

  test.each(['another', 'correct hors', 'Correct horse'])('stays closed to another password: %s', (wrong) =>
    expect(() => decryptKeystore(made, wrong)).toThrow(coded('KEYSTORE_NOT_OPENED')),
  );

  test.each([
    ['iterations', { c: 1025 }],
    ['salt', { salt: toHex(fromHex(made.crypto.kdf.params.salt).map((byte) => byte ^ 1)) }],
  ])('stays closed under another number of %s', (_, params) =>
    expect(() => decryptKeystore(withKdf({}, params), password)).toThrow(coded('KEYSTORE_NOT_OPENED')),
  );

  test.each<[string, object, object]>([
    ['no iteration', {}, { c: 0 }],
    ['fewer than 2^10', {}, { c: 1023 }],
    ['more than 2^22', {}, { c: 2 ** 22 + 1 }],
    ['2^53', {}, { c: 2 ** 53 }],
    ['half an iteration', {}, { c: 1024.5 }],
    ['NaN', {}, { c: Number.NaN }],
    ['infinitely many', {}, { c: Number.POSITIVE_INFINITY }],
    ['iterations as text', {}, { c: '1024' }],
    ['no number of iterations', {}, { c: undefined }],
    ['SHA-512', {}, { prf: 'hmac-sha512' }],
    ['no hash', {}, { prf: undefined }],
    ['a longer key', {}, { dklen: 64 }],
    ['a short salt', {}, { salt: 'ab' }],
    ['a parameter of scrypt’s', {}, { n: 1024 }],
    ['a message', { message: '00' }, {}],
    ['the name of scrypt', { function: 'scrypt' }, {}],
    ['the name of nothing', { function: 'argon2id' }, {}],
    ['a name that every object has', { function: 'toString' }, {}],
  ])('is refused before any work with %s', (_, over, params) =>
    expect(() => decryptKeystore(withKdf(over, params), password)).toThrow(coded('KEYSTORE_MALFORMED')),
  );
});
