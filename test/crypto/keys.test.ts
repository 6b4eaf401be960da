import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import * as blst from '@chainsafe/blst';
import { deriveChild, deriveMaster, deriveSeedTree } from 'micro-key-producer/bls.js';
import { HDKey } from 'micro-key-producer/slip10.js';
import { describe, expect, test } from 'vitest';
import { blstBls } from '../../src/crypto/bls-blst.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';
import {
  BankSecrets,
  deriveSecrets,
  generateMnemonic,
  KEY_PATHS,
  publicKeys,
} from '../../src/crypto/keys.js';

const json = (path: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8'));
const purposes = ['bls', 'identity', 'vrf', 'x25519', 'vault'] as const;
const coded = (code: string) => expect.objectContaining({ name: 'ConcordatError', code });

describe('EIP-2333', () => {
  interface Vector {
    seed: string;
    master_SK: string;
    child_index: number;
    child_SK: string;
  }
  // The secret keys pass 2^53 and are strings in the file; child indexes are numbers.
  const vectors: Vector[] = json('eip-2333/eip2333.derived.json');

  test('has its four vectors', () => expect(vectors).toHaveLength(4));

  test.each(vectors)('child $child_index', ({ seed, master_SK, child_index, child_SK }) => {
    const master = deriveMaster(fromHex(seed.slice(2)));
    expect(BigInt(`0x${toHex(master)}`)).toBe(BigInt(master_SK));
    expect(BigInt(`0x${toHex(deriveChild(master, child_index))}`)).toBe(BigInt(child_SK));
  });

  test.each(vectors)('child $child_index, blst', ({ seed, master_SK, child_index, child_SK }) => {
    const master = blst.SecretKey.deriveMasterEip2333(fromHex(seed.slice(2)));
    expect(BigInt(`0x${toHex(master.toBytes())}`)).toBe(BigInt(master_SK));
    expect(BigInt(`0x${toHex(master.deriveChildEip2333(child_index).toBytes())}`)).toBe(BigInt(child_SK));
  });
});

describe('SLIP-0010, ed25519', () => {
  interface Chain {
    chain: string;
    fingerprint: string;
    chainCode: string;
    private: string;
    public: string;
  }
  const vectors: { seed: string; chains: Chain[] }[] = json('slip-0010/slip0010-ed25519.derived.json');
  const chains = vectors.flatMap(({ seed, chains }) => chains.map((chain) => ({ seed, ...chain })));

  test('has its twelve chains', () => expect(chains).toHaveLength(12));

  test.each(chains)('$chain', (vector) => {
    const key = HDKey.fromMasterSeed(fromHex(vector.seed)).derive(vector.chain);
    expect(toHex(key.privateKey)).toBe(vector.private);
    expect(toHex(key.chainCode)).toBe(vector.chainCode);
    expect(toHex(key.publicKey)).toBe(vector.public);
    expect(key.parentFingerprintHex).toBe(vector.fingerprint);
  });

  test('a child that is not hardened does not exist', () => {
    const root = HDKey.fromMasterSeed(new Uint8Array(32));
    for (const path of ['m/0', "m/44'/0", "m/0'/1"]) expect(() => root.derive(path)).toThrow();
  });
});

describe('BIP-39', () => {
  const vectors = (json('bip-0039/vectors-english.json').english as [string, string, string, string][]).map(
    ([entropy, mnemonic, seed]) => ({ entropy, mnemonic, seed }),
  );
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
});

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

  test('derives the BLS key that blst derives', () => {
    const vector = json('bip-0039/vectors-english.json').english.find(
      ([entropy]: string[]) => entropy!.length === 64,
    );
    let key = blst.SecretKey.deriveMasterEip2333(fromHex(vector[2]));
    for (const index of [12381, 3600, 0, 0, 0]) key = key.deriveChildEip2333(index);
    expect(deriveSecrets(vector[1], 'TREZOR').bls).toEqual(Uint8Array.from(key.toBytes()));
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

  test('the Diffie-Hellman key is that of RFC 7748 §6.1 for its secret', () => {
    const x25519 = fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const keys = publicKeys(nobleBls, new BankSecrets({ ...copies(secrets), x25519 }));
    expect(toHex(keys.x25519)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
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
});
