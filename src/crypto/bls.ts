import { type BlsError, coreVerify, decodePublicKey, POSSESSION_DST } from './bls-core.js';
import { ConcordatError } from './error.js';

export type { BlsError } from './bls-core.js';

/** Only this module holds it, so only this module can construct a {@link ProvenKey}. */
const proven = Symbol('proven');

/**
 * A BLS public key whose owner proved that it has the secret. Nothing else can be verified against, so a rogue key,
 * made from the other banks' keys to cancel them out of an aggregate, cannot be written down.
 *
 * The key is on the curve, in the subgroup and not infinity. That the owner is who it says is not guaranteed: the
 * manifest binds the key to a bank.
 */
export class ProvenKey {
  readonly #bytes: Uint8Array;

  /** @internal use {@link ProvenKey.prove} */
  private constructor(token: symbol, bytes: Uint8Array) {
    if (token !== proven) throw new TypeError('a ProvenKey comes from ProvenKey.prove');
    this.#bytes = bytes;
    // Else an own `bytes` could be defined over the getter, and backends would read a key that nobody proved.
    Object.freeze(this);
  }

  /**
   * PopVerify (draft-irtf-cfrg-bls-signature-05 §3.3.3).
   * @param publicKey 48 bytes, untrusted
   * @param possession 96 bytes, untrusted
   * @throws {@link BlsError} `BLS_KEY_INVALID` or `BLS_POSSESSION_NOT_PROVEN`.
   */
  static prove(publicKey: Uint8Array, possession: Uint8Array): ProvenKey {
    const point = decodePublicKey(publicKey);
    const bytes = point.toBytes();
    if (!coreVerify(point, bytes, possession, POSSESSION_DST))
      throw new ConcordatError<BlsError>(
        { code: 'BLS_POSSESSION_NOT_PROVEN' },
        'the proof of possession is not a signature of this key on itself',
      );
    return new ProvenKey(proven, bytes);
  }

  /** Whether `value` came from {@link ProvenKey.prove}; an object that merely looks like it did not. */
  static is(value: unknown): value is ProvenKey {
    return typeof value === 'object' && value !== null && #bytes in value;
  }

  /** The compressed key, 48 bytes: a copy each time, so that writing to it changes nothing. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }
}

/**
 * BLS signatures on BLS12-381, keys in G1, signatures in G2, in the proof-of-possession ciphersuite
 * `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_` of draft-irtf-cfrg-bls-signature-05 (Ethereum's).
 *
 * Two backends give the same bytes and the same answers. Secret keys are 32 bytes, big-endian, in [1, r); public keys
 * 48 bytes and signatures 96, compressed, and no other encoding is taken. Infinity is neither a key nor a signature.
 *
 * Not guaranteed: that a message belongs to this protocol. The signature suite is Ethereum's; callers put their own
 * domain into every message. Nor constant time: blst's own code is written for it, in {@link Bls.sign} and
 * {@link Bls.publicKey}; nothing else is. Nor that a secret key leaves the memory.
 */
export interface Bls {
  /** Which implementation it is. */
  readonly name: 'noble' | 'blst';

  /** Why this one runs where blst was preferred; absent where blst was not. For people, not for programs. */
  readonly fallback?: string;

  /**
   * @returns 48 bytes
   * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`.
   */
  publicKey(secretKey: Uint8Array): Uint8Array;

  /**
   * Deterministic: the same key and message give the same signature.
   * @returns 96 bytes
   * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`.
   */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;

  /**
   * A proof of possession of the secret key, which {@link Bls.proveKey} takes.
   * @returns 96 bytes
   * @throws {@link BlsError} `BLS_SECRET_KEY_INVALID`.
   */
  provePossession(secretKey: Uint8Array): Uint8Array;

  /**
   * Validates an untrusted key and its proof of possession.
   * @throws {@link BlsError} `BLS_KEY_INVALID` or `BLS_POSSESSION_NOT_PROVEN`.
   */
  proveKey(publicKey: Uint8Array, possession: Uint8Array): ProvenKey;

  /** Whether `signature` is this key's on `message`. False on anything malformed; never throws. */
  verify(key: ProvenKey, message: Uint8Array, signature: Uint8Array): boolean;

  /**
   * The sum of untrusted signatures, each checked to be a point of the subgroup and not infinity; not checked to be
   * anybody's. Signatures chosen to cancel out sum to the encoding of infinity, which verifies under nothing, so that
   * who aggregates before verifying meets one kind of failure.
   * @returns 96 bytes
   * @throws {@link BlsError} `BLS_AGGREGATE_EMPTY`, or `BLS_SIGNATURE_INVALID` naming the first bad index.
   */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array;

  /**
   * Whether `signature` aggregates one signature of each of `keys` on the one `message`. False for no keys, for keys
   * that cancel out, and on anything malformed; never throws.
   *
   * A key listed twice must have signed twice: who counts signers checks that `keys` are distinct.
   */
  fastAggregateVerify(keys: readonly ProvenKey[], message: Uint8Array, signature: Uint8Array): boolean;

  /**
   * Whether `signature` aggregates the signature of `keys[i]` on `messages[i]` for every i. Messages may repeat, since
   * possession is proven. False for no keys, for lists of different length, and on anything malformed; never throws.
   * Costs one pairing a message and one more.
   */
  aggregateVerify(
    keys: readonly ProvenKey[],
    messages: readonly Uint8Array[],
    signature: Uint8Array,
  ): boolean;

  /**
   * Whether `signatures[i]` is the signature of `keys[i]` on `messages[i]` for every i, each for itself: every term is
   * weighted with a number its makers could not foresee, so that errors which cancel out in an aggregate do not. False
   * for no keys, for lists of different length, and on anything malformed; never throws.
   *
   * A batch with a bad signature passes with a probability of about 2^-128 in noble, whose weights are a hash of all
   * that is checked, so that who searches for such a batch has a try for each hash; and of about 2^-63 in blst, which
   * draws weights of 64 bits. Nothing else in here is random.
   */
  verifyBatch(
    keys: readonly ProvenKey[],
    messages: readonly Uint8Array[],
    signatures: readonly Uint8Array[],
  ): boolean;
}
