import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { edwardsKeyFault, montgomeryKeyFault } from '../../src/crypto/public-key.js';
import { randomness } from './sharing-fixture.js';

const { Point } = ed25519;
const P = Point.Fp.ORDER;
/** A generator of the eight points of small order. */
const TORSION = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
const small = Array.from({ length: 8 }, (_, i) => (i === 0 ? Point.ZERO : TORSION.multiplyUnsafe(BigInt(i))));
const secrets = Array.from({ length: 12 }, (_, i) => randomness(`secret ${i}`, 32));

describe('a public key on edwards25519', () => {
  it('is taken whenever a secret makes it', () => {
    for (const secret of secrets) expect(edwardsKeyFault(ed25519.getPublicKey(secret))).toBeNull();
  });

  it('is refused at each of the eight points of small order', () => {
    expect(new Set(small.map((point) => point.toHex())).size).toBe(8);
    for (const point of small) expect(edwardsKeyFault(point.toBytes()), point.toHex()).toBe('small-order');
    expect(edwardsKeyFault(new Uint8Array(32))).toBe('small-order');
  });

  it('is refused with a part of small order, whichever it is', () => {
    const key = Point.fromBytes(ed25519.getPublicKey(secrets[0]!));
    for (const part of small.slice(1)) expect(edwardsKeyFault(key.add(part).toBytes())).toBe('mixed-order');
  });

  it('is refused in every encoding but the canonical one', () => {
    for (let y = P; y < 1n << 255n; y++) expect(edwardsKeyFault(numberToBytesLE(y, 32))).toBe('encoding');
    // x = 0 with its sign set.
    expect(edwardsKeyFault(fromHex(`01${'00'.repeat(30)}80`))).toBe('encoding');
    expect(edwardsKeyFault(fromHex(`02${'00'.repeat(31)}`))).toBe('encoding');
    for (const length of [0, 31, 33]) expect(edwardsKeyFault(new Uint8Array(length))).toBe('encoding');
    for (const odd of [undefined, null, 'key', 7])
      expect(edwardsKeyFault(odd as unknown as Uint8Array)).toBe('encoding');
  });
});

describe('a public key of X25519', () => {
  const coordinate = (u: bigint): Uint8Array => numberToBytesLE(u, 32);

  it('is taken whenever a secret makes it', () => {
    for (const secret of secrets) expect(montgomeryKeyFault(x25519.getPublicKey(secret))).toBeNull();
  });

  it('is refused where every shared secret is zero', () => {
    const order8 = [
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    ].map((hex) => fromHex(hex));
    for (const key of [coordinate(0n), coordinate(1n), coordinate(P - 1n), ...order8]) {
      expect(() => x25519.getSharedSecret(secrets[0]!, key), toHex(key)).toThrow();
      expect(montgomeryKeyFault(key), toHex(key)).toBe('small-order');
    }
  });

  it('is refused with a part of small order', () => {
    const key = Point.fromBytes(ed25519.getPublicKey(secrets[0]!));
    for (const part of small.slice(1)) {
      const mixed = ed25519.utils.toMontgomery(key.add(part).toBytes());
      expect(montgomeryKeyFault(mixed)).toBe('mixed-order');
    }
  });

  it('is refused when it is not reduced, on the twist, or no 32 bytes', () => {
    for (let u = P; u < 1n << 255n; u++) expect(montgomeryKeyFault(coordinate(u))).toBe('encoding');
    const key = x25519.getPublicKey(secrets[0]!);
    // RFC 7748 drops the highest bit.
    expect(montgomeryKeyFault(key.map((byte, i) => (i === 31 ? byte | 0x80 : byte)))).toBe('encoding');
    expect(montgomeryKeyFault(coordinate(2n))).toBe('encoding');
    for (const length of [0, 31, 33]) expect(montgomeryKeyFault(new Uint8Array(length))).toBe('encoding');
    expect(montgomeryKeyFault('key' as unknown as Uint8Array)).toBe('encoding');
  });
});
