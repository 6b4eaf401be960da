import { recordsIn } from '../../protocol/amendment.js';
import { leaderOf } from '../../protocol/chain.js';
import type { MessageOf } from '../../protocol/messages.js';
import { amendmentStatement } from '../../protocol/requests.js';
import { lastSlotIndex } from '../../protocol/slot.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { signedDraft } from '../lying-draft.js';
import { ownData, readAs } from '../redealing.js';

/** How late a leader may show something, in Δ: beyond what anybody waits for a bank. */
const LATE = 5;

/** Whom a leader shows something else than the others, and whether it leaves that bank out, for all of the epoch. */
interface Faces {
  readonly victim: number;
  readonly shut: boolean;
}

function facesOf({ memory, random, manifest, accomplices }: AttackContext): Faces {
  const honest = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
  const drawn = (memory.get('faces') as Faces | undefined) ?? {
    victim: random.pick(honest),
    shut: random.chance(0.7),
  };
  memory.set('faces', drawn);
  return drawn;
}

/** The same draft in a later slot, for the victim alone: whoever has seen it cannot vote in the slots before. */
function later(message: MessageOf<'draft'>, context: AttackContext): MessageOf<'draft'> | null {
  const { draft, amendments } = message;
  const index = lastSlotIndex(context.manifest.faults);
  if (draft.header.slot.index >= index) return null;
  const header = { ...draft.header, slot: { ...draft.header.slot, index } };
  return { ...signedDraft({ ...draft, header }, context), amendments };
}

/** An amendment of its own draft: who believes it alone refuses what the others do not. */
function ownAmendment({ draft }: MessageOf<'draft'>, context: AttackContext): MessageOf<'amendment'> | null {
  const { index, bank, sign } = context;
  const place = draft.header.inputs.indexOf(index);
  const read = readAs(context, draft);
  if (place < 0 || !read) return null;
  const { slot } = draft.header;
  const own = ownData(context);
  const { sketch } = own.keyed(read.opened.key);
  const symbols = sketch.symbols(0, context.manifest.parameters.sketchSymbols);
  const amendment = {
    epoch: bank.chain.epoch,
    slot,
    commitment: draft.commitments[place]!,
    ...recordsIn(own, read),
    symbols,
  };
  return { type: 'amendment', ...amendment, signature: sign(amendmentStatement(amendment)) };
}

/** One draft, as one bank is shown it: sooner or later than others, and the victim more than that. */
function shown(
  send: AdversarialSend,
  message: MessageOf<'draft'>,
  context: AttackContext,
): AdversarialSend[] {
  const { random, manifest, memory, encode } = context;
  const { victim } = facesOf(context);
  const { view, index } = message.draft.header.slot;
  const name = `first/${view}.${index}`;
  const victimFirst = (memory.get(name) as boolean | undefined) ?? random.chance(0.5);
  memory.set(name, victimFirst);
  const first = (send.to === victim) === victimFirst;
  const sends = [{ ...send, after: first ? 0 : random.int(LATE * manifest.parameters.delta) }];
  if (send.to !== victim) return sends;
  const asides = [
    random.chance(0.5) && later(message, context),
    random.chance(0.5) && ownAmendment(message, context),
  ];
  return [...asides.flatMap((each) => (each ? [{ to: victim, bytes: encode(each) }] : [])), ...sends];
}

/**
 * Leaves an honest bank out by the order and the time in which it shows things: each is on time and signed, and nobody sees
 * a contradiction.
 */
export const twoFaced = defineAdversary({
  name: 'two-faced',
  description:
    'as leader shows one honest bank its drafts much sooner or later than the others, and later slots and amendments alone',
  hears: (context) => {
    const { input, heard } = context;
    const { victim, shut } = facesOf(context);
    const opening = heard?.type === 'commitment' || heard?.type === 'sketch';
    return !(shut && input.type === 'message' && input.from === victim && opening);
  },
  attack: (outgoing, context) => {
    const { bank, index } = context;
    return outgoing.flatMap((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'draft') return shown(send, message, context);
      const own = message.type === 'forward' && leaderOf(bank.chain, message.open.view) === index;
      return own ? [] : [send];
    });
  },
});
