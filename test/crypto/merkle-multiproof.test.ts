import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { leafHash, MerkleTree, type MultiInclusion, verifyMultiproof } from '../../src/crypto/merkle.js';

const node = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  Uint8Array.from(
    createHash('sha256')
      .update(concatBytes(Uint8Array.of(1), left, right))
      .digest(),
  );

/** The largest power of two below n. */
function split(n: bigint): bigint {
  let k = 1n;
  while (k * 2n < n) k *= 2n;
  return k;
}

/** The walk of the RFC's recursive tree over leaves [start, start + length), with what is made of its parts. */
interface Parts<N> {
  leaf(index: bigint): N;
  other(start: bigint, length: bigint): N;
  parent(left: N, right: N): N;
}
function walk<N>(asked: bigint[], start: bigint, length: bigint, parts: Parts<N>): N {
  const here = asked.filter((index) => start <= index && index < start + length);
  if (here.length === 0) return parts.other(start, length);
  if (length === 1n) return parts.leaf(start);
  const k = split(length);
  return parts.parent(walk(here, start, k, parts), walk(here, start + k, length - k, parts));
}
const walkAll = <N>(indices: number[], size: number, parts: Parts<N>): N =>
  walk(indices.map(BigInt), 0n, BigInt(size), parts);

/** MTH of RFC 6962 §2.1, word for word, over hashed leaves. */
function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  const k = Number(split(BigInt(leaves.length)));
  return node(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

const many = Array.from({ length: 5000 }, (_, i) => leafHash(utf8(`leaf ${i}`)));

/** The multiproof by its definition: the roots of the subtrees that the walk meets without any asked leaf. */
const reference = (indices: number[], size: number): Uint8Array[] =>
  walkAll<Uint8Array[]>(indices, size, {
    leaf: () => [],
    other: (start, length) => [treeHash(many.slice(Number(start), Number(start + length)))],
    parent: (left, right) => [...left, ...right],
  });

/** Which subtrees are joined how, as text: all that a proof can tell of the size. */
const shape = (indices: number[], size: number): string =>
  walkAll<string>(indices, size, {
    leaf: () => 'x',
    other: () => '·',
    parent: (left, right) => `(${left}${right})`,
  });

const claimOf = (tree: MerkleTree, indices: number[]): MultiInclusion => ({
  indices,
  size: tree.size,
  leaves: indices.map((index) => many[index]!),
  proof: tree.multiproof(indices),
  root: tree.root,
});
const claim = (size: number, indices: number[]) => claimOf(new MerkleTree(many.slice(0, size)), indices);

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isConcordatError(error) ? error.code : `not typed: ${error}`;
  }
  return 'accepted';
}
const refusal = (claimed: MultiInclusion): string => codeOf(() => verifyMultiproof(claimed));

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
/** Every set of places among `size` leaves but the empty one. */
const subsets = (size: number): number[][] =>
  Array.from({ length: 2 ** size - 1 }, (_, bits) => range(size).filter((i) => ((bits + 1) >> i) & 1));
const everyClaim = (sizes: number[]): MultiInclusion[] =>
  sizes.flatMap((size) => subsets(size).map((indices) => claim(size, indices)));
const small = everyClaim([1, 2, 3, 4, 5, 6, 7]);

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
/** A list with one element changed, once for each. */
const withOneFlipped = (hashes: readonly Uint8Array[]): Uint8Array[][] =>
  hashes.map((hash, at) => hashes.with(at, flipped(hash, (at * 37) % 256)));

describe('a multiproof', () => {
  it('is that of the definition, and holds, for every subset of 1 to 9 leaves', () => {
    for (const claimed of everyClaim(range(9).map((i) => i + 1))) {
      const { indices, size } = claimed;
      expect(claimed.proof).toEqual(reference([...indices], size));
      expect(claimed.root).toEqual(treeHash(many.slice(0, size)));
      expect(refusal(claimed)).toBe('accepted');
    }
  });

  it.each([1023, 1024, 1025, 2047, 2048, 2049, 3073, 4097])(
    'is that of the definition around bucket borders, at %i leaves',
    (size) => {
      const tree = new MerkleTree(many.slice(0, size));
      const places = [0, 1, 511, 1022, 1023, 1024, 1025, 2047, 2048, 3071, 3072, 4095, 4096, size - 1];
      const inside = [...new Set(places)].filter((index) => index < size).sort((a, b) => a - b);
      for (const indices of [
        ...inside.map((index) => [index]),
        inside,
        inside.slice(1),
        inside.slice(0, -1),
      ]) {
        expect(tree.multiproof(indices)).toEqual(reference(indices, size));
        expect(refusal(claimOf(tree, indices))).toBe('accepted');
      }
    },
  );

  it('holds for any leaves of up to 3000, and no longer with any bit changed', () => {
    const asked = fc
      .integer({ min: 1, max: 3000 })
      .chain((size) =>
        fc.tuple(
          fc.constant(size),
          fc.uniqueArray(fc.nat({ max: size - 1 }), { minLength: 1, maxLength: 60 }),
        ),
      );
    fc.assert(
      fc.property(asked, fc.nat({ max: 255 }), fc.nat(), ([size, places], bit, pick) => {
        const indices = places.sort((a, b) => a - b);
        const claimed = claim(size, indices);
        const { proof, leaves } = claimed;
        expect(proof).toEqual(reference(indices, size));
        expect(refusal(claimed)).toBe('accepted');
        const leaf = pick % leaves.length;
        const changed = [
          { ...claimed, root: flipped(claimed.root, bit) },
          { ...claimed, leaves: leaves.with(leaf, flipped(leaves[leaf]!, bit)) },
        ];
        if (proof.length > 0) {
          const at = pick % proof.length;
          changed.push({ ...claimed, proof: proof.with(at, flipped(proof[at]!, bit)) });
        }
        for (const wrong of changed) expect(refusal(wrong)).toBe('MERKLE_ROOT_MISMATCH');
      }),
      { numRuns: 40 },
    );
  });

  it('of one leaf has the hashes of its audit path', () => {
    for (const size of [1, 2, 7, 8, 33, 1025, 2500]) {
      const tree = new MerkleTree(many.slice(0, size));
      for (const index of new Set([0, 5 % size, size >> 1, size - 1]))
        expect(new Set(tree.multiproof([index]))).toEqual(new Set(tree.proof(index)));
    }
  });

  it('of all leaves is empty', () => {
    for (const size of [1, 2, 3, 8, 1024, 1500, 2049]) {
      const claimed = claim(size, range(size));
      expect(claimed.proof).toEqual([]);
      expect(refusal(claimed)).toBe('accepted');
    }
  });

  it('is not changed by who changes an earlier one', () => {
    const tree = new MerkleTree(many.slice(0, 2500));
    const indices = [3, 1030, 2499];
    for (const hash of tree.multiproof(indices)) hash.fill(0);
    expect(tree.multiproof(indices)).toEqual(reference(indices, 2500));
    expect(tree.root).toEqual(treeHash(many.slice(0, 2500)));
  });

  it('is made for no list of places but an ascending one of leaves that are there', () => {
    const tree = new MerkleTree(many.slice(0, 5));
    expect(codeOf(() => tree.multiproof([]))).toBe('MERKLE_INDICES_EMPTY');
    for (const wrong of [
      [1, 1],
      [2, 1],
      [0, 3, 3],
      [0, 4, 1],
    ])
      expect(codeOf(() => tree.multiproof(wrong))).toBe('MERKLE_INDICES_NOT_ASCENDING');
    for (const wrong of [-1, 5, 1024, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, '1'])
      expect(codeOf(() => tree.multiproof([0, wrong as number]))).toBe('MERKLE_INDEX_OUT_OF_RANGE');
    expect(codeOf(() => new MerkleTree([]).multiproof([]))).toBe('MERKLE_INDICES_EMPTY');
    expect(codeOf(() => new MerkleTree([]).multiproof([0]))).toBe('MERKLE_INDEX_OUT_OF_RANGE');
  });
});

describe('verifyMultiproof', () => {
  it('refuses a changed leaf, hash or root', () => {
    for (const claimed of small) {
      const changed = [
        ...withOneFlipped(claimed.leaves).map((leaves) => ({ ...claimed, leaves })),
        ...withOneFlipped(claimed.proof).map((proof) => ({ ...claimed, proof })),
        { ...claimed, root: flipped(claimed.root, 255) },
      ];
      for (const wrong of changed) expect(refusal(wrong)).toBe('MERKLE_ROOT_MISMATCH');
    }
  });

  it('refuses two hashes or two leaves in each other’s place', () => {
    const swaps = <T>(list: readonly T[]): T[][] =>
      list.slice(1).map((item, at) => list.with(at, item).with(at + 1, list[at]!));
    for (const claimed of small) {
      for (const proof of swaps(claimed.proof))
        expect(refusal({ ...claimed, proof })).toBe('MERKLE_ROOT_MISMATCH');
      for (const leaves of swaps(claimed.leaves))
        expect(refusal({ ...claimed, leaves })).toBe('MERKLE_ROOT_MISMATCH');
      for (const indices of swaps(claimed.indices))
        expect(refusal({ ...claimed, indices })).toBe('MERKLE_INDICES_NOT_ASCENDING');
    }
  });

  it('refuses a proof that is longer or shorter, wherever the hash is', () => {
    for (const claimed of small) {
      const { proof } = claimed;
      for (let at = 0; at <= proof.length; at++) {
        for (const extra of [claimed.root, claimed.leaves[0]!, proof[at] ?? many[9]!, new Uint8Array(0)])
          expect(refusal({ ...claimed, proof: proof.toSpliced(at, 0, extra) })).toBe(
            'MERKLE_PROOF_WRONG_LENGTH',
          );
        if (at < proof.length)
          expect(refusal({ ...claimed, proof: proof.toSpliced(at, 1) })).toBe('MERKLE_PROOF_WRONG_LENGTH');
      }
    }
  });

  it('refuses the leaves at any other places', () => {
    for (const claimed of small) {
      for (const indices of subsets(claimed.size)) {
        if (indices.length !== claimed.indices.length || `${indices}` === `${claimed.indices}`) continue;
        expect(refusal({ ...claimed, indices })).toMatch(/^MERKLE_(ROOT_MISMATCH|PROOF_WRONG_LENGTH)$/);
      }
    }
  });

  it('refuses another size exactly when it joins the subtrees in another way', () => {
    let refused = 0;
    for (const claimed of small) {
      const indices = [...claimed.indices];
      for (let size = indices.at(-1)! + 1; size <= 17; size++) {
        const same = shape(indices, size) === shape(indices, claimed.size);
        expect(refusal({ ...claimed, size }) === 'accepted').toBe(same);
        if (!same) refused++;
      }
      expect(refusal({ ...claimed, size: indices.at(-1)! })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('refuses a leaf too few, a leaf too many, and a leaf given twice', () => {
    for (const claimed of small) {
      const { indices, leaves } = claimed;
      indices.forEach((index, at) => {
        const fewer = leaves.toSpliced(at, 1);
        const more = leaves.toSpliced(at, 0, leaves[at]!);
        expect(refusal({ ...claimed, leaves: fewer })).toBe('MERKLE_LEAVES_WRONG_COUNT');
        expect(refusal({ ...claimed, leaves: more })).toBe('MERKLE_LEAVES_WRONG_COUNT');
        const twice = indices.toSpliced(at, 0, index);
        expect(refusal({ ...claimed, indices: twice, leaves: more })).toBe('MERKLE_INDICES_NOT_ASCENDING');
        expect(refusal({ ...claimed, indices: twice })).toBe('MERKLE_INDICES_NOT_ASCENDING');
      });
    }
  });

  it('refuses a claim with a leaf left out, or with one claimed too many', () => {
    for (const claimed of small) {
      const { indices, leaves, size } = claimed;
      indices.forEach((_, at) => {
        const fewer = { ...claimed, indices: indices.toSpliced(at, 1), leaves: leaves.toSpliced(at, 1) };
        expect(refusal(fewer)).not.toBe('accepted');
      });
      for (const index of range(size).filter((i) => !indices.includes(i))) {
        const more = [...indices, index].sort((a, b) => a - b);
        const held = more.map((i) => (i === index ? many[99]! : many[i]!));
        expect(refusal({ ...claimed, indices: more, leaves: held })).not.toBe('accepted');
      }
    }
  });

  it('refuses a claim of nothing, even with the root as its proof', () => {
    const { size, root } = claim(5, [0]);
    const nothing = { indices: [], size, leaves: [], root };
    expect(refusal({ ...nothing, proof: [root] })).toBe('MERKLE_INDICES_EMPTY');
    expect(refusal({ ...nothing, proof: [] })).toBe('MERKLE_INDICES_EMPTY');
    expect(refusal({ ...nothing, size: 0, proof: [], root: new MerkleTree([]).root })).toBe(
      'MERKLE_INDICES_EMPTY',
    );
  });

  it('refuses nodes shown as leaves: the second preimage', () => {
    const { root, size, proof } = claim(4, [0, 1]);
    const nodes = [node(many[0]!, many[1]!), node(many[2]!, many[3]!)];
    expect(refusal({ indices: [0, 2], size, leaves: nodes, proof: [], root })).toBe(
      'MERKLE_PROOF_WRONG_LENGTH',
    );
    expect(refusal({ indices: [0], size, leaves: [nodes[0]!], proof, root })).toBe(
      'MERKLE_PROOF_WRONG_LENGTH',
    );
    // With a size of the attacker's choice the nodes themselves would pass; their data cannot, the prefixes differ.
    const data = leafHash(concatBytes(many[0]!, many[1]!));
    expect(refusal({ indices: [0, 1], size: 2, leaves: [data, nodes[1]!], proof: [], root })).toBe(
      'MERKLE_ROOT_MISMATCH',
    );
  });

  it('refuses indices and sizes that are none', () => {
    const claimed = claim(8, [2, 5]);
    for (const wrong of [
      -1,
      8,
      11,
      3.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      undefined,
      null,
      '5',
      {},
    ])
      expect(refusal({ ...claimed, indices: [2, wrong as number] })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
    for (const wrong of [-1, 0, 5, 8.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, null, '8'])
      expect(refusal({ ...claimed, size: wrong as number })).toBe('MERKLE_INDEX_OUT_OF_RANGE');
  });

  it('refuses hashes of another length, and what is no bytes', () => {
    const claimed = claim(5, [1, 4]);
    for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), undefined, null, 'x', 7]) {
      const hash = bad as Uint8Array;
      expect(refusal({ ...claimed, root: hash })).toBe('MERKLE_HASH_WRONG_LENGTH');
      for (const at of [0, 1]) {
        expect(refusal({ ...claimed, leaves: claimed.leaves.with(at, hash) })).toBe(
          'MERKLE_HASH_WRONG_LENGTH',
        );
        expect(refusal({ ...claimed, proof: claimed.proof.with(at, hash) })).toBe('MERKLE_HASH_WRONG_LENGTH');
      }
    }
  });

  it('names the wrong hash by its place in its list', () => {
    const claimed = claim(5, [1, 4]);
    const detail = (wrong: MultiInclusion): unknown => {
      try {
        return verifyMultiproof(wrong);
      } catch (error) {
        return isConcordatError(error) && error.detail;
      }
    };
    const short = new Uint8Array(31);
    const fault = { code: 'MERKLE_HASH_WRONG_LENGTH', which: 1, got: 31 };
    expect(detail({ ...claimed, proof: claimed.proof.with(1, short) })).toEqual({ ...fault, what: 'proof' });
    expect(detail({ ...claimed, leaves: claimed.leaves.with(1, short) })).toEqual({ ...fault, what: 'leaf' });
    expect(detail({ ...claimed, indices: [3, 3] })).toEqual({
      code: 'MERKLE_INDICES_NOT_ASCENDING',
      which: 1,
    });
  });

  it.each([2 ** 40, 2 ** 40 + 1, 2 ** 52 + 1, 2 ** 53 - 1])(
    'follows the walk in a tree of %i leaves, its other subtrees made up',
    (size) => {
      const indices = [0, 5, 2 ** 31 + 7, 2 ** 39 + 2 ** 32, 2 ** 39 + 2 ** 32 + 1, size - 1];
      const proof: Uint8Array[] = [];
      const root = walkAll<Uint8Array>(indices, size, {
        leaf: (index) => leafHash(utf8(`${index}`)),
        other: (start, length) => {
          proof.push(leafHash(utf8(`${start} ${length}`)));
          return proof.at(-1)!;
        },
        parent: node,
      });
      const leaves = indices.map((index) => leafHash(utf8(`${index}`)));
      const claimed = { indices, size, leaves, proof, root };
      expect(refusal(claimed)).toBe('accepted');
      expect(refusal({ ...claimed, indices: indices.with(2, 2 ** 31 + 6) })).toBe('MERKLE_ROOT_MISMATCH');
      expect(refusal({ ...claimed, indices: indices.with(2, 7) })).not.toBe('accepted');
      expect(refusal({ ...claimed, proof: proof.slice(1) })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    },
  );

  it('ends under a forged size, its steps bounded by the indices', () => {
    const claimed = claim(
      3000,
      range(1000).map((i) => i * 3),
    );
    for (const size of [2 ** 32, 2 ** 52 + 1, 2 ** 53 - 1])
      expect(refusal({ ...claimed, size })).toBe('MERKLE_PROOF_WRONG_LENGTH');
  });
});
