/** Flips a bit of some bytes: any other value serves a liar as well. */
export const altered = (bytes: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy[0]! ^= 1;
  return copy;
};

/** Another scalar. */
export const alteredScalar = (scalar: bigint): bigint => (scalar === 0n ? 1n : scalar - 1n);
