import { encode } from '../crypto/encoding.js';
import { type Evidence, evidenceCodec } from './evidence.js';

/** Bytes of evidence in a seal, at most. What is left out stays with the banks that hold it. */
const MAX_EVIDENCE_BYTES = 1 << 22;

/** As much evidence as a seal may carry, the lightest first: a proof of bad slices weighs as much as they do. */
export function evidenceForSeal(evidence: readonly Evidence[]): Evidence[] {
  const weighed = evidence.map((each) => ({ each, weight: weightOf(each) }));
  weighed.sort((a, b) => a.weight - b.weight || a.each.accused - b.each.accused);
  let total = 0;
  return weighed.flatMap(({ each, weight }) => {
    total += weight;
    return total <= MAX_EVIDENCE_BYTES ? [each] : [];
  });
}

/**
 * Index of the first piece of evidence that a seal may not carry: more than it has room for, or a second against one bank.
 * −1 for none. Evidence is under no signature of the seal, so whoever passes a seal on could hang anything on it that holds.
 */
export function surplusEvidence(evidence: readonly Evidence[]): number {
  const accused = new Set<number>();
  let total = 0;
  return evidence.findIndex((each) => {
    total += weightOf(each);
    const again = accused.has(each.accused);
    accused.add(each.accused);
    return again || total > MAX_EVIDENCE_BYTES;
  });
}

function weightOf(evidence: Evidence): number {
  return encode(evidenceCodec, evidence).length;
}
