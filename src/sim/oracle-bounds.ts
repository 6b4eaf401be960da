import { equalBytes } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { OracleFacts } from './oracle-facts.js';

/**
 * Honest banks of which inclusion and a result are not asked: they differ from more than f honest banks on more keys than
 * a bank may. Of the others it is, as far as they are a quorum.
 *
 * @param datasets what each bank committed to, by index
 */
export function beyondBounds(
  { honest, faults, maxDifferences = Number.POSITIVE_INFINITY }: OracleFacts,
  datasets: readonly Dataset[],
): ReadonlySet<number> {
  const beyond = honest.filter((bank) => {
    const far = honest.filter(
      (other) => other !== bank && differ(datasets[bank]!, datasets[other]!) > maxDifferences,
    );
    return far.length > faults;
  });
  return new Set(beyond);

  function differ(a: Dataset, b: Dataset): number {
    // No more keys than both have: then there is nothing to count.
    return a.size + b.size <= maxDifferences ? 0 : keysApart(a, b);
  }
}

/** Keys that one of them lacks, or that they hold in different versions. */
export function keysApart(a: Dataset, b: Dataset): number {
  let [common, alike] = [0, 0];
  for (const entry of a.entries) {
    const other = b.get(entry.keyDigest);
    if (!other) continue;
    common++;
    if (equalBytes(entry.digest, other.digest)) alike++;
  }
  return a.size + b.size - common - alike;
}
