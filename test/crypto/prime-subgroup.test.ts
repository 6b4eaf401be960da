import { readFileSync } from 'node:fs';
import { babyjubjub } from '@noble/curves/misc.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { describe, expect, it } from 'vitest';
import { decodePoint, encodePoint, type GroupPoint, ORDER } from '../../src/crypto/babyjubjub.js';
import { isInPrimeSubgroup } from '../../src/crypto/prime-subgroup.js';
import { codeOf, randomness, TORSION } from './sharing-fixture.js';

const { Point } = babyjubjub;
const P = Point.Fp.ORDER;
const small = Array.from({ length: 8 }, (_, i) => TORSION.multiplyUnsafe(BigInt(i)));
const random = (seed: string): bigint => bytesToNumberLE(randomness(seed, 48)) % ORDER;

/** The same point with Z = 1. */
const affine = (point: GroupPoint): GroupPoint => Point.fromAffine(point.toAffine());
/** The same point with another Z. */
const scaled = ({ X, Y, Z, T }: GroupPoint, by: bigint): GroupPoint =>
  new Point(...([X, Y, Z, T].map((c) => Point.Fp.mul(c, by)) as [bigint, bigint, bigint, bigint]));
/** By the definition: ORDER times the point is neutral. */
const slowly = (point: GroupPoint): boolean => point.isTorsionFree();

describe('the subgroup of prime order', () => {
  it('has, of the eight points of small order, the neutral one only', () => {
    expect(new Set(small.map((point) => encodePoint(point).join())).size).toBe(8);
    small.forEach((point, i) => {
      for (const form of [point, affine(point), scaled(point, 7n)])
        expect(isInPrimeSubgroup(form)).toBe(i === 0);
      expect(slowly(point)).toBe(i === 0);
    });
  });

  it('has an element, and none of the seven points that differ from it by one of small order', () => {
    for (let round = 0; round < 12; round++) {
      const element = Point.BASE.multiply(random(`element ${round}`) + 1n);
      small.forEach((torsion, i) => {
        const sum = element.add(torsion);
        expect(isInPrimeSubgroup(sum)).toBe(i === 0);
        expect(isInPrimeSubgroup(affine(sum.negate()))).toBe(i === 0);
        expect(slowly(sum)).toBe(i === 0);
      });
    }
  });

  it('has every eighth of the multiples of a generator of the whole curve, and no other', () => {
    const generator = Point.BASE.multiply(random('generator')).add(TORSION);
    let multiple = Point.BASE.multiply(random('start'));
    for (let i = 0; i < 800; i++) {
      if (isInPrimeSubgroup(multiple) !== (i % 8 === 0)) expect.fail(`multiple ${i}`);
      multiple = multiple.add(generator);
    }
  });

  it('has the points that a multiplication by the order makes neutral, of points with random y', () => {
    const found = { in: 0, out: 0 };
    for (let round = 0; found.in + found.out < 200; round++) {
      const y = bytesToNumberLE(randomness(`y ${round}`, 48)) % P;
      const encoded = numberToBytesLE(y + (BigInt(round % 2) << 255n), 32);
      let point: GroupPoint;
      try {
        point = Point.fromBytes(encoded);
      } catch {
        continue;
      }
      const isElement = slowly(point);
      expect(isInPrimeSubgroup(point)).toBe(isElement);
      found[isElement ? 'in' : 'out']++;
      if (isElement) expect(encodePoint(decodePoint(encoded))).toEqual(encoded);
      else expect(codeOf(() => decodePoint(encoded))).toBe('GROUP_POINT_INVALID');
    }
    // One point in eight is in the subgroup: 25 ± 5.
    expect(found.in).toBeGreaterThan(8);
    expect(found.out).toBeGreaterThan(120);
  });

  it('has the points that arithmetic of another language says, of all eight cosets', () => {
    const vectors = new URL('../vectors/babyjubjub-subgroup/points.json', import.meta.url);
    const points: [x: string, y: string, isElement: boolean][] = JSON.parse(readFileSync(vectors, 'utf8'));
    const judged = points.map(([x, y]) =>
      isInPrimeSubgroup(Point.fromAffine({ x: BigInt(x), y: BigInt(y) })),
    );
    expect(judged).toEqual(points.map(([, , isElement]) => isElement));
    expect([judged.length, judged.filter(Boolean).length]).toEqual([334, 50]);
  });

  it('has elements with one encoding each: y + p and y + 2p are refused, whatever the sign', () => {
    for (let round = 0; round < 20; round++) {
      const encoded = encodePoint(Point.BASE.multiply(random(`encoding ${round}`) + 1n));
      const sign = encoded[31]! & 0x80;
      const y = bytesToNumberLE(encoded.with(31, encoded[31]! & 0x7f));
      for (const k of [1n, 2n]) {
        const other = numberToBytesLE(y + k * P, 32);
        if (y + k * P < 1n << 255n) other[31]! |= sign;
        expect(codeOf(() => decodePoint(other))).toBe('GROUP_POINT_INVALID');
      }
      // The other sign is another element, of the subgroup too.
      const negated = encoded.with(31, encoded[31]! ^ 0x80);
      expect(decodePoint(negated).equals(decodePoint(encoded).negate())).toBe(true);
    }
  });
});
