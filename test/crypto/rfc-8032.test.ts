import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { identity } from '../../src/crypto/identity.js';

interface Vector {
  readonly name: string;
  readonly secretKey: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../vectors/rfc-8032/ed25519.json', import.meta.url), 'utf8'),
);

describe('RFC 8032, Ed25519', () => {
  test('has its five cases, the last but one of 1023 bytes', () =>
    expect(vectors.map(({ message }) => message.length / 2)).toEqual([0, 1, 2, 1023, 64]));

  test.each(vectors)('$name', ({ secretKey, publicKey, message, signature }) => {
    expect(toHex(identity.publicKey(fromHex(secretKey)))).toBe(publicKey);
    expect(toHex(identity.sign(fromHex(secretKey), fromHex(message)))).toBe(signature);
    expect(identity.verify(fromHex(publicKey), fromHex(message), fromHex(signature))).toBe(true);
  });

  test.each(vectors)('$name holds for nothing but its own message, key and signature', (vector) => {
    const [key, message, signature] = [vector.publicKey, vector.message, vector.signature].map(
      (hex) => fromHex(hex) as Uint8Array,
    ) as [Uint8Array, Uint8Array, Uint8Array];
    const other = vectors.find(({ name }) => name !== vector.name)!;
    expect(identity.verify(fromHex(other.publicKey), message, signature)).toBe(false);
    expect(identity.verify(key, fromHex(other.message), signature)).toBe(false);
    expect(identity.verify(key, message, fromHex(other.signature))).toBe(false);
    expect(identity.verify(key, Uint8Array.of(...message, 0), signature)).toBe(false);
    if (message.length > 0) expect(identity.verify(key, message.subarray(1), signature)).toBe(false);
  });
});
