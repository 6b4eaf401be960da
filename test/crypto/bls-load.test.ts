import { readFileSync } from 'node:fs';
import * as blst from '@chainsafe/blst';
import { describe, expect, test, vi } from 'vitest';
import type { Bls } from '../../src/crypto/bls.js';
import type { BlstModule } from '../../src/crypto/bls-blst.js';
import { loadBls } from '../../src/crypto/bls-load.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { failedSelfTest, KNOWN_ANSWER } from '../../src/crypto/bls-self-test.js';
import { toHex } from '../../src/crypto/bytes.js';
import { keys, message, scalar, signatures } from './bls-fixture.js';

describe('loadBls', () => {
  test('gives blst where it is installed, and noble when asked', async () => {
    expect((await loadBls()).name).toBe('blst');
    expect((await loadBls('blst')).name).toBe('blst');
    expect(await loadBls('noble')).toBe(nobleBls);
  });

  /** What is loaded when this stands in the place of the native package. */
  async function loadedOver(module: () => unknown): Promise<Bls> {
    vi.doMock('@chainsafe/blst', module as () => Record<string, unknown>);
    try {
      return await loadBls();
    } finally {
      vi.doUnmock('@chainsafe/blst');
    }
  }

  test('gives noble where blst does not load, and says so', async () => {
    const loaded = await loadedOver(() => {
      throw new Error('no binary for this platform');
    });
    expect(loaded.name).toBe('noble');
    expect(loaded.fallback).toMatch(/^blst does not load: /);
    expect(loaded.verify(keys[0]!, message, signatures[0]!)).toBe(true);
    const again = await loadBls();
    expect(again.name).toBe('blst');
    expect(again.fallback).toBeUndefined();
    expect((await loadBls('noble')).fallback).toBeUndefined();
  });

  type Faults = Partial<Record<keyof BlstModule, unknown>>;
  const { SecretKey, PublicKey, Signature } = blst;
  const altered = (point: { toBytes(compress?: boolean): Uint8Array }) => {
    const bytes = point.toBytes(true);
    return { toBytes: () => bytes.with(40, bytes[40]! ^ 1) };
  };
  const secretKeys = (change: (secret: InstanceType<typeof SecretKey>) => object) => ({
    fromBytes: (bytes: Uint8Array) => change(SecretKey.fromBytes(bytes)),
  });
  const faulty: [string, Faults, string][] = [
    [
      'other keys',
      { SecretKey: secretKeys((s) => ({ toPublicKey: () => altered(s.toPublicKey()) })) },
      'public keys',
    ],
    [
      'other signatures',
      {
        SecretKey: secretKeys((s) => ({
          toPublicKey: () => s.toPublicKey(),
          sign: (m: Uint8Array) => altered(s.sign(m)),
        })),
      },
      'signing',
    ],
    [
      'keys of any subgroup',
      { PublicKey: { fromBytes: () => PublicKey.fromBytes(keys[0]!.bytes) } },
      'decoding keys',
    ],
    [
      'keys that it does not check',
      {
        PublicKey: {
          fromBytes: (bytes: Uint8Array) =>
            bytes[0] === 0xc0 ? PublicKey.fromBytes(keys[0]!.bytes) : PublicKey.fromBytes(bytes, true),
        },
      },
      'decoding keys',
    ],
    [
      'signatures that it does not check',
      { Signature: { fromBytes: (bytes: Uint8Array) => Signature.fromBytes(bytes, false, false) } },
      'decoding signatures',
    ],
    ['a yes to every signature', { verify: () => true }, 'verify'],
    ['a no to every signature', { verify: () => false }, 'verify'],
    ['a yes to every sum', { fastAggregateVerify: () => true }, 'fastAggregateVerify'],
    ['a no to every sum', { fastAggregateVerify: () => false }, 'fastAggregateVerify'],
    [
      'sums without all of their terms',
      { aggregateSignatures: ([first]: unknown[]) => first },
      'fastAggregateVerify',
    ],
    ['a yes to every sum of messages', { aggregateVerify: () => true }, 'aggregateVerify'],
    ['a no to every sum of messages', { aggregateVerify: () => false }, 'aggregateVerify'],
    ['a yes to every batch', { verifyMultipleAggregateSignatures: () => true }, 'verifyBatch'],
    ['a no to every batch', { verifyMultipleAggregateSignatures: () => false }, 'verifyBatch'],
    ['no sums under weights', { aggregateWithRandomness: undefined }, 'verifyBatch'],
    [
      'weights of one on one message',
      {
        aggregateWithRandomness: (sets: { pk: blst.PublicKey; sig: Uint8Array }[]) => ({
          pk: blst.aggregatePublicKeys(sets.map(({ pk }) => pk)),
          sig: blst.aggregateSignatures(sets.map(({ sig }) => Signature.fromBytes(sig, true, true))),
        }),
      },
      'the weights of verifyBatch',
    ],
    [
      'weights of one on several messages',
      {
        verifyMultipleAggregateSignatures: (
          sets: { msg: Uint8Array; pk: blst.PublicKey; sig: blst.Signature }[],
        ) =>
          blst.aggregateVerify(
            sets.map(({ msg }) => msg),
            sets.map(({ pk }) => pk),
            blst.aggregateSignatures(sets.map(({ sig }) => sig)),
          ),
      },
      'the weights of verifyBatch',
    ],
    [
      'a trap in the binary',
      {
        verify: () => {
          throw new Error('illegal instruction');
        },
      },
      'verify',
    ],
    ['nothing at all', Object.fromEntries(Object.keys(blst).map((name) => [name, undefined])), 'public keys'],
  ];
  test.each(faulty)(
    'gives noble over a native library with %s, and says what failed',
    async (_, faults, what) => {
      const loaded = await loadedOver(() => ({ default: { ...blst, ...faults } }));
      expect(loaded.name).toBe('noble');
      expect(loaded.fallback).toBe(`blst fails its self-test: ${what}`);
    },
  );

  test('gives blst over an unharmed copy of it: the faults above are what is found', async () => {
    const loaded = await loadedOver(() => ({ default: { ...blst } }));
    expect(loaded.name).toBe('blst');
    expect(loaded.sign(scalar(11n), message)).toEqual(signatures[0]);
  });

  test('asks for a case of the official vectors', () => {
    const vectors = readFileSync(new URL('../vectors/bls-eth/sign.txt', import.meta.url), 'utf8');
    const { secret, message: signed, key, signature } = KNOWN_ANSWER;
    expect(vectors).toContain(`sec ${toHex(secret)}\nmsg ${toHex(signed)}\nout ${toHex(signature)}\n`);
    expect(nobleBls.publicKey(secret)).toEqual(key);
    expect(failedSelfTest(blst)).toBeNull();
  });
});
