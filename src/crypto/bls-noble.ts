import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { type Bls, type BlsError, ProvenKey } from './bls.js';
import {
  areParallel,
  coreSign,
  coreVerify,
  type DistinctMessage,
  decodePublicKey,
  decodeSignature,
  distinctMessages,
  expectSecretKey,
  hashToPoint,
  type PublicPoint,
  provePossession,
  SIGNATURE_DST,
  type SignaturePoint,
} from './bls-core.js';
import { uint64 } from './bytes.js';
import { ConcordatError } from './error.js';
import { hash } from './hash.js';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const { Fp12 } = bls12_381.fields;

/** Decompressing and checking the subgroup costs a tenth of a verification; a consortium's keys come back every time. */
const points = new WeakMap<ProvenKey, PublicPoint>();

/** The keys' points, or null when one of them is no {@link ProvenKey}. */
function pointsOf(keys: readonly ProvenKey[]): PublicPoint[] | null {
  const found: PublicPoint[] = [];
  for (const key of keys) {
    if (!ProvenKey.is(key)) return null;
    let point = points.get(key);
    if (point === undefined) {
      point = decodePublicKey(key.bytes);
      points.set(key, point);
    }
    found.push(point);
  }
  return found;
}

const sum = (keys: readonly PublicPoint[]): PublicPoint =>
  keys.reduce((total, key) => total.add(key), G1.ZERO);

/**
 * Whether the product of e(keys[i], H(message i)) is e(G, signature). One pairing a distinct message:
 * e(k₁, H(m))·e(k₂, H(m)) = e(k₁ + k₂, H(m)).
 */
function pairingHolds(
  keys: readonly PublicPoint[],
  distinct: readonly DistinctMessage[],
  signature: SignaturePoint,
): boolean {
  // Points at infinity have the factor one, and noble would throw on them. Keys of one owner can cancel out, and in a
  // batch what a liar calls signatures.
  const pairs = [{ g1: G1.BASE.negate(), g2: signature }];
  for (const { message, places } of distinct) {
    const key = sum(places.map((place) => keys[place]!));
    pairs.push({ g1: key, g2: hashToPoint(message, SIGNATURE_DST) });
  }
  return Fp12.eql(bls12_381.pairingBatch(pairs.filter(({ g1, g2 }) => !g1.is0() && !g2.is0())), Fp12.ONE);
}

/**
 * Weights of 128 bits, one for each term, from a hash of all that is checked: Bellare, Garay and Rabin's small exponents
 * (1998), made without drawing any as Fiat and Shamir do. Zero has the probability 2^-128 and would only leave out a
 * term.
 */
function batchWeights(
  keys: readonly ProvenKey[],
  messages: readonly Uint8Array[],
  signatures: readonly Uint8Array[],
): bigint[] {
  const seed = keys.reduce<Uint8Array>(
    (chained, key, i) => hash('batch', chained, key.bytes, messages[i]!, signatures[i]!),
    new Uint8Array(),
  );
  return keys.map((_, i) => bytesToNumberBE(hash('batch', seed, uint64(i)).subarray(0, 16)));
}

/**
 * {@link Bls} in JavaScript: runs everywhere, browsers included; signs in about 18 ms and verifies in about 26.
 * Not constant-time.
 */
export const nobleBls: Bls = {
  name: 'noble',

  publicKey: (secretKey) => bls12_381.longSignatures.getPublicKey(expectSecretKey(secretKey)).toBytes(),

  sign: (secretKey, message) => coreSign(secretKey, message, SIGNATURE_DST),

  provePossession,

  proveKey: ProvenKey.prove,

  verify: (key, message, signature) => nobleBls.fastAggregateVerify([key], message, signature),

  aggregate(signatures) {
    if (!Array.isArray(signatures) || signatures.length === 0)
      throw new ConcordatError<BlsError>({ code: 'BLS_AGGREGATE_EMPTY' }, 'no signatures to aggregate');
    let total = G2.ZERO;
    for (const [index, signature] of signatures.entries()) {
      const point = decodeSignature(signature);
      if (point === null)
        throw new ConcordatError<BlsError>(
          { code: 'BLS_SIGNATURE_INVALID', index },
          `signatures[${index}] is not a point of the subgroup`,
        );
      total = total.add(point);
    }
    // noble encodes infinity only in the coordinates of its own constant.
    return (total.is0() ? G2.ZERO : total).toBytes();
  },

  fastAggregateVerify(keys, message, signature) {
    const found = Array.isArray(keys) ? pointsOf(keys) : null;
    // No keys sum to infinity, which coreVerify refuses, as it does keys that cancel out.
    return found !== null && coreVerify(sum(found), message, signature, SIGNATURE_DST);
  },

  aggregateVerify(keys, messages, signature) {
    if (!areParallel(keys, messages)) return false;
    const found = pointsOf(keys);
    const distinct = distinctMessages(messages);
    const point = decodeSignature(signature);
    return found !== null && distinct !== null && point !== null && pairingHolds(found, distinct, point);
  },

  verifyBatch(keys, messages, signatures) {
    if (!areParallel(keys, messages, signatures)) return false;
    const found = pointsOf(keys);
    const distinct = distinctMessages(messages);
    const points = Array.from(signatures, decodeSignature);
    if (found === null || distinct === null || points.includes(null)) return false;
    const weights = batchWeights(keys, messages, signatures);
    return pairingHolds(
      found.map((key, i) => key.multiplyUnsafe(weights[i]!)),
      distinct,
      points.reduce<SignaturePoint>(
        (total, point, i) => total.add(point!.multiplyUnsafe(weights[i]!)),
        G2.ZERO,
      ),
    );
  },
};
