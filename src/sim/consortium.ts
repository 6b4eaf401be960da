import type { Bls } from '../crypto/bls.js';
import { type BankSecrets, deriveSecrets, generateMnemonic, publicKeys } from '../crypto/keys.js';
import type { Schema } from '../data/schema.js';
import {
  DEFAULT_PARAMETERS,
  genesisCommitment,
  Manifest,
  type ManifestBody,
  manifestDigest,
  type Parameters,
} from '../protocol/manifest.js';
import type { Suite } from '../protocol/suite.js';
import type { Random } from './random.js';

/** A consortium with everybody's secrets: only a simulator has such a thing. */
export interface Consortium {
  /** Signed by all, and verified. */
  readonly manifest: Manifest;
  /** Each bank's, by its index in the manifest. */
  readonly secrets: readonly BankSecrets[];
}

/** One bank's keys, secret and public. */
export interface BankKeys {
  /** Held in the memory of the simulation. */
  readonly secrets: BankSecrets;
  /** Their public halves, as a manifest states them. */
  readonly publicKeys: ReturnType<typeof publicKeys>;
}

/** Keys from a mnemonic that `random` decides: whoever knows its seed has them. */
export function drawKeys(bls: Bls, random: Random): BankKeys {
  return keysFrom(bls, random.bytes(32));
}

/** Keys from a mnemonic that nobody can guess, made of the platform's cryptographic randomness. */
export function freshKeys(bls: Bls): BankKeys {
  return keysFrom(bls, freshBytes());
}

/** 32 bytes of the platform's cryptographic randomness. Nothing below the host of a run may call it. */
export function freshBytes(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(32));
}

function keysFrom(bls: Bls, entropy: Uint8Array): BankKeys {
  const secrets = deriveSecrets(generateMnemonic(entropy));
  return { secrets, publicKeys: publicKeys(bls, secrets) };
}

/**
 * Sets up a consortium the way real banks do it: a mnemonic for each, keys and proofs of possession from it, shares of
 * the genesis seed committed and then opened, and a manifest signed by all and verified. It is marked as a rehearsal,
 * whatever the keys: all of them were in one process.
 *
 * @throws `TOO_MANY_FAULTS` when the banks cannot bear the faults
 * @example
 * ```ts
 * import { bls } from 'concordat/crypto';
 * import { defineSchema } from 'concordat/data';
 * import { defaultSuite, manifestDocument } from 'concordat/protocol';
 * import { createConsortium, Random } from 'concordat/sim';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const suite = defaultSuite(await bls.loadBls());
 * const ids = ['north', 'south', 'east', 'west'];
 * const { manifest } = createConsortium({ name: 'example', ids, faults: 1, schema, suite, random: new Random(1) });
 * console.log(manifest.quorum, manifestDocument(manifest).banks.length); // 3 4
 * ```
 */
export function createConsortium(options: {
  readonly name: string;
  readonly ids: readonly string[];
  readonly faults: number;
  readonly schema: Schema;
  readonly suite: Suite;
  readonly random: Random;
  readonly parameters?: Partial<Parameters>;
  /** Of each bank, when they were made before: making them takes longer than an epoch. */
  readonly keys?: readonly BankKeys[] | undefined;
}): Consortium {
  const { ids, faults, schema, suite, random } = options;
  const keys = options.keys ?? ids.map((id) => drawKeys(suite.bls, random.fork(`mnemonic/${id}`)));
  const shares = ids.map((id) => random.fork(`genesis/${id}`).bytes(32));
  const body: ManifestBody = {
    name: options.name,
    faults,
    schema,
    parameters: { ...DEFAULT_PARAMETERS, ...options.parameters },
    rehearsal: true,
    banks: ids.map((id, i) => ({
      id,
      ...keys[i]!.publicKeys,
      genesisCommitment: genesisCommitment(id, shares[i]!),
      genesisShare: shares[i]!,
    })),
  };
  const digest = manifestDigest(body);
  const secrets = keys.map((each) => each.secrets);
  const signatures = secrets.map((secret) => suite.identity.sign(secret.identity, digest));
  return { manifest: Manifest.assemble(body, signatures, suite), secrets };
}
