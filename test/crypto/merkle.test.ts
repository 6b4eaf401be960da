import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex, utf8 } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { type Inclusion, leafHash, MerkleTree, root, verifyInclusion } from '../../src/crypto/merkle.js';

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  );
const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

/** The largest power of two below n. */
const split = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** MTH of RFC 6962 §2.1, word for word, over hashed leaves. */
function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return node(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

/** PATH of RFC 6962 §2.1.1. */
function auditPath(index: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...auditPath(index, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...auditPath(index - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}

const leavesOf = (n: number): Uint8Array[] =>
  Array.from({ length: n }, (_, i) => leafHash(utf8(`leaf ${i}`)));
const many = leavesOf(4100);
const inclusion = (size: number, index: number): Inclusion => {
  const tree = new MerkleTree(many.slice(0, size));
  return { index, size, leaf: many[index]!, proof: tree.proof(index), root: tree.root };
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isConcordatError(error) ? error.code : `not typed: ${error}`;
  }
  return 'accepted';
}
const refusal = (claim: Inclusion): string => codeOf(() => verifyInclusion(claim));

describe('MerkleTree', () => {
  it('has the root of the RFC, for 0 to 300 leaves', () => {
    for (let size = 0; size <= 300; size++)
      expect(toHex(root(many.slice(0, size)))).toBe(toHex(treeHash(many.slice(0, size))));
  });

  it('has the audit paths of the RFC, for every leaf of up to 40', () => {
    for (let size = 1; size <= 40; size++) {
      const tree = new MerkleTree(many.slice(0, size));
      for (let index = 0; index < size; index++)
        expect(tree.proof(index)).toEqual(auditPath(index, many.slice(0, size)));
    }
  });

  it.each([1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4095, 4096, 4097])(
    'has the root and the audit paths of the RFC around bucket borders, at %i leaves',
    (size) => {
      const leaves = many.slice(0, size);
      const tree = new MerkleTree(leaves);
      expect(tree.root).toEqual(treeHash(leaves));
      expect(tree.size).toBe(size);
      for (const index of [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, size - 2, size - 1]) {
        if (index >= size) continue;
        const proof = tree.proof(index);
        expect(proof).toEqual(auditPath(index, leaves));
        expect(refusal({ index, size, leaf: leaves[index]!, proof, root: tree.root })).toBe('accepted');
      }
    },
  );

  it('hashes nothing to SHA-256 of nothing, and one leaf to itself', () => {
    expect(toHex(root([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(root([many[0]!])).toEqual(many[0]);
    expect(leafHash(new Uint8Array(0))).toEqual(sha256(Uint8Array.of(0)));
  });

  it('is not changed by who changes its leaves, its root or its proofs', () => {
    const leaves = leavesOf(1500);
    const tree = new MerkleTree(leaves);
    const expected = treeHash(leaves);
    for (const bytes of [...leaves, tree.root, ...tree.proof(7)]) bytes.fill(0);
    expect(tree.root).toEqual(expected);
    expect(refusal({ index: 7, size: 1500, leaf: many[7]!, proof: tree.proof(7), root: expected })).toBe(
      'accepted',
    );
  });

  it('depends on the order of its leaves', () => {
    expect(root([many[0]!, many[1]!])).not.toEqual(root([many[1]!, many[0]!]));
    expect(root([many[0]!, many[1]!, many[1]!])).not.toEqual(root([many[0]!, many[1]!]));
  });

  it('has no proof of a leaf that is not there', () => {
    const tree = new MerkleTree(many.slice(0, 5));
    for (const index of [-1, 5, 6, 1024, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(codeOf(() => tree.proof(index))).toBe('MERKLE_INDEX_OUT_OF_RANGE');
    expect(codeOf(() => new MerkleTree([]).proof(0))).toBe('MERKLE_INDEX_OUT_OF_RANGE');
  });

  it('refuses leaves that are not hashes', () => {
    for (const leaf of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), utf8('raw data')])
      expect(codeOf(() => new MerkleTree([many[0]!, leaf]))).toBe('MERKLE_HASH_WRONG_LENGTH');
    for (const leaf of [undefined, null, 'ab'.repeat(32), Array(32).fill(0)])
      expect(codeOf(() => root([leaf as unknown as Uint8Array]))).toBe('MERKLE_HASH_WRONG_LENGTH');
  });
});

describe('verifyInclusion', () => {
  it('refuses every other index and binds the size to the path', () => {
    for (const size of [1, 2, 3, 5, 7, 8, 9, 33]) {
      for (let index = 0; index < size; index++) {
        const claim = inclusion(size, index);
        expect(refusal(claim)).toBe('accepted');
        for (let other = 0; other < size; other++)
          if (other !== index) expect(refusal({ ...claim, index: other })).not.toBe('accepted');
      }
    }
  });

  it('refuses a size under which the path has another shape', () => {
    const claim = inclusion(9, 8);
    for (const size of [8, 10, 16, 17, 18, 4096]) expect(refusal({ ...claim, size })).not.toBe('accepted');
  });

  it('refuses an index at or above the size, and numbers that are none', () => {
    const claim = inclusion(8, 3);
    for (const index of [-1, 8, 11, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(refusal({ ...claim, index })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
    for (const size of [-1, 0, 3, 8.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(refusal({ ...claim, size })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
  });

  it('refuses an absent leaf with an empty proof, even one that is the root', () => {
    const { root: top, size } = inclusion(8, 0);
    expect(refusal({ index: 0, size, leaf: many[9]!, proof: [], root: top })).toBe(
      'MERKLE_PROOF_WRONG_LENGTH',
    );
    expect(refusal({ index: 0, size, leaf: top, proof: [], root: top })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    expect(refusal({ index: 0, size: 1, leaf: many[9]!, proof: [], root: top })).toBe('MERKLE_ROOT_MISMATCH');
  });

  it('refuses anything in the empty tree', () => {
    const empty = root([]);
    for (const leaf of [empty, many[0]!])
      expect(refusal({ index: 0, size: 0, leaf, proof: [], root: empty })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
  });

  it('refuses a node shown as a leaf: the second preimage', () => {
    const leaves = many.slice(0, 8);
    const { root: top } = inclusion(8, 0);
    const parent = node(leaves[0]!, leaves[1]!);
    const above = [node(leaves[2]!, leaves[3]!), treeHash(leaves.slice(4))];
    expect(refusal({ index: 0, size: 8, leaf: parent, proof: above, root: top })).toBe(
      'MERKLE_PROOF_WRONG_LENGTH',
    );
    // With a size of the attacker's choice the node itself would pass; its data cannot, the prefixes differ.
    const data = concatBytes(leaves[0]!, leaves[1]!);
    expect(refusal({ index: 0, size: 4, leaf: leafHash(data), proof: above, root: top })).toBe(
      'MERKLE_ROOT_MISMATCH',
    );
    const prefixed = concatBytes(Uint8Array.of(1), data);
    expect(refusal({ index: 0, size: 4, leaf: leafHash(prefixed), proof: above, root: top })).toBe(
      'MERKLE_ROOT_MISMATCH',
    );
  });

  it('refuses a proof with a hash appended, inserted, removed, repeated or swapped', () => {
    const claim = inclusion(2050, 1029);
    const { proof } = claim;
    const wrong = [...proof, new Uint8Array(32)];
    expect(refusal({ ...claim, proof: wrong })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    expect(refusal({ ...claim, proof: [claim.root, ...proof] })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    expect(refusal({ ...claim, proof: [] })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    proof.forEach((_, at) => {
      expect(refusal({ ...claim, proof: proof.toSpliced(at, 1) })).toBe('MERKLE_PROOF_WRONG_LENGTH');
      if (at === 0) return;
      const swapped = proof.with(at, proof[at - 1]!).with(at - 1, proof[at]!);
      expect(refusal({ ...claim, proof: swapped })).toBe('MERKLE_ROOT_MISMATCH');
    });
  });

  it('refuses hashes of another length, and what is no bytes', () => {
    const claim = inclusion(4, 1);
    for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), undefined, null, 'x', 7]) {
      const hash = bad as Uint8Array;
      expect(refusal({ ...claim, leaf: hash })).toBe('MERKLE_HASH_WRONG_LENGTH');
      expect(refusal({ ...claim, root: hash })).toBe('MERKLE_HASH_WRONG_LENGTH');
      expect(refusal({ ...claim, proof: [hash, claim.proof[1]!] })).toBe('MERKLE_HASH_WRONG_LENGTH');
    }
  });

  it('follows paths in trees of more than 2^32 leaves', () => {
    // One leaf among 2^40, its siblings made up: the path is 40 hashes, and the root is computed by hand.
    const index = 2 ** 39 + 2 ** 31 + 5;
    const siblings = many.slice(0, 40);
    let hash = many[50]!;
    siblings.forEach((sibling, height) => {
      const right = (BigInt(index) >> BigInt(height)) & 1n;
      hash = right ? node(sibling, hash) : node(hash, sibling);
    });
    const claim = { index, size: 2 ** 40, leaf: many[50]!, proof: siblings, root: hash };
    expect(refusal(claim)).toBe('accepted');
    expect(refusal({ ...claim, index: index - 2 ** 31 })).toBe('MERKLE_ROOT_MISMATCH');
    expect(refusal({ ...claim, index: 5 })).toBe('MERKLE_ROOT_MISMATCH');
  });

  it('accepts every leaf and refuses any one bit changed', () => {
    const place = fc
      .integer({ min: 2, max: 1500 })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 })));
    const flipped = (bytes: Uint8Array, bit: number) =>
      bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    fc.assert(
      fc.property(place, fc.nat({ max: 255 }), fc.nat(), ([size, index], bit, pick) => {
        const claim = inclusion(size, index);
        expect(refusal(claim)).toBe('accepted');
        const at = pick % claim.proof.length;
        const proof = claim.proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash));
        expect(refusal({ ...claim, proof })).toBe('MERKLE_ROOT_MISMATCH');
        expect(refusal({ ...claim, leaf: flipped(claim.leaf, bit) })).toBe('MERKLE_ROOT_MISMATCH');
        expect(refusal({ ...claim, root: flipped(claim.root, bit) })).toBe('MERKLE_ROOT_MISMATCH');
      }),
      { numRuns: 40 },
    );
  });
});
