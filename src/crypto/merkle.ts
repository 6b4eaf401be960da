import { sha256 } from '@noble/hashes/sha2.js';
import { MerkleTree as Layers } from 'merkletreejs/MerkleTree';
import { expectList, expectObject } from './argument.js';
import { equalBytes, expectAnyBytes } from './bytes.js';
import { ConcordatError, messageOf } from './error.js';
import { type Consistency, consistencyPath, consistencyRoots } from './merkle-consistency.js';
import { type Inclusion, inclusionLength, inclusionRoot } from './merkle-inclusion.js';
import {
  type MultiInclusion,
  multiproofLength,
  multiproofNodes,
  multiproofRoot,
  type NodePlace,
} from './merkle-multiproof.js';

export type { Consistency } from './merkle-consistency.js';
export type { Inclusion } from './merkle-inclusion.js';
export type { MultiInclusion } from './merkle-multiproof.js';

/** Bytes of every node of a tree: one SHA-256. */
export const HASH_LENGTH = 32;

/** Why a tree was not built, or a proof refused. `which` numbers the hash or index in its list: roots old, new. */
export type MerkleError =
  /** A hash that is not 32 bytes. */
  | {
      readonly code: 'MERKLE_HASH_WRONG_LENGTH';
      readonly what: 'leaf' | 'proof' | 'root';
      readonly which: number;
      readonly got: number;
    }
  /** The index of a leaf is not from 0 below the tree's size. */
  | { readonly code: 'MERKLE_INDEX_OUT_OF_RANGE'; readonly index: number; readonly size: number }
  /** A multiproof of no leaf. */
  | { readonly code: 'MERKLE_INDICES_EMPTY' }
  /** The index at `which` is not above the one before. */
  | { readonly code: 'MERKLE_INDICES_NOT_ASCENDING'; readonly which: number }
  /** Not 0 < old ≤ new, but for two empty trees. */
  | { readonly code: 'MERKLE_SIZES_OUT_OF_ORDER'; readonly oldSize: number; readonly newSize: number }
  /** Not as many leaves as indices. */
  | { readonly code: 'MERKLE_LEAVES_WRONG_COUNT'; readonly expected: number; readonly got: number }
  /** Not as many hashes as a proof of this shape has. */
  | { readonly code: 'MERKLE_PROOF_WRONG_LENGTH'; readonly expected: number; readonly got: number }
  /** `size` is that of the tree whose root it is; `index` is there when one leaf was claimed. */
  | { readonly code: 'MERKLE_ROOT_MISMATCH'; readonly index?: number; readonly size: number };

function merkleError(detail: MerkleError): never {
  throw new ConcordatError<MerkleError>(detail, messageOf(detail));
}

function expectHash(bytes: Uint8Array, what: 'leaf' | 'proof' | 'root', which = 0): Uint8Array {
  const got = bytes instanceof Uint8Array ? bytes.length : -1;
  if (got !== HASH_LENGTH) merkleError({ code: 'MERKLE_HASH_WRONG_LENGTH', what, which, got });
  return bytes;
}

function expectHashes(hashes: readonly Uint8Array[], what: 'leaf' | 'proof'): void {
  for (const [which, hash] of hashes.entries()) expectHash(hash, what, which);
}

/** The length of a list; −1 of what is none. */
const countOf = (list: unknown): number => (Array.isArray(list) ? list.length : -1);

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/**
 * The hash of a leaf, `SHA-256(0x00 ‖ data)`: RFC 6962 §2.1. The prefix keeps a node from being shown as a leaf.
 *
 * @returns 32 bytes
 * @throws `BytesError` `BYTES_NOT_BYTES`
 */
export const leafHash = (data: Uint8Array): Uint8Array =>
  sha256.create().update(LEAF_PREFIX).update(expectAnyBytes(data, 'data')).digest();

/** The one preimage of every node: to allocate one for each would take half as long again as to hash it. */
const pair = new Uint8Array(1 + 2 * HASH_LENGTH);
pair.set(NODE_PREFIX);

/** Both are {@link HASH_LENGTH} bytes: all that gets here was measured before. */
function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_LENGTH);
  return sha256(pair);
}

/**
 * The layers of a tree, leaves first. merkletreejs pairs neighbours and promotes an odd last node as it is: over leaves
 * hashed before, and with the pair hash below, that is the tree of RFC 6962. Only the layers are taken from it: its
 * `verify` binds neither index nor size, its `getProof` answers `[]` for a leaf that is not there, and its multiproofs
 * are broken.
 */
function layersOver(hashes: Uint8Array[]): Uint8Array[][] {
  // All nodes in one buffer: merkletreejs makes a view of each, for which V8 would first have to move it off its heap.
  const nodes = new Uint8Array(hashes.length * HASH_LENGTH);
  let end = 0;
  const pairHash = ([left, right]: [Uint8Array, Uint8Array]): Uint8Array => {
    const start = end;
    end += HASH_LENGTH;
    nodes.set(nodeHash(left, right), start);
    return nodes.subarray(start, end);
  };
  return new Layers(hashes, pairHash, { concatenator: (pair) => pair }).getLayers();
}

/** The siblings on the way from `index` to the root of these layers, lowest first; a promoted node has none. */
function siblings(layers: Uint8Array[][], index: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  for (const [height, layer] of layers.entries()) {
    const node = Math.floor(index / 2 ** height);
    const sibling = layer[node % 2 === 1 ? node - 1 : node + 1];
    if (sibling) path.push(Uint8Array.from(sibling));
  }
  return path;
}

/** The height of a bucket's root over the leaves. */
const BUCKET_HEIGHT = 10;

/**
 * Leaves of one bucket. Aligned buckets of a power of two are whole subtrees of the RFC's tree, so the tree over their
 * roots is its top; merkletreejs in one piece would keep 1.7 GB for a million leaves.
 */
const BUCKET = 2 ** BUCKET_HEIGHT;

/**
 * A Merkle tree of RFC 6962 §2.1 (the same in RFC 9162 §2.1.1), over leaves that are already hashed. Keeps a copy of
 * the leaves, 32 bytes each, and the nodes above the buckets; a proof hashes its bucket again.
 */
export class MerkleTree {
  /** The number of leaves. */
  readonly size: number;
  readonly #leaves: Uint8Array;
  readonly #top: Uint8Array[][];
  #opened: { readonly bucket: number; readonly layers: Uint8Array[][] } | undefined;

  /**
   * @param leafHashes as from {@link leafHash}: raw data given here would make nodes and leaves interchangeable
   * @throws {@link MerkleError} `MERKLE_HASH_WRONG_LENGTH` unless all have 32 bytes, or `ArgumentError`.
   */
  constructor(leafHashes: readonly Uint8Array[]) {
    // Before anything is taken: a list of holes can be of any length, and takes no memory itself.
    expectHashes(expectList(leafHashes, 'leafHashes'), 'leaf');
    this.size = leafHashes.length;
    this.#leaves = new Uint8Array(this.size * HASH_LENGTH);
    for (const [index, hash] of leafHashes.entries()) this.#leaves.set(hash, index * HASH_LENGTH);
    const roots: Uint8Array[] = [];
    // A copy of each: the view would keep all nodes of its bucket.
    for (let bucket = 0; bucket * BUCKET < this.size; bucket++)
      roots.push(Uint8Array.from(this.#layers(bucket).at(-1)![0]!));
    this.#top = layersOver(roots);
  }

  /** The root, 32 bytes; of no leaves, SHA-256 of nothing. */
  get root(): Uint8Array {
    return this.size === 0 ? sha256(new Uint8Array(0)) : Uint8Array.from(this.#top.at(-1)![0]!);
  }

  /**
   * The audit path of the leaf at `index`, siblings from the leaf up: RFC 6962 §2.1.1. Neighbouring indices are
   * cheap one after the other.
   * @throws {@link MerkleError} `MERKLE_INDEX_OUT_OF_RANGE`.
   */
  proof(index: number): Uint8Array[] {
    expectIndex(index, this.size);
    const bucket = Math.floor(index / BUCKET);
    return [...siblings(this.#open(bucket), index % BUCKET), ...siblings(this.#top, bucket)];
  }

  /**
   * One proof for several leaves: the roots of the largest subtrees that hold none of them, from left to right. That is
   * the least that {@link verifyMultiproof} needs beside the leaves; for all leaves of the tree it is nothing. Hashes
   * each bucket with an asked leaf again, one at a time.
   * @param indices ascending and distinct, at least one
   * @throws {@link MerkleError} `MERKLE_INDICES_EMPTY`, `MERKLE_INDEX_OUT_OF_RANGE` or `MERKLE_INDICES_NOT_ASCENDING`.
   */
  multiproof(indices: readonly number[]): Uint8Array[] {
    expectIndices(indices, this.size);
    return multiproofNodes(indices, this.size).map((place) => this.#node(place));
  }

  /**
   * Proof that this tree begins with the first `oldSize` of its leaves, as a tree of their own had them: RFC 9162
   * §2.1.4.1. At most 54 hashes; for the tree itself none.
   * @param oldSize 1 … size; 0 only where the size is 0, for everything begins with nothing
   * @throws {@link MerkleError} `MERKLE_SIZES_OUT_OF_ORDER`.
   */
  consistency(oldSize: number): Uint8Array[] {
    expectSizes(oldSize, this.size);
    return consistencyPath(oldSize, this.size).map((place) => this.#node(place));
  }

  /** A copy of a node with a sibling or of 2^`height` leaves, as all of a proof are: its bucket has layers enough. */
  #node({ height, node }: NodePlace): Uint8Array {
    if (height >= BUCKET_HEIGHT) return Uint8Array.from(this.#top[height - BUCKET_HEIGHT]![node]!);
    const perBucket = 2 ** (BUCKET_HEIGHT - height);
    return Uint8Array.from(this.#open(Math.floor(node / perBucket))[height]![node % perBucket]!);
  }

  #open(bucket: number): Uint8Array[][] {
    if (this.#opened?.bucket !== bucket) this.#opened = { bucket, layers: this.#layers(bucket) };
    return this.#opened.layers;
  }

  #layers(bucket: number): Uint8Array[][] {
    const hashes: Uint8Array[] = [];
    const end = Math.min((bucket + 1) * BUCKET, this.size);
    for (let index = bucket * BUCKET; index < end; index++)
      hashes.push(this.#leaves.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH));
    return layersOver(hashes);
  }
}

/**
 * The root over leaf hashes, 32 bytes: {@link MerkleTree.root} of a tree that is not kept.
 * @throws {@link MerkleError} `MERKLE_HASH_WRONG_LENGTH`, or `ArgumentError`.
 */
export const root = (leafHashes: readonly Uint8Array[]): Uint8Array => new MerkleTree(leafHashes).root;

function expectProof(proof: readonly Uint8Array[], expected: number): void {
  const got = countOf(proof);
  if (got !== expected) merkleError({ code: 'MERKLE_PROOF_WRONG_LENGTH', expected, got });
  expectHashes(proof, 'proof');
}

function expectIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    merkleError({ code: 'MERKLE_INDEX_OUT_OF_RANGE', index, size });
}

function expectIndices(indices: readonly number[], size: number): void {
  if (countOf(indices) <= 0) merkleError({ code: 'MERKLE_INDICES_EMPTY' });
  for (let which = 0; which < indices.length; which++) {
    expectIndex(indices[which]!, size);
    if (which > 0 && indices[which]! <= indices[which - 1]!)
      merkleError({ code: 'MERKLE_INDICES_NOT_ASCENDING', which });
  }
}

function expectSizes(oldSize: number, newSize: number): void {
  const ordered = Number.isSafeInteger(newSize) && Number.isSafeInteger(oldSize) && oldSize <= newSize;
  if (!ordered || oldSize < 0 || (oldSize === 0 && newSize > 0))
    merkleError({ code: 'MERKLE_SIZES_OUT_OF_ORDER', oldSize, newSize });
}

/**
 * Checks an audit path, RFC 9162 §2.1.3.2; returns when it holds. The proof must have exactly the siblings that
 * `index` and `size` call for: one longer or shorter would let a node pass for a leaf, or a leaf for another's place.
 *
 * The root alone does not say how many leaves it has: where the size matters it must be signed with the root.
 *
 * @throws {@link MerkleError} `MERKLE_INDEX_OUT_OF_RANGE`, `MERKLE_PROOF_WRONG_LENGTH`, `MERKLE_HASH_WRONG_LENGTH` or
 * `MERKLE_ROOT_MISMATCH`.
 */
export function verifyInclusion(claim: Inclusion): void {
  const { index, size, leaf, proof, root } = expectObject(claim, 'claim');
  expectIndex(index, size);
  expectHash(root, 'root');
  expectProof(proof, inclusionLength(index, size));
  const hash = inclusionRoot({ index, size, leaf: expectHash(leaf, 'leaf'), proof }, nodeHash);
  if (!equalBytes(hash, root)) merkleError({ code: 'MERKLE_ROOT_MISMATCH', index, size });
}

/**
 * Checks a multiproof; returns when it holds. RFC 6962 has none, so this form is our own over the RFC's tree. There is
 * one proof for each claim: a leaf asked for twice, one too few or too many, a hash more or less are refused, each of
 * which would let some leaf or some hash go unchecked. Takes O(|indices| · log size) steps, also for a forged size.
 *
 * The root alone does not say how many leaves it has: another size under which the same subtrees are joined in the same
 * way passes too. Where the size matters it must be signed with the root.
 *
 * @throws {@link MerkleError} `MERKLE_INDICES_EMPTY`, `MERKLE_INDEX_OUT_OF_RANGE`, `MERKLE_INDICES_NOT_ASCENDING`,
 * `MERKLE_LEAVES_WRONG_COUNT`, `MERKLE_PROOF_WRONG_LENGTH`, `MERKLE_HASH_WRONG_LENGTH` or `MERKLE_ROOT_MISMATCH`.
 */
export function verifyMultiproof(claim: MultiInclusion): void {
  const { indices, size, leaves, proof, root } = expectObject(claim, 'claim');
  expectIndices(indices, size);
  expectHash(root, 'root');
  const got = countOf(leaves);
  if (got !== indices.length)
    merkleError({ code: 'MERKLE_LEAVES_WRONG_COUNT', expected: indices.length, got });
  expectHashes(leaves, 'leaf');
  expectProof(proof, multiproofLength(indices, size));
  const hash = multiproofRoot({ indices, size, leaves, proof }, nodeHash);
  if (!equalBytes(hash, root)) merkleError({ code: 'MERKLE_ROOT_MISMATCH', size });
}

/**
 * Checks that the new tree only added leaves to the old one, RFC 9162 §2.1.4.2; returns when it holds. The proof must
 * have exactly the hashes that the sizes call for. Between trees of one size it is empty and the roots must be equal;
 * from the empty tree to another nothing could fail, so such a claim is refused.
 *
 * As with a leaf, a root alone does not say how many leaves it has: both sizes must be signed with their roots.
 *
 * @throws {@link MerkleError} `MERKLE_SIZES_OUT_OF_ORDER`, `MERKLE_PROOF_WRONG_LENGTH`, `MERKLE_HASH_WRONG_LENGTH` or
 * `MERKLE_ROOT_MISMATCH`.
 */
export function verifyConsistency(claim: Consistency): void {
  const { oldSize, newSize, oldRoot, newRoot, proof } = expectObject(claim, 'claim');
  expectSizes(oldSize, newSize);
  expectHash(oldRoot, 'root', 0);
  expectHash(newRoot, 'root', 1);
  const path = consistencyPath(oldSize, newSize);
  expectProof(proof, path.length);
  const [oldHash, newHash] = consistencyRoots(path, { oldRoot, proof }, nodeHash);
  if (!equalBytes(oldHash, oldRoot)) merkleError({ code: 'MERKLE_ROOT_MISMATCH', size: oldSize });
  if (!equalBytes(newHash, newRoot)) merkleError({ code: 'MERKLE_ROOT_MISMATCH', size: newSize });
}
