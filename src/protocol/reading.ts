import { concatBytes, toHex } from '../crypto/bytes.js';
import { decode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import { type ConflictRow, type ConflictTable, conflictTableCodec } from '../data/conflict.js';
import { type DisclosurePlan, dealtBy, planDisclosures } from '../data/disclosure.js';
import { leaderOf } from './chain.js';
import { openInput, type SignedCommitment, saltInput, sketchKeyOf } from './commitment.js';
import type { EpochContext } from './context.js';
import { classRule, type Draft, draftDigest, maxTableRows } from './draft.js';
import type { Claims } from './slice-header.js';

/** The Open of a view, checked. */
export interface Opened {
  readonly view: number;
  readonly proof: Uint8Array;
  /** The proof that no header shows. */
  readonly saltProof: Uint8Array;
  /** VRF output of `proof`, 64 bytes. */
  readonly output: Uint8Array;
  /** Key of the view's sketches and of its drafts' key ids, 32 bytes. */
  readonly key: Uint8Array;
}

type Chained = Pick<EpochContext, 'manifest' | 'suite' | 'chain'>;

/** VRF output (64 bytes) of the proof that stands in headers; null when it does not hold. */
export function openingOutput(
  { manifest, suite, chain }: Chained,
  view: number,
  proof: Uint8Array,
): Uint8Array | null {
  return suite.vrf.verify(
    manifest.banks[leaderOf(chain, view)]!.vrf,
    openInput(manifest, chain, view),
    proof,
  );
}

/** Checks both VRF proofs of an Open, or of a draft that was made under it. */
export function openedBy(
  context: Chained,
  view: number,
  proof: Uint8Array,
  saltProof: Uint8Array,
): Opened | null {
  const { manifest, suite, chain } = context;
  const output = openingOutput(context, view, proof);
  const { vrf } = manifest.banks[leaderOf(chain, view)]!;
  const secret = output && suite.vrf.verify(vrf, saltInput(manifest, chain, view), saltProof);
  return secret && { view, proof, saltProof, output, key: sketchKeyOf(manifest, secret) };
}

/** The Open that a draft names; null when a proof does not hold. */
export function openedFor(context: Chained, { header, saltProof }: Draft): Opened | null {
  return openedBy(context, header.slot.view, header.opening, saltProof);
}

/** A draft, decoded, with all that follows from it alone. Whether it is right is another question: see `checkDraft`. */
export interface ReadDraft {
  readonly draft: Draft;
  /** `draftDigest` of its header. */
  readonly digest: Uint8Array;
  readonly opened: Opened;
  readonly table: ConflictTable;
  /** Rows by key id (hex). */
  readonly rows: ReadonlyMap<string, ConflictRow>;
  readonly plan: DisclosurePlan;
  /** Indices of the banks that deal under it, ascending: all inputs, when statistics are dealt. */
  readonly dealers: readonly number[];
}

/**
 * Decodes a draft; null when its table is malformed.
 * @param opened the Open it was made under
 */
export function readDraft(context: EpochContext, draft: Draft, opened: Opened): ReadDraft | null {
  const { manifest } = context;
  const { inputs } = draft.header;
  const table = decodeTable(context, draft);
  if (!table) return null;
  const plan = planDisclosures(table, {
    faults: manifest.faults,
    quota: manifest.parameters.disclosureQuota,
  });
  const dealing = new Set<number>();
  if (manifest.statistics !== 'none') for (const bank of inputs) dealing.add(bank);
  for (const versions of plan.dealers.values())
    for (const places of versions) for (const place of places) dealing.add(inputs[place]!);
  return {
    draft,
    digest: draftDigest(draft.header),
    opened,
    table,
    rows: new Map(table.rows.map((row) => [toHex(row.id), row])),
    plan,
    dealers: [...dealing].sort((a, b) => a - b),
  };
}

function decodeTable({ manifest }: EpochContext, draft: Draft): ConflictTable | null {
  const codec = conflictTableCodec(draft.header.inputs.length, classRule(manifest), maxTableRows(manifest));
  try {
    return decode(codec, draft.table);
  } catch (error) {
    if (isConcordatError(error)) return null;
    throw error;
  }
}

/** The versions that a bank has to open under a draft, by what its column says. */
export function claimsOf({ draft, opened, table, plan }: ReadDraft, dealer: number): Claims {
  const place = draft.header.inputs.indexOf(dealer);
  const items = dealtBy(table, plan, place).map(({ row, version }) =>
    concatBytes(row.id, row.digests[version - 1]!),
  );
  return { key: opened.key, items };
}

/** The Commitment in a draft of a bank that is an input. */
export function commitmentIn({ draft }: ReadDraft, bank: number): SignedCommitment {
  return draft.commitments[draft.header.inputs.indexOf(bank)]!;
}
