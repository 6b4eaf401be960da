import type { NodePlace } from './merkle-multiproof.js';

/** What is claimed: that the tree under `newRoot` begins with the leaves of the tree under `oldRoot`. */
export interface Consistency {
  /** Leaves of the old tree. Like the roots and `newSize` from a source that is trusted, never from the prover. */
  readonly oldSize: number;
  /** Leaves of the new tree. */
  readonly newSize: number;
  /** 32 bytes. */
  readonly oldRoot: Uint8Array;
  /** 32 bytes. */
  readonly newRoot: Uint8Array;
  /** As `MerkleTree.consistency` gives it. */
  readonly proof: readonly Uint8Array[];
}

/** A hash of a consistency proof. */
export interface ConsistencyStep extends NodePlace {
  /**
   * `start` is the largest whole subtree at the end of the old tree, with which both roots begin. It is joined first to
   * last with the others: on the `left` are leaves of both trees, on the `right` leaves of the new one only.
   */
  readonly side: 'start' | 'left' | 'right';
}

/**
 * The nodes of a consistency proof, RFC 9162 §2.1.4.1, in its order, at most 54. There is no `start` where the old tree
 * is whole itself, of 2^h leaves: its hash is the old root. Between trees of one size there are none.
 *
 * @param oldSize 0 … `newSize`, and 0 only where that is 0: the caller has checked it
 * @param newSize at most 2^53 − 1
 */
export function consistencyPath(oldSize: number, newSize: number): ConsistencyStep[] {
  if (oldSize === newSize) return [];
  let height = 0;
  // `node` is the ancestor of the old tree's last leaf, `last` the new tree's last node of that height. Division, not
  // shifts: sizes go beyond 32 bits.
  let node = oldSize - 1;
  let last = newSize - 1;
  const climb = () => {
    height++;
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  // A right child whose leaves all are of the old tree ends a larger whole subtree.
  while (node % 2 === 1) climb();
  const path: ConsistencyStep[] = node > 0 ? [{ side: 'start', height, node }] : [];
  for (; last > 0; climb()) {
    if (node % 2 === 1) path.push({ side: 'left', height, node: node - 1 });
    // Otherwise `node` is the last one, and was promoted.
    else if (node < last) path.push({ side: 'right', height, node: node + 1 });
  }
  return path;
}

/**
 * The roots that a consistency proof gives, RFC 9162 §2.1.4.2, the old one first. Only where the path has no `start`
 * does `oldRoot` enter, and the old one is then that itself.
 *
 * @param proof as many hashes as the path has steps
 */
export function consistencyRoots(
  path: readonly ConsistencyStep[],
  { oldRoot, proof }: Pick<Consistency, 'oldRoot' | 'proof'>,
  parent: (left: Uint8Array, right: Uint8Array) => Uint8Array,
): [Uint8Array, Uint8Array] {
  let [older, newer] = [oldRoot, oldRoot];
  for (const [which, { side }] of path.entries()) {
    const hash = proof[which]!;
    if (side === 'start') [older, newer] = [hash, hash];
    else if (side === 'left') [older, newer] = [parent(hash, older), parent(hash, newer)];
    else newer = parent(newer, hash);
  }
  return [older, newer];
}
