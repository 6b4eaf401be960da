import { loadBls } from '../crypto/bls-load.js';
import { defaultSuite } from './default-suite.js';
import { readManifest, readSeal } from './documents.js';
import { checkSeal, type VerifiedSeal } from './seal.js';

/**
 * Checks a seal document against a manifest document, offline: the manifest's keys and signatures, the certificates in
 * the seal, and every accusation in it. What a verified seal does and does not say: {@link checkSeal}.
 *
 * @param manifest parsed JSON of any shape, e.g. of `manifest.json`
 * @param seal parsed JSON of any shape, e.g. of `seal.json`
 * @throws a `ConcordatError` with a code: `DOCUMENT_…` or `ENCODING_…` for documents that are none, `MANIFEST_…`,
 * `BLS_…` for a manifest that does not hold, `SEAL_…` for a seal that does not
 * @example
 * ```ts
 * import { Dataset, defineSchema, reconcile, verifySeal } from 'concordat';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const dataset = Dataset.fromObjects(schema, [{ account: 1, balance: '12.50' }]);
 * const datasets = { north: dataset, south: dataset, east: dataset, west: dataset };
 * const { manifest, seal } = await reconcile({ schema, datasets });
 *
 * const { epoch, signers, rehearsal } = await verifySeal(manifest, seal);
 * console.log(epoch, signers.length >= manifest.quorum, rehearsal); // 0 true true
 * ```
 */
export async function verifySeal(manifest: unknown, seal: unknown): Promise<VerifiedSeal> {
  const suite = defaultSuite(await loadBls());
  const verified = readManifest(manifest, suite);
  return checkSeal(verified, readSeal(seal, verified), suite);
}
