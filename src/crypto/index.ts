/**
 * The cryptographic primitives: bytes in, bytes out. Nothing here knows what a bank is.
 *
 * Whatever is given, a function returns or throws a `ConcordatError`: beside the codes that its description names,
 * {@link ArgumentError} or {@link BytesError} for an argument of another type than it takes.
 *
 * @packageDocumentation
 */

export type { ArgumentError } from './argument.js';
/** The prime-order subgroup of Baby Jubjub: points, scalars, hashing to it. */
export * as group from './babyjubjub.js';
/** BLS signatures on BLS12-381, keys in G1, with proofs of possession; two backends that give the same bytes. */
export * as bls from './bls-exports.js';
export type { BytesError } from './bytes.js';
/** Strict encoding: one value has one byte form, and every other form is refused. */
export * as encoding from './encoding-exports.js';
/** Reed-Solomon coding over GF(2^8): any k of n fragments give back the whole. */
export * as erasure from './erasure.js';
export { ConcordatError, isConcordatError } from './error.js';
export { HASH_DOMAINS, type HashDomain, hash, keyedHash } from './hash.js';
export { identity } from './identity.js';
/** A bank's secrets from one mnemonic, and keystores that hold it encrypted. */
export * as keys from './keys-exports.js';
/** Trees of RFC 6962: inclusion of one and of many leaves, and consistency of two trees. */
export * as merkle from './merkle.js';
/** Pedersen commitments to vectors, which add up as what they commit to does. */
export * as pedersen from './pedersen.js';
/** Shamir's secret sharing over the scalars of {@link group}. */
export * as shamir from './shamir-exports.js';
/** Verifiable dispersal of a payload: fragments, and shares of the key that opens it. */
export * as slices from './slices.js';
/** Verifiable secret sharing, by Feldman's and by Pedersen's commitments. */
export * as sharing from './verifiable-sharing.js';
/** Verifiable random functions of RFC 9381, on edwards25519. */
export * as vrf from './vrf.js';
