import { ED25519_TORSION_SUBGROUP, ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { ell2, OUTPUT_LENGTH, PROOF_LENGTH, tai, type Vrf } from '../../src/crypto/vrf.js';

const { Point } = ed25519;
const secretKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const alpha = utf8('epoch 7');

/** Second names of points (y = p + 1 is y = 1), signs on x = 0, and a y without an x. */
const NOT_CANONICAL = {
  'y = p': `edffffff${'ff'.repeat(27)}7f`,
  'y = p + 1': `eeffffff${'ff'.repeat(27)}7f`,
  'y = p + 3': `f0ffffff${'ff'.repeat(27)}7f`,
  'y = 2^255 − 1': `${'ff'.repeat(31)}7f`,
  'x = 0 with a sign': `01${'00'.repeat(30)}80`,
  'y = −1 with a sign': `ecffffff${'ff'.repeat(27)}ff`,
  'not on the curve': `02${'00'.repeat(31)}`,
};

const expectRefused = (act: () => unknown, code: string) => {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(isConcordatError(thrown, code)).toBe(true);
};

for (const vrf of [ell2, tai] satisfies Vrf[]) {
  const publicKey = vrf.publicKey(secretKey);
  const proof = vrf.prove(secretKey, alpha);
  const beta = vrf.verify(publicKey, alpha, proof);
  const replaced = (at: number, bytes: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(proof);
    copy.set(bytes, at);
    return copy;
  };

  describe(vrf.suite, () => {
    it('proves what it verifies, deterministically', () => {
      expect(proof).toHaveLength(PROOF_LENGTH);
      expect(beta).toHaveLength(OUTPUT_LENGTH);
      expect(vrf.prove(secretKey, alpha)).toEqual(proof);
      expect(vrf.proofToHash(proof)).toEqual(beta);
    });

    it('refuses another key, another input and another suite', () => {
      expect(vrf.verify(vrf.publicKey(new Uint8Array(32)), alpha, proof)).toBeNull();
      expect(vrf.verify(publicKey, utf8('epoch 8'), proof)).toBeNull();
      expect(vrf.verify(publicKey, new Uint8Array(0), proof)).toBeNull();
      expect((vrf === ell2 ? tai : ell2).verify(publicKey, alpha, proof)).toBeNull();
    });

    it('refuses a proof with any byte changed', () => {
      for (let at = 0; at < PROOF_LENGTH; at++)
        expect(vrf.verify(publicKey, alpha, replaced(at, Uint8Array.of(proof[at]! ^ 0x10)))).toBeNull();
    });

    it('refuses s + q, the same scalar under another name', () => {
      const s = bytesToNumberLE(proof.subarray(48));
      const other = replaced(48, numberToBytesLE(s + Point.Fn.ORDER, 32));
      expect(vrf.verify(publicKey, alpha, other)).toBeNull();
      expectRefused(() => vrf.proofToHash(other), 'VRF_PROOF_INVALID');
      expectRefused(
        () => vrf.proofToHash(replaced(48, numberToBytesLE(Point.Fn.ORDER, 32))),
        'VRF_PROOF_INVALID',
      );
    });

    it.each(Object.entries(NOT_CANONICAL))('refuses %s as key and as Gamma', (_name, hex) => {
      expect(vrf.verify(fromHex(hex), alpha, proof)).toBeNull();
      expect(vrf.verify(publicKey, alpha, replaced(0, fromHex(hex)))).toBeNull();
      expectRefused(() => vrf.proofToHash(replaced(0, fromHex(hex))), 'VRF_PROOF_INVALID');
    });

    it('refuses every key of small order, whatever the proof', () => {
      expect(ED25519_TORSION_SUBGROUP).toHaveLength(8);
      for (const hex of ED25519_TORSION_SUBGROUP) expect(vrf.verify(fromHex(hex), alpha, proof)).toBeNull();
    });

    it('answers null to anything that is not the right bytes', () => {
      const junk: unknown[] = [undefined, null, 'proof', 7, [], {}, new Uint8Array(0), new Uint8Array(79)];
      for (const value of [
        ...junk,
        new Uint8Array(81),
        concatBytes(proof, Uint8Array.of(0)),
        new Uint8Array(80),
      ])
        expect(vrf.verify(publicKey, alpha, value as Uint8Array)).toBeNull();
      for (const value of [...junk, new Uint8Array(33), publicKey.subarray(1)])
        expect(vrf.verify(value as Uint8Array, alpha, proof)).toBeNull();
      for (const value of [undefined, null, 'alpha', 7, []])
        expect(vrf.verify(publicKey, value as unknown as Uint8Array, proof)).toBeNull();
      for (const value of junk)
        expectRefused(() => vrf.proofToHash(value as Uint8Array), 'VRF_PROOF_INVALID');
    });

    it('refuses a secret key of the wrong length', () => {
      for (const length of [0, 31, 33, 64]) {
        expectRefused(() => vrf.prove(new Uint8Array(length), alpha), 'BYTES_WRONG_LENGTH');
        expectRefused(() => vrf.publicKey(new Uint8Array(length)), 'BYTES_WRONG_LENGTH');
      }
    });

    it('verifies its own proofs and no random bytes', () => {
      const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
      fc.assert(
        fc.property(bytes32, fc.uint8Array({ maxLength: 100 }), (secret, input) => {
          const pi = vrf.prove(secret, input);
          expect(vrf.verify(vrf.publicKey(secret), input, pi)).toEqual(vrf.proofToHash(pi));
        }),
        { numRuns: 20 },
      );
      fc.assert(
        fc.property(bytes32, fc.uint8Array({ minLength: 80, maxLength: 80 }), (key, pi) => {
          expect(vrf.verify(key, alpha, pi)).toBeNull();
          expect(vrf.verify(publicKey, alpha, pi)).toBeNull();
        }),
        { numRuns: 50 },
      );
    });
  });
}

describe('an attacker who knows the equations', () => {
  const DST = concatBytes(utf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_'), Uint8Array.of(4));
  const encodeToCurve = (publicKey: Uint8Array) =>
    ed25519_hasher.encodeToCurve(concatBytes(publicKey, alpha), { DST });
  const challenge = (...points: Uint8Array[]) =>
    sha512(concatBytes(Uint8Array.of(4, 2), ...points, Uint8Array.of(0))).slice(0, 16);

  it('cannot prove under the neutral key, where any s satisfies them', () => {
    const identity = Point.ZERO.toBytes();
    const h = encodeToCurve(identity);
    for (let s = 1n; s < 8n; s++) {
      const u = Point.BASE.multiply(s).toBytes();
      const c = challenge(identity, h.toBytes(), identity, u, h.multiply(s).toBytes());
      expect(ell2.verify(identity, alpha, concatBytes(identity, c, numberToBytesLE(s, 32)))).toBeNull();
    }
  });

  it('gets no second output by adding a point of small order to Gamma', () => {
    const publicKey = ell2.publicKey(secretKey);
    const { scalar: x } = ed25519.utils.getExtendedPublicKey(secretKey);
    const h = encodeToCurve(publicKey);
    const outputs = new Set<string>();
    for (const hex of ED25519_TORSION_SUBGROUP) {
      const gamma = h.multiply(x).add(Point.fromHex(hex));
      // Such a proof verifies when c times the small-order point vanishes: try nonces until it does.
      for (let k = 1n; k < 200n; k++) {
        const [u, v] = [Point.BASE.multiply(k).toBytes(), h.multiply(k).toBytes()];
        const c = challenge(publicKey, h.toBytes(), gamma.toBytes(), u, v);
        const s = Point.Fn.create(k + bytesToNumberLE(c) * x);
        const beta = ell2.verify(publicKey, alpha, concatBytes(gamma.toBytes(), c, numberToBytesLE(s, 32)));
        if (!beta) continue;
        outputs.add(`${hex} ${toHex(beta)}`);
        break;
      }
    }
    const honest = toHex(ell2.proofToHash(ell2.prove(secretKey, alpha)));
    expect(outputs).toEqual(new Set(ED25519_TORSION_SUBGROUP.map((hex) => `${hex} ${honest}`)));
  });
});
