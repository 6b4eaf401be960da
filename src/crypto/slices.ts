import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { expectList, expectObject, wrongType } from './argument.js';
import { scalarFromBytes, WIDE_LENGTH } from './babyjubjub.js';
import { concatBytes, equalBytes, eraseBytes, expectAnyBytes, expectBytes, uint64 } from './bytes.js';
import {
  Dealing,
  type DealingHeader,
  type DealingShape,
  dealingBinding,
  expectShape,
  fragmentLeaf,
  type Slice,
  TAG_LENGTH,
} from './dealing.js';
import * as erasure from './erasure.js';
import { isConcordatError } from './error.js';
import { SCALAR_LENGTH } from './group-codec.js';
import { hash, keyedHash } from './hash.js';
import { MerkleTree, root, verifyInclusion } from './merkle.js';
import { deal as dealShares, feldman } from './verifiable-sharing.js';

export {
  Dealing,
  type DealingError,
  type DealingHeader,
  type DealingShape,
  headerCodec,
  type Slice,
  sliceCodec,
} from './dealing.js';

/** A nonce may be constant because every key encrypts one payload: see {@link deal}. */
const NONCE = new Uint8Array(12);

/**
 * The key of a dealing. The shared secret is uniform among 2^250.6 scalars; a hash of it, taken as a random function, is
 * a 256-bit key that nobody tells from a uniform one with fewer than about 2^250 evaluations, or about 2^125 group
 * operations that find the secret from its Feldman commitment. The scalar itself would be no key: its top bits are zero.
 */
function keyOf(secret: bigint, binding: Uint8Array): Uint8Array {
  const bytes = numberToBytesBE(secret, SCALAR_LENGTH);
  const key = hash('dealing-key', binding, bytes);
  eraseBytes(bytes);
  return key;
}

/** What `use` makes of the cipher under the key of this secret, which is overwritten when it is done. */
function withCipher(
  secret: bigint,
  binding: Uint8Array,
  use: (cipher: ReturnType<typeof chacha20poly1305>) => Uint8Array,
): Uint8Array {
  const key = keyOf(secret, binding);
  try {
    return use(chacha20poly1305(key, NONCE, binding));
  } finally {
    eraseBytes(key);
  }
}

/** The shared secret and, for each coefficient above it, {@link WIDE_LENGTH} bytes: all that is random in a dealing. */
function drawn(entropy: Uint8Array, binding: Uint8Array, payload: Uint8Array, f: number) {
  const seed = keyedHash('dealing-seed', entropy, binding, payload);
  const halves = Array.from({ length: 2 * (f + 1) }, (_, i) =>
    keyedHash('dealing-scalars', seed, uint64(i >> 1), Uint8Array.of(i & 1)),
  );
  const wide = Array.from({ length: f + 1 }, (_, i) =>
    concatBytes(halves[2 * i]!, halves[2 * i + 1]!).subarray(0, WIDE_LENGTH),
  );
  const secret = scalarFromBytes(wide[0]!);
  const coefficients = concatBytes(...wide.slice(1));
  eraseBytes(seed, ...halves, ...wide);
  return { secret, coefficients };
}

const leaves = (binding: Uint8Array, fragments: readonly Uint8Array[]): Uint8Array[] =>
  fragments.map((fragment, index) => fragmentLeaf(binding, index, fragment));

/** What is dealt, and with which randomness. */
export interface DealOptions extends DealingShape {
  /** What is dealt, secret until release. Any bytes, also none. */
  readonly payload: Uint8Array;
  /** See `dealingBinding`: what this dealing is part of. Nothing of it is in the header. */
  readonly context: Uint8Array;
  /** 32 uniform secret bytes. Dealing again with the same ones gives the same bytes, as a restarted bank needs. */
  readonly entropy: Uint8Array;
}

/**
 * Deals a payload in n slices: encrypted with ChaCha20-Poly1305 (RFC 8439), the ciphertext Reed-Solomon coded so that any
 * k fragments rebuild it, the key shared so that f + 1 shares give it: Krawczyk's secret sharing made short (CRYPTO '93)
 * in the dispersal of Cachin and Tessaro (SRDS 2005), with one Merkle root.
 *
 * Any f receivers learn the payload's length and no more, as long as the cipher and discrete logarithms in Baby Jubjub
 * hold; against unbounded or quantum computers neither does.
 *
 * Key and coefficients follow from entropy, context, shape *and payload*: entropy that is used again for another payload
 * or context gives an unrelated key, never a second message under a key and nonce. It tells, as every deterministic
 * encryption does, whether two dealings are the same.
 *
 * Not guaranteed: constant time, or that key and coefficients leave the memory. Their bytes are overwritten; the bigints
 * that the shared secret, the coefficients and the shares are, cannot be.
 *
 * A receiver is sent at most |payload|/k + 32(f + 1) + 32⌈log2 n⌉ + 100 bytes, slice and header together. That is within
 * 1.1·|payload|/k + 256 + 64(f + 1) for n ≤ 64, for n ≤ 128 with f ≥ 1, and for f ≥ 2.
 *
 * @throws `DealingError` `DEALING_BAD_SHAPE`, `ErasureError` `ERASURE_TOO_LONG`, `BytesError`, or `ArgumentError`.
 */
export function deal(options: DealOptions): { header: DealingHeader; slices: Slice[] } {
  const { payload, context, entropy, n, k, f } = expectObject(options, 'options');
  expectShape(options);
  expectAnyBytes(payload, 'payload');
  expectBytes(entropy, 32, 'entropy');
  erasure.fragmentLength(payload.length + TAG_LENGTH, k, n);
  const binding = dealingBinding(context, options, payload.length);

  const { secret, coefficients } = drawn(entropy, binding, payload, f);
  const { commitments, shares } = dealShares(feldman(), [secret], {
    threshold: f + 1,
    shares: n,
    coefficients,
  });
  eraseBytes(coefficients);

  const ciphertext = withCipher(secret, binding, (cipher) => cipher.encrypt(payload));
  const fragments = erasure.encode(ciphertext, k, n);
  const tree = new MerkleTree(leaves(binding, fragments));
  return {
    header: {
      n,
      k,
      length: payload.length,
      fragmentRoot: tree.root,
      keyCommitments: commitments,
    },
    slices: fragments.map((fragment, index) => ({
      index,
      fragment,
      proof: tree.proof(index),
      share: shares[index]!.ys[0]!,
    })),
  };
}

/**
 * What {@link checkSlice} finds. `wrong-share` beside the dealer's signature on slice and header proves the dealer
 * faulty; so do the others when it signed that very slice, and else say only that somebody sent something else.
 */
export type SliceVerdict = 'valid' | 'wrong-index' | 'wrong-fragment' | 'wrong-share';

/** Whether the fragment is the one under the root at its index. */
function fragmentHolds(dealing: Dealing, slice: Slice): boolean {
  const { header, binding } = dealing;
  const { index, fragment, proof } = slice;
  if (!(fragment instanceof Uint8Array) || fragment.length !== dealing.fragmentLength) return false;
  if (!Array.isArray(proof)) return false;
  try {
    const leaf = fragmentLeaf(binding, index, fragment);
    verifyInclusion({ index, size: header.n, leaf, proof, root: header.fragmentRoot });
    return true;
  } catch (error) {
    if (isConcordatError(error)) return false;
    throw error;
  }
}

const indexHolds = (dealing: Dealing, index: number): boolean =>
  Number.isSafeInteger(index) && index >= 0 && index < dealing.header.n;

const keyShare = ({ index, share }: Slice) => ({ x: index + 1, ys: [share] });

const expectDealing = (dealing: Dealing): Dealing =>
  dealing instanceof Dealing ? dealing : wrongType('dealing', 'a dealing that was accepted');

/**
 * Checks a slice of an accepted dealing: what a bank must find `valid`, at its own index, before it says that it holds
 * the slice. That the index is the holder's own is the caller's to check. Never throws on a slice, however malformed.
 *
 * Not guaranteed: that the dealing opens. A dealer can commit to fragments of no codeword or encrypt nonsense; that shows
 * in {@link open}, and alike to all.
 *
 * @throws `ArgumentError` when the dealing did not come from {@link Dealing.accept}.
 */
export function checkSlice(dealing: Dealing, slice: Slice): SliceVerdict {
  if (!indexHolds(expectDealing(dealing), slice?.index)) return 'wrong-index';
  if (!fragmentHolds(dealing, slice)) return 'wrong-fragment';
  return dealing.keyCommitments.verify(keyShare(slice)) ? 'valid' : 'wrong-share';
}

/** Most slices that are looked at: as many from each bank as there are banks at most. */
const MAX_SLICES = erasure.MAX_FRAGMENTS ** 2;

/**
 * What a dealing opens to. `incomplete`: more slices are needed, which says nothing of the dealer. The other three are
 * final and the same for everyone; the last two mean that the dealer is faulty, and the slices prove it to whoever has
 * the signed header and calls {@link open} on them.
 */
export type Opening =
  /** The dealer's payload; the same whichever slices it was opened from. */
  | { readonly verdict: 'opened'; readonly payload: Uint8Array }
  /** Fewer valid slices than it takes. */
  | { readonly verdict: 'incomplete' }
  /** The fragments are not those of one ciphertext. */
  | { readonly verdict: 'not-codeword' }
  /** The ciphertext does not open under the shared key. */
  | { readonly verdict: 'not-decryptable' };

/**
 * Opens a dealing from any slices, of anybody: those that are not of it are passed over, and more than k valid ones
 * change nothing.
 *
 * All honest banks get one verdict, whichever slices they have:
 * - A root fixes at most one fragment for each index (collisions aside). The k used are decoded and *coded again*, and
 *   the root of that compared. If it is the root, all n fragments under it are that codeword, and any other k decode to
 *   the same bytes. If it is not, no bytes have that root, and any other k fail likewise. Without the comparison a dealer
 *   that commits to no codeword would be opened to different payloads by different banks.
 * - The first commitment fixes one secret, and so one key.
 * - Decryption is then the same computation for all.
 *
 * Codeword first, then key: so `not-codeword` does not depend on which shares arrived.
 *
 * @throws `ArgumentError` when the dealing did not come from {@link Dealing.accept}, or the slices are no list, or one of
 * more than 2^16.
 */
export function open(dealing: Dealing, slices: readonly Slice[]): Opening {
  const { header, binding, codedLength, keyCommitments } = expectDealing(dealing);
  const { n, k } = header;
  const held = expectList(slices, 'slices', MAX_SLICES).filter(
    (slice) => indexHolds(dealing, slice?.index) && fragmentHolds(dealing, slice),
  );
  const fragments = new Map(held.map(({ index, fragment }) => [index, fragment]));
  if (fragments.size < k) return { verdict: 'incomplete' };

  const ciphertext = erasure.decode(fragments, k, n, codedLength);
  const again = root(leaves(binding, erasure.encode(ciphertext, k, n)));
  if (!equalBytes(again, header.fragmentRoot)) return { verdict: 'not-codeword' };

  const secret = keyCommitments.recover(held.map(keyShare))?.[0];
  if (secret === undefined) return { verdict: 'incomplete' };
  try {
    const payload = withCipher(secret, binding, (cipher) => cipher.decrypt(ciphertext));
    return { verdict: 'opened', payload };
  } catch {
    // Only a wrong tag throws here: key, nonce and length are in order.
    return { verdict: 'not-decryptable' };
  }
}
