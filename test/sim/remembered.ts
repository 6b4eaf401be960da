import { vi } from 'vitest';
import type { Bls } from '../../src/crypto/bls.js';
import type { loadBls } from '../../src/crypto/bls-load.js';
import type * as keys from '../../src/crypto/keys.js';

// Two thirds of a small simulation are spent on making keys and proving their possession. The same seed makes the same
// keys, so a file that simulates a hundred times has each made, proven and checked once. Nothing else is remembered.

/** `compute`, called once for each name. */
function remember<T>(known: Map<string, unknown>, name: string, compute: () => T): T {
  if (!known.has(name)) known.set(name, compute());
  return known.get(name) as T;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

vi.mock('../../src/crypto/keys.js', async (original) => {
  const actual = await original<typeof keys>();
  const known = new Map<string, unknown>();
  return {
    ...actual,
    deriveSecrets: (mnemonic: string, passphrase = '') =>
      remember(known, `secrets ${mnemonic} ${passphrase}`, () => actual.deriveSecrets(mnemonic, passphrase)),
    publicKeys: (bls: Bls, secrets: keys.SecretBytes) =>
      remember(known, `public ${hex(secrets.bls)}`, () => actual.publicKeys(bls, secrets)),
  };
});

vi.mock('../../src/crypto/bls-load.js', async (original) => {
  const actual = await original<{ loadBls: typeof loadBls }>();
  const known = new Map<string, unknown>();
  return {
    loadBls: async (): Promise<Bls> => {
      const bls = await actual.loadBls();
      return {
        name: bls.name,
        publicKey: (secret) => bls.publicKey(secret),
        sign: (secret, message) => bls.sign(secret, message),
        provePossession: (secret) => bls.provePossession(secret),
        proveKey: (key, possession) =>
          remember(known, `${hex(key)} ${hex(possession)}`, () => bls.proveKey(key, possession)),
        verify: (key, message, signature) => bls.verify(key, message, signature),
        aggregate: (signatures) => bls.aggregate(signatures),
        fastAggregateVerify: (...all) => bls.fastAggregateVerify(...all),
        aggregateVerify: (...all) => bls.aggregateVerify(...all),
      };
    },
  };
});

export const { simulate } = await import('../../src/sim/simulate.js');
export const { reconcile } = await import('../../src/sim/reconcile.js');
export const { runConsortium } = await import('../../src/sim/run.js');
export const { Simulation } = await import('../../src/sim/simulation.js');
export const { loadBls: loadRememberingBls } = await import('../../src/crypto/bls-load.js');
