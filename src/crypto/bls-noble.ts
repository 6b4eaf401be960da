import { bls12_381 } from '@noble/curves/bls12-381.js';
import { type Bls, type BlsError, ProvenKey } from './bls.js';
import {
  coreSign,
  coreVerify,
  decodePublicKey,
  decodeSignature,
  expectSecretKey,
  hashToPoint,
  type PublicPoint,
  provePossession,
  SIGNATURE_DST,
} from './bls-core.js';
import { toHex } from './bytes.js';
import { ConcordatError } from './error.js';

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
 * {@link Bls} in JavaScript: runs everywhere, browsers included; signs in about 8 ms and verifies in about 20.
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
    if (!Array.isArray(keys) || !Array.isArray(messages)) return false;
    if (keys.length === 0 || keys.length !== messages.length) return false;
    const found = pointsOf(keys);
    const point = decodeSignature(signature);
    if (found === null || point === null) return false;

    // e(k₁, H(m))·e(k₂, H(m)) = e(k₁ + k₂, H(m)): one pairing a distinct message.
    const signers = new Map<string, { message: Uint8Array; keys: PublicPoint[] }>();
    for (const [i, message] of messages.entries()) {
      if (!(message instanceof Uint8Array)) return false;
      const id = toHex(message);
      const group = signers.get(id);
      if (group === undefined) signers.set(id, { message, keys: [found[i]!] });
      else group.keys.push(found[i]!);
    }

    const pairs = [{ g1: G1.BASE.negate(), g2: point }];
    for (const group of signers.values()) {
      const key = sum(group.keys);
      // Two keys of one owner can cancel out: their factor is one, and noble would throw on it.
      if (!key.is0()) pairs.push({ g1: key, g2: hashToPoint(group.message, SIGNATURE_DST) });
    }
    return Fp12.eql(bls12_381.pairingBatch(pairs), Fp12.ONE);
  },
};
