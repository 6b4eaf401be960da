// RFC 9380, appendix J.10: hashing to BLS12-381 G2.
import { readFileSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { hashToPoint, POSSESSION_DST, SIGNATURE_DST } from '../../src/crypto/bls-core.js';
import { utf8 } from '../../src/crypto/bytes.js';

interface Suite {
  dst: string;
  vectors: { msg: string; P: { x: string; y: string } }[];
}
const suite = (kind: 'RO' | 'NU'): Suite => {
  const file = `../vectors/h2c-bls12381g2/BLS12381G2_XMD_SHA-256_SSWU_${kind}_.json`;
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
};

const coordinate = (text: string): { c0: bigint; c1: bigint } => {
  const [c0, c1] = text.split(',').map(BigInt);
  return { c0: c0!, c1: c1! };
};

describe('hash to G2 gives the points of RFC 9380', () => {
  const ro = suite('RO');
  test('both suites have their five vectors', () => {
    expect([ro.vectors.length, suite('NU').vectors.length]).toEqual([5, 5]);
  });

  test.each(ro.vectors)('hash_to_curve, message of "$msg"', ({ msg, P }) => {
    const { x, y } = hashToPoint(utf8(msg), ro.dst).toAffine();
    expect({ x, y }).toEqual({ x: coordinate(P.x), y: coordinate(P.y) });
  });

  test.each(suite('NU').vectors)('encode_to_curve, message of "$msg"', ({ msg, P }) => {
    const { x, y } = bls12_381.G2.encodeToCurve(utf8(msg), { DST: suite('NU').dst }).toAffine();
    expect({ x, y }).toEqual({ x: coordinate(P.x), y: coordinate(P.y) });
  });

  test('another domain gives another point', () => {
    const message = utf8('message');
    const points = [SIGNATURE_DST, POSSESSION_DST, ro.dst].map((dst) => hashToPoint(message, dst).toHex());
    expect(new Set(points).size).toBe(3);
  });
});
