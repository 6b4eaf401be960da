import type { Bls } from '../crypto/bls.js';
import { identity } from '../crypto/identity.js';
import { ell2 } from '../crypto/vrf.js';
import type { Suite } from './suite.js';

/** The suite every bank of a consortium runs on: ECVRF-EDWARDS25519-SHA512-ELL2, strict Ed25519, and this BLS backend. */
export function defaultSuite(bls: Bls): Suite {
  return { bls, vrf: ell2, identity };
}
