import { uint64 } from '../crypto/bytes.js';
import { hash } from '../crypto/hash.js';
import { BankSecrets, publicKeys } from '../crypto/keys.js';
import {
  DEFAULT_PARAMETERS,
  genesisCommitment,
  Manifest,
  type ManifestBody,
  manifestDigest,
} from '../protocol/manifest.js';
import type { simulatedSuite } from './campaign-signatures.js';
import { PAYMENTS } from './generate.js';
import { Random } from './random.js';

/** Banks that agree on values which mean nothing, with keys that only the simulation can sign with. */
export interface EngineConsortium {
  readonly manifest: Manifest;
  readonly secrets: readonly BankSecrets[];
  readonly suite: ReturnType<typeof simulatedSuite>;
}

/** So many banks; always the same ones. */
export function engineConsortium(
  suite: EngineConsortium['suite'],
  banks: number,
  faults: number,
  delta: number,
): EngineConsortium {
  const random = new Random(`engine/${banks}`);
  const secrets = Array.from({ length: banks }, () => {
    const draw = (): Uint8Array => random.bytes(32);
    return new BankSecrets({ bls: draw(), identity: draw(), vrf: draw(), x25519: draw(), vault: draw() });
  });
  const publicKey = (suite.identity as unknown as { publicKey(secret: Uint8Array): Uint8Array }).publicKey;
  const body: ManifestBody = {
    name: 'engine',
    faults,
    schema: PAYMENTS,
    parameters: { ...DEFAULT_PARAMETERS, delta },
    rehearsal: true,
    banks: secrets.map((secret, i) => {
      const share = hash('simulation', uint64(i));
      const { vrf, x25519 } = publicKeys(suite.bls, secret);
      return {
        id: `bank-${i}`,
        bls: suite.bls.publicKey(secret.bls),
        possession: suite.bls.provePossession(secret.bls),
        identity: publicKey(secret.identity),
        vrf,
        x25519,
        genesisCommitment: genesisCommitment(`bank-${i}`, share),
        genesisShare: share,
      };
    }),
  };
  const digest = manifestDigest(body);
  const signatures = secrets.map(({ identity }) => suite.identity.sign(identity, digest));
  return { manifest: Manifest.assemble(body, signatures, suite), secrets, suite };
}
