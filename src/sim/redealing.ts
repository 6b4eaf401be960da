import { toHex } from '../crypto/bytes.js';
import type { EpochContext } from '../protocol/context.js';
import { type Dealt, dealSlices } from '../protocol/dealer.js';
import { type Draft, draftDigest } from '../protocol/draft.js';
import { messageTypeOf } from '../protocol/message-codec.js';
import type { MessageOf } from '../protocol/messages.js';
import { OwnData, type OwnDataPlace } from '../protocol/own-data.js';
import { claimsOf, commitmentIn, openedFor, type ReadDraft, readDraft } from '../protocol/reading.js';
import { envelopeStatement, type Parcel, slicesRoot, slicesStatement } from '../protocol/slice-header.js';
import { headerOf } from '../protocol/slice-store.js';
import { verifyTestimony } from '../protocol/testimony.js';
import type { AdversarialSend, Adversary, AttackContext } from './adversary.js';

/** What one receiver is dealt, with the header that it is told. */
export type Deal = Pick<Dealt, 'header'> & { readonly parcel: Parcel };

/** Decodes a draft under the Open that it names; null when it is malformed. */
export function readAs({ manifest, suite, bank }: AttackContext, draft: Draft): ReadDraft | null {
  // All of an epoch's context that reading takes: the rest is inside the bank's core.
  const context = { manifest, suite, chain: bank.chain } as EpochContext;
  const opened = openedFor(context, draft);
  return opened && readDraft(context, draft, opened);
}

/** The bank's records as its core uses them in the epoch. */
export function ownData(context: AttackContext): OwnData {
  return new OwnData(context.dataset, context.secrets.vault, placeOf(context));
}

/** Where the bank's core uses its records now. */
export const placeOf = ({ manifest, index, bank }: AttackContext): OwnDataPlace => ({
  consortiumId: manifest.consortiumId,
  bank: index,
  epoch: bank.chain.epoch,
});

/** Every draft that the bank has seen or made, by digest (hex). Notes those of this step. */
export function draftsSeen(
  outgoing: readonly AdversarialSend[],
  { memory, heard, decode }: AttackContext,
): ReadonlyMap<string, Draft> {
  const seen = (memory.get('drafts') as Map<string, Draft> | undefined) ?? new Map<string, Draft>();
  memory.set('drafts', seen);
  const sent = outgoing.flatMap(({ bytes }) => (messageTypeOf(bytes) === 'draft' ? [decode(bytes)] : []));
  for (const message of heard ? [heard, ...sent] : sent) {
    const shown = message.type === 'forward' ? message.draft.draft : null;
    const draft = message.type === 'draft' ? message.draft : shown;
    if (draft) seen.set(toHex(draftDigest(draft.header)), draft);
  }
  return seen;
}

/** The draft under which the core dealt these slices: the one that its signature holds for. */
function dealtUnder(
  { slot, dealing }: MessageOf<'slices'>,
  drafts: Iterable<Draft>,
  context: AttackContext,
): ReadDraft | null {
  const { manifest, suite, index } = context;
  for (const draft of drafts) {
    if (draft.header.slot.view !== slot.view || draft.header.slot.index !== slot.index) continue;
    const read = readAs(context, draft);
    if (!read) continue;
    const statement = slicesStatement(headerOf(read, index, dealing));
    if (verifyTestimony(manifest, suite, index, { statement, signature: dealing.signature })) return read;
  }
  return null;
}

/** Deals under a draft as the core does, from these data: other ones than its own, for an attack. */
export function dealFrom(own: OwnData, read: ReadDraft, { manifest, index }: AttackContext): Dealt {
  return dealSlices({
    manifest,
    own,
    commitment: commitmentIn(read, index),
    draft: read.digest,
    slot: read.draft.header.slot,
    key: read.opened.key,
    ids: claimsOf(read, index).items.map((item) => item.subarray(0, 8)),
  });
}

/**
 * An attack on what a bank deals: `redeal` says what each bank gets in place of what the core dealt, with all signatures
 * in order. The core holds what it dealt itself, which it must not show: that would be a second header.
 */
export function redealing(
  redeal: (read: ReadDraft, context: AttackContext) => (receiver: number) => Deal,
): NonNullable<Adversary['attack']> {
  return (outgoing, context) => {
    const { index, sign, encode } = context;
    const drafts = draftsSeen(outgoing, context);
    const deals = new Map<string, ReturnType<typeof redeal>>();
    return outgoing.flatMap((send) => {
      const message = context.decode(send.bytes);
      if (message.type === 'testimony' && message.bank === index) return [];
      if (message.type !== 'slices') return [send];
      const { epoch, slot } = message;
      const read = dealtUnder(message, drafts.values(), context);
      if (!read) return [send];
      const name = toHex(read.digest);
      if (!deals.has(name)) deals.set(name, redeal(read, context));
      const { header, parcel } = deals.get(name)!(send.to);
      const { dealing, statistics } = header;
      const signed = envelopeStatement({ epoch, slot, root: slicesRoot(header) }, send.to, parcel);
      const part = { dealing, statistics, signature: sign(slicesStatement(header)) };
      const envelope = { ...parcel, signature: sign(signed) };
      return [{ ...send, bytes: encode({ type: 'slices', epoch, slot, dealing: part, envelope }) }];
    });
  };
}
