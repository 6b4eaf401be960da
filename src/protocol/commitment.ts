import { concatBytes, uint64, utf8 } from '../crypto/bytes.js';
import { type Codec, encode, fixed, struct, u16, u53, varint } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import type { ChainState } from './chain.js';
import type { Manifest } from './manifest.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** What a bank commits to, once an epoch and the same in every view. */
export interface Commitment {
  /** Index of the bank. */
  readonly bank: number;
  /** The epoch it is for. */
  readonly epoch: number;
  /** Merkle root (RFC 6962) over its salted records, 32 bytes. */
  readonly dataRoot: Uint8Array;
  /** How many records it has. */
  readonly records: number;
  /** Pedersen vector commitment to its column statistics, a compressed Baby Jubjub point, 32 bytes. */
  readonly statistics: Uint8Array;
}

/** A commitment with the bank's Ed25519 signature, 64 bytes. */
export interface SignedCommitment extends Commitment {
  /** The bank's, over `commitmentStatement`. */
  readonly signature: Uint8Array;
}

const fields = {
  bank: u16,
  epoch: u53,
  dataRoot: fixed(32, 'data root'),
  records: varint,
  statistics: fixed(32, 'statistics'),
};
const commitmentCodec: Codec<Commitment> = struct<Commitment>(fields);

/** Strict encoding of a signed commitment. */
export const signedCommitmentCodec: Codec<SignedCommitment> = struct<SignedCommitment>({
  ...fields,
  signature: fixed(64, 'signature'),
});

/** The statement a commitment's signature is made over. */
export function commitmentStatement(commitment: Commitment): Statement {
  const body = encode(commitmentCodec, commitment);
  return { type: 'commitment', epoch: commitment.epoch, slot: null, body };
}

/** VRF input of the Open of a view. */
export function openInput(manifest: Manifest, { seed }: Pick<ChainState, 'seed'>, view: number): Uint8Array {
  return concatBytes(utf8('open'), manifest.consortiumId, seed, uint64(view));
}

/**
 * VRF input of the second proof of an Open, which drafts carry outside their header: whoever has the seal alone knows
 * neither the view's key nor any salt, and the leader has no choice of the key, as it has none of the seed.
 */
export function saltInput(manifest: Manifest, { seed }: Pick<ChainState, 'seed'>, view: number): Uint8Array {
  return concatBytes(utf8('salt'), manifest.consortiumId, seed, uint64(view));
}

/** The key of a view's sketches, from the VRF output on {@link saltInput}. */
export function sketchKeyOf(manifest: Manifest, output: Uint8Array): Uint8Array {
  return hash('sketch-key', manifest.consortiumId, output);
}

/** Whether the commitment is signed by its bank. */
export function verifyCommitment(manifest: Manifest, suite: Suite, commitment: SignedCommitment): boolean {
  const bank = manifest.banks[commitment.bank];
  if (!bank) return false;
  const digest = statementDigest(manifest.consortiumId, commitmentStatement(commitment));
  return suite.identity.verify(bank.identity, digest, commitment.signature);
}
