import { isConcordatError } from '../../src/crypto/error.js';
import { type Evidence, verifyEvidence } from '../../src/protocol/evidence.js';
import { dealingShape } from '../../src/protocol/slice-check.js';
import { type BadSlices, badSlices, type FalseAttestation } from '../../src/protocol/slice-evidence.js';
import type { Fixture } from './network.js';
import { accepted, type SignedDealing } from './slice-fixture.js';

export const zeros = new Uint8Array(32);
export type Opened = BadSlices | FalseAttestation;

/** Why evidence is refused, or that it holds. */
export const reasonOf = (evidence: Evidence, { manifest, suite }: Fixture): string => {
  try {
    verifyEvidence(manifest, evidence, suite);
    return 'holds';
  } catch (error) {
    if (!isConcordatError(error, 'EVIDENCE_INVALID')) throw error;
    return (error.detail as unknown as { reason: string }).reason;
  }
};

export const proofOf = (fixture: Fixture, dealing: SignedDealing, slices = dealing.slices) =>
  badSlices(accepted(fixture, dealing), dealing.signed.signature, dealing.claims, slices);

/** An accusation by k slices, whether or not there is anything to it. */
export function accusation(
  fixture: Fixture,
  dealing: SignedDealing,
  kind: Opened['kind'] = 'bad-slices',
): Opened {
  const { signed, commitment, claims, slices } = dealing;
  const opened = slices.slice(0, dealingShape(fixture.manifest).k);
  return { kind, accused: signed.header.dealer, slices: signed, commitment, claims, opened };
}

export const KINDS = ['bad-slices', 'false-attestation'] as const;
