import type { EdwardsPoint } from '@noble/curves/abstract/edwards.js';
import { ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, eraseBytes, expectAnyBytes, expectBytes, utf8 } from './bytes.js';
import { ConcordatError } from './error.js';

/** Bytes of a proof `pi`: Gamma (32), c (16), s (32). RFC 9381 §5.5, ptLen + cLen + qLen. */
export const PROOF_LENGTH = 80;
/** Bytes of an output `beta`, one SHA-512. RFC 9381 §5.5, hLen. */
export const OUTPUT_LENGTH = 64;

/** What {@link Vrf.prove} and {@link Vrf.proofToHash} throw, beside a `BytesError` for a key of the wrong shape. */
export type VrfError =
  /** No proof in form. */
  | {
      readonly code: 'VRF_PROOF_INVALID';
      readonly reason: 'not 80 bytes' | 'Gamma is not a point' | 's is not below q';
    }
  /** No point of the curve was found for the input: with `tai` alone, for one input in 2^256. */
  | { readonly code: 'VRF_INPUT_NOT_ENCODABLE' };

/**
 * A verifiable random function: RFC 9381 ECVRF on edwards25519. Only the holder of the secret key computes the output
 * `beta` of an input `alpha`; anybody checks it from the proof `pi`.
 *
 * Guaranteed: one `beta` for each key and input, even when the key was made by an attacker, since keys are always
 * validated (§5.4.5, full uniqueness); pseudorandom to those without the key; collision resistant.
 *
 * Not guaranteed: that there is only one proof (its holder can make many, of one output: compare outputs, never
 * proofs); unpredictability of the outputs of a key that was chosen after the input became known. And not constant
 * time: secrets are JavaScript bigints, and the multiplications by x and k of a point that is not the base point are
 * not blinded. Whoever can time a prover closely may learn about its key. Nor that secrets leave the memory: what is
 * hashed from the key is overwritten when the proof is made, the bigints x and k cannot be.
 *
 * Never sign with Ed25519 under the same secret key: a signature over the 32 bytes of the point an input is encoded to
 * would use the nonce of its proof with another challenge, and the two together give the key away.
 */
export interface Vrf {
  /** The ciphersuite's name in RFC 9381 §5.5. */
  readonly suite: string;
  /**
   * The public key of a secret key: both 32 bytes, as in RFC 8032 §5.1.5.
   * @throws `BytesError` when the secret key is not 32 bytes.
   */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /**
   * The proof of the output for `alpha`, {@link PROOF_LENGTH} bytes; deterministic. §5.1.
   * @throws `BytesError` when the secret key is not 32 bytes, or `alpha` no bytes; {@link VrfError}
   * `VRF_INPUT_NOT_ENCODABLE`, which a suite that tries and increments gives for one input in 2^256.
   */
  prove(secretKey: Uint8Array, alpha: Uint8Array): Uint8Array;
  /**
   * The output proven, {@link OUTPUT_LENGTH} bytes, or `null` when anything is wrong with key, input or proof. Takes
   * untrusted arguments and never throws. §5.3 with validate_key true.
   */
  verify(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array | null;
  /**
   * The output a proof leads to, {@link OUTPUT_LENGTH} bytes. The proof is decoded, NOT verified: for one's own proofs,
   * or such as were verified before. §5.2.
   * @throws {@link VrfError} `VRF_PROOF_INVALID`.
   */
  proofToHash(proof: Uint8Array): Uint8Array;
}

const { Point } = ed25519;
const { Fn } = Point;

/** §5.5: ECVRF_encode_to_curve of one suite; `undefined` when there is no point for the input. */
type EncodeToCurve = (salt: Uint8Array, alpha: Uint8Array) => EdwardsPoint | undefined;

/** A secret key expanded (RFC 8032 §5.1.5): `head` is the bytes of the scalar x, `prefix` the key of the nonces. */
type ExtendedKey = ReturnType<typeof ed25519.utils.getExtendedPublicKey>;

interface Proof {
  readonly gamma: EdwardsPoint;
  readonly c: bigint;
  readonly s: bigint;
}

/** §5.5 string_to_point: RFC 8032 §5.1.3, so y ≥ p and a sign on x = 0 are refused (ZIP-215 would take both). */
function stringToPoint(string: Uint8Array): EdwardsPoint | undefined {
  try {
    return Point.fromBytes(string, false);
  } catch {
    return undefined;
  }
}

/** §5.4.4 ECVRF_decode_proof. Without its last check, s + q would make a second proof of every proof. */
function decodeProof(pi: Uint8Array): Proof | VrfError {
  if (!(pi instanceof Uint8Array) || pi.length !== PROOF_LENGTH)
    return { code: 'VRF_PROOF_INVALID', reason: 'not 80 bytes' };
  const gamma = stringToPoint(pi.subarray(0, 32));
  if (!gamma) return { code: 'VRF_PROOF_INVALID', reason: 'Gamma is not a point' };
  const c = bytesToNumberLE(pi.subarray(32, 48));
  const s = bytesToNumberLE(pi.subarray(48, 80));
  if (s >= Fn.ORDER) return { code: 'VRF_PROOF_INVALID', reason: 's is not below q' };
  return { gamma, c, s };
}

function ecvrf(suite: string, suiteString: number, encodeToCurve: EncodeToCurve): Vrf {
  /** §5.4.3: the first cLen = 16 bytes of a hash over all five points, the public key first. */
  const challenge = (...points: Uint8Array[]): Uint8Array =>
    sha512(concatBytes(Uint8Array.of(suiteString, 0x02), ...points, Uint8Array.of(0x00))).slice(0, 16);

  /** §5.2 steps 4 to 6. The cofactor removes the small-order part a prover may have added to Gamma. */
  const output = (gamma: EdwardsPoint): Uint8Array =>
    sha512(
      concatBytes(Uint8Array.of(suiteString, 0x03), gamma.clearCofactor().toBytes(), Uint8Array.of(0x00)),
    );

  /** §5.4.2.2: the nonce is bound to key and input, so that no two challenges ever share one. */
  const nonce = (prefix: Uint8Array, hString: Uint8Array): bigint => {
    const input = concatBytes(prefix, hString);
    const wide = sha512(input);
    const k = Fn.create(bytesToNumberLE(wide));
    eraseBytes(input, wide);
    return k;
  };

  /** §5.1. */
  const proofOf = (
    { scalar: x, prefix, pointBytes: publicKey }: ExtendedKey,
    alpha: Uint8Array,
  ): Uint8Array => {
    const h = encodeToCurve(publicKey, alpha);
    if (!h)
      throw new ConcordatError<VrfError>(
        { code: 'VRF_INPUT_NOT_ENCODABLE' },
        'no curve point for this input',
      );
    const hString = h.toBytes();
    const gamma = h.multiply(x);
    const k = nonce(prefix, hString);
    const u = Point.BASE.multiply(k).toBytes();
    const v = h.multiply(k).toBytes();
    const cString = challenge(publicKey, hString, gamma.toBytes(), u, v);
    const s = Fn.create(k + bytesToNumberLE(cString) * x);
    return concatBytes(gamma.toBytes(), cString, numberToBytesLE(s, 32));
  };

  return {
    suite,

    publicKey(secretKey) {
      return ed25519.getPublicKey(expectBytes(secretKey, 32, 'secretKey'));
    },

    prove(secretKey, alpha) {
      expectBytes(secretKey, 32, 'secretKey');
      expectAnyBytes(alpha, 'alpha');
      const key = ed25519.utils.getExtendedPublicKey(secretKey);
      try {
        return proofOf(key, alpha);
      } finally {
        eraseBytes(key.head, key.prefix);
      }
    },

    verify(publicKey, alpha, pi) {
      if (!(publicKey instanceof Uint8Array) || !(alpha instanceof Uint8Array)) return null;
      const y = stringToPoint(publicKey);
      // §5.4.5: under a key of small order every input could be given several outputs, or the same one for all.
      if (!y || y.isSmallOrder()) return null;
      const proof = decodeProof(pi);
      if ('code' in proof) return null;
      const { gamma, c, s } = proof;
      const h = encodeToCurve(publicKey, alpha);
      if (!h) return null;
      const u = Point.BASE.multiplyUnsafe(s).subtract(y.multiplyUnsafe(c));
      const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(c));
      const expected = challenge(publicKey, h.toBytes(), gamma.toBytes(), u.toBytes(), v.toBytes());
      return equalBytes(expected, pi.subarray(32, 48)) ? output(gamma) : null;
    },

    proofToHash(pi) {
      const proof = decodeProof(pi);
      if ('code' in proof)
        throw new ConcordatError<VrfError>(proof, `VRF proof refused: ${JSON.stringify(proof)}`);
      return output(proof.gamma);
    },
  };
}

/**
 * §5.4.1.1 ECVRF_encode_to_curve_try_and_increment. The number of tries depends on `alpha`: not for secret inputs.
 */
function tryAndIncrement(salt: Uint8Array, alpha: Uint8Array): EdwardsPoint | undefined {
  for (let counter = 0; counter < 256; counter++) {
    const candidate = sha512(
      concatBytes(Uint8Array.of(0x03, 0x01), salt, alpha, Uint8Array.of(counter, 0x00)),
    ).subarray(0, 32);
    const point = stringToPoint(candidate)?.clearCofactor();
    if (point && !point.is0()) return point;
  }
  return undefined;
}

const ELL2_DST = concatBytes(utf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_'), Uint8Array.of(0x04));

/**
 * ECVRF-EDWARDS25519-SHA512-ELL2, suite 0x04: inputs are encoded by RFC 9380 (§5.4.1.2), in a time that does not
 * depend on how many tries an input takes. The suite to use.
 */
export const ell2: Vrf = ecvrf('ECVRF-EDWARDS25519-SHA512-ELL2', 0x04, (salt, alpha) =>
  ed25519_hasher.encodeToCurve(concatBytes(salt, alpha), { DST: ELL2_DST }),
);

/** ECVRF-EDWARDS25519-SHA512-TAI, suite 0x03: inputs are encoded by try and increment, for public inputs only. */
export const tai: Vrf = ecvrf('ECVRF-EDWARDS25519-SHA512-TAI', 0x03, tryAndIncrement);
