import type { WeierstrassPoint } from '@noble/curves/abstract/weierstrass.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { expectAnyBytes, toHex } from './bytes.js';
import { ConcordatError } from './error.js';

/** Why a BLS key, proof or signature was refused. No secret is ever in the facts. */
export type BlsError =
  /** Not 32 bytes, zero, or not below the group order. */
  | { readonly code: 'BLS_SECRET_KEY_INVALID' }
  /** A public key that is not 48 bytes, no point of the subgroup, or the neutral element. */
  | { readonly code: 'BLS_KEY_INVALID'; readonly reason: 'length' | 'point' | 'infinity' }
  /** The proof of possession is not one of this key. */
  | { readonly code: 'BLS_POSSESSION_NOT_PROVEN' }
  /** The signature at `index` of a list is no point of the subgroup. */
  | { readonly code: 'BLS_SIGNATURE_INVALID'; readonly index: number }
  /** There is nothing to aggregate. */
  | { readonly code: 'BLS_AGGREGATE_EMPTY' }
  /** No key has the index of the signer. */
  | { readonly code: 'BLS_SIGNER_UNKNOWN' };

/**
 * Domain of signatures over messages (draft-irtf-cfrg-bls-signature-05 §4.2.3). noble's default is the NUL suite of
 * the basic scheme, under which rogue keys are an attack: so every hash here names its domain.
 */
export const SIGNATURE_DST = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

/**
 * Domain of proofs of possession (same clause). Apart from {@link SIGNATURE_DST}, so that no signature a bank gives
 * on somebody's message can serve as a proof of possession, nor the reverse.
 */
export const POSSESSION_DST = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

const scheme = bls12_381.longSignatures;

/** A point of G1, where public keys live. */
export type PublicPoint = ReturnType<typeof scheme.getPublicKey>;
/** A point of G2, where signatures and hashed messages live. */
export type SignaturePoint = ReturnType<typeof scheme.sign>;

const finite = (point: WeierstrassPoint<unknown>): boolean => !point.is0();

/**
 * Returns `secretKey` when it is 32 bytes, big-endian, of a scalar in [1, r). noble reduces larger ones modulo r, so
 * that two secrets would be one key; blst refuses them.
 * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`, without a word about the value.
 */
export function expectSecretKey(secretKey: Uint8Array): Uint8Array {
  if (secretKey instanceof Uint8Array && secretKey.length === 32 && isBelowOrder(secretKey)) return secretKey;
  throw new ConcordatError<BlsError>(
    { code: 'BLS_SECRET_KEY_INVALID' },
    'a BLS secret key is 32 bytes, big-endian, above zero and below the order of the group',
  );
}

const ORDER = numberToBytesBE(bls12_381.fields.Fr.ORDER, 32);

/** Whether 0 < scalar < r: byte by byte and all of them, since a number or a string of a secret cannot be overwritten. */
function isBelowOrder(scalar: Uint8Array): boolean {
  let borrow = 0;
  let any = 0;
  for (let i = 31; i >= 0; i--) {
    borrow = (scalar[i]! - ORDER[i]! - borrow) >>> 31;
    any |= scalar[i]!;
  }
  return borrow === 1 && any !== 0;
}

const keyInvalid = (reason: 'length' | 'point' | 'infinity'): ConcordatError<BlsError> =>
  new ConcordatError<BlsError>({ code: 'BLS_KEY_INVALID', reason }, `invalid BLS public key: ${reason}`);

/**
 * KeyValidate (§2.5): the point of a compressed public key, on the curve, in the subgroup, not infinity.
 *
 * The length is checked first because the decoder would take the uncompressed form too, a second encoding of the same
 * key; infinity is refused because it adds nothing to an aggregate, so that a bank with that key "signs" everything.
 * @param publicKey 48 bytes
 * @throws {@link BlsError} `BLS_KEY_INVALID`.
 */
export function decodePublicKey(publicKey: Uint8Array): PublicPoint {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 48) throw keyInvalid('length');
  let point: PublicPoint;
  try {
    point = bls12_381.G1.Point.fromBytes(publicKey);
  } catch {
    throw keyInvalid('point');
  }
  if (!finite(point)) throw keyInvalid('infinity');
  return point;
}

/**
 * The point of a compressed signature, on the curve and in the subgroup; null for anything else. Infinity is null
 * too: it is the signature of no secret key, and satisfies the pairing check of keys that cancel out.
 * @param signature 96 bytes
 */
export function decodeSignature(signature: Uint8Array): SignaturePoint | null {
  try {
    const point = scheme.Signature.fromBytes(signature);
    return finite(point) ? point : null;
  } catch {
    return null;
  }
}

/** hash_to_point: a message on G2 (RFC 9380, BLS12381G2_XMD:SHA-256_SSWU_RO_) in the domain `dst`. */
export const hashToPoint = (message: Uint8Array, dst: string): SignaturePoint => scheme.hash(message, dst);

/**
 * CoreSign (§2.6). Not constant-time: JavaScript's integers are not. A bank whose votes others can time signs them with
 * blst; proofs of possession, one for each key, are made here whatever the backend.
 * @returns 96 bytes
 * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`.
 */
export function coreSign(secretKey: Uint8Array, message: Uint8Array, dst: string): Uint8Array {
  const key = expectSecretKey(secretKey);
  return scheme.sign(hashToPoint(expectAnyBytes(message, 'message'), dst), key).toBytes();
}

/**
 * CoreVerify (§2.7) under a key that {@link decodePublicKey} returned, or a sum of such keys; false for a sum that is
 * infinity, and on anything malformed. Never throws.
 */
export function coreVerify(
  key: PublicPoint,
  message: Uint8Array,
  signature: Uint8Array,
  dst: string,
): boolean {
  const point = decodeSignature(signature);
  if (point === null || !finite(key) || !(message instanceof Uint8Array)) return false;
  return scheme.verify(point, hashToPoint(message, dst), key);
}

/**
 * PopProve (§3.3.2): a signature on the public key itself, in its own domain.
 * @returns 96 bytes
 * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`.
 */
export function provePossession(secretKey: Uint8Array): Uint8Array {
  return coreSign(secretKey, scheme.getPublicKey(expectSecretKey(secretKey)).toBytes(), POSSESSION_DST);
}

/** A message and the places of a list at which it stands. */
export interface DistinctMessage {
  readonly message: Uint8Array;
  readonly places: number[];
}

/** Each message once, since each costs a pairing; null when one is no bytes. */
export function distinctMessages(messages: readonly Uint8Array[]): DistinctMessage[] | null {
  const distinct = new Map<string, DistinctMessage>();
  for (const [place, message] of messages.entries()) {
    if (!(message instanceof Uint8Array)) return null;
    const id = toHex(message);
    const known = distinct.get(id);
    if (known) known.places.push(place);
    else distinct.set(id, { message, places: [place] });
  }
  return [...distinct.values()];
}

/** Whether these are lists of one length, not empty: what belongs together stands at the same place in each. */
export function areParallel(...lists: readonly unknown[]): boolean {
  const [first] = lists;
  return (
    Array.isArray(first) &&
    first.length > 0 &&
    lists.every((list) => Array.isArray(list) && list.length === first.length)
  );
}
