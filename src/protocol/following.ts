import { equalBytes, toHex } from '../crypto/bytes.js';
import { decode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { type ConflictTable, checkColumn, conflictTableCodec } from '../data/conflict.js';
import {
  commitmentStatement,
  openInput,
  type SignedCommitment,
  sketchKeyOf,
  ticketInput,
  ticketOutput,
  verifyCommitment,
} from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { classRule, type Draft, isWhole, maxTableRows } from './draft.js';
import type { MessageOf, SketchPart } from './messages.js';
import { openStatement, sketchStatement } from './requests.js';
import { lastSlotIndex } from './slot.js';

/** The Open of a view, checked. */
export interface Opened {
  readonly view: number;
  readonly proof: Uint8Array;
  /** VRF output, 64 bytes. */
  readonly output: Uint8Array;
  /** Key of the view's sketches and of its drafts' key ids, 32 bytes. */
  readonly key: Uint8Array;
}

/** Checks the VRF proof in an Open, or in the header of a draft that was made under it. */
export function openedBy(context: EpochContext, view: number, proof: Uint8Array): Opened | null {
  const { manifest, suite, chain } = context;
  const leader = manifest.banks[chain.schedule[view % chain.schedule.length]!]!;
  const output = suite.vrf.verify(leader.vrf, openInput(manifest, chain, view), proof);
  return output && { view, proof, output, key: sketchKeyOf(manifest, output) };
}

/** This bank's commitment of the epoch: one, the same in every view. */
export function makeCommitment(context: EpochContext): SignedCommitment {
  const { manifest, suite, chain, self, secrets, own, journal } = context;
  const commitment = {
    bank: self,
    epoch: chain.epoch,
    dataRoot: own.dataRoot(),
    records: own.dataset.size,
    statistics: own.statisticsCommitment(manifest.parameters.statistics),
    ticket: suite.vrf.prove(secrets.vrf, ticketInput(manifest, chain)),
  };
  return { ...commitment, signature: journal.sign(commitmentStatement(commitment)) };
}

/** A signed part of this bank's sketch under a view's key. */
export function makeSketchPart(
  context: EpochContext,
  opened: Opened,
  part: number,
  from: number,
  count: number,
): SketchPart {
  const symbols = context.own.keyed(opened.key).sketch.symbols(from, count);
  const unsigned = { epoch: context.chain.epoch, view: opened.view, part, symbols };
  return { ...unsigned, signature: context.journal.sign(sketchStatement(unsigned)) };
}

/** Whether the leader of the view signed this Open and its proof holds. */
export function checkOpen(context: EpochContext, from: number, open: MessageOf<'open'>): Opened | null {
  if (!authentic(context, from, openStatement(open), open.signature)) return null;
  return openedBy(context, open.view, open.proof);
}

/** Why a draft was not attested. */
export type DraftRefusal =
  | 'wrong-chain'
  | 'wrong-opening'
  | 'wrong-slot'
  | 'too-few-inputs'
  | 'not-whole'
  | 'commitment-invalid'
  | 'own-commitment-wrong'
  | 'table-malformed'
  | 'column-wrong'
  | 'common-root-wrong';

/** Decodes the conflict table of a draft; null when it is malformed. */
export function tableOf(context: EpochContext, draft: Draft): ConflictTable | null {
  const { manifest } = context;
  try {
    return decode(
      conflictTableCodec(draft.header.inputs.length, classRule(manifest), maxTableRows(manifest)),
      draft.table,
    );
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
}

/**
 * The checks that stand before an attestation. All of C passing them proves that the inputs hold identical data
 * outside the table, and that every column is its bank's own. Returns what is wrong, null when nothing is.
 *
 * @param opened the Open this bank took in the draft's view
 * @param commitment this bank's own commitment
 */
export function checkDraft(
  context: EpochContext,
  draft: Draft,
  opened: Opened,
  commitment: SignedCommitment | null,
): DraftRefusal | null {
  const { manifest, suite, chain, self, own } = context;
  const { header } = draft;
  if (header.epoch !== chain.epoch || !equalBytes(header.parent, chain.parent)) return 'wrong-chain';
  if (
    header.schedule.length !== manifest.size ||
    header.schedule.some((bank, i) => bank !== chain.schedule[i])
  )
    return 'wrong-chain';
  if (header.slot.view !== opened.view || !equalBytes(header.opening, opened.proof)) return 'wrong-opening';
  if (header.slot.index > lastSlotIndex(manifest.faults)) return 'wrong-slot';
  if (header.inputs.length < manifest.quorum) return 'too-few-inputs';
  if (!isWhole(draft)) return 'not-whole';
  for (const input of draft.commitments) {
    if (input.epoch !== chain.epoch || !verifyCommitment(manifest, suite, input)) return 'commitment-invalid';
    if (!ticketOutput(manifest, suite, chain, input)) return 'commitment-invalid';
    context.observe(input.bank, commitmentStatement(input), input.signature, true);
  }
  const table = tableOf(context, draft);
  if (!table) return 'table-malformed';
  const column = header.inputs.indexOf(self);
  if (column >= 0) {
    if (!commitment || !sameStatement(draft.commitments[column]!, commitment)) return 'own-commitment-wrong';
    const keyed = own.keyed(opened.key);
    if (checkColumn(table, column, (id) => keyed.find(toHex(id))?.version ?? null)) return 'column-wrong';
    const common = own.common(opened.key, new Set(table.rows.map((row) => toHex(row.id))));
    if (common.entries.length !== header.commonRecords || !equalBytes(common.root, header.commonRoot))
      return 'common-root-wrong';
  }
  return null;
}

function sameStatement(a: SignedCommitment, b: SignedCommitment): boolean {
  return equalBytes(commitmentStatement(a).body, commitmentStatement(b).body);
}
