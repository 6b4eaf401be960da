import { babyjubjub } from '@noble/curves/misc.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import { decodePoint, encodePoint } from '../../src/crypto/babyjubjub.js';
import { commit } from '../../src/crypto/pedersen.js';
import { flip, otherLengths } from './refusals.js';
import { TORSION } from './sharing-fixture.js';

const P = babyjubjub.Point.Fp.ORDER;

/** A commitment to 1 and 2 under the blinding 3. */
export const commitment = commit([1n, 2n], 3n);
export const point = decodePoint(commitment);
/** Encodings that are of no element of the group, most of them made from {@link commitment}. */
export const wrongPoints = {
  length: otherLengths(commitment),
  canonical: {
    'y + p': numberToBytesLE(point.toAffine().y + P, 32),
    'y = p + 1, the neutral element again': numberToBytesLE(P + 1n, 32),
    'x = 0 with a sign': numberToBytesLE(1n + 2n ** 255n, 32),
    'the spare bit': flip(commitment, 31, 0x40),
    ones: new Uint8Array(32).fill(255),
  },
  curve: { 'y = 2, without x': numberToBytesLE(2n, 32), 'y = 4': numberToBytesLE(4n, 32) },
  subgroup: {
    'a point of order 8': encodePoint(TORSION),
    'a point of order 4': encodePoint(TORSION.double()),
    'a point of order 2': encodePoint(TORSION.double().double()),
    'the commitment and a point of order 8': encodePoint(point.add(TORSION)),
    'the commitment and a point of order 2': encodePoint(point.add(TORSION.double().double())),
  },
} as const;
