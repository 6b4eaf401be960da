import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  type Consistency,
  HASH_LENGTH,
  leafHash,
  MerkleTree,
  root,
  verifyConsistency,
} from '../../src/crypto/merkle.js';

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

/** MTH of RFC 9162 §2.1.1, word for word, over hashed leaves. */
function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return node(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

/** SUBPROOF of RFC 9162 §2.1.4.1; PROOF(m, D) is subproof(m, D, true). */
function subproof(m: number, leaves: Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [treeHash(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), treeHash(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), treeHash(leaves.slice(0, k))];
}

const many = Array.from({ length: 4100 }, (_, i) => leafHash(utf8(`leaf ${i}`)));
const claim = (oldSize: number, newSize: number): Consistency => {
  const tree = new MerkleTree(many.slice(0, newSize));
  const proof = tree.consistency(oldSize);
  return { oldSize, newSize, oldRoot: root(many.slice(0, oldSize)), newRoot: tree.root, proof };
};
const pairs = (most: number): [number, number][] =>
  Array.from({ length: most }, (_, i) => i + 1).flatMap((newSize) =>
    Array.from({ length: newSize }, (_, i): [number, number] => [i + 1, newSize]),
  );
const small = pairs(9).map(([oldSize, newSize]) => claim(oldSize, newSize));

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isConcordatError(error) ? error.code : `not typed: ${error}`;
  }
  return 'accepted';
}
const refusal = (claimed: Consistency): string => codeOf(() => verifyConsistency(claimed));
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

interface Probe {
  readonly name: string;
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}
const { probes } = JSON.parse(
  readFileSync(new URL('../vectors/merkle-rfc6962/consistency-probes.derived.json', import.meta.url), 'utf8'),
) as { probes: Probe[] };
const base64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const claimOf = (probe: Probe): Consistency => ({
  oldSize: probe.size1,
  newSize: probe.size2,
  oldRoot: base64(probe.root1),
  newRoot: base64(probe.root2),
  proof: (probe.proof ?? []).map(base64),
});
/** The same claim, with a hash in place of whatever is none, so that it is not refused for its length. */
const ofHashes = (claimed: Consistency): Consistency => {
  const made = (bytes: Uint8Array) => (bytes.length === HASH_LENGTH ? bytes : sha256(bytes));
  return {
    ...claimed,
    oldRoot: made(claimed.oldRoot),
    newRoot: made(claimed.newRoot),
    proof: claimed.proof.map(made),
  };
};

describe('the consistency probes', () => {
  it('are 98, 91 of them to be refused', () => {
    expect(probes).toHaveLength(98);
    expect(probes.filter(({ wantErr }) => wantErr)).toHaveLength(91);
  });

  it.each(probes.map((probe) => [probe.wantErr ? 'refuses' : 'accepts', probe.name, probe] as const))(
    '%s %s',
    (_verdict, _name, probe) => {
      const claimed = claimOf(probe);
      if (!probe.wantErr) return expect(refusal(ofHashes(claimed))).toBe('accepted');
      expect(refusal(claimed)).toMatch(/^MERKLE_/);
      return expect(refusal(ofHashes(claimed))).toMatch(
        /^MERKLE_(SIZES_OUT_OF_ORDER|PROOF_WRONG_LENGTH|ROOT_MISMATCH)$/,
      );
    },
  );

  it('that give a root that is no hash are refused even where the two are equal', () => {
    const odd = probes.filter(({ wantErr, root1 }) => !wantErr && base64(root1).length !== HASH_LENGTH);
    expect(odd).toHaveLength(2);
    for (const probe of odd) expect(refusal(claimOf(probe))).toBe('MERKLE_HASH_WRONG_LENGTH');
  });
});

describe('a consistency proof', () => {
  it('is that of the RFC, and holds, for all sizes up to 40', () => {
    for (const [oldSize, newSize] of pairs(40)) {
      const claimed = claim(oldSize, newSize);
      expect(claimed.proof).toEqual(subproof(oldSize, many.slice(0, newSize), true));
      expect(refusal(claimed)).toBe('accepted');
    }
  });

  it.each([1025, 2048, 2049, 2050, 3072, 3073, 4097])(
    'is that of the RFC around bucket borders, to %i leaves',
    (newSize) => {
      const tree = new MerkleTree(many.slice(0, newSize));
      const newRoot = treeHash(many.slice(0, newSize));
      for (const oldSize of [
        1, 2, 3, 1000, 1022, 1023, 1024, 1025, 1026, 1536, 2047, 2048, 2049, 3072, 4096,
      ]) {
        if (oldSize > newSize) continue;
        const proof = tree.consistency(oldSize);
        expect(proof).toEqual(subproof(oldSize, many.slice(0, newSize), true));
        const oldRoot = treeHash(many.slice(0, oldSize));
        expect(refusal({ oldSize, newSize, oldRoot, newRoot, proof })).toBe('accepted');
      }
    },
  );

  it('holds for any sizes up to 3000, and no longer with any bit changed', () => {
    const sizes = fc
      .integer({ min: 2, max: 3000 })
      .chain((newSize) => fc.tuple(fc.integer({ min: 1, max: newSize - 1 }), fc.constant(newSize)));
    fc.assert(
      fc.property(sizes, fc.nat({ max: 255 }), fc.nat(), ([oldSize, newSize], bit, pick) => {
        const claimed = claim(oldSize, newSize);
        const { proof, oldRoot, newRoot } = claimed;
        expect(refusal(claimed)).toBe('accepted');
        const at = pick % proof.length;
        for (const wrong of [
          { ...claimed, proof: proof.with(at, flipped(proof[at]!, bit)) },
          { ...claimed, oldRoot: flipped(oldRoot, bit) },
          { ...claimed, newRoot: flipped(newRoot, bit) },
        ])
          expect(refusal(wrong)).toBe('MERKLE_ROOT_MISMATCH');
      }),
      { numRuns: 40 },
    );
  });

  it('of a tree with itself is empty, also of the empty tree', () => {
    for (const size of [0, 1, 2, 5, 8, 1024, 1500]) {
      const claimed = claim(size, size);
      expect(claimed.proof).toEqual([]);
      expect(refusal(claimed)).toBe('accepted');
    }
  });

  it('is made for no size but of a tree that could have been before', () => {
    const tree = new MerkleTree(many.slice(0, 5));
    for (const wrong of [-1, 0, 6, 1024, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, '3'])
      expect(codeOf(() => tree.consistency(wrong as number))).toBe('MERKLE_SIZES_OUT_OF_ORDER');
    expect(codeOf(() => new MerkleTree([]).consistency(1))).toBe('MERKLE_SIZES_OUT_OF_ORDER');
  });
});

describe('verifyConsistency', () => {
  it('refuses a tree in which an old leaf was changed, moved, removed or put in', () => {
    const before = many.slice(0, 6);
    const added = many.slice(6, 11);
    const rewritten = [
      ...before.map((_, at) => before.with(at, many[99]!)),
      ...before.slice(1).map((leaf, at) => before.with(at, leaf).with(at + 1, before[at]!)),
      ...before.map((_, at) => before.toSpliced(at, 1)),
      ...before.map((_, at) => before.toSpliced(at, 0, many[99]!)),
    ];
    expect(rewritten).toHaveLength(23);
    for (const leaves of rewritten) {
      const tree = new MerkleTree([...leaves, ...added]);
      const claimed = { oldSize: 6, newSize: tree.size, oldRoot: root(before), newRoot: tree.root };
      expect(refusal({ ...claimed, proof: tree.consistency(6) })).toBe('MERKLE_ROOT_MISMATCH');
      const honest = new MerkleTree(many.slice(0, tree.size)).consistency(6);
      expect(refusal({ ...claimed, proof: honest })).toBe('MERKLE_ROOT_MISMATCH');
    }
  });

  it('refuses a root of other leaves, old or new, and the two exchanged', () => {
    for (const claimed of small) {
      const { oldSize, newSize, oldRoot, newRoot } = claimed;
      expect(refusal({ ...claimed, oldRoot: many[99]! })).toBe('MERKLE_ROOT_MISMATCH');
      expect(refusal({ ...claimed, newRoot: many[99]! })).toBe('MERKLE_ROOT_MISMATCH');
      if (oldSize === newSize) continue;
      expect(refusal({ ...claimed, oldRoot: newRoot, newRoot: oldRoot })).toBe('MERKLE_ROOT_MISMATCH');
      expect(refusal({ ...claimed, newRoot: oldRoot })).toBe('MERKLE_ROOT_MISMATCH');
    }
  });

  it('says which tree’s root it is not', () => {
    const claimed = claim(3, 7);
    const detail = (wrong: Consistency): unknown => {
      try {
        return verifyConsistency(wrong);
      } catch (error) {
        return isConcordatError(error) && error.detail;
      }
    };
    const mismatch = { code: 'MERKLE_ROOT_MISMATCH' };
    expect(detail({ ...claimed, oldRoot: many[99]! })).toEqual({ ...mismatch, size: 3 });
    expect(detail({ ...claimed, newRoot: many[99]! })).toEqual({ ...mismatch, size: 7 });
    const short = { code: 'MERKLE_HASH_WRONG_LENGTH', got: 31 };
    const cut = new Uint8Array(31);
    expect(detail({ ...claimed, oldRoot: cut })).toEqual({ ...short, what: 'root', which: 0 });
    expect(detail({ ...claimed, newRoot: cut })).toEqual({ ...short, what: 'root', which: 1 });
    expect(detail({ ...claimed, proof: claimed.proof.with(2, cut) })).toEqual({
      ...short,
      what: 'proof',
      which: 2,
    });
  });

  it('refuses a proof with a hash appended, inserted, removed or swapped', () => {
    for (const claimed of small) {
      const { proof, oldRoot, newRoot } = claimed;
      for (let at = 0; at <= proof.length; at++) {
        for (const extra of [oldRoot, newRoot, proof[at] ?? many[99]!, new Uint8Array(0)])
          expect(refusal({ ...claimed, proof: proof.toSpliced(at, 0, extra) })).toBe(
            'MERKLE_PROOF_WRONG_LENGTH',
          );
        if (at === proof.length) continue;
        expect(refusal({ ...claimed, proof: proof.toSpliced(at, 1) })).toBe('MERKLE_PROOF_WRONG_LENGTH');
        if (at === 0) continue;
        const swapped = proof.with(at, proof[at - 1]!).with(at - 1, proof[at]!);
        expect(refusal({ ...claimed, proof: swapped })).toBe('MERKLE_ROOT_MISMATCH');
      }
    }
  });

  it('refuses every other old size', () => {
    for (const claimed of small)
      for (let oldSize = 0; oldSize <= claimed.newSize; oldSize++)
        if (oldSize !== claimed.oldSize) expect(refusal({ ...claimed, oldSize })).not.toBe('accepted');
  });

  it('refuses a new size under which the proof has another shape', () => {
    const claimed = claim(3, 7);
    for (const newSize of [3, 4, 9, 16, 17, 4096])
      expect(refusal({ ...claimed, newSize })).toMatch(/^MERKLE_(ROOT_MISMATCH|PROOF_WRONG_LENGTH)$/);
    expect(refusal({ ...claimed, newSize: 2 })).toBe('MERKLE_SIZES_OUT_OF_ORDER');
  });

  it('refuses to begin with nothing, whatever the proof', () => {
    const empty = root([]);
    const { newRoot, proof } = claim(3, 7);
    for (const shown of [[], [newRoot], proof])
      expect(refusal({ oldSize: 0, newSize: 7, oldRoot: empty, newRoot, proof: shown })).toBe(
        'MERKLE_SIZES_OUT_OF_ORDER',
      );
  });

  it('refuses sizes that are none or in the wrong order', () => {
    const claimed = claim(3, 7);
    const none = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined, null, '3', {}];
    for (const wrong of none) {
      const size = wrong as number;
      expect(refusal({ ...claimed, oldSize: size })).toBe('MERKLE_SIZES_OUT_OF_ORDER');
      expect(refusal({ ...claimed, newSize: size })).toBe('MERKLE_SIZES_OUT_OF_ORDER');
      expect(refusal({ ...claimed, oldSize: size, newSize: size, oldRoot: claimed.newRoot, proof: [] })).toBe(
        'MERKLE_SIZES_OUT_OF_ORDER',
      );
    }
    expect(refusal({ ...claimed, oldSize: 8 })).toBe('MERKLE_SIZES_OUT_OF_ORDER');
  });

  it('refuses hashes of another length, and what is no bytes', () => {
    const claimed = claim(3, 7);
    for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), undefined, null, 'x', 7]) {
      const hash = bad as Uint8Array;
      expect(refusal({ ...claimed, oldRoot: hash })).toBe('MERKLE_HASH_WRONG_LENGTH');
      expect(refusal({ ...claimed, newRoot: hash })).toBe('MERKLE_HASH_WRONG_LENGTH');
      for (let at = 0; at < claimed.proof.length; at++)
        expect(refusal({ ...claimed, proof: claimed.proof.with(at, hash) })).toBe('MERKLE_HASH_WRONG_LENGTH');
    }
  });

  it('follows proofs between trees of more than 2^32 leaves', () => {
    // The old tree ends with a whole subtree of 2^31 leaves, the third of its height. All other subtrees are made up.
    const [start, left, right, top] = [many[0]!, many[1]!, many[2]!, many[3]!];
    const oldSize = 2 ** 33 - 2 ** 31;
    const oldRoot = node(left, start);
    const newRoot = node(node(left, node(start, right)), top);
    const claimed = { oldSize, newSize: 2 ** 33 + 1, oldRoot, newRoot, proof: [start, right, left, top] };
    expect(refusal(claimed)).toBe('accepted');
    expect(refusal({ ...claimed, oldSize: oldSize - 2 ** 32 })).not.toBe('accepted');
    expect(refusal({ ...claimed, oldSize: oldSize + 1 })).toBe('MERKLE_PROOF_WRONG_LENGTH');
    expect(refusal({ ...claimed, newSize: 2 ** 53 - 1 })).toBe('MERKLE_PROOF_WRONG_LENGTH');
  });
});
