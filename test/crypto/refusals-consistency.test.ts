// Proofs that a Merkle tree grew out of another, against claims that are wrong in each way they can be.
import { utf8 } from '../../src/crypto/bytes.js';
import { type Consistency, leafHash, MerkleTree, verifyConsistency } from '../../src/crypto/merkle.js';
import { about, describeVerifier, each, flip, holds, junk, otherLengths } from './refusals.js';

const leaves = Array.from({ length: 13 }, (_, i) => leafHash(utf8(`leaf ${i}`)));
const treeOf = (size: number) => new MerkleTree(leaves.slice(0, size));
const tree = treeOf(11);
const other = new MerkleTree(leaves.with(3, leafHash(utf8('another'))).slice(0, 11));
const empty = new MerkleTree([]).root;
/** Numbers that are no size of anything. */
const NO_NUMBERS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3', 3n];

const old = treeOf(6);
const growth: Consistency = {
  oldSize: 6,
  newSize: 11,
  oldRoot: old.root,
  newRoot: tree.root,
  proof: tree.consistency(6),
};
const grew = (over: Partial<Consistency>) => holds(() => verifyConsistency({ ...growth, ...over }));
describeVerifier('merkle.verifyConsistency', {
  accepts: {
    'a tree that grew': () => grew({}),
    'a tree and itself': () => grew({ oldSize: 11, oldRoot: tree.root, proof: [] }),
  },
  refuses: {
    type: {
      ...about(
        'old size',
        junk((oldSize) => grew({ oldSize }), ...NO_NUMBERS),
      ),
      ...about(
        'new size',
        junk((newSize) => grew({ newSize }), ...NO_NUMBERS),
      ),
      ...about(
        'old root',
        junk((oldRoot) => grew({ oldRoot })),
      ),
      ...about(
        'new root',
        junk((newRoot) => grew({ newRoot })),
      ),
      ...about(
        'proof',
        junk((list) => grew({ proof: list })),
      ),
      ...about(
        'hash',
        junk((bytes) => grew({ proof: growth.proof.with(1, bytes) })),
      ),
      'holes for hashes': () => grew({ proof: new Array(growth.proof.length) }),
    },
    length: {
      ...about(
        'old root',
        each(otherLengths(old.root), (oldRoot) => grew({ oldRoot })),
      ),
      ...about(
        'new root',
        each(otherLengths(tree.root), (newRoot) => grew({ newRoot })),
      ),
      ...about(
        'hash',
        each(otherLengths(old.root), (bytes) => grew({ proof: growth.proof.with(0, bytes) })),
      ),
    },
    neutral: {
      'from nothing': () => grew({ oldSize: 0, oldRoot: empty, proof: [] }),
      'from nothing, with a proof': () => grew({ oldSize: 0, oldRoot: empty }),
      'one size, two roots': () => grew({ oldSize: 11, proof: [] }),
    },
    binding: {
      'a leaf of the old tree changed': () =>
        grew({ oldRoot: new MerkleTree(leaves.slice(0, 6).with(3, leaves[12]!)).root }),
      'the same leaf changed in the new one': () => grew({ newRoot: other.root }),
      'the new tree that was changed, with its own proof': () =>
        grew({ newRoot: other.root, proof: other.consistency(6) }),
      'a bit of a hash': () => grew({ proof: growth.proof.with(0, flip(growth.proof[0]!, 0)) }),
    },
    domain: { 'the audit path of a leaf': () => grew({ proof: tree.proof(5) }) },
    order: {
      'roots exchanged': () => grew({ oldRoot: tree.root, newRoot: old.root }),
      'sizes exchanged': () => grew({ oldSize: 11, newSize: 6 }),
      'hashes reversed': () => grew({ proof: growth.proof.toReversed() }),
    },
    place: {
      ...Object.fromEntries(
        [1, 2, 3, 4, 5, 7, 8, 9, 10].map((oldSize) => [`old size ${oldSize}`, () => grew({ oldSize })]),
      ),
      'new size 8': () => grew({ newSize: 8 }),
      'new size 17': () => grew({ newSize: 17 }),
      'a hash fewer': () => grew({ proof: growth.proof.slice(1) }),
      'a hash more': () => grew({ proof: [...growth.proof, growth.proof[0]!] }),
      none: () => grew({ proof: [] }),
    },
  },
  without: {
    canonical: 'a hash has one form, its bytes',
    curve: 'hashes are not points',
    subgroup: 'hashes are not points',
  },
});
