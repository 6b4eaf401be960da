import { encode } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { type DraftHeader, draftDigest } from './draft.js';
import type { Manifest } from './manifest.js';
import type { Slot } from './slot.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';
import { areHoldings, type Holding, holdingsCodec } from './value.js';

/**
 * What a bank that is in a draft by its amendment holds of the slices dealt under it. It says this once a slot, whatever it
 * has voted for or given up on: it is no vote, and counts for W only.
 */
export interface Acknowledgement {
  /** Index of the bank. */
  readonly bank: number;
  /** By dealer ascending. */
  readonly holdings: readonly Holding[];
  /** Ed25519, 64 bytes, over `acknowledgementStatement`. */
  readonly signature: Uint8Array;
}

/**
 * What is signed: one for each slot.
 * @param said `slot` and `draft` are the draft's, the latter its digest
 */
export function acknowledgementStatement(said: {
  readonly epoch: number;
  readonly slot: Slot;
  readonly draft: Uint8Array;
  readonly holdings: readonly Holding[];
}): Statement {
  const { epoch, slot, draft, holdings } = said;
  const body = hash('statement', draft, encode(holdingsCodec, holdings));
  return { type: 'acknowledgement', epoch, slot, body };
}

/** Whether this is an acknowledgement of the draft, of slices of its inputs, signed by a bank that it took in. */
export function verifyAcknowledgement(
  manifest: Manifest,
  suite: Suite,
  header: DraftHeader,
  { bank, holdings, signature }: Acknowledgement,
): boolean {
  if (!header.amended.includes(bank) || !areHoldings(holdings, header.inputs)) return false;
  const { epoch, slot } = header;
  const statement = acknowledgementStatement({ epoch, slot, draft: draftDigest(header), holdings });
  const digest = statementDigest(manifest.consortiumId, statement);
  return suite.identity.verify(manifest.banks[bank]!.identity, digest, signature);
}
