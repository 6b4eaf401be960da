import { readFileSync } from 'node:fs';
import { x25519 } from '@noble/curves/ed25519.js';
import { expect, test } from 'vitest';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { fromHex, toHex } from '../../src/crypto/bytes.js';
import { publicKeys } from '../../src/crypto/keys.js';

const { alice, bob, sharedSecret } = JSON.parse(
  readFileSync(new URL('../vectors/rfc-7748/x25519.json', import.meta.url), 'utf8'),
);
const other = new Uint8Array(32).fill(1);
const publicKeyOf = (x25519: Uint8Array): string =>
  toHex(publicKeys(nobleBls, { bls: other, identity: other, vrf: other, vault: other, x25519 }).x25519);

test.each([
  ['Alice', alice],
  ['Bob', bob],
])('RFC 7748 §6.1: the public key of %s', (_, { secretKey, publicKey }) =>
  expect(publicKeyOf(fromHex(secretKey))).toBe(publicKey),
);

test('RFC 7748 §6.1: either secret and the other’s public key give the shared secret', () => {
  for (const [own, theirs] of [
    [alice, bob],
    [bob, alice],
  ])
    expect(toHex(x25519.getSharedSecret(fromHex(own.secretKey), fromHex(theirs.publicKey)))).toBe(
      sharedSecret,
    );
});

test('the bits that clamping sets do not matter, every other one does', () => {
  const secret = fromHex(alice.secretKey);
  for (const [at, bit] of [
    [0, 1],
    [0, 2],
    [0, 4],
    [31, 128],
    [31, 64],
  ] as const)
    expect(publicKeyOf(secret.with(at, secret[at]! ^ bit))).toBe(alice.publicKey);
  for (const [at, bit] of [
    [0, 8],
    [16, 1],
    [31, 32],
  ] as const)
    expect(publicKeyOf(secret.with(at, secret[at]! ^ bit))).not.toBe(alice.publicKey);
});
