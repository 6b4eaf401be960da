/** What is claimed: that `leaf` stands at `index` among the `size` leaves under `root`. */
export interface Inclusion {
  /** Place of the leaf, from 0. */
  readonly index: number;
  /** Number of leaves of the tree. Like `root` from a source that is trusted, never from the prover. */
  readonly size: number;
  /** The leaf's hash, made by the verifier from the data with `leafHash`: a prover could name a node's. */
  readonly leaf: Uint8Array;
  /** Siblings from the leaf up. */
  readonly proof: readonly Uint8Array[];
  /** The root, 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Calls `step` for each sibling on the way from a leaf to the root, lowest first: on its left or on its right. At each
 * height `node` is the place of the leaf's ancestor and `last` that of the last node. An even node has its sibling to the
 * right, unless it is the last: then it was promoted. Division, not shifts: sizes go beyond 32 bits.
 */
function climb(index: number, size: number, step: (side: 'left' | 'right') => void): void {
  for (
    let node = index, last = size - 1;
    last > 0;
    node = Math.floor(node / 2), last = Math.floor(last / 2)
  ) {
    if (node % 2 === 1) step('left');
    else if (node < last) step('right');
  }
}

/**
 * The number of hashes in the audit path of a leaf, RFC 9162 §2.1.3.1.
 * @param index below `size`: the caller has checked it
 * @param size at most 2^53 − 1
 */
export function inclusionLength(index: number, size: number): number {
  let length = 0;
  climb(index, size, () => length++);
  return length;
}

/** The root that an audit path of {@link inclusionLength} hashes gives, RFC 9162 §2.1.3.2. */
export function inclusionRoot(
  { index, size, leaf, proof }: Omit<Inclusion, 'root'>,
  parent: (left: Uint8Array, right: Uint8Array) => Uint8Array,
): Uint8Array {
  let hash = leaf;
  let used = 0;
  climb(index, size, (side) => {
    const sibling = proof[used++]!;
    hash = side === 'left' ? parent(sibling, hash) : parent(hash, sibling);
  });
  return hash;
}
