import { type Codec, struct, u16 } from '../crypto/encoding.js';
import { openInput, saltInput } from './commitment.js';
import type { Manifest } from './manifest.js';
import type { Suite } from './suite.js';
import { type Testimony, testimonyCodec, verifyTestimony } from './testimony.js';

/** A signed Open whose VRF proof does not hold for the seed that it states itself. */
export interface BadProof {
  /** Tells it from other `Evidence`. */
  readonly kind: 'bad-proof';
  /** Index of the faulty bank. */
  readonly accused: number;
  /** The Open, as the accused signed it. */
  readonly testimony: Testimony;
}

/** The canonical form of {@link BadProof}, without its kind. */
export const badProofCodec: Codec<Omit<BadProof, 'kind'>> = struct<Omit<BadProof, 'kind'>>({
  accused: u16,
  testimony: testimonyCodec,
});

/** Evidence of what an Open signs, where its proof was found not to hold. */
export function badProof(accused: number, testimony: Testimony): BadProof {
  return { kind: 'bad-proof', accused, testimony };
}

/** Why a proof of a bad VRF proof was refused: it is signed by somebody else, or there is no fault in it. */
export type BadProofRefusal = 'signature' | 'no-fault';

/**
 * Checks evidence of a VRF proof that does not hold; null when it holds. Never throws on anything decoded.
 *
 * A bank that follows the protocol cannot be accused: the seed stands under the same signature as the proof, and it makes the
 * proof for that seed. Whether the seed is the epoch's is another question, and not asked.
 */
export function badProofRefusal(
  manifest: Manifest,
  suite: Suite,
  { accused, testimony }: BadProof,
): BadProofRefusal | null {
  if (!verifyTestimony(manifest, suite, accused, testimony)) return 'signature';
  return isBad(manifest, suite, accused, testimony) ? null : 'no-fault';
}

function isBad(manifest: Manifest, suite: Suite, accused: number, { statement }: Testimony): boolean {
  const { type, slot, body } = statement;
  if (type !== 'open' || !slot || body.length !== 192) return false;
  const seed = body.subarray(0, 32);
  const { vrf } = manifest.banks[accused]!;
  return (
    suite.vrf.verify(vrf, openInput(manifest, { seed }, slot.view), body.subarray(32, 112)) === null ||
    suite.vrf.verify(vrf, saltInput(manifest, { seed }, slot.view), body.subarray(112)) === null
  );
}
