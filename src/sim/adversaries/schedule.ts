import { buildConflictTable } from '../../data/conflict.js';
import { commonSketch } from '../../protocol/amendment.js';
import { AttestationTally } from '../../protocol/attestations.js';
import { nextChain } from '../../protocol/chain.js';
import type { EpochContext } from '../../protocol/context.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  draftSalt,
  isThin,
  symbolsDigest,
} from '../../protocol/draft.js';
import type { Message, MessageOf } from '../../protocol/messages.js';
import { type AdversarialSend, type AttackContext, defineAdversary } from '../adversary.js';
import { holdingsOf, signedDraft, withTable } from '../lying-draft.js';
import { ownData, readAs } from '../redealing.js';
import { ballotOn, type Forged } from './forged-ballot.js';

/** The ways to lead more often, one for each bank, drawn by its stream. */
const WAYS = ['hoards', 'keeps', 'leads-alone'] as const;

/** Whether an accomplice would lead the next epoch first, if the draft under this proof of this view is agreed. */
function pleases({ bank, suite, accomplices }: AttackContext, proof: Uint8Array, view: number): boolean {
  const none = new Uint8Array(32);
  const link = { value: none, resultRoot: none, leaderOutput: suite.vrf.proofToHash(proof), view };
  return accomplices.includes(nextChain(bank.chain, link).schedule[0]!);
}

/**
 * The leader's draft without the leader among its inputs: everything else is as it should be, so that the others attest it.
 * Null when the others agree on a record that the leader does not hold, since it does not know their common root.
 */
export function draftWithoutLeader(draft: Draft, context: AttackContext): Draft | null {
  const { manifest, index, random } = context;
  const read = readAs(context, draft);
  const place = draft.header.inputs.indexOf(index);
  if (!read || place < 0) return null;
  const rows = read.table.rows.map((row) => ({ row, others: row.column.toSpliced(place, 1) }));
  if (rows.some(({ others }) => others.every((version) => version === others[0]) && others[0] !== 0))
    return null;
  const rule = classRule(manifest);
  const inputs = draft.header.inputs.toSpliced(place, 1);
  const holdings = rows.map(({ row }) => [row.id, holdingsOf(row, random).toSpliced(place, 1)] as const);
  const commitments = draft.commitments.toSpliced(place, 1);
  const { sketchSymbols } = manifest.parameters;
  const common = commonSketch({ own: ownData(context) } as EpochContext, read);
  const symbols = isThin(manifest, inputs) ? common.symbols(0, sketchSymbols) : new Uint8Array(0);
  const header = {
    ...draft.header,
    inputs,
    amended: draft.header.amended.filter((bank) => bank !== index),
    commitments: commitmentsDigest(commitments),
    symbols: symbolsDigest(draftSalt(draft.saltProof), symbols),
  };
  const table = buildConflictTable(inputs.length, holdings, rule);
  return withTable({ ...draft, header, commitments, symbols }, table, rule);
}

/** Its draft of a view without itself, and what it makes of the votes on that: its core counts them for another draft. */
function leadAlone(outgoing: readonly AdversarialSend[], context: AttackContext): readonly AdversarialSend[] {
  const { memory, heard, input, index, manifest, suite } = context;
  const messages = outgoing.map((send) => ({ send, message: context.decode(send.bytes) }));
  const drafted = messages.find(({ message }) => message.type === 'draft')?.message as
    | MessageOf<'draft'>
    | undefined;
  let forged = memory.get('forged') as (Forged & { readonly epoch: number }) | undefined;
  const said: Message[] = [];
  const slot = drafted?.draft.header.slot;
  const lie = drafted && slot?.index === 0 ? draftWithoutLeader(drafted.draft, context) : null;
  if (lie) {
    const { header } = lie;
    const tally = new AttestationTally(manifest, suite, header);
    forged = { epoch: header.epoch, view: header.slot.view, header, tally };
    memory.set('forged', forged);
    said.push(signedDraft(lie, context));
  }
  if (!forged || forged.epoch !== context.bank.chain.epoch) return outgoing;
  if (heard?.type === 'vote' && input.type === 'message' && heard.slot.view === forged.view) {
    const answer = ballotOn(forged, input.from, heard, context);
    if (answer) said.push(answer);
  }
  const others = [...manifest.banks.keys()].filter((bank) => bank !== index);
  return [
    ...messages.flatMap(({ send, message }) => (isOfCore(message, forged.view) ? [] : [send])),
    ...said.flatMap((message) => others.map((to) => ({ to, bytes: context.encode(message) }))),
  ];
}

/** What the core says of the draft that it believes it proposed in this view. */
function isOfCore(message: Message, view: number): boolean {
  switch (message.type) {
    case 'draft':
      return message.draft.header.slot.view === view;
    case 'certificate':
      return message.certificate.slot.view === view;
    case 'proposal':
    case 'notice':
    case 'slices':
      return message.slot.view === view;
    case 'forward':
      return message.open.view === view;
    case 'timeout':
      return message.proposal !== null && message.view === view;
    default:
      return false;
  }
}

/**
 * What somebody does who wants to lead: is an input only in epochs after which an accomplice leads first, shows a draft only
 * where that follows from it, or leads without being an input. Only the second changes the order, and costs its leader
 * the next one.
 */
export const grindSchedule = defineAdversary({
  name: 'grind-schedule',
  description:
    'to lead sooner, keeps back its Commitment or its draft where the next order does not please it, or drafts without itself',
  attack: (outgoing, context) => {
    const { memory, random } = context;
    const way = (memory.get('way') as (typeof WAYS)[number] | undefined) ?? random.pick(WAYS);
    memory.set('way', way);
    if (way === 'leads-alone') return leadAlone(outgoing, context);
    return outgoing.filter(({ bytes }) => {
      const message = context.decode(bytes);
      if (way === 'keeps' && message.type === 'draft') {
        const { opening, slot } = message.draft.header;
        return pleases(context, opening, slot.view);
      }
      if (way === 'hoards' && message.type === 'commitment') {
        const { heard } = context;
        return heard?.type !== 'open' || pleases(context, heard.proof, heard.view);
      }
      return true;
    });
  },
});
