import { expectList, expectObject } from './argument.js';
import { expectAnyBytes, uint64 } from './bytes.js';
import { bytes, type Codec, encode, fixed, list, struct, varint } from './encoding.js';
import { fragmentLength, MAX_CODED, MAX_FRAGMENTS } from './erasure.js';
import { ConcordatError, messageOf } from './error.js';
import { scalar } from './group-codec.js';
import { hash } from './hash.js';
import { HASH_LENGTH, leafHash } from './merkle.js';
import { feldman, SharingCommitments } from './verifiable-sharing.js';

/** Why nothing was dealt, or a header not accepted. */
export type DealingError =
  /** Not 0 ≤ f < k ≤ n, or n above what is coded. */
  | { readonly code: 'DEALING_BAD_SHAPE'; readonly n: number; readonly k: number; readonly f: number }
  /** The header is for another number of receivers, fragments or shares. */
  | {
      readonly code: 'DEALING_OTHER_SHAPE';
      readonly what: 'n' | 'k' | 'f';
      readonly expected: number;
      readonly got: number;
    }
  /** The payload is longer than the receiver accepts, or than is coded; in bytes. */
  | { readonly code: 'DEALING_TOO_LONG'; readonly limit: number; readonly got: number }
  /** `what` is none. */
  | { readonly code: 'DEALING_MALFORMED'; readonly what: 'length' | 'fragment root' };

/** Throws a typed {@link DealingError}. */
export function dealingError(detail: DealingError): never {
  throw new ConcordatError<DealingError>(detail, messageOf(detail));
}

/** Bytes that authenticated encryption adds: the tag of Poly1305. */
export const TAG_LENGTH = 16;

/** Among whom is dealt. */
export interface DealingShape {
  /** Receivers, one slice for each. */
  readonly n: number;
  /** Fragments that rebuild the ciphertext. At least f + 1. */
  readonly k: number;
  /** Shares of the key that tell nothing about it; f + 1 give it. */
  readonly f: number;
}

/**
 * @throws {@link DealingError} `DEALING_BAD_SHAPE` unless 0 ≤ f < k ≤ n. With k ≤ f, liars alone could rebuild the
 * ciphertext, and k slices would not hold the key.
 */
export function expectShape(shape: DealingShape): void {
  const { n, k, f } = expectObject(shape, 'shape');
  const whole = [n, k, f].every(Number.isSafeInteger);
  if (!whole || f < 0 || f >= k || k > n || n > MAX_FRAGMENTS)
    dealingError({ code: 'DEALING_BAD_SHAPE', n, k, f });
}

/** What a dealer tells everyone about a dealing, and signs. Untrusted until {@link Dealing.accept}. */
export interface DealingHeader {
  /** Receivers. */
  readonly n: number;
  /** Fragments that rebuild the ciphertext. */
  readonly k: number;
  /** Bytes of the payload. */
  readonly length: number;
  /** RFC 6962 root over the n fragments, 32 bytes. */
  readonly fragmentRoot: Uint8Array;
  /** Feldman commitments of the key's sharing, f + 1 encoded points. */
  readonly keyCommitments: readonly Uint8Array[];
}

/** What one receiver holds of a dealing. The share is secret until release. */
export interface Slice {
  /** The receiver, from 0; its share is that at x = index + 1. */
  readonly index: number;
  /** A fragment of the ciphertext, as long as {@link Dealing.fragmentLength} says. */
  readonly fragment: Uint8Array;
  /** The audit path of the fragment. */
  readonly proof: readonly Uint8Array[];
  /** The share of the key. */
  readonly share: bigint;
}

/** The canonical form of a header. Any point passes: {@link Dealing.accept} decodes them. */
export const headerCodec: Codec<DealingHeader> = struct<DealingHeader>({
  n: varint,
  k: varint,
  length: varint,
  fragmentRoot: fixed(HASH_LENGTH, 'fragment root'),
  keyCommitments: list(fixed(32, 'commitment'), MAX_FRAGMENTS, 'commitments') as Codec<readonly Uint8Array[]>,
});

/**
 * The canonical form of a slice whose fragment has so many bytes at most. The path is as long as that of
 * {@link MAX_FRAGMENTS} leaves at most.
 */
export const sliceCodecOf = (maxFragment: number): Codec<Slice> =>
  struct<Slice>({
    index: varint,
    fragment: bytes(maxFragment, 'fragment'),
    proof: list(fixed(HASH_LENGTH, 'sibling'), Math.log2(MAX_FRAGMENTS), 'proof') as Codec<
      readonly Uint8Array[]
    >,
    share: scalar,
  });

/** The canonical form of any slice, as long as anything that is coded. */
export const sliceCodec: Codec<Slice> = sliceCodecOf(MAX_CODED);

/**
 * What ties fragments and ciphertext to one dealing: a hash over its context, shape and length.
 *
 * @param context what the dealing is part of, such as epoch, slot, draft and data root; the same for dealer and receiver
 * @returns 32 bytes
 */
export const dealingBinding = (context: Uint8Array, { n, k, f }: DealingShape, length: number): Uint8Array =>
  hash('dealing', context, uint64(n), uint64(k), uint64(f), uint64(length));

/** The leaf of a fragment. Its index is in it, so a fragment serves in one place of one dealing only. */
export const fragmentLeaf = (binding: Uint8Array, index: number, fragment: Uint8Array): Uint8Array =>
  leafHash(hash('fragment', binding, uint64(index), fragment));

/** A header whose shape and points were checked: slices are checked and opened with one. */
export class Dealing {
  /** As it was accepted. Kept, not copied: who changes it later changes what slices are checked against. */
  readonly header: DealingHeader;
  /** What acknowledgements, releases and evidence name: 32 bytes over context and header. */
  readonly root: Uint8Array;
  /** See `dealingBinding`. */
  readonly binding: Uint8Array;
  /** Bytes of the ciphertext. */
  readonly codedLength: number;
  /** Bytes of each fragment. */
  readonly fragmentLength: number;
  /** The commitments of the key's sharing, decoded. */
  readonly keyCommitments: SharingCommitments;

  private constructor(header: DealingHeader, context: Uint8Array, f: number) {
    this.header = header;
    this.binding = dealingBinding(context, { n: header.n, k: header.k, f }, header.length);
    this.codedLength = header.length + TAG_LENGTH;
    this.fragmentLength = fragmentLength(this.codedLength, header.k, header.n);
    this.keyCommitments = SharingCommitments.decode(feldman(), f + 1, header.keyCommitments);
    this.root = hash('dealing-root', context, encode(headerCodec, header));
  }

  /**
   * Checks a header against what its receiver knows without it. That the dealer signed it is the caller's to check.
   *
   * A dealer may not choose the shape: a greater k or f would make its slices unopenable, a lesser one open to fewer
   * banks than promised.
   *
   * @param header from the network, decoded
   * @param context see `dealingBinding`
   * @param expected the shape of every dealing among these banks
   * @param maxLength most bytes of a payload: what the dealer can make its receivers allocate
   * @throws {@link DealingError}, `ErasureError` `ERASURE_TOO_LONG`, or `SharingError` when the commitments are not f + 1
   * group elements of a polynomial of degree f; `BytesError` or `ArgumentError` for what a decoder would not have given.
   */
  static accept(
    header: DealingHeader,
    context: Uint8Array,
    expected: DealingShape,
    maxLength: number,
  ): Dealing {
    expectShape(expected);
    expectAnyBytes(context, 'context');
    const f = expectList(expectObject(header, 'header').keyCommitments, 'keyCommitments').length - 1;
    for (const [what, got] of Object.entries({ n: header.n, k: header.k, f }) as ['n' | 'k' | 'f', number][])
      if (got !== expected[what])
        dealingError({ code: 'DEALING_OTHER_SHAPE', what, expected: expected[what], got });
    if (!Number.isSafeInteger(header.length) || header.length < 0)
      dealingError({ code: 'DEALING_MALFORMED', what: 'length' });
    // NaN would be no limit at all.
    if (!Number.isSafeInteger(maxLength) || header.length > maxLength)
      dealingError({ code: 'DEALING_TOO_LONG', limit: maxLength, got: header.length });
    if (expectAnyBytes(header.fragmentRoot, 'fragmentRoot').length !== HASH_LENGTH)
      dealingError({ code: 'DEALING_MALFORMED', what: 'fragment root' });
    return new Dealing(header, context, f);
  }
}
