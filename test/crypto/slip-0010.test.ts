import { readFileSync } from 'node:fs';
import { HDKey } from 'micro-key-producer/slip10.js';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';

describe('SLIP-0010, ed25519', () => {
  interface Chain {
    chain: string;
    fingerprint: string;
    chainCode: string;
    private: string;
    public: string;
  }
  const vectors: { seed: string; chains: Chain[] }[] = JSON.parse(
    readFileSync(new URL('../vectors/slip-0010/slip0010-ed25519.derived.json', import.meta.url), 'utf8'),
  );
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
