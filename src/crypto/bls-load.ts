import type { Bls } from './bls.js';
import { type BlstModule, blstBls } from './bls-blst.js';
import { nobleBls } from './bls-noble.js';

/** A `string`, not a literal: a bundler for the browser must neither resolve nor include the native package. */
const nativePackage: string = ['@chainsafe', 'blst'].join('/');

/**
 * The fastest BLS backend that loads: blst where its optional package is installed and has a binary for the platform,
 * else the JavaScript one. Never rejects; `name` says which one it is.
 * @param prefer `'noble'` does not try blst
 */
export async function loadBls(prefer: 'noble' | 'blst' = 'blst'): Promise<Bls> {
  if (prefer === 'noble') return nobleBls;
  try {
    const loaded: { default: BlstModule } = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ nativePackage
    );
    return blstBls(loaded.default);
  } catch {
    return nobleBls;
  }
}
