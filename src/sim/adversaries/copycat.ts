import { toHex } from '../../crypto/bytes.js';
import { checkColumn } from '../../data/conflict.js';
import { AttestationTally } from '../../protocol/attestations.js';
import type { Message } from '../../protocol/messages.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { copiedDraft } from '../copied-draft.js';
import { signedDraft } from '../lying-draft.js';
import { ownData, readAs } from '../redealing.js';
import { ballotOn, blindVote, type Forged } from './forged-ballot.js';

/** Whether a core says this of the draft that it believes it proposed in a view; nobody else knows that draft. */
function isOfTheCore(message: Message, view: number): boolean {
  switch (message.type) {
    case 'draft':
      return message.draft.header.slot.view === view;
    case 'forward':
      return message.open.view === view;
    case 'certificate':
      return message.certificate.slot.view === view;
    case 'slices':
    case 'proposal':
    case 'notice':
      return message.slot.view === view;
    default:
      return false;
  }
}

const toOthers = (message: Message, { manifest, index, encode }: AttackContext): AdversarialSend[] => {
  const bytes = encode(message);
  return [...manifest.banks.keys()].filter((to) => to !== index).map((to) => ({ to, bytes }));
};

/** As leader: sends a forged draft instead of its core's first one, and has it voted on. */
function lead(outgoing: readonly AdversarialSend[], context: AttackContext): AdversarialSend[] {
  const { memory, heard, input, index, manifest, suite, decode, encode } = context;
  const sketches = (memory.get('sketches') as Map<number, Uint8Array> | undefined) ?? new Map();
  memory.set('sketches', sketches);
  if (heard?.type === 'commitment' && input.type === 'message')
    sketches.set(input.from, heard.sketch.symbols);
  const messages = outgoing.map((send) => ({ send, message: decode(send.bytes) }));
  const drafted = messages.flatMap(({ message }) => (message.type === 'draft' ? [message.draft] : []))[0];
  let forged = memory.get('forged') as Forged | undefined;
  const forgery: AdversarialSend[] = [];
  const draft =
    drafted && forged?.view !== drafted.header.slot.view ? copiedDraft(drafted, sketches, context) : null;
  if (draft) {
    const { header } = draft;
    forged = { view: header.slot.view, header, tally: new AttestationTally(manifest, suite, header) };
    memory.set('forged', forged);
    forged.tally.add(index, blindVote(draft, context));
    forgery.push(...toOthers(signedDraft(draft, context), context));
  }
  if (!forged) return [...outgoing];
  if (heard?.type === 'vote' && input.type === 'message' && heard.slot.view === forged.view) {
    const answer = ballotOn(forged, input.from, heard, context);
    if (answer) forgery.push(...toOthers(answer, context));
  }
  const { view } = forged;
  const kept = messages.flatMap(({ send, message }) => {
    if (isOfTheCore(message, view)) return [];
    return message.type === 'timeout' ? [{ ...send, bytes: encode({ ...message, proposal: null }) }] : [send];
  });
  return [...kept, ...forgery];
}

/** Makes keys disputed that are not, so that versions are opened which few banks hold. */
export const copycat = defineAdversary({
  name: 'copycat',
  description:
    "as leader lists an honest bank's version under the liars' names, so that it must be opened; its likes attest it",
  attack: (outgoing, context) => {
    const { heard, input, index, accomplices } = context;
    const sent = lead(outgoing, context);
    const draft = heard?.type === 'draft' ? heard.draft : null;
    const place = draft?.header.inputs.indexOf(index) ?? -1;
    if (!draft || place < 0 || input.type !== 'message' || !accomplices.includes(input.from)) return sent;
    const read = readAs(context, draft);
    if (!read) return sent;
    // Its core attests a column that is right. Two votes would prove it faulty.
    const own = ownData(context).keyed(read.opened.key);
    if (!checkColumn(read.table, place, (id) => own.find(toHex(id))?.version ?? null)) return sent;
    return [...sent, { to: input.from, bytes: context.encode(blindVote(draft, context)) }];
  },
});
