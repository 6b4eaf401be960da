import { equalBytes } from '../crypto/bytes.js';
import { commitmentStatement, type SignedCommitment, ticketOutput } from './commitment.js';
import type { EpochContext } from './context.js';
import { badProof } from './proof-evidence.js';

/** Whether a commitment that its bank signed has a ticket that holds; one that does not is proof against the bank. */
export function holdsTicket(context: EpochContext, commitment: SignedCommitment): boolean {
  const { manifest, suite, chain } = context;
  if (ticketOutput(manifest, suite, chain, commitment)) return true;
  const { bank, seed, signature } = commitment;
  if (equalBytes(seed, chain.nextSeed))
    context.accuse(badProof(bank, { statement: commitmentStatement(commitment), signature }));
  return false;
}
