import { leaderOf } from '../../protocol/chain.js';
import { maxFragment } from '../../protocol/fragment-limit.js';
import type { Message } from '../../protocol/messages.js';
import { missingStatement, wantStatement } from '../../protocol/requests.js';
import { lastSlotIndex } from '../../protocol/slot.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';

/** Views for which slices are sent before anything is dealt in them: that of the epoch's beginning and two more. */
const VIEWS = 3;

/** What nobody can check before the draft of its slot is known: whoever keeps it all has its memory filled. */
export const earlySlicesFlood = defineAdversary({
  name: 'early-slices-flood',
  description:
    'sends slices as long as any can be for every slot of three views before there is a draft of it',
  attack: (outgoing, context) => {
    const { bank, heard, memory, manifest, index, encode } = context;
    const { epoch } = bank.chain;
    if (heard?.type !== 'open' || memory.get('flooded') === epoch) return outgoing;
    memory.set('flooded', epoch);
    const fragment = new Uint8Array(maxFragment(manifest.size));
    const more: AdversarialSend[] = [];
    for (let view = 0; view < VIEWS; view++)
      for (let slot = 0; slot <= lastSlotIndex(manifest.faults); slot++) {
        const bytes = encode({
          type: 'slices',
          epoch,
          slot: { view, index: slot },
          dealing: { dealing: null, statistics: null, signature: new Uint8Array(64) },
          envelope: {
            slice: { index: 0, fragment, proof: [], share: 1n },
            share: null,
            signature: new Uint8Array(64),
          },
        });
        // One bank is enough to show what its bounds are; to send as much to all takes a simulation long.
        const to = leaderOf(bank.chain, 0) === index ? (index + 1) % manifest.size : leaderOf(bank.chain, 0);
        more.push({ to, bytes });
      }
    return [...outgoing, ...more];
  },
});

/** Requests of one kind to one bank in an epoch. */
const REQUESTS = 40;

/** Asks for what others give who have it: all of it costs next to nothing to ask for. */
export const beggar = defineAdversary({
  name: 'beggar',
  description:
    'asks every bank forty times for each of the draft, the slices, the seal and the history; otherwise honest',
  attack: (outgoing, context) => {
    const { bank, heard, memory } = context;
    const { epoch } = bank.chain;
    const decided = heard?.type === 'certificate' || heard?.type === 'release' ? heard.certificate : null;
    const sealed = heard?.type === 'seal';
    const value = decided?.phase === 'commit' ? decided.value : sealed ? heard.seal.commit.value : null;
    const name = `begged/${epoch}/${sealed}`;
    if (!value || memory.has(name)) return outgoing;
    memory.set(name, true);
    return [...outgoing, ...requestsFor(value, context)];
  },
});

function requestsFor(value: Uint8Array, context: AttackContext): AdversarialSend[] {
  const { bank, manifest, index, encode, sign } = context;
  const { epoch } = bank.chain;
  const draft = { epoch, value };
  const seal = { epoch, value: null };
  const messages: Message[] = [
    { type: 'want', ...draft, signature: sign(wantStatement(draft)) },
    { type: 'want', ...seal, signature: sign(wantStatement(seal)) },
    { type: 'missing', ...draft, signature: sign(missingStatement(draft)) },
    { type: 'recall', epoch: 0, incarnation: new Uint8Array(16) },
  ];
  const requests = messages.map((message) => encode(message));
  const others = [...manifest.banks.keys()].filter((to) => to !== index);
  return others.flatMap((to) =>
    requests.flatMap((bytes) => Array.from({ length: REQUESTS }, () => ({ to, bytes }))),
  );
}
