/** What is claimed: that `leaves` stand at `indices` among the `size` leaves under `root`. */
export interface MultiInclusion {
  /** Places of the leaves, from 0, ascending and distinct; at least one. */
  readonly indices: readonly number[];
  /** Number of leaves of the tree. Like `root` from a source that is trusted, never from the prover. */
  readonly size: number;
  /** The leaves' hashes in the order of `indices`, made by the verifier from the data with `leafHash`. */
  readonly leaves: readonly Uint8Array[];
  /** As `MerkleTree.multiproof` gives it: roots of the largest subtrees without any of the leaves, left to right. */
  readonly proof: readonly Uint8Array[];
  /** The root, 32 bytes. */
  readonly root: Uint8Array;
}

/** A node of the tree, over the leaves from `node`·2^`height` on: 2^`height` of them, or as many as there are. */
export interface NodePlace {
  /** 0 for leaves. */
  readonly height: number;
  /** Its place from the left among the nodes of its height, from 0. */
  readonly node: number;
}

/** What becomes of the nodes that {@link walkMultiproof} meets: hashes for a verifier, the list of hashes for a prover. */
export interface MultiproofVisitor<N> {
  /** An asked leaf; `which` is its place among the indices. */
  readonly leaf: (which: number) => N;
  /** A subtree without any asked leaf, a hash of the proof, by its {@link NodePlace}. */
  readonly other: (height: number, node: number) => N;
  /** The node over two others. */
  readonly parent: (left: N, right: N) => N;
}

/**
 * Walks the tree of RFC 6962 §2.1 from left to right, down to the asked leaves and to the subtrees that hold none of
 * them, and returns what the visitor makes of the root. Prover and verifier both walk here, so the order of the walk,
 * in which each of the other subtrees is met once and as large as it can be, *is* the order of a multiproof.
 *
 * It enters only subtrees with an asked leaf: at most 54 nodes, and as deep a recursion, for each index whatever the
 * size, which may be an attacker's.
 *
 * @param indices ascending, distinct and below `size`: the caller has checked it
 * @param size number of leaves, 1 … 2^53 − 1
 */
export function walkMultiproof<N>(
  indices: readonly number[],
  size: number,
  { leaf, other, parent }: MultiproofVisitor<N>,
): N {
  let next = 0;
  const visit = (height: number, node: number): N => {
    const width = 2 ** height;
    // All asked leaves further left are done: the next one is in this subtree or to the right of it.
    if (next === indices.length || indices[next]! >= (node + 1) * width) return other(height, node);
    if (height === 0) return leaf(next++);
    // Where the right half begins beyond the last leaf there is no node to pair with: the left one was promoted.
    if (node * width + width / 2 >= size) return visit(height - 1, 2 * node);
    const left = visit(height - 1, 2 * node);
    return parent(left, visit(height - 1, 2 * node + 1));
  };
  let height = 0;
  while (2 ** height < size) height++;
  return visit(height, 0);
}

/** The nodes of the multiproof of these leaves, in its order. Arguments as in {@link walkMultiproof}. */
export function multiproofNodes(indices: readonly number[], size: number): NodePlace[] {
  const nodes: NodePlace[] = [];
  walkMultiproof<void>(indices, size, {
    leaf: () => {},
    other: (height, node) => {
      nodes.push({ height, node });
    },
    parent: () => {},
  });
  return nodes;
}

/** The root that a multiproof gives. As many `leaves` as indices, {@link multiproofLength} hashes of `proof`. */
export function multiproofRoot(
  { indices, size, leaves, proof }: Omit<MultiInclusion, 'root'>,
  parent: (left: Uint8Array, right: Uint8Array) => Uint8Array,
): Uint8Array {
  let used = 0;
  return walkMultiproof<Uint8Array>(indices, size, {
    leaf: (which) => leaves[which]!,
    other: () => proof[used++]!,
    parent,
  });
}

/** The number of hashes in the multiproof of these leaves. Arguments as in {@link walkMultiproof}. */
export const multiproofLength = (indices: readonly number[], size: number): number =>
  walkMultiproof<number>(indices, size, {
    leaf: () => 0,
    other: () => 1,
    parent: (left, right) => left + right,
  });
