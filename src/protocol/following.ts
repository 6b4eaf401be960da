import { equalBytes, toHex } from '../crypto/bytes.js';
import { checkColumn } from '../data/conflict.js';
import { commitmentStatement, type SignedCommitment, verifyCommitment } from './commitment.js';
import { authentic, type EpochContext } from './context.js';
import { draftSalt, electorateOf, isThin, isWhole, saltedRoot } from './draft.js';
import type { Inclusion } from './inclusion.js';
import type { DraftMessage, MessageOf, SketchPart } from './messages.js';
import { badProof } from './proof-evidence.js';
import { type Opened, openedBy, type ReadDraft } from './reading.js';
import { openStatement, sketchStatement } from './requests.js';
import { lastSlotIndex } from './slot.js';

/** This bank's commitment of the epoch: one, the same in every view. */
export function makeCommitment(context: EpochContext): SignedCommitment {
  const { manifest, chain, self, own, journal } = context;
  const commitment = {
    bank: self,
    epoch: chain.epoch,
    dataRoot: own.dataRoot(),
    records: own.dataset.size,
    statistics: own.statisticsCommitment(manifest.statistics),
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
  const statement = openStatement(open);
  if (!equalBytes(open.seed, context.chain.seed)) return null;
  if (!authentic(context, from, statement, open.signature)) return null;
  const opened = openedBy(context, open.view, open.proof, open.saltProof);
  if (!opened) context.accuse(badProof(from, { statement, signature: open.signature }));
  return opened;
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
  | 'ids-collide'
  | 'table-malformed'
  | 'column-wrong'
  | 'common-root-wrong'
  | 'symbols-wrong'
  | 'amendment-wrong';

/**
 * The checks that stand before an attestation. All of C passing them proves that the inputs hold identical data
 * outside the table, and that every column is its bank's own. Returns what is wrong, null when nothing is.
 *
 * @param read the draft as it decodes under the Open this bank took in its view; null when it does not decode
 * @param commitment this bank's own commitment
 * @param inclusion judges the symbols of a thin draft, and the banks that a draft takes in
 */
export function checkDraft(
  context: EpochContext,
  { draft, amendments }: Pick<DraftMessage, 'draft' | 'amendments'>,
  opened: Opened,
  read: ReadDraft | null,
  commitment: SignedCommitment,
  inclusion: Pick<Inclusion, 'symbolsOf' | 'fits'>,
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
  if (!equalBytes(draft.saltProof, opened.saltProof)) return 'wrong-opening';
  if (header.slot.index > lastSlotIndex(manifest.faults)) return 'wrong-slot';
  if (header.amended.some((bank) => !header.inputs.includes(bank))) return 'amendment-wrong';
  if (electorateOf(header).length < manifest.quorum) return 'too-few-inputs';
  if (!isWhole(draft)) return 'not-whole';
  for (const input of draft.commitments) {
    if (input.epoch !== chain.epoch || !verifyCommitment(manifest, suite, input)) return 'commitment-invalid';
    context.observe(input.bank, commitmentStatement(input), input.signature, true);
  }
  if (!read) return 'table-malformed';
  const thin = isThin(manifest, header.inputs);
  if (!thin && draft.symbols.length > 0) return 'symbols-wrong';
  const column = header.inputs.indexOf(self);
  if (column < 0) return null;
  if (!sameStatement(draft.commitments[column]!, commitment)) return 'own-commitment-wrong';
  const keyed = own.keyed(opened.key);
  // The draft cannot speak of a record that stands aside. Should all inputs have it, it would be in no result.
  if (keyed.aside.length > 0 && !header.amended.includes(self)) return 'ids-collide';
  if (checkColumn(read.table, column, (id) => keyed.find(toHex(id))?.version ?? null)) return 'column-wrong';
  const common = own.common(opened.key, new Set(read.rows.keys()));
  const root = saltedRoot(draftSalt(draft.saltProof), common.root);
  if (common.entries.length !== header.commonRecords || !equalBytes(root, header.commonRoot))
    return 'common-root-wrong';
  if (thin && !equalBytes(inclusion.symbolsOf(root, read), draft.symbols)) return 'symbols-wrong';
  if (!inclusion.fits(read, amendments)) return 'amendment-wrong';
  return null;
}

function sameStatement(a: SignedCommitment, b: SignedCommitment): boolean {
  return equalBytes(commitmentStatement(a).body, commitmentStatement(b).body);
}
