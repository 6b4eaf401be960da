import { createHash } from 'node:crypto';
import { babyjubjub } from '@noble/curves/misc.js';
import type { GroupPoint } from '../../src/crypto/babyjubjub.js';
import { isConcordatError } from '../../src/crypto/error.js';

/** Bytes that look random and are the same in every run. */
export const randomness = (seed: string | number, length: number): Uint8Array =>
  length === 0
    ? new Uint8Array()
    : new Uint8Array(createHash('shake256', { outputLength: length }).update(String(seed)).digest());

/** The code an act fails with; an untyped error is told apart. */
export function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return isConcordatError(error) ? error.code : `not typed: ${error}`;
  }
  return 'accepted';
}

/** `count` different numbers below `limit`, in an order that depends on the seed. */
export function pick(seed: string | number, count: number, limit: number): number[] {
  const bytes = randomness(`pick ${seed}`, 4 * limit);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: limit }, (_, i) => i)
    .sort((a, b) => view.getUint32(4 * a) - view.getUint32(4 * b) || a - b)
    .slice(0, count);
}

/** Every set of `size` of the numbers below `limit`. */
export function subsets(size: number, limit: number): number[][] {
  if (size === 0) return [[]];
  if (limit < size) return [];
  return [...subsets(size, limit - 1), ...subsets(size - 1, limit - 1).map((rest) => [...rest, limit - 1])];
}

/** Things that are neither a place, a scalar, bytes nor a list, as JavaScript lets anyone pass them. */
export const NONSENSE: readonly unknown[] = [undefined, null, 'x', Number.NaN, {}, true, Symbol('x')];

const { Point } = babyjubjub;
/** EIP-2494's G, of the whole group's order. */
const FULL = Point.fromAffine({
  x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
  y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
});
/** A point of order 8. */
export const TORSION: GroupPoint = FULL.multiplyUnsafe(Point.Fn.ORDER - 1n).add(FULL);
