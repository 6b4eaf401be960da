// Proofs that leaves are in a Merkle tree, against claims that are wrong in each way they can be.
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { hash } from '../../src/crypto/hash.js';
import {
  type Inclusion,
  leafHash,
  MerkleTree,
  type MultiInclusion,
  verifyInclusion,
  verifyMultiproof,
} from '../../src/crypto/merkle.js';
import { about, describeVerifier, each, flip, holds, junk, otherLengths } from './refusals.js';

const data = Array.from({ length: 13 }, (_, i) => utf8(`leaf ${i}`));
const leaves = data.map(leafHash);
const treeOf = (size: number) => new MerkleTree(leaves.slice(0, size));
const tree = treeOf(11);
const other = new MerkleTree(leaves.with(3, leafHash(utf8('another'))).slice(0, 11));
const empty = new MerkleTree([]).root;
const node = (left: Uint8Array, right: Uint8Array) => new MerkleTree([left, right]).root;

/** Numbers that are no index and no size of anything. */
const NO_NUMBERS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3', 3n];
const notCurves = {
  canonical: 'a hash has one form, its bytes',
  curve: 'hashes are not points',
  subgroup: 'hashes are not points',
} as const;

const claim: Inclusion = { index: 3, size: 11, leaf: leaves[3]!, proof: tree.proof(3), root: tree.root };
const included = (over: Partial<Inclusion>) => holds(() => verifyInclusion({ ...claim, ...over }));
const { proof } = claim;
describeVerifier('merkle.verifyInclusion', {
  accepts: {
    'a leaf': () => included({}),
    'the last leaf, whose path is shorter': () =>
      included({ index: 10, leaf: leaves[10]!, proof: tree.proof(10) }),
  },
  refuses: {
    type: {
      ...about(
        'index',
        junk((index) => included({ index }), ...NO_NUMBERS),
      ),
      ...about(
        'size',
        junk((size) => included({ size }), ...NO_NUMBERS),
      ),
      ...about(
        'leaf',
        junk((leaf) => included({ leaf }), [...claim.leaf]),
      ),
      ...about(
        'root',
        junk((root) => included({ root }), [...claim.root]),
      ),
      ...about(
        'proof',
        junk((list) => included({ proof: list })),
      ),
      ...about(
        'sibling',
        junk((sibling) => included({ proof: proof.with(1, sibling) })),
      ),
      'holes for siblings': () => included({ proof: new Array(proof.length) }),
    },
    length: {
      ...about(
        'leaf',
        each(otherLengths(claim.leaf), (leaf) => included({ leaf })),
      ),
      ...about(
        'root',
        each(otherLengths(claim.root), (root) => included({ root })),
      ),
      ...about(
        'sibling',
        each(otherLengths(proof[0]!), (sibling) => included({ proof: proof.with(0, sibling) })),
      ),
    },
    neutral: {
      'the root with no proof': () => included({ leaf: claim.root, proof: [] }),
      'an absent leaf with no proof': () => included({ leaf: leaves[12]!, proof: [] }),
      'an absent leaf as the only one': () => included({ leaf: leaves[12]!, proof: [], index: 0, size: 1 }),
      'something in the empty tree': () =>
        included({ index: 0, size: 0, leaf: empty, proof: [], root: empty }),
    },
    binding: {
      'another leaf': () => included({ leaf: leaves[4]! }),
      'another root': () => included({ root: other.root }),
      'the path of another leaf': () => included({ proof: tree.proof(4) }),
      'the path in another tree': () => included({ proof: treeOf(12).proof(3) }),
      'a bit of a sibling': () => included({ proof: proof.with(2, flip(proof[2]!, 31, 0x80)) }),
    },
    domain: {
      // 0x00 before leaves and 0x01 before nodes: neither passes for the other.
      'the bytes of a node as data': () =>
        included({
          index: 1,
          size: 6,
          leaf: leafHash(concatBytes(leaves[2]!, leaves[3]!)),
          proof: proof.slice(1),
        }),
      'a node for a leaf': () => included({ leaf: node(leaves[2]!, leaves[3]!), proof: proof.slice(1) }),
      'data for its hash': () => included({ leaf: hash('record', data[3]!) }),
    },
    order: {
      'siblings exchanged': () => included({ proof: proof.with(0, proof[1]!).with(1, proof[0]!) }),
      'from the root down': () => included({ proof: proof.toReversed() }),
    },
    place: {
      ...Object.fromEntries(
        leaves
          .slice(0, 11)
          .flatMap((_, index) => (index === 3 ? [] : [[`index ${index}`, () => included({ index })]])),
      ),
      'an index at the size': () => included({ index: 11 }),
      'a size under which the path is shorter': () => included({ size: 8 }),
      'a size under which it is longer': () => included({ size: 17 }),
      'a sibling fewer': () => included({ proof: proof.slice(1) }),
      'a sibling more': () => included({ proof: [...proof, proof[0]!] }),
      'a sibling before': () => included({ proof: [proof[0]!, ...proof] }),
    },
  },
  without: notCurves,
});

const indices = [2, 3, 9];
const several: MultiInclusion = {
  indices,
  size: 11,
  leaves: indices.map((i) => leaves[i]!),
  proof: tree.multiproof(indices),
  root: tree.root,
};
const allIn = (over: Partial<MultiInclusion>) => holds(() => verifyMultiproof({ ...several, ...over }));
describeVerifier('merkle.verifyMultiproof', {
  accepts: {
    'three leaves': () => allIn({}),
    'all of them': () =>
      allIn({ indices: [...leaves.slice(0, 11).keys()], leaves: leaves.slice(0, 11), proof: [] }),
  },
  refuses: {
    type: {
      ...about(
        'index',
        junk((index) => allIn({ indices: [2, index, 9] }), ...NO_NUMBERS),
      ),
      ...about(
        'indices',
        junk((list) => allIn({ indices: list })),
      ),
      ...about(
        'size',
        junk((size) => allIn({ size }), ...NO_NUMBERS),
      ),
      ...about(
        'leaves',
        junk((list) => allIn({ leaves: list })),
      ),
      ...about(
        'leaf',
        junk((leaf) => allIn({ leaves: several.leaves.with(1, leaf) })),
      ),
      ...about(
        'proof',
        junk((list) => allIn({ proof: list })),
      ),
      ...about(
        'hash',
        junk((bytes) => allIn({ proof: several.proof.with(1, bytes) })),
      ),
      ...about(
        'root',
        junk((root) => allIn({ root })),
      ),
      'holes for indices': () => allIn({ indices: new Array(3) }),
      'holes for leaves': () => allIn({ leaves: new Array(3) }),
      'holes for hashes': () => allIn({ proof: new Array(several.proof.length) }),
    },
    length: {
      ...about(
        'leaf',
        each(otherLengths(leaves[3]!), (leaf) => allIn({ leaves: several.leaves.with(1, leaf) })),
      ),
      ...about(
        'hash',
        each(otherLengths(leaves[3]!), (bytes) => allIn({ proof: several.proof.with(0, bytes) })),
      ),
      ...about(
        'root',
        each(otherLengths(tree.root), (root) => allIn({ root })),
      ),
    },
    neutral: {
      nothing: () => allIn({ indices: [], leaves: [], proof: [tree.root] }),
      'nothing in the empty tree': () => allIn({ indices: [], leaves: [], proof: [], size: 0, root: empty }),
    },
    binding: {
      'another leaf': () => allIn({ leaves: several.leaves.with(0, leaves[4]!) }),
      'another root': () => allIn({ root: other.root }),
      'the proof of other leaves': () => allIn({ proof: tree.multiproof([2, 3, 8]) }),
      'a bit of a hash': () => allIn({ proof: several.proof.with(1, flip(several.proof[1]!, 0)) }),
    },
    domain: {
      'nodes for leaves': () =>
        allIn({
          indices: [0],
          size: 11,
          leaves: [node(leaves[0]!, leaves[1]!)],
          proof: tree.multiproof([0, 1]),
        }),
    },
    order: {
      'leaves exchanged': () => allIn({ leaves: [leaves[3]!, leaves[2]!, leaves[9]!] }),
      'indices exchanged': () => allIn({ indices: [3, 2, 9] }),
      'both exchanged': () => allIn({ indices: [3, 2, 9], leaves: [leaves[3]!, leaves[2]!, leaves[9]!] }),
      'hashes exchanged': () => allIn({ proof: several.proof.toReversed() }),
    },
    place: {
      'other places': () => allIn({ indices: [2, 3, 8] }),
      'a leaf at two places': () => allIn({ indices: [2, 2, 9] }),
      'a leaf twice': () =>
        allIn({ indices: [2, 3, 3, 9], leaves: several.leaves.toSpliced(1, 0, leaves[3]!) }),
      'a leaf fewer': () => allIn({ leaves: several.leaves.slice(1) }),
      'a leaf more': () => allIn({ leaves: [...several.leaves, leaves[10]!] }),
      'an index at the size': () => allIn({ indices: [2, 3, 11] }),
      'another size': () => allIn({ size: 10 }),
      'a greater size': () => allIn({ size: 17 }),
      'a hash fewer': () => allIn({ proof: several.proof.slice(1) }),
      'a hash more': () => allIn({ proof: [...several.proof, several.proof[0]!] }),
    },
  },
  without: notCurves,
});
