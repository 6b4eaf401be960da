import { equalBytes, toHex } from '../../src/crypto/bytes.js';
import { encodeConflictTable } from '../../src/data/conflict.js';
import { entryOf } from '../../src/data/dataset.js';
import { classRule } from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { claimsOf } from '../../src/protocol/reading.js';
import { ownData, readAs } from '../../src/sim/redealing.js';
import type { Liar, Seen } from './guarantees-run.js';

/** What a strategy may be proven to have done, and whether in a given run it must be, by what it did in it. */
export interface Provable {
  readonly kinds: readonly string[];
  readonly must: (liar: Liar, seen: Seen) => boolean;
}

/** What honest banks sealed: the same for all, as the oracle has checked. */
export const sealedBy = ({ record, honest }: Seen) => record.sealed[honest[0]!]!;

/** What it dealt to honest banks under the draft that was agreed. */
function dealtInAgreed({ sent }: Liar, seen: Seen): MessageOf<'slices'>[] {
  const { slot } = sealedBy(seen).seal.header;
  return sent.flatMap(({ to, message }) => {
    if (message.type !== 'slices' || !seen.honest.includes(to)) return [];
    return message.slot.view === slot.view && message.slot.index === slot.index ? [message] : [];
  });
}

/** Whether it dealt a payload that was agreed to be put together. */
function wasOpened(liar: Liar, seen: Seen): boolean {
  const { holdings } = sealedBy(seen).seal.agreed;
  const dealt = dealtInAgreed(liar, seen).some(({ envelope }) => envelope.slice !== null);
  return dealt && holdings.some(({ dealer }) => dealer === liar.bank);
}

/** Whether one of the versions that it had to open is not the one under its data root. */
function misclaims({ context, bank, sent, heard }: Liar, seen: Seen): boolean {
  const { seal, table } = sealedBy(seen);
  const { saltProof } = [...sent, ...heard].flatMap(({ message }) =>
    message.type === 'open' && message.view === seal.header.slot.view ? [message] : [],
  )[0]!;
  const encoded = encodeConflictTable(table!, classRule(seen.manifest));
  const draft = {
    header: seal.header,
    saltProof,
    commitments: [],
    table: encoded,
    symbols: new Uint8Array(0),
  };
  const read = readAs(context!, draft)!;
  const own = ownData(context!).keyed(read.opened.key);
  return claimsOf(read, bank).items.some((item) => {
    const { entry } = own.find(toHex(item.subarray(0, 8)))!;
    return !equalBytes(entry.digest, entryOf(seen.manifest.schema, entry.bytes).digest);
  });
}

const always = (): boolean => true;

/** By strategy. Of one that is not here nothing can be proven. */
export const PROVABLE: Readonly<Record<string, Provable>> = {
  equivocate: { kinds: ['two-commitments', 'two-proposals', 'two-prepares', 'two-commits'], must: always },
  'double-vote': { kinds: ['two-prepares', 'two-commits'], must: always },
  'corrupt-slices': { kinds: ['bad-slices'], must: wasOpened },
  'split-slices': {
    kinds: ['two-slices'],
    must: (liar, seen) =>
      new Set(dealtInAgreed(liar, seen).map(({ dealing }) => toHex(dealing.signature))).size > 1,
  },
  'bad-shares': { kinds: ['bad-shares'], must: (liar, seen) => dealtInAgreed(liar, seen).length > 0 },
  'false-attestation': {
    kinds: ['false-attestation'],
    must: (liar, seen) => wasOpened(liar, seen) && misclaims(liar, seen),
  },
  'forge-stats': {
    kinds: ['bad-shares', 'bad-slices'],
    must: (liar, seen) => {
      if (!liar.context?.memory.get('deals falsely')) return false;
      const { statistics } = seen.cell;
      if (statistics === 'open') return wasOpened(liar, seen);
      return statistics === 'aggregate' && dealtInAgreed(liar, seen).length > 0;
    },
  },
};
