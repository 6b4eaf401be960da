import type { Bls } from '../crypto/bls.js';
import { Dealing } from '../crypto/dealing.js';
import { identity } from '../crypto/identity.js';
import { pedersen, SharingCommitments } from '../crypto/verifiable-sharing.js';
import { ell2 } from '../crypto/vrf.js';
import type { DispersalScheme, Suite } from './suite.js';

const dispersal: DispersalScheme = {
  dealing: Dealing.accept,
  statistics: (threshold, width, commitments) =>
    SharingCommitments.decode(pedersen(width), threshold, commitments),
};

/** The suite every bank of a consortium runs on: ECVRF-EDWARDS25519-SHA512-ELL2, strict Ed25519, and this BLS backend. */
export function defaultSuite(bls: Bls): Suite {
  return { bls, vrf: ell2, identity, dispersal };
}
