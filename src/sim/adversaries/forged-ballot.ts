import { AttestationTally, attestationBallot, verifyAttestations } from '../../protocol/attestations.js';
import { ballotStatement } from '../../protocol/certificate.js';
import { type DraftHeader, draftDigest, proposalStatement } from '../../protocol/draft.js';
import type { Message, MessageOf } from '../../protocol/messages.js';
import { agreedValue } from '../../protocol/value.js';
import { type Tally, VoteCollector } from '../../protocol/votes.js';
import type { AttackContext } from '../adversary.js';

/** The ballot on a forged draft, which the leader's core knows nothing of. */
export interface Forged {
  readonly view: number;
  readonly header: DraftHeader;
  tally: Tally;
}

/** An attestation that says yes to any column, and holds no slices. */
export function blindVote(
  { header }: { readonly header: DraftHeader },
  { manifest, sign }: AttackContext,
): MessageOf<'vote'> {
  const ballot = attestationBallot(manifest, header, []);
  return { type: 'vote', ...ballot, holdings: [], signature: sign(ballotStatement(ballot, manifest.size)) };
}

/** Counts a vote on the forged draft, and returns what the leader says next, if anything. */
export function ballotOn(
  forged: Forged,
  from: number,
  vote: MessageOf<'vote'>,
  context: AttackContext,
): Message | null {
  const { manifest, suite, sign } = context;
  const { header, tally } = forged;
  tally.add(from, vote);
  const certificate = tally.certify();
  if (certificate) {
    forged.tally = new VoteCollector(manifest, suite, { ...certificate, phase: 'commit' });
    return { type: 'certificate', certificate };
  }
  const attestations = tally instanceof AttestationTally ? tally.differing([]) : null;
  const attested = attestations && verifyAttestations(manifest, suite, header, attestations);
  if (!attested) return null;
  const { epoch } = header;
  const slot = { ...header.slot, index: header.slot.index + 1 };
  const value = agreedValue(draftDigest(header), attested.agreed);
  forged.tally = new VoteCollector(manifest, suite, { phase: 'prepare', epoch, slot, value });
  const signature = sign(proposalStatement(epoch, slot, value));
  return { type: 'proposal', slot, header, attestations, signature };
}
