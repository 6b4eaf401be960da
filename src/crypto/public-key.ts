import type { EdwardsPoint } from '@noble/curves/abstract/edwards.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';

const { Point } = ed25519;
const { Fp } = Point;

/**
 * Why 32 bytes are no public key: they are no canonical encoding of a point (`encoding`); the point is one of the eight whose
 * order divides the cofactor, all zero among them (`small-order`); it has a part of such an order (`mixed-order`).
 */
export type KeyFault = 'encoding' | 'small-order' | 'mixed-order';

/**
 * What is wrong with a public key of edwards25519 (Ed25519, ECVRF), or null. Every key that was made of a secret by RFC 8032
 * is in the subgroup of prime order and has one encoding, so nothing that a key can be is refused.
 *
 * Under a key of small order one signature fits many messages, and everybody knows the secret; with a part of small order,
 * implementations differ on which signatures hold.
 * @param key 32 bytes, untrusted; anything else is `encoding`
 */
export function edwardsKeyFault(key: Uint8Array): KeyFault | null {
  let point: EdwardsPoint;
  try {
    point = Point.fromBytes(key, false);
  } catch {
    return 'encoding';
  }
  if (point.isSmallOrder()) return 'small-order';
  return point.isTorsionFree() ? null : 'mixed-order';
}

/**
 * What is wrong with a public key of X25519 (RFC 7748), or null. With a key of small order every shared secret is zero. RFC
 * 7748 takes coordinates that are not reduced, hence several keys for one, and those of the twist; no secret gives either.
 * @param key 32 bytes, untrusted; anything else is `encoding`
 */
export function montgomeryKeyFault(key: Uint8Array): KeyFault | null {
  if (!(key instanceof Uint8Array) || key.length !== 32) return 'encoding';
  const u = bytesToNumberLE(key);
  if (u >= Fp.ORDER) return 'encoding';
  // u = −1 is a point of order 4 of the twist, and has no y.
  if (u === Fp.ORDER - 1n) return 'small-order';
  // RFC 7748 §4.1: the point (x, y) of edwards25519 or (−x, y), which have the same order.
  const y = Fp.div(Fp.sub(u, Fp.ONE), Fp.add(u, Fp.ONE));
  return edwardsKeyFault(numberToBytesLE(y, 32));
}
