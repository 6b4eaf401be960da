import { pbkdf2Sync } from 'node:crypto';
import type * as bip39 from '@scure/bip39';
import { vi } from 'vitest';
import type { Bls } from '../../src/crypto/bls.js';
import type { loadBls } from '../../src/crypto/bls-load.js';
import type * as keys from '../../src/crypto/keys.js';
import type { Suite } from '../../src/protocol/suite.js';
import type * as suites from '../../src/sim/suite.js';

// Most of a small simulation is spent on making keys, proving their possession, signing and verifying. The same seed
// makes the same keys, and each of these is a function of its arguments, so a file that simulates a hundred times has
// each computed once. Nothing else is remembered.

/** `compute`, called once for each name. */
function remember<T>(known: Map<string, unknown>, name: string, compute: () => T): T {
  if (!known.has(name)) known.set(name, compute());
  return known.get(name) as T;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

vi.mock('@scure/bip39', async (original) => ({
  ...(await original<typeof bip39>()),
  // The same function, as the platform has it: 2048 rounds take no time.
  mnemonicToSeedSync: (mnemonic: string, passphrase = '') =>
    new Uint8Array(
      pbkdf2Sync(mnemonic.normalize('NFKD'), `mnemonic${passphrase.normalize('NFKD')}`, 2048, 64, 'sha512'),
    ),
}));

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
  const loaded = actual.loadBls().then(
    (bls): Bls => ({
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
      verifyBatch: (...all) => bls.verifyBatch(...all),
    }),
  );
  return { loadBls: () => loaded };
});

/** Signs each message once with each key. */
function signsOnce(suite: Suite): Suite {
  const { bls, vrf, identity } = suite;
  const known = new Map<string, Uint8Array>();
  const once =
    (name: string, sign: (secret: Uint8Array, message: Uint8Array) => Uint8Array) =>
    (secret: Uint8Array, message: Uint8Array): Uint8Array =>
      remember(known, `${name} ${hex(secret)} ${hex(message)}`, () => sign(secret, message)).slice();
  return {
    ...suite,
    bls: { ...bls, sign: once('bls', bls.sign) },
    vrf: { ...vrf, prove: once('vrf', vrf.prove) },
    identity: { ...identity, sign: once('identity', identity.sign) },
  };
}

vi.mock('../../src/sim/suite.js', async (original) => {
  const actual = await original<typeof suites>();
  const known = new WeakMap<Bls, Suite>();
  return {
    ...actual,
    // One memory for all simulations of a file, where there is one for each.
    memoisedSuite: (suite: Suite): Suite => {
      const memoised = known.get(suite.bls) ?? actual.memoisedSuite(signsOnce(suite));
      known.set(suite.bls, memoised);
      return memoised;
    },
  };
});

export const { simulate } = await import('../../src/sim/simulate.js');
export const { reconcile } = await import('../../src/sim/reconcile.js');
export const { runConsortium } = await import('../../src/sim/run.js');
export const { Simulation } = await import('../../src/sim/simulation.js');
export const { loadBls: loadRememberingBls } = await import('../../src/crypto/bls-load.js');
