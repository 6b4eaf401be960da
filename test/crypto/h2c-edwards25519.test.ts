import { readFileSync } from 'node:fs';
import { ed25519_hasher } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/crypto/bytes.js';

interface Suite {
  readonly ciphersuite: string;
  readonly dst: string;
  readonly randomOracle: boolean;
  readonly vectors: readonly {
    readonly msg: string;
    readonly P: { readonly x: string; readonly y: string };
  }[];
}
const load = (name: string): Suite =>
  JSON.parse(readFileSync(new URL(`../vectors/h2c-edwards25519/${name}.json`, import.meta.url), 'utf8'));

/** The VRF's ELL2 suite encodes its inputs with the second of these. */
describe.each(['edwards25519_XMD_SHA-512_ELL2_RO_', 'edwards25519_XMD_SHA-512_ELL2_NU_'])(
  'RFC 9380 %s',
  (name) => {
    const suite = load(name);
    const map = (message: string) => {
      const options = { DST: utf8(suite.dst) };
      return suite.randomOracle
        ? ed25519_hasher.hashToCurve(utf8(message), options)
        : ed25519_hasher.encodeToCurve(utf8(message), options);
    };

    it('has five vectors', () => expect(suite.vectors).toHaveLength(5));

    it.each(suite.vectors.map(({ msg, P }) => [msg.slice(0, 20), msg, P] as const))(
      'maps "%s" to the published point',
      (_short, msg, { x, y }) => {
        const point = map(msg).toAffine();
        expect(point).toEqual({ x: BigInt(x), y: BigInt(y) });
      },
    );

    it('maps into the prime-order subgroup', () => {
      for (const { msg } of suite.vectors) expect(map(msg).isTorsionFree()).toBe(true);
    });
  },
);
