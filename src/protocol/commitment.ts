import { concatBytes, equalBytes, uint64, utf8 } from '../crypto/bytes.js';
import { type Codec, decode, encode, fixed, struct, u16, u53, varint } from '../crypto/encoding.js';
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
  /** The next epoch's seed, 32 bytes: stated, so that a ticket that does not hold for it proves its bank faulty. */
  readonly seed: Uint8Array;
  /** VRF proof on that seed, 80 bytes. */
  readonly ticket: Uint8Array;
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
  seed: fixed(32, 'seed'),
  ticket: fixed(80, 'ticket'),
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

/** The commitment a statement of that type carries. */
export function commitmentOf(statement: Statement): Commitment {
  return decode(commitmentCodec, statement.body);
}

/** VRF input of a bank's ticket for the next epoch's order of leaders, by that epoch's seed. */
export function ticketInput(manifest: Manifest, { nextSeed }: Pick<ChainState, 'nextSeed'>): Uint8Array {
  return concatBytes(utf8('ticket'), manifest.consortiumId, nextSeed);
}

/** VRF input of the Open of a view. */
export function openInput(manifest: Manifest, { seed }: Pick<ChainState, 'seed'>, view: number): Uint8Array {
  return concatBytes(utf8('open'), manifest.consortiumId, seed, uint64(view));
}

/** The key of a view's sketches, from the output of the VRF in its Open. */
export function sketchKeyOf(manifest: Manifest, output: Uint8Array): Uint8Array {
  return hash('sketch-key', manifest.consortiumId, output);
}

/** Whether the commitment is signed by its bank. The ticket is checked apart, by {@link ticketOutput}. */
export function verifyCommitment(manifest: Manifest, suite: Suite, commitment: SignedCommitment): boolean {
  const bank = manifest.banks[commitment.bank];
  if (!bank) return false;
  const digest = statementDigest(manifest.consortiumId, commitmentStatement(commitment));
  return suite.identity.verify(bank.identity, digest, commitment.signature);
}

/** The output (64 bytes) of a commitment's ticket, null when its proof is invalid, or of another seed. */
export function ticketOutput(
  manifest: Manifest,
  suite: Suite,
  chain: Pick<ChainState, 'nextSeed'>,
  commitment: Commitment,
): Uint8Array | null {
  const bank = manifest.banks[commitment.bank];
  if (!bank || !equalBytes(commitment.seed, chain.nextSeed)) return null;
  return suite.vrf.verify(bank.vrf, ticketInput(manifest, chain), commitment.ticket);
}
