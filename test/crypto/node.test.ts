// Node beside this library: its byte strings, and its own implementations of the same standards.
import { createDecipheriv, generateKeyPairSync, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytes, decode, encode, list, u16, u32 } from '../../src/crypto/encoding.js';
import * as erasure from '../../src/crypto/erasure.js';
import { scalar } from '../../src/crypto/group-codec.js';
import { hash } from '../../src/crypto/hash.js';
import { identity } from '../../src/crypto/identity.js';
import { leafHash, MerkleTree } from '../../src/crypto/merkle.js';
import { combine } from '../../src/crypto/shamir.js';
import { Dealing, deal as dealSlices, type Slice } from '../../src/crypto/slices.js';
import { codeOf, randomness } from './sharing-fixture.js';

describe('bytes of Node’s', () => {
  it('are decoded to copies, as those of the language are: a buffer that is used again changes nothing', () => {
    const pair = list(bytes(4), 2);
    const buffer = Buffer.from('020201020203ff', 'hex');
    const decoded = decode(pair, buffer);
    buffer.fill(0);
    expect(decoded).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 255)]);
    for (const part of decoded) expect(part.constructor).toBe(Uint8Array);
  });

  it('are read within their bounds, also in the middle of a pool', () => {
    const pool = Buffer.from('ffff0203ffffff', 'hex').subarray(2, 4);
    expect(decode(u16, pool)).toBe(0x0203);
    expect(codeOf(() => decode(u32, pool))).toBe('ENCODING_TRUNCATED');
  });

  it('have the hashes, signatures and trees of the same bytes', () => {
    const plain = randomness('any kind', 100);
    const buffer = Buffer.from(plain);
    const secret = plain.slice(0, 32);
    expect(hash('record', buffer)).toEqual(hash('record', plain));
    expect(leafHash(buffer)).toEqual(leafHash(plain));
    expect(new MerkleTree([buffer.subarray(0, 32), buffer.subarray(32, 64)]).root).toEqual(
      new MerkleTree([plain.subarray(0, 32), plain.subarray(32, 64)]).root,
    );
    const signature = identity.sign(Buffer.from(secret), buffer);
    expect(signature).toEqual(identity.sign(secret, plain));
    expect(identity.verify(Buffer.from(identity.publicKey(secret)), buffer, Buffer.from(signature))).toBe(
      true,
    );
    expect(erasure.encode(buffer, 3, 5)).toEqual(erasure.encode(plain, 3, 5));
  });
});

describe('a second implementation', () => {
  it('signs and verifies as Ed25519 does here: Node’s', () => {
    for (let i = 0; i < 10; i++) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const raw = (key: string | undefined) => Uint8Array.from(Buffer.from(key!, 'base64url'));
      const secret = raw(privateKey.export({ format: 'jwk' }).d);
      const message = randomness(`message ${i}`, 10 * i);
      const signature = identity.sign(secret, message);
      expect(identity.publicKey(secret)).toEqual(raw(publicKey.export({ format: 'jwk' }).x));
      expect(signature).toEqual(Uint8Array.from(nodeSign(null, message, privateKey)));
      expect(nodeVerify(null, message, publicKey, signature)).toBe(true);
    }
  });

  it('opens a dealing’s ciphertext with ChaCha20-Poly1305 of RFC 8439: Node’s', () => {
    const shape = { n: 4, k: 2, f: 1 };
    const payload = randomness('payload', 77);
    const context = randomness('context', 5);
    const { header, slices } = dealSlices({ ...shape, payload, context, entropy: randomness('entropy', 32) });
    const dealing = Dealing.accept(header, context, shape, 100);
    const shares = slices.map(({ index, share }: Slice) => ({ x: index + 1, y: share }));
    const key = hash('dealing-key', dealing.binding, encode(scalar, combine(shares.slice(0, 2), 2)));
    const ciphertext = erasure.decode(
      new Map(slices.map((s) => [s.index, s.fragment])),
      2,
      4,
      payload.length + 16,
    );
    const cipher = createDecipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 });
    cipher.setAAD(dealing.binding, { plaintextLength: payload.length });
    cipher.setAuthTag(ciphertext.subarray(payload.length));
    const opened = Buffer.concat([cipher.update(ciphertext.subarray(0, payload.length)), cipher.final()]);
    expect(Uint8Array.from(opened)).toEqual(payload);
  });
});
