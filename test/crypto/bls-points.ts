import { bls12_381 } from '@noble/curves/bls12-381.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '../../src/crypto/bytes.js';

const G1 = bls12_381.G1.Point;
const G2 = bls12_381.G2.Point;
const { Fp, Fp2, Fr } = bls12_381.fields;

/** The first result of numbers from 1 on that is not undefined. */
function first<T>(attempt: (x: bigint) => T | undefined): T {
  for (let x = 1n; ; x++) {
    const found = attempt(x);
    if (found !== undefined) return found;
  }
}
const root = <T>(field: { sqrt(value: T): T }, value: T): T | undefined => {
  try {
    return field.sqrt(value);
  } catch {
    return undefined;
  }
};

const g1 = (x: bigint) => root(Fp, Fp.add(Fp.pow(x, 3n), 4n));
const g2 = (x: bigint) => {
  const at = Fp2.create({ c0: x, c1: 0n });
  return root(Fp2, Fp2.add(Fp2.mul(Fp2.sqr(at), at), Fp2.create({ c0: 4n, c1: 4n })));
};
const compressed = (length: number, x: bigint) => {
  const bytes = numberToBytesBE(x, length);
  bytes[0]! |= 0x80;
  return bytes;
};

/** A canonical encoding of G1's form, whose x has no y: 48 bytes. */
export const offG1: Uint8Array = first((x) => (g1(x) === undefined ? compressed(48, x) : undefined));
/** Likewise of G2: 96 bytes, c1 first. */
export const offG2: Uint8Array = first((x) => (g2(x) === undefined ? compressed(96, x) : undefined));

/** A point of the curve of G1 whose order is not r, nor divides the cofactor. */
export const strayG1 = first((x) => {
  const y = g1(x);
  return y === undefined ? undefined : G1.fromAffine({ x, y });
});
/** Likewise on the curve of G2. */
export const strayG2 = first((x) => {
  const y = g2(x);
  return y === undefined ? undefined : G2.fromAffine({ x: Fp2.create({ c0: x, c1: 0n }), y });
});

/** A point of G1's curve whose order divides the cofactor: no multiple of a key, and it vanishes from a pairing. */
export const torsionG1 = strayG1.multiplyUnsafe(Fr.ORDER - 1n).add(strayG1);
/** Likewise on the curve of G2. */
export const torsionG2 = strayG2.multiplyUnsafe(Fr.ORDER - 1n).add(strayG2);

/** Encodings of the points at infinity. */
export const infinity = {
  key: concatBytes(Uint8Array.of(0xc0), new Uint8Array(47)),
  signature: concatBytes(Uint8Array.of(0xc0), new Uint8Array(95)),
} as const;

const SIGN = 0x20;
/** The compressed form of any point of G1's curve; the library encodes only points of the subgroup. */
export function encodeG1(point: InstanceType<typeof G1>): Uint8Array {
  const { x, y } = point.toAffine();
  const bytes = compressed(48, x);
  if (y > Fp.neg(y)) bytes[0]! |= SIGN;
  return bytes;
}
/** The compressed form of any point of G2's curve: c1 of x first, and of y and −y the greater has the sign. */
export function encodeG2(point: InstanceType<typeof G2>): Uint8Array {
  const { x, y } = point.toAffine();
  const bytes = concatBytes(compressed(48, x.c1), numberToBytesBE(x.c0, 48));
  const negated = Fp2.neg(y);
  if (y.c1 === negated.c1 ? y.c0 > negated.c0 : y.c1 > negated.c1) bytes[0]! |= SIGN;
  return bytes;
}
