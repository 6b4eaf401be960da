import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';

const secret = new Uint8Array(32).fill(7);
const key = identity.publicKey(secret);
const message = utf8('message');
const signature = identity.sign(secret, message);

/** The 32 bytes, little-endian, of an integer. */
const littleEndian = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0')).reverse();
const integer = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.toReversed())}`);

describe('verify', () => {
  test('refuses another message and another key', () => {
    expect(identity.verify(key, utf8('another'), signature)).toBe(false);
    expect(identity.verify(identity.publicKey(new Uint8Array(32).fill(8)), message, signature)).toBe(false);
  });

  test('refuses every length but 32 and 64 bytes', () => {
    for (const length of [0, 1, 31, 33, 64])
      expect(identity.verify(new Uint8Array(length), message, signature)).toBe(false);
    for (const length of [0, 32, 63])
      expect(identity.verify(key, message, signature.subarray(0, length))).toBe(false);
    expect(identity.verify(key, message, Uint8Array.of(...signature, 0))).toBe(false);
  });

  test('refuses S + L, the second form of a valid signature', () => {
    const s = integer(signature.subarray(32));
    const malleated = signature.slice();
    malleated.set(littleEndian(s + ed25519.Point.Fn.ORDER), 32);
    expect(identity.verify(key, message, malleated)).toBe(false);
  });

  test('refuses keys of small order, under which one signature fits every message', () => {
    expect(ED25519_TORSION_SUBGROUP).toHaveLength(8);
    for (const small of ED25519_TORSION_SUBGROUP) {
      // R = A = small, S = 0 satisfies the cofactored equation for any message.
      const forged = Uint8Array.of(...fromHex(small), ...new Uint8Array(32));
      expect(ed25519.verify(forged, message, fromHex(small), { zip215: true })).toBe(true);
      expect(identity.verify(fromHex(small), message, forged)).toBe(false);
    }
  });

  test('refuses keys and nonces that are not canonical', () => {
    const p = ed25519.Point.Fp.ORDER;
    // y = p + 1 is y = 1 again, and x = 0 has no sign: ZIP-215 takes both.
    const encodings = [
      littleEndian(p),
      littleEndian(p + 1n),
      littleEndian(1n + (1n << 255n)),
      littleEndian(2n ** 256n - 1n),
    ];
    for (const encoding of encodings) {
      expect(identity.verify(encoding, message, signature)).toBe(false);
      expect(identity.verify(key, message, Uint8Array.of(...encoding, ...signature.subarray(32)))).toBe(
        false,
      );
    }
  });

  test('answers false to what is no bytes', () => {
    for (const junk of [undefined, null, 1, 'text', {}, toHex(key)] as never[]) {
      expect(identity.verify(junk, message, signature)).toBe(false);
      expect(identity.verify(key, junk, signature)).toBe(false);
      expect(identity.verify(key, message, junk)).toBe(false);
    }
  });

  test('accepts what sign made and refuses it with any bit flipped', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array(),
        fc.nat({ max: 511 }),
        (s, m, bit) => {
          const made = identity.sign(s, m);
          expect(identity.verify(identity.publicKey(s), m, made)).toBe(true);
          const flipped = made.with(bit >> 3, made[bit >> 3]! ^ (1 << (bit & 7)));
          expect(identity.verify(identity.publicKey(s), m, flipped)).toBe(false);
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('a secret key of another length is refused by name', () => {
  const refused = expect.objectContaining({
    code: 'BYTES_WRONG_LENGTH',
    detail: expect.objectContaining({ argument: 'secretKey' }),
  });
  for (const length of [0, 31, 33, 64]) {
    expect(() => identity.publicKey(new Uint8Array(length))).toThrow(refused);
    expect(() => identity.sign(new Uint8Array(length), message)).toThrow(refused);
  }
});
