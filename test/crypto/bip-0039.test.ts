import { readFileSync } from 'node:fs';
import * as blst from '@chainsafe/blst';
import { deriveSeedTree } from 'micro-key-producer/bls.js';
import { HDKey } from 'micro-key-producer/slip10.js';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/crypto/bytes.js';
import { deriveSecrets, generateMnemonic, KEY_PATHS } from '../../src/crypto/keys.js';

const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });
const file = JSON.parse(
  readFileSync(new URL('../vectors/bip-0039/vectors-english.json', import.meta.url), 'utf8'),
);

describe('BIP-39', () => {
  const vectors = (file.english as [string, string, string, string][]).map(([entropy, mnemonic, seed]) => ({
    entropy,
    mnemonic,
    seed,
  }));
  const long = vectors.filter(({ entropy }) => entropy.length === 64);
  const short = vectors.filter(({ entropy }) => entropy.length !== 64);

  test('has its vectors', () => expect([long.length, short.length]).toEqual([8, 16]));

  test.each(long)('$entropy', ({ entropy, mnemonic, seed }) => {
    expect(generateMnemonic(fromHex(entropy))).toBe(mnemonic);
    // The seed itself is not handed out: the secrets must be those that its published bytes give.
    const secrets = deriveSecrets(mnemonic, 'TREZOR');
    const root = HDKey.fromMasterSeed(fromHex(seed));
    expect(secrets.bls).toEqual(deriveSeedTree(fromHex(seed), KEY_PATHS.bls));
    for (const purpose of ['identity', 'vrf', 'x25519', 'vault'] as const)
      expect(secrets[purpose]).toEqual(root.derive(KEY_PATHS[purpose]).privateKey);
  });

  test.each(short)('fewer than 24 words are refused: $entropy', ({ entropy, mnemonic }) => {
    expect(() => generateMnemonic(fromHex(entropy))).toThrow(coded('BYTES_WRONG_LENGTH'));
    expect(() => deriveSecrets(mnemonic, 'TREZOR')).toThrow(coded('KEYS_MNEMONIC_INVALID'));
  });

  test('gives the seed that blst derives the same BLS key from', () => {
    const { mnemonic, seed } = long[0]!;
    let key = blst.SecretKey.deriveMasterEip2333(fromHex(seed));
    for (const index of [12381, 3600, 0, 0, 0]) key = key.deriveChildEip2333(index);
    expect(deriveSecrets(mnemonic, 'TREZOR').bls).toEqual(Uint8Array.from(key.toBytes()));
  });
});
