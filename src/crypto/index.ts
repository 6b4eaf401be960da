/**
 * The cryptographic primitives: bytes in, bytes out. Nothing here knows what a bank is.
 *
 * @packageDocumentation
 */

export * as group from './babyjubjub.js';
export * as bls from './bls-exports.js';
export * as encoding from './encoding.js';
export * as erasure from './erasure.js';
export { ConcordatError, isConcordatError } from './error.js';
export { HASH_DOMAINS, type HashDomain, hash, keyedHash } from './hash.js';
export { identity } from './identity.js';
export * as keys from './keys-exports.js';
export * as merkle from './merkle.js';
export * as pedersen from './pedersen.js';
export * as shamir from './shamir.js';
export * as slices from './slices.js';
export * as sharing from './verifiable-sharing.js';
export * as vrf from './vrf.js';
