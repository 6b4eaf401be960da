import { leaderOf } from '../../protocol/chain.js';
import { openInput, saltInput } from '../../protocol/commitment.js';
import { type DraftHeader, draftDigest, proposalStatement } from '../../protocol/draft.js';
import type { Message } from '../../protocol/messages.js';
import { openStatement } from '../../protocol/requests.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { altered } from './forgery.js';

/** A header of another chain: one in which the liar leads first, or that follows another epoch. */
function forked(header: DraftHeader, { index, random }: AttackContext): DraftHeader {
  if (random.chance(0.5)) return { ...header, parent: altered(header.parent) };
  const schedule = [index, ...header.schedule.filter((bank) => bank !== index)];
  return { ...header, schedule: schedule[0] === header.schedule[0] ? schedule.reverse() : schedule };
}

/** Opens the view as if it led it. */
function usurped(view: number, context: AttackContext): AdversarialSend[] {
  const { manifest, bank, suite, secrets, index, sign, encode } = context;
  const { chain } = bank;
  const proof = suite.vrf.prove(secrets.vrf, openInput(manifest, chain, view));
  const saltProof = suite.vrf.prove(secrets.vrf, saltInput(manifest, chain, view));
  const open = { epoch: chain.epoch, view, seed: chain.seed, proof, saltProof, justification: null };
  const bytes = encode({ type: 'open', ...open, signature: sign(openStatement(open)) });
  return [...manifest.banks.keys()].filter((to) => to !== index).map((to) => ({ to, bytes }));
}

export const forkSchedule = defineAdversary({
  name: 'fork-schedule',
  description: 'as leader drafts under another schedule or chain; else opens views that it does not lead',
  attack: (outgoing, context) => {
    const { memory, heard, bank, index } = context;
    const sent = outgoing.map((send) => {
      const message = context.decode(send.bytes);
      if (message.type !== 'draft') return send;
      const { slot } = message.draft.header;
      const place = `draft ${message.draft.header.epoch}.${slot.view}.${slot.index}`;
      const bytes =
        (memory.get(place) as Uint8Array | undefined) ?? context.encode(redrafted(message, context));
      memory.set(place, bytes);
      return { ...send, bytes };
    });
    const view = heard?.type === 'open' ? heard.view : null;
    if (view === null || leaderOf(bank.chain, view) === index || memory.has(`usurped ${view}`)) return sent;
    memory.set(`usurped ${view}`, true);
    return [...sent, ...usurped(view, context)];
  },
});

function redrafted(message: Extract<Message, { type: 'draft' }>, context: AttackContext): Message {
  const header = forked(message.draft.header, context);
  const signature = context.sign(proposalStatement(header.epoch, header.slot, draftDigest(header)));
  return { ...message, draft: { ...message.draft, header }, signature };
}
