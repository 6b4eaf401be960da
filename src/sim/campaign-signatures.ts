import { sha256 } from '@noble/hashes/sha2.js';
import type { ProvenKey } from '../crypto/bls.js';
import { nobleBls } from '../crypto/bls-noble.js';
import { concatBytes, equalBytes, toHex } from '../crypto/bytes.js';
import { identity as ed25519 } from '../crypto/identity.js';
import type { Suite } from '../protocol/suite.js';

/**
 * Signatures for campaigns that run the engine of agreement alone, thousands of times faster than real ones. A signature
 * is a hash of the secret key and the message, an aggregate the exclusive or of its parts, and who verifies looks the
 * secret up: nobody in a simulation can sign without the key, and outside of one it proves nothing at all. Public keys and
 * proofs of possession are real ones, for nothing else is taken into a manifest; each proof is made once.
 *
 * There is no VRF and no dispersal: the engine uses none.
 */
export function simulatedSuite(): Suite {
  const secrets = new Map<string, Uint8Array>();
  const tag = (secret: Uint8Array, message: Uint8Array): Uint8Array => sha256(concatBytes(secret, message));
  const tagUnder = (key: Uint8Array, message: Uint8Array): Uint8Array | null => {
    const secret = secrets.get(toHex(key));
    return secret ? tag(secret, message) : null;
  };
  const holds = (
    keys: readonly ProvenKey[],
    messages: readonly Uint8Array[],
    signature: Uint8Array,
  ): boolean => {
    const tags = keys.map((key, i) => tagUnder(key.bytes, messages[i]!));
    if (tags.length === 0 || tags.includes(null) || keys.length !== messages.length) return false;
    return equalBytes(padded(xor(tags as Uint8Array[]), 96), signature);
  };
  const proven = new Map<string, ProvenKey>();
  const possessions = new Map<string, Uint8Array>();
  const bls = {
    name: 'noble' as const,
    publicKey: (secret: Uint8Array) => {
      const key = nobleBls.publicKey(reduced(secret));
      secrets.set(toHex(key), secret);
      return key;
    },
    sign: (secret: Uint8Array, message: Uint8Array) => padded(tag(secret, message), 96),
    provePossession: (secret: Uint8Array) => {
      const name = toHex(secret);
      const possession = possessions.get(name) ?? nobleBls.provePossession(reduced(secret));
      possessions.set(name, possession);
      return possession;
    },
    proveKey: (bytes: Uint8Array, possession: Uint8Array) => {
      const name = toHex(bytes) + toHex(possession);
      const key = proven.get(name) ?? nobleBls.proveKey(bytes, possession);
      proven.set(name, key);
      return key;
    },
    verify: (key: ProvenKey, message: Uint8Array, signature: Uint8Array) =>
      holds([key], [message], signature),
    aggregate: (signatures: readonly Uint8Array[]) =>
      padded(xor(signatures.map((each) => each.subarray(0, 32))), 96),
    fastAggregateVerify: (keys: readonly ProvenKey[], message: Uint8Array, signature: Uint8Array) =>
      holds(
        keys,
        keys.map(() => message),
        signature,
      ),
    aggregateVerify: holds,
    verifyBatch: (
      keys: readonly ProvenKey[],
      messages: readonly Uint8Array[],
      signatures: readonly Uint8Array[],
    ) => keys.length > 0 && keys.every((key, i) => holds([key], [messages[i]!], signatures[i]!)),
  };
  const identity = {
    publicKey: (secret: Uint8Array) => {
      const key = ed25519.publicKey(secret);
      secrets.set(toHex(key), secret);
      return key;
    },
    sign: (secret: Uint8Array, message: Uint8Array) => padded(tag(secret, message), 64),
    verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
      const expected = tagUnder(key, message);
      return expected !== null && equalBytes(padded(expected, 64), signature);
    },
  };
  return { bls, identity } as unknown as Suite;
}

/** Any 32 bytes as a secret key of BLS: below the order of the group, which has 255 bits. */
function reduced(secret: Uint8Array): Uint8Array {
  const key = secret.slice();
  key[0]! &= 0x3f;
  return key;
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  out.set(bytes);
  return out;
}

function xor(parts: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(32);
  for (const part of parts) for (let i = 0; i < 32; i++) sum[i]! ^= part[i]!;
  return sum;
}
