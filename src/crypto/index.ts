/**
 * The cryptographic primitives: bytes in, bytes out. Nothing here knows what a bank is.
 *
 * Whatever is given, a function returns or throws a `ConcordatError`: beside the codes that its description names,
 * {@link ArgumentError} or {@link BytesError} for an argument of another type than it takes.
 *
 * @packageDocumentation
 */

export type { ArgumentError } from './argument.js';
/**
 * The prime-order subgroup of Baby Jubjub: points, scalars, hashing to it.
 *
 * @example
 * ```ts
 * import { group } from 'concordat/crypto';
 *
 * const wide = crypto.getRandomValues(new Uint8Array(group.WIDE_LENGTH));
 * const point = group.hashToGroup('example/point').multiply(group.scalarFromBytes(wide));
 * const encoded = group.encodePoint(point);
 * console.log(encoded.length, group.decodePoint(encoded).equals(point)); // 32 true
 * ```
 */
export * as group from './babyjubjub.js';
/**
 * BLS signatures on BLS12-381, keys in G1, with proofs of possession; two backends that give the same bytes.
 *
 * @example
 * ```ts
 * import { bls, keys } from 'concordat/crypto';
 *
 * const backend = await bls.loadBls();
 * const secret = keys.deriveSecrets(keys.generateMnemonic(crypto.getRandomValues(new Uint8Array(32)))).bls;
 * const proven = backend.proveKey(backend.publicKey(secret), backend.provePossession(secret));
 * const message = Uint8Array.of(1, 2, 3);
 *
 * const collector = new bls.SignatureCollector(backend, [proven], message);
 * collector.add(0, backend.sign(secret, message));
 * const certificate = collector.aggregate(1);
 * console.log(certificate && bls.verifyCertificate(backend, [proven], 1, message, certificate)); // true
 * ```
 */
export * as bls from './bls-exports.js';
export type { BytesError } from './bytes.js';
/**
 * Strict encoding: one value has one byte form, and every other form is refused.
 *
 * @example
 * ```ts
 * import { encoding } from 'concordat/crypto';
 *
 * const account = encoding.struct<{ number: number; owner: string }>({
 *   number: encoding.varint,
 *   owner: encoding.text(64),
 * });
 * const bytes = encoding.encode(account, { number: 7, owner: 'Ada' });
 * console.log(bytes); // Uint8Array(5) [ 7, 3, 65, 100, 97 ]
 * console.log(encoding.decode(account, bytes).owner); // Ada
 * ```
 */
export * as encoding from './encoding-exports.js';
/**
 * Reed-Solomon coding over GF(2^8): any k of n fragments give back the whole.
 *
 * @example
 * ```ts
 * import { erasure } from 'concordat/crypto';
 *
 * const payload = Uint8Array.of(10, 20, 30, 40, 50);
 * const fragments = erasure.encode(payload, 3, 7); // any 3 of 7 are enough
 * const kept = new Map([1, 4, 6].map((i) => [i, fragments[i]!]));
 * console.log(erasure.decode(kept, 3, 7, payload.length)); // Uint8Array(5) [ 10, 20, 30, 40, 50 ]
 * ```
 */
export * as erasure from './erasure.js';
export { ConcordatError, isConcordatError } from './error.js';
export { HASH_DOMAINS, type HashDomain, hash, keyedHash } from './hash.js';
export { identity } from './identity.js';
/**
 * A bank's secrets from one mnemonic, and keystores that hold it encrypted.
 *
 * @example
 * ```ts
 * import { bls, keys } from 'concordat/crypto';
 *
 * const mnemonic = keys.generateMnemonic(crypto.getRandomValues(new Uint8Array(32)));
 * const secrets = keys.deriveSecrets(mnemonic);
 * const { identity, possession } = keys.publicKeys(await bls.loadBls(), secrets);
 * secrets.erase();
 * console.log(mnemonic.split(' ').length, identity.length, possession.length); // 24 32 96
 * ```
 */
export * as keys from './keys-exports.js';
/**
 * Trees of RFC 6962: inclusion of one and of many leaves, and consistency of two trees.
 *
 * @example
 * ```ts
 * import { merkle } from 'concordat/crypto';
 *
 * const leaves = [1, 2, 3, 4, 5].map((byte) => merkle.leafHash(Uint8Array.of(byte)));
 * const tree = new merkle.MerkleTree(leaves);
 * const claim = { index: 2, size: 5, leaf: leaves[2]!, proof: tree.proof(2), root: tree.root };
 * merkle.verifyInclusion(claim); // throws a MerkleError when the leaf is not at this index under this root
 * console.log(claim.proof.length); // 3
 * ```
 */
export * as merkle from './merkle.js';
/**
 * Pedersen commitments to vectors, which add up as what they commit to does.
 *
 * @example
 * ```ts
 * import { group, pedersen } from 'concordat/crypto';
 *
 * const draw = () => pedersen.blinding(crypto.getRandomValues(new Uint8Array(group.WIDE_LENGTH)));
 * const [r, s] = [draw(), draw()];
 * const sum = pedersen.add(pedersen.commit([3n, 10n], r), pedersen.commit([4n, 20n], s));
 * console.log(pedersen.verify(sum, [7n, 30n], (r + s) % pedersen.ORDER)); // true
 * ```
 */
export * as pedersen from './pedersen.js';
/**
 * Shamir's secret sharing over the scalars of {@link group}.
 *
 * @example
 * ```ts
 * import { group, shamir } from 'concordat/crypto';
 *
 * const threshold = 3;
 * const coefficients = crypto.getRandomValues(new Uint8Array((threshold - 1) * group.WIDE_LENGTH));
 * const shares = shamir.split(42n, { threshold, shares: 7, coefficients });
 * console.log(shamir.combine([shares[6]!, shares[0]!, shares[3]!], threshold)); // 42n
 * ```
 */
export * as shamir from './shamir-exports.js';
/**
 * Verifiable dispersal of a payload: fragments, and shares of the key that opens it.
 *
 * @example
 * ```ts
 * import { slices } from 'concordat/crypto';
 *
 * const shape = { n: 4, k: 2, f: 1 };
 * const [payload, context] = [Uint8Array.of(1, 2, 3), Uint8Array.of(9)];
 * const dealt = slices.deal({ ...shape, payload, context, entropy: crypto.getRandomValues(new Uint8Array(32)) });
 *
 * const dealing = slices.Dealing.accept(dealt.header, context, shape, 1 << 20); // at a receiver
 * console.log(slices.checkSlice(dealing, dealt.slices[3]!)); // valid
 * console.log(slices.open(dealing, dealt.slices.slice(1, 3)).verdict); // opened
 * ```
 */
export * as slices from './slices.js';
/**
 * Verifiable secret sharing, by Feldman's and by Pedersen's commitments.
 *
 * @example
 * ```ts
 * import { group, sharing } from 'concordat/crypto';
 *
 * const threshold = 2;
 * const coefficients = crypto.getRandomValues(new Uint8Array((threshold - 1) * group.WIDE_LENGTH));
 * const { commitments, shares } = sharing.deal(sharing.feldman(), [42n], { threshold, shares: 4, coefficients });
 *
 * const accepted = sharing.SharingCommitments.decode(sharing.feldman(), threshold, commitments); // at a receiver
 * console.log(accepted.verify(shares[2]!), accepted.recover([shares[2]!, shares[0]!])); // true [ 42n ]
 * ```
 */
export * as sharing from './verifiable-sharing.js';
/**
 * Verifiable random functions of RFC 9381, on edwards25519.
 *
 * @example
 * ```ts
 * import { vrf } from 'concordat/crypto';
 *
 * const secret = crypto.getRandomValues(new Uint8Array(32));
 * const input = Uint8Array.of(1);
 * const proof = vrf.ell2.prove(secret, input);
 * const output = vrf.ell2.verify(vrf.ell2.publicKey(secret), input, proof); // null when the proof does not hold
 * console.log(proof.length, output?.length); // 80 64
 * ```
 */
export * as vrf from './vrf.js';
