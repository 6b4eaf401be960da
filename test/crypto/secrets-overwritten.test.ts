// Buffers with secrets in them are overwritten when they are done with, whether what they served succeeded or not.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { toHex } from '../../src/crypto/bytes.js';
import { generateMnemonic } from '../../src/crypto/keys.js';
import { randomness } from './sharing-fixture.js';

const marked = (length: number): Uint8Array => randomness('a secret', length);
const words = generateMnemonic(marked(32));
const password = 'correct horse';
const cheap = { password, random: (length: number) => randomness('random', length), cost: 10 };

describe('what is overwritten', () => {
  afterEach(() => {
    vi.doUnmock('@noble/hashes/scrypt.js');
    vi.doUnmock('@noble/ciphers/aes.js');
    vi.doUnmock('@scure/bip39');
    vi.doUnmock('micro-key-producer/bls.js');
    vi.doUnmock('micro-key-producer/slip10.js');
    vi.resetModules();
  });

  /** The keystores and keys again, over libraries whose secret buffers are kept to look at. */
  async function watched() {
    vi.resetModules();
    const seen: Record<string, Uint8Array[]> = {
      password: [],
      key: [],
      seed: [],
      entropy: [],
      derived: [],
      opened: [],
    };
    const keep = (what: string, bytes: Uint8Array): Uint8Array => {
      expect(bytes.some((byte) => byte !== 0)).toBe(true);
      seen[what]!.push(bytes);
      return bytes;
    };
    vi.doMock('@noble/hashes/scrypt.js', async (original) => {
      const { scrypt } = await original<typeof import('@noble/hashes/scrypt.js')>();
      return {
        scrypt: (typed: Uint8Array, ...rest: [Uint8Array, never]) =>
          keep('key', scrypt(keep('password', typed), ...rest)),
      };
    });
    vi.doMock('@noble/ciphers/aes.js', async (original) => {
      const { ctr } = await original<typeof import('@noble/ciphers/aes.js')>();
      return {
        ctr: (...args: Parameters<typeof ctr>) => ({
          encrypt: (bytes: Uint8Array) => ctr(...args).encrypt(bytes),
          decrypt: (bytes: Uint8Array) => keep('opened', ctr(...args).decrypt(bytes)),
        }),
      };
    });
    vi.doMock('@scure/bip39', async (original) => {
      const bip39 = await original<typeof import('@scure/bip39')>();
      return {
        ...bip39,
        mnemonicToSeedSync: (...args: Parameters<typeof bip39.mnemonicToSeedSync>) =>
          keep('seed', bip39.mnemonicToSeedSync(...args)),
        mnemonicToEntropy: (...args: Parameters<typeof bip39.mnemonicToEntropy>) =>
          keep('entropy', bip39.mnemonicToEntropy(...args)),
      };
    });
    vi.doMock('micro-key-producer/bls.js', async (original) => {
      const bls = await original<typeof import('micro-key-producer/bls.js')>();
      return {
        ...bls,
        deriveSeedTree: (...args: Parameters<typeof bls.deriveSeedTree>) =>
          keep('derived', bls.deriveSeedTree(...args)),
      };
    });
    vi.doMock('micro-key-producer/slip10.js', async (original) => {
      const { HDKey } = await original<typeof import('micro-key-producer/slip10.js')>();
      const keepNode = (node: InstanceType<typeof HDKey>) => {
        keep('derived', node.privateKey);
        return node;
      };
      return {
        HDKey: {
          fromMasterSeed(seed: Uint8Array) {
            const root = keepNode(HDKey.fromMasterSeed(seed));
            keep('derived', root.chainCode);
            return {
              privateKey: root.privateKey,
              chainCode: root.chainCode,
              derive: (path: string) => keepNode(root.derive(path)),
            };
          },
        },
      };
    });
    const [bank, keys, store] = await Promise.all([
      import('../../src/crypto/bank-keystore.js'),
      import('../../src/crypto/keys.js'),
      import('../../src/crypto/keystore.js'),
    ]);
    const expectErased = (counts: Readonly<Record<string, number>>) => {
      for (const [what, count] of Object.entries(counts)) {
        expect(seen[what], what).toHaveLength(count);
        for (const bytes of seen[what]!) expect(bytes, what).toEqual(new Uint8Array(bytes.length));
      }
    };
    return { ...bank, ...keys, ...store, expectErased };
  }

  it('the seed and every key derived from it, once a bank’s secrets are made', async () => {
    const { deriveSecrets, expectErased } = await watched();
    const secrets = deriveSecrets(words);
    // The root's key and chain code, and the five secrets.
    expectErased({ seed: 1, derived: 7 });
    expect(secrets.bls.some((byte) => byte !== 0)).toBe(true);
    expect(new Set([secrets.identity, secrets.vrf, secrets.x25519, secrets.vault].map(toHex)).size).toBe(4);
  });

  it('the key and the bytes of the password, of a keystore that is made, opened or stays closed', async () => {
    const { encryptKeystore, decryptKeystore, expectErased } = await watched();
    const secret = marked(32);
    const made = encryptKeystore(secret, cheap);
    expectErased({ password: 1, key: 1 });
    expect(secret).toEqual(marked(32));
    expect(decryptKeystore(made, password).secret).toEqual(secret);
    expectErased({ password: 2, key: 2 });
    expect(() => decryptKeystore(made, 'another')).toThrow();
    expectErased({ password: 3, key: 3 });
  });

  it('the entropy of a bank’s keystore, also when none is made', async () => {
    const { createBankKeystore, expectErased } = await watched();
    createBankKeystore(words, nobleBls, cheap);
    expectErased({ entropy: 1, key: 1 });
    expect(() => createBankKeystore(words, nobleBls, { ...cheap, cost: 99 })).toThrow();
    expectErased({ entropy: 2, key: 1 });
  });

  it('the entropy that was in a bank’s keystore, also when it is not that of the bank', async () => {
    const { createBankKeystore, openBankKeystore, expectErased } = await watched();
    const made = createBankKeystore(words, nobleBls, cheap);
    openBankKeystore(made, password, nobleBls);
    expectErased({ opened: 1 });
    const pubkey = '00'.repeat(48);
    for (const altered of [
      { ...made, pubkey },
      { ...made, pubkey: undefined },
    ])
      expect(() => openBankKeystore(altered, password, nobleBls)).toThrow();
    expectErased({ opened: 3 });
  });
});
