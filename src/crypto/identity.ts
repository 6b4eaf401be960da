import { ed25519 } from '@noble/curves/ed25519.js';
import { expectAnyBytes, expectBytes } from './bytes.js';

/**
 * Ed25519 (RFC 8032), with which a bank signs what it says in its own name.
 *
 * Strict: point encodings are canonical, S is below the group's order (so a signature cannot be altered into another
 * valid one), and public keys of small order, under which one signature fits many messages, are refused. The equation
 * is RFC 8032's cofactored one, so a key with a small-order component is not refused, and implementations that check
 * without the cofactor may judge its signatures otherwise; all banks of a consortium must run this one.
 *
 * Not guaranteed: that a message belongs to this protocol, callers put a domain into every one; constant time, since the
 * secret scalar is a JavaScript bigint (the base point is multiplied the same way for every scalar, but how long its
 * steps take is the engine's); that a secret key leaves the memory.
 *
 * @example
 * ```ts
 * import { identity } from 'concordat/crypto';
 *
 * const secret = crypto.getRandomValues(new Uint8Array(32));
 * const message = Uint8Array.of(1, 2, 3);
 * const signature = identity.sign(secret, message);
 * console.log(identity.verify(identity.publicKey(secret), message, signature)); // true
 * ```
 */
export const identity = {
  /**
   * @param secretKey 32 bytes
   * @returns 32 bytes
   * @throws `BytesError`
   */
  publicKey(secretKey: Uint8Array): Uint8Array {
    return ed25519.getPublicKey(expectBytes(secretKey, 32, 'secretKey'));
  },

  /**
   * Deterministic: the same key and message give the same signature.
   * @param secretKey 32 bytes
   * @returns 64 bytes
   * @throws `BytesError`
   */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
    return ed25519.sign(expectAnyBytes(message, 'message'), expectBytes(secretKey, 32, 'secretKey'));
  },

  /**
   * Whether `signature` (64 bytes) is that of `publicKey` (32 bytes) on `message`. False on anything malformed; never
   * throws.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
} as const;
