import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';

// RFC 8032 §7.1, tests 1 to 3 and SHA(abc); that of 1023 bytes is left out.
const vectors = [
  {
    secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    secret: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    key: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message: toHex(sha512(utf8('abc'))),
    signature:
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
];

describe('RFC 8032', () => {
  test.each(vectors)('message "$message"', ({ secret, key, message, signature }) => {
    expect(toHex(identity.publicKey(fromHex(secret)))).toBe(key);
    expect(toHex(identity.sign(fromHex(secret), fromHex(message)))).toBe(signature);
    expect(identity.verify(fromHex(key), fromHex(message), fromHex(signature))).toBe(true);
  });
});

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
