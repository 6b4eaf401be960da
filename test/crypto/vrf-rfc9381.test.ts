import { readFileSync } from 'node:fs';
import { ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/crypto/bytes.js';
import { ell2, tai, type Vrf } from '../../src/crypto/vrf.js';

interface Vector {
  readonly suite: string;
  readonly example: number;
  readonly SK: string;
  readonly PK: string;
  readonly x: string;
  readonly ctr?: number;
  readonly H: string;
  readonly k_string: string;
  readonly k: string;
  readonly 'U = k*B': string;
  readonly 'V = k*H': string;
  readonly pi: string;
  readonly beta: string;
  readonly alpha_hex: string;
}
const { vectors } = JSON.parse(
  readFileSync(new URL('../vectors/ecvrf-rfc9381/ecvrf-vectors.derived.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };
const { Point } = ed25519;

/** The vectors of the two P-256 suites are excluded: this library has no P-256. */
const excluded = vectors.filter(({ suite }) => suite.startsWith('ECVRF-P256-'));

/** U = s·B − c·Y and V = s·H − c·Gamma, with the point of the input taken from the vector. */
function commitments(vector: Vector): { u: string; v: string } {
  const pi = fromHex(vector.pi);
  const c = bytesToNumberLE(pi.subarray(32, 48));
  const s = bytesToNumberLE(pi.subarray(48));
  const minus = (a: typeof Point.BASE, b: typeof Point.BASE) =>
    a.multiplyUnsafe(s).subtract(b.multiplyUnsafe(c)).toHex();
  return {
    u: minus(Point.BASE, Point.fromHex(vector.PK)),
    v: minus(Point.fromHex(vector.H), Point.fromBytes(pi.subarray(0, 32))),
  };
}

describe('RFC 9381 appendix B', () => {
  it('lists twelve vectors, of which the six of P-256 are excluded', () => {
    expect(vectors).toHaveLength(12);
    expect(excluded.map(({ example }) => example)).toEqual([10, 11, 12, 13, 14, 15]);
  });

  for (const vrf of [tai, ell2] satisfies Vrf[]) {
    const own = vectors.filter(({ suite }) => suite === vrf.suite);

    it(`has three vectors of ${vrf.suite}`, () => expect(own).toHaveLength(3));

    for (const vector of own) {
      describe(`${vrf.suite}, example ${vector.example}`, () => {
        const secretKey = fromHex(vector.SK);
        const publicKey = fromHex(vector.PK);
        const alpha = fromHex(vector.alpha_hex);
        const pi = fromHex(vector.pi);

        it('gives the public key', () => expect(toHex(vrf.publicKey(secretKey))).toBe(vector.PK));
        it('gives the proof', () => expect(toHex(vrf.prove(secretKey, alpha))).toBe(vector.pi));
        it('gives the output', () => expect(toHex(vrf.proofToHash(pi))).toBe(vector.beta));
        it('verifies to the output', () =>
          expect(toHex(vrf.verify(publicKey, alpha, pi) ?? new Uint8Array())).toBe(vector.beta));

        it('agrees on the secret scalar, the nonce and the two commitments of the proof', () => {
          const { head, prefix, scalar } = ed25519.utils.getExtendedPublicKey(secretKey);
          expect(toHex(head)).toBe(vector.x);
          const kString = sha512(concatBytes(prefix, fromHex(vector.H)));
          expect(toHex(kString)).toBe(vector.k_string);
          const k = Point.Fn.create(bytesToNumberLE(kString));
          expect(toHex(numberToBytesLE(k, 32))).toBe(vector.k);
          const h = Point.fromHex(vector.H);
          expect(Point.BASE.multiply(k).toHex()).toBe(vector['U = k*B']);
          expect(h.multiply(k).toHex()).toBe(vector['V = k*H']);
          expect(h.multiply(scalar).toHex()).toBe(vector.pi.slice(0, 64));
          expect(commitments(vector)).toEqual({ u: vector['U = k*B'], v: vector['V = k*H'] });
        });

        it('agrees on the point the input is encoded to', () => {
          const input = concatBytes(publicKey, alpha);
          if (vrf === ell2) {
            const DST = concatBytes(utf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_'), Uint8Array.of(4));
            expect(ed25519_hasher.encodeToCurve(input, { DST }).toHex()).toBe(vector.H);
            return;
          }
          const at = (counter: number) =>
            sha512(concatBytes(Uint8Array.of(3, 1), input, Uint8Array.of(counter, 0))).subarray(0, 32);
          for (let counter = 0; counter < vector.ctr!; counter++)
            expect(() => Point.fromBytes(at(counter))).toThrow();
          expect(Point.fromBytes(at(vector.ctr!)).clearCofactor().toHex()).toBe(vector.H);
        });
      });
    }
  }
});
