import { decode } from '../crypto/encoding.js';
import {
  buildConflictTable,
  type ConflictRow,
  type ConflictTable,
  conflictTableCodec,
  encodeConflictTable,
  type Holdings,
} from '../data/conflict.js';
import type { ClassRule } from '../data/key-class.js';
import {
  classRule,
  type Draft,
  draftDigest,
  draftSalt,
  proposalStatement,
  tableDigest,
} from '../protocol/draft.js';
import type { MessageOf } from '../protocol/messages.js';
import type { AttackContext } from './adversary.js';
import type { Random } from './random.js';

/**
 * The draft of a leader that lies about the differences: a row is left out, so that the bank it is about would seem to
 * agree, or a bank's column in it is changed. Where there are no differences, one is denied: the common root is another.
 * Everything else is as it was, whole and signed.
 */
export function lyingDraft(
  { draft, amendments }: MessageOf<'draft'>,
  context: AttackContext,
): MessageOf<'draft'> {
  const { manifest, random } = context;
  const rule = classRule(manifest);
  const { inputs } = draft.header;
  const codec = conflictTableCodec(inputs.length, rule, Number.MAX_SAFE_INTEGER);
  const truth = decode(codec, draft.table);
  const lie =
    truth.rows.length === 0 ? denied(draft, random) : withTable(draft, falseTable(truth, rule, random), rule);
  return { ...signedDraft(lie, context), amendments };
}

/** A draft that takes nobody in, as its leader sends it. */
export function signedDraft(draft: Draft, { sign }: AttackContext): MessageOf<'draft'> {
  const { epoch, slot } = draft.header;
  const signature = sign(proposalStatement(epoch, slot, draftDigest(draft.header)));
  return { type: 'draft', draft, amendments: [], signature };
}

function denied(draft: Draft, random: Random): Draft {
  return { ...draft, header: { ...draft.header, commonRoot: random.bytes(32) } };
}

/** The draft with another table, and the header that goes with it. */
export function withTable(draft: Draft, table: ConflictTable, rule: ClassRule): Draft {
  const encoded = encodeConflictTable(table, rule);
  return {
    ...draft,
    table: encoded,
    header: { ...draft.header, table: tableDigest(draftSalt(draft.saltProof), encoded) },
  };
}

function falseTable({ inputs, rows }: ConflictTable, rule: ClassRule, random: Random): ConflictTable {
  const victim = random.pick(rows);
  const others = rows.filter((row) => row !== victim);
  const changed = random.chance(0.5) ? [] : [[victim.id, falseHoldings(victim, random)] as const];
  const kept = others.map((row) => [row.id, holdingsOf(row, random)] as const);
  return buildConflictTable(inputs, [...kept, ...changed], rule);
}

/** What a row says each input holds; a withheld digest is made up, since its class withholds it again. */
export function holdingsOf(row: ConflictRow, random: Random): (Uint8Array | null)[] {
  const digests = row.digests.map((digest) => digest ?? random.bytes(16));
  return row.column.map((version) => (version === 0 ? null : digests[version - 1]!));
}

/** The same with one input's word turned round: a holder is said to lack the record, another bank to hold it. */
function falseHoldings(row: ConflictRow, random: Random): Holdings {
  const holdings = holdingsOf(row, random);
  const at = random.int(holdings.length);
  const held = holdings.find((digest) => digest !== null)!;
  holdings[at] = holdings[at] === null ? held : null;
  return holdings;
}
