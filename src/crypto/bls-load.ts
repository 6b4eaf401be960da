import type { Bls } from './bls.js';
import { type BlstModule, blstBls } from './bls-blst.js';
import { nobleBls } from './bls-noble.js';
import { failedSelfTest } from './bls-self-test.js';

/** A `string`, not a literal: a bundler for the browser must neither resolve nor include the native package. */
const nativePackage: string = ['@chainsafe', 'blst'].join('/');

const fallBack = (fallback: string): Bls => ({ ...nobleBls, fallback });

/**
 * The fastest BLS backend that works: blst where its optional package is installed, has a binary for the platform and
 * passes a known-answer test, else the JavaScript one. Never rejects; `name` says which one it is, and `fallback` why it
 * is not blst.
 * @param prefer `'noble'` does not try blst
 */
export async function loadBls(prefer: 'noble' | 'blst' = 'blst'): Promise<Bls> {
  if (prefer === 'noble') return nobleBls;
  let blst: BlstModule;
  try {
    const loaded: { default: BlstModule } = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ nativePackage
    );
    blst = loaded.default;
  } catch (error) {
    return fallBack(`blst does not load: ${error instanceof Error ? error.message : String(error)}`);
  }
  const failed = failedSelfTest(blst);
  return failed === null ? blstBls(blst) : fallBack(`blst fails its self-test: ${failed}`);
}
