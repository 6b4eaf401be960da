import type { Bls } from '../src/crypto/bls.js';
import { BankSecrets, publicKeys } from '../src/crypto/keys.js';
import { defineSchema } from '../src/data/schema-json.js';
import { defaultSuite } from '../src/protocol/default-suite.js';
import { DEFAULT_PARAMETERS, genesisCommitment, Manifest, manifestDigest } from '../src/protocol/manifest.js';
import type { Suite } from '../src/protocol/suite.js';
import { randomBytes, secretKey } from './random-bytes.js';

/** A consortium whose secrets are known. */
export interface Consortium {
  readonly manifest: Manifest;
  readonly suite: Suite;
  readonly secrets: readonly BankSecrets[];
}

/** A consortium of `banks` banks, of which `faults` may be Byzantine, with a verified manifest. */
export function createConsortium(bls: Bls, banks: number, faults: number): Consortium {
  const suite = defaultSuite(bls);
  const secrets = Array.from(
    { length: banks },
    (_, i) =>
      new BankSecrets({
        bls: secretKey('bls', i),
        identity: randomBytes('identity', i, 32),
        vrf: randomBytes('vrf', i, 32),
        x25519: randomBytes('x25519', i, 32),
        vault: randomBytes('vault', i, 32),
      }),
  );
  const body = {
    name: 'bench',
    faults,
    schema: defineSchema({
      name: 'ledger',
      version: 1,
      absence: 'vote',
      key: ['id'],
      fields: { id: { type: 'integer' } },
    }),
    parameters: DEFAULT_PARAMETERS,
    banks: secrets.map((secret, i) => {
      const [id, genesisShare] = [`bank-${i}`, randomBytes('share', i, 32)];
      return {
        id,
        ...publicKeys(bls, secret),
        genesisShare,
        genesisCommitment: genesisCommitment(id, genesisShare),
      };
    }),
  };
  const digest = manifestDigest(body);
  const signatures = secrets.map((secret) => suite.identity.sign(secret.identity, digest));
  return { manifest: Manifest.assemble(body, signatures, suite), suite, secrets };
}
