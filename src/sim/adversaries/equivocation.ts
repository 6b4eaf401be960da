import { ballotStatement, type Certificate, certifiedBallot } from '../../protocol/certificate.js';
import { commitmentStatement } from '../../protocol/commitment.js';
import { draftDigest, proposalStatement } from '../../protocol/draft.js';
import type { Message } from '../../protocol/messages.js';
import { resultStatement } from '../../protocol/seal.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { altered } from './forgery.js';

/** The statement a message signs, altered, with a signature of its own: the other half of an equivocation. */
function otherVersion(message: Message, context: AttackContext): Message | null {
  const { sign, manifest } = context;
  if (message.type === 'commitment') {
    const commitment = { ...message.commitment, dataRoot: altered(message.commitment.dataRoot) };
    const signature = sign(commitmentStatement(commitment));
    return { ...message, commitment: { ...commitment, signature } };
  }
  if (message.type === 'vote') {
    const vote = { ...message, value: altered(message.value) };
    return { ...vote, signature: sign(ballotStatement(vote, manifest.size)) };
  }
  if (message.type === 'result') {
    const result = { ...message, root: altered(message.root) };
    return { ...result, signature: sign(resultStatement(result.epoch, result)) };
  }
  if (message.type === 'draft') {
    const header = { ...message.draft.header, commonRoot: altered(message.draft.header.commonRoot) };
    const signature = sign(proposalStatement(header.epoch, header.slot, draftDigest(header)));
    return { ...message, draft: { ...message.draft, header }, signature };
  }
  return null;
}

/** Sends both versions of what it may sign once: of a draft one to each half, of everything else both to its receiver. */
export const equivocate = defineAdversary({
  name: 'equivocate',
  description:
    'signs two versions of its Commitments, votes and results, and as leader two drafts, one for each half',
  attack: (outgoing, context) =>
    outgoing.flatMap((send, i) => {
      const message = context.decode(send.bytes);
      const other = otherVersion(message, context);
      if (!other) return [send];
      const second = { ...send, bytes: context.encode(other) };
      if (message.type === 'draft') return [i % 2 === 0 ? send : second];
      return [send, second];
    }),
});

/** A leader's own vote never travels: this one shows both of its votes to a bank that can see through it. */
function shownVotes(certificate: Certificate, context: AttackContext): AdversarialSend[] {
  const { manifest, index, accomplices, sign, encode } = context;
  const ballot = certifiedBallot(certificate);
  const vote: Message = {
    type: 'vote',
    ...ballot,
    holdings: null,
    signature: sign(ballotStatement(ballot, manifest.size)),
  };
  const witness = manifest.banks.findIndex((_, bank) => bank !== index && !accomplices.includes(bank));
  return [vote, otherVersion(vote, context)!].map((message) => ({ to: witness, bytes: encode(message) }));
}

export const doubleVote = defineAdversary({
  name: 'double-vote',
  description: 'votes for two values in every phase and slot; as leader shows both votes to another bank',
  attack: (outgoing, context) => {
    const messages = outgoing.map((send) => ({ send, message: context.decode(send.bytes) }));
    const led = messages.find(({ message }) => message.type === 'certificate')?.message;
    const votes = messages.flatMap(({ send, message }) => {
      const other = message.type === 'vote' ? otherVersion(message, context) : null;
      return other ? [send, { ...send, bytes: context.encode(other) }] : [send];
    });
    return led?.type === 'certificate' ? [...shownVotes(led.certificate, context), ...votes] : votes;
  },
});

export const replay = defineAdversary({
  name: 'replay',
  description: 'follows the protocol, and sends old messages, its own and those of others, to random banks',
  attack: (outgoing, { memory, random, manifest, index, input }) => {
    const old = (memory.get('old') as Uint8Array[] | undefined) ?? [];
    if (input.type === 'message' && old.length < 256) old.push(input.bytes);
    const replays: AdversarialSend[] = [];
    if (old.length > 0)
      for (let i = 0; i < 2; i++) {
        const to = random.int(manifest.size);
        if (to !== index) replays.push({ to, bytes: random.pick(old) });
      }
    if (old.length < 256) old.push(...outgoing.slice(0, 1).map((send) => send.bytes));
    memory.set('old', old);
    return [...outgoing, ...replays];
  },
});
