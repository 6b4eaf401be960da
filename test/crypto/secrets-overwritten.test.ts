// Buffers with secrets in them are overwritten when they are done with, whether what they served succeeded or not.
import { readFileSync } from 'node:fs';
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
    vi.doUnmock('@noble/hashes/pbkdf2.js');
    vi.doUnmock('@noble/hashes/hmac.js');
    vi.doUnmock('@noble/hashes/sha2.js');
    vi.doUnmock('@noble/curves/ed25519.js');
    vi.doUnmock('@noble/ciphers/chacha.js');
    vi.doUnmock('../../src/crypto/bytes.js');
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
      copied: [],
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
    vi.doMock('@noble/hashes/pbkdf2.js', async (original) => {
      const { pbkdf2 } = await original<typeof import('@noble/hashes/pbkdf2.js')>();
      return {
        pbkdf2: (hash: never, typed: Uint8Array, ...rest: [Uint8Array, never]) =>
          keep('key', pbkdf2(hash, keep('password', typed), ...rest)),
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
        keep('derived', node.chainCode);
        return node;
      };
      return {
        HDKey: {
          fromMasterSeed(seed: Uint8Array) {
            const root = keepNode(HDKey.fromMasterSeed(seed));
            return {
              privateKey: root.privateKey,
              chainCode: root.chainCode,
              derive: (path: string) => keepNode(root.derive(path)),
            };
          },
        },
      };
    });
    vi.doMock('../../src/crypto/bytes.js', async (original) => {
      const bytes = await original<typeof import('../../src/crypto/bytes.js')>();
      return { ...bytes, copyBytes: (of: Uint8Array) => keep('copied', bytes.copyBytes(of)) };
    });
    // One after the other: imported at once, one may be loaded before the libraries are replaced.
    const bank = await import('../../src/crypto/bank-keystore.js');
    const keys = await import('../../src/crypto/keys.js');
    const store = await import('../../src/crypto/keystore.js');
    const expectErased = (counts: Readonly<Record<string, number>>) => {
      for (const [what, count] of Object.entries(counts)) {
        expect(seen[what], what).toHaveLength(count);
        for (const bytes of seen[what]!) expect(bytes, what).toEqual(new Uint8Array(bytes.length));
      }
    };
    return { ...bank, ...keys, ...store, seen, expectErased };
  }

  it('a bank’s secrets when they are erased, and the copies that were lent of them', async () => {
    const { BankSecrets, seen, expectErased } = await watched();
    const [bls, identity, vrf, x25519, vault] = [1, 2, 3, 4, 5].map((byte) => new Uint8Array(32).fill(byte));
    const secrets = new BankSecrets({ bls, identity, vrf, x25519, vault } as never);
    expect(seen.copied).toHaveLength(5);
    for (const bytes of seen.copied!) expect(bytes.some((byte) => byte !== 0)).toBe(true);
    secrets.use('vault', (lent) => expect(lent).toEqual(vault));
    secrets.erase();
    expectErased({ copied: 6 });
    expect(bls).toEqual(new Uint8Array(32).fill(1));
  });

  it('every copy of a secret that public keys are made of, whether they are made or not', async () => {
    const { BankSecrets, publicKeys, expectErased } = await watched();
    const plain = { bls: marked(32).with(0, 1), identity: marked(32), vrf: marked(32) } as const;
    const all = { ...plain, x25519: marked(32), vault: marked(32) };
    publicKeys(nobleBls, all);
    // Five of the secrets, and one lent for each public value.
    expectErased({ copied: 10 });
    expect(all.vault).toEqual(marked(32));
    expect(() => publicKeys(nobleBls, { ...all, bls: new Uint8Array(32).fill(255) })).toThrow();
    expectErased({ copied: 16 });
    const secrets = new BankSecrets(all);
    publicKeys(nobleBls, secrets);
    secrets.erase();
    expectErased({ copied: 26 });
  });

  it('the seed and every key derived from it, once a bank’s secrets are made', async () => {
    const { deriveSecrets, expectErased } = await watched();
    const secrets = deriveSecrets(words);
    // Keys and chain codes of the root and of four nodes, and the BLS key.
    expectErased({ seed: 1, derived: 11 });
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
    expectErased({ entropy: 1, key: 1, seed: 1, derived: 11 });
    expect(() => createBankKeystore(words, nobleBls, { ...cheap, cost: 99 })).toThrow();
    expectErased({ entropy: 2, key: 1, seed: 2, derived: 22 });
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

  it('the key and the bytes of the password of a keystore with PBKDF2', async () => {
    const { decryptKeystore, expectErased } = await watched();
    const keystore = JSON.parse(
      readFileSync(new URL('../vectors/eip-2335/keystores.json', import.meta.url), 'utf8'),
    );
    const { crypto: parts } = keystore.pbkdf2;
    const kdf = { ...parts.kdf, params: { ...parts.kdf.params, c: 1024 } };
    // Under another number of iterations the key is another one, and the keystore stays closed.
    expect(() =>
      decryptKeystore({ ...keystore.pbkdf2, crypto: { ...parts, kdf } }, keystore.password),
    ).toThrow();
    expectErased({ password: 1, key: 1 });
  });

  it('what a proof is made of: the expanded key and the nonce', async () => {
    vi.resetModules();
    const [expanded, nonces]: Uint8Array[][] = [[], []];
    vi.doMock('@noble/curves/ed25519.js', async (original) => {
      const module = await original<typeof import('@noble/curves/ed25519.js')>();
      const { utils } = module.ed25519;
      const getExtendedPublicKey = (key: Uint8Array) => {
        const extended = utils.getExtendedPublicKey(key);
        expanded!.push(extended.head, extended.prefix);
        return extended;
      };
      return {
        ...module,
        ed25519: { ...module.ed25519, utils: { ...utils, getExtendedPublicKey } },
      };
    });
    vi.doMock('@noble/hashes/sha2.js', async (original) => {
      const module = await original<typeof import('@noble/hashes/sha2.js')>();
      const sha512 = (input: Uint8Array) => {
        const digest = module.sha512(input);
        // The nonce's input begins with the prefix of the expanded key, and no other one does.
        if (expanded!.length > 0 && toHex(input).startsWith(toHex(expanded!.at(-1)!)))
          nonces!.push(input, digest);
        return digest;
      };
      return { ...module, sha512 };
    });
    const { ell2, tai } = await import('../../src/crypto/vrf.js');
    for (const vrf of [ell2, tai]) vrf.prove(marked(32), marked(5));
    expect([expanded!.length, nonces!.length]).toEqual([4, 4]);
    for (const bytes of [...expanded!, ...nonces!]) expect(bytes).toEqual(new Uint8Array(bytes.length));
  });

  it('what a dealing is made of: its seed, its coefficients and its key, also when it is opened', async () => {
    vi.resetModules();
    const [derived, dealt]: Uint8Array[][] = [[], []];
    vi.doMock('@noble/hashes/hmac.js', async (original) => {
      const { hmac } = await original<typeof import('@noble/hashes/hmac.js')>();
      return {
        hmac: (...args: Parameters<typeof hmac>) => {
          const digest = hmac(...args);
          derived!.push(digest, args[2]);
          return digest;
        },
      };
    });
    vi.doMock('@noble/ciphers/chacha.js', async (original) => {
      const { chacha20poly1305 } = await original<typeof import('@noble/ciphers/chacha.js')>();
      return {
        chacha20poly1305: (...args: Parameters<typeof chacha20poly1305>) => {
          expect(args[0].some((byte) => byte !== 0)).toBe(true);
          dealt!.push(args[0]);
          return chacha20poly1305(...args);
        },
      };
    });
    const { deal, Dealing, open } = await import('../../src/crypto/slices.js');
    const shape = { n: 4, k: 2, f: 1 };
    const options = { ...shape, payload: marked(9), context: marked(2), entropy: marked(32) };
    const { header, slices } = deal(options);
    expect(options).toEqual({ ...shape, payload: marked(9), context: marked(2), entropy: marked(32) });
    // The seed, two halves of the secret and of the coefficient, each with what it is a hash of; and the key.
    expect([derived!.length, dealt!.length]).toEqual([10, 1]);
    const opened = open(Dealing.accept(header, marked(2), shape, 99), slices);
    expect(opened).toEqual({ verdict: 'opened', payload: marked(9) });
    expect(dealt).toHaveLength(2);
    for (const bytes of [...derived!, ...dealt!]) expect(bytes).toEqual(new Uint8Array(bytes.length));
  });
});
