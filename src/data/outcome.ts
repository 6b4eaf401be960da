import { compareBytes, concatBytes } from '../crypto/bytes.js';
import { type Codec, encode, struct, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import * as merkle from '../crypto/merkle.js';
import { type Break, breaksOf, dissentersOf, divergenceOf, inVersion } from './breaks.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import { decideFields, type FieldDecision, type HostRules } from './decide.js';
import { hostDecider, type ReconcileRules } from './decide-key.js';
import { type KeyClass, settledBound } from './key-class.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { encodePartialRecord } from './record.js';
import { encodeStatistics, type OpenedStatistics } from './statistics.js';
import type { Value } from './value.js';

export type { Break, Side } from './breaks.js';

/** How many keys of the union fell into which class. `unresolved` counts the disputed keys left without a decision. */
export interface Totals {
  /** All inputs hold one version. */
  readonly unanimous: number;
  /** One version, or absence, has the support that settles a key. */
  readonly settled: number;
  /** Held by more than f banks and not settled, or closed for the quota of forced disclosures. */
  readonly disputed: number;
  /** Held by f banks or fewer. */
  readonly unvouched: number;
  /** Disputed keys of which a field, or all, stayed open. */
  readonly unresolved: number;
}

/** Strict encoding of totals; they are signed with the result root. */
export const totalsCodec: Codec<Totals> = struct<Totals>({
  unanimous: u53,
  settled: u53,
  disputed: u53,
  unvouched: u53,
  unresolved: u53,
});

/** A key with its decided record. */
export interface OutcomeRow {
  /** SHA-256 of the key's canonical bytes, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** Values in the schema's order; `undefined` where a field could not be decided. */
  readonly values: readonly (Value | undefined)[];
}

/** Why a value came out as it did. */
export interface Explanation extends FieldDecision {
  /** The digest of the key it is about, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** The class that the key had before it was decided. */
  readonly class: KeyClass;
}

/** The result of an epoch. Two executors with the same request compute the same root. */
export interface Outcome {
  /** Commits to rows, undecided keys, totals and opened statistics, 32 bytes. */
  readonly root: Uint8Array;
  /** How many keys of the union fell into which class. */
  readonly totals: Totals;
  /** What was opened of the banks' column statistics; null when nothing was. */
  readonly statistics: OpenedStatistics | null;
  /** In key-digest order. */
  readonly rows: readonly OutcomeRow[];
  /** Every key that is not, or not by everyone, held as the result has it, in the table's order. */
  readonly breaks: readonly Break[];
  /** How the fields of settled and disputed keys came to their values; nothing of unanimous keys. */
  readonly explanations: readonly Explanation[];
}

/**
 * Computes the result from the agreed inputs: unanimous records stand, settled keys take their winner, disputed keys
 * are decided field by field where versions of them are open, by the host's function and the schema's rules, and what
 * remains is a break. Closed rows remain, whatever is known of them here.
 *
 * Pure, and as deterministic as the rules of the host are, whose errors become breaks and never come out of it;
 * expensive for large tables: run it outside the protocol core.
 */
export function reconcileOutcome(request: ReconcileRequest, rules: ReconcileRules = {}): Outcome {
  const { schema, table, statistics } = request;
  const rows: OutcomeRow[] = [];
  const leaves: { readonly keyDigest: Uint8Array; readonly leaf: Uint8Array }[] = [];
  const explanations: Explanation[] = [];
  const breaks: Break[] = [];
  const undecided: Uint8Array[] = [];
  const totals = { unanimous: request.common.length, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
  const host: HostRules = {
    ...(rules.functions && { functions: rules.functions }),
    ...(rules.decide && { decide: hostDecider(request, rules.decide) }),
  };

  const addRow = (
    keyDigest: Uint8Array,
    values: readonly (Value | undefined)[],
    entry: Entry | null,
  ): void => {
    rows.push({ keyDigest, values });
    const content = entry ? entry.digest : encodePartialRecord(schema, values);
    leaves.push({ keyDigest, leaf: merkle.leafHash(hash('result-row', keyDigest, content)) });
  };

  for (const entry of request.common) addRow(entry.keyDigest, entry.values, entry);
  for (const row of table.rows) {
    const closed = request.closed.has(row);
    const keyClass = closed ? 'disputed' : row.standing.class;
    const versions = closed ? [] : (request.versions.get(row) ?? []);
    totals[keyClass]++;
    if (keyClass === 'settled') {
      const winner = row.standing.winner === 0 ? null : (versions[row.standing.winner! - 1] ?? null);
      if (winner) {
        addRow(winner.keyDigest, winner.values, winner);
        explanations.push(...explainSettled(request, row, winner));
      }
      const divergence = divergenceOf(request, row, winner);
      if (divergence) breaks.push(divergence);
      continue;
    }
    const decided = keyClass === 'disputed' ? decideFields(request, row, versions, host) : null;
    if (decided) {
      const { keyDigest, values, fields } = decided;
      addRow(keyDigest, values, null);
      for (const field of fields) explanations.push({ ...field, keyDigest, class: keyClass });
    } else {
      undecided.push(concatBytes(row.id, Uint8Array.of(keyClass === 'unvouched' ? 0 : 1)));
    }
    if (keyClass === 'disputed' && (!decided || decided.values.includes(undefined))) totals.unresolved++;
    breaks.push(...breaksOf(request, row, versions, decided?.unresolved ?? null));
  }

  rows.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  leaves.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  const root = hash(
    'result',
    merkle.root(leaves.map(({ leaf }) => leaf)),
    merkle.root(undecided.map((leaf) => merkle.leafHash(leaf))),
    encode(totalsCodec, totals),
    encodeStatistics(statistics),
  );
  return { root, totals, statistics, rows, breaks, explanations };
}

function explainSettled(request: ReconcileRequest, row: ConflictRow, winner: Entry): Explanation[] {
  const { schema, faults } = request;
  const supporters = inVersion(request, row, (version) => version === row.standing.winner);
  const dissenters = dissentersOf(request, row);
  return schema.fields.map((field, f) => ({
    keyDigest: winner.keyDigest,
    class: 'settled' as const,
    field: field.name,
    value: winner.values[f]!,
    rule: 'settled',
    supporters,
    dissenters,
    margin: supporters.length - settledBound(row.standing.holders, faults),
  }));
}
