import { compareBytes, concatBytes } from '../crypto/bytes.js';
import { type Codec, encode, struct, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import * as merkle from '../crypto/merkle.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import { decideFields, type FieldDecision } from './decide.js';
import { type KeyClass, settledBound } from './key-class.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { encodePartialRecord } from './record.js';
import type { Value } from './value.js';

/** How many keys of the union fell into which class. `unresolved` counts the disputed keys left without a decision. */
export interface Totals {
  /** All inputs hold one version. */
  readonly unanimous: number;
  /** One version, or absence, has the support that settles a key. */
  readonly settled: number;
  /** Held by more than f banks, and not settled. */
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
  readonly keyDigest: Uint8Array;
  /** Values in the schema's order; `undefined` where a field could not be decided. */
  readonly values: readonly (Value | undefined)[];
}

/** Why a value came out as it did. */
export interface Explanation extends FieldDecision {
  readonly keyDigest: Uint8Array;
  readonly class: KeyClass;
}

/** A key that is not, or not by everyone, held as the result has it. */
export interface Break {
  /** The key's id under the agreed draft's key. */
  readonly id: Uint8Array;
  /** Its digest and record where this bank knows them, else null. */
  readonly entry: Entry | null;
  /** The field, null when it is about the whole record. */
  readonly field: string | null;
  readonly state: 'unvouched' | 'unresolved' | 'divergent';
  readonly reason: string;
  /** Names of the inputs that hold the key. */
  readonly holders: readonly string[];
  /** Names of the inputs that hold another version than the one that won; empty where none did. */
  readonly dissenters: readonly string[];
  /** Support of the best supported version. */
  readonly support: number;
}

/** The result of an epoch. Two executors with the same request compute the same root. */
export interface Outcome {
  /** Commits to rows, undecided keys and totals, 32 bytes. */
  readonly root: Uint8Array;
  readonly totals: Totals;
  /** In key-digest order. */
  readonly rows: readonly OutcomeRow[];
  readonly breaks: readonly Break[];
  readonly explanations: readonly Explanation[];
}

/**
 * Computes the result from the agreed inputs: unanimous records stand, settled keys take their winner, disputed keys
 * are decided field by field by the schema's rules where their versions are known, and what remains is a break.
 *
 * Pure and deterministic, and expensive for large tables: run it outside the protocol core.
 */
export function reconcileOutcome(request: ReconcileRequest): Outcome {
  const rows: OutcomeRow[] = [];
  const leaves: { readonly keyDigest: Uint8Array; readonly leaf: Uint8Array }[] = [];
  const explanations: Explanation[] = [];
  const breaks: Break[] = [];
  const undecided: Uint8Array[] = [];
  const totals = { unanimous: request.common.length, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };

  const addRow = (
    keyDigest: Uint8Array,
    values: readonly (Value | undefined)[],
    entry: Entry | null,
  ): void => {
    rows.push({ keyDigest, values });
    const content = entry ? entry.digest : encodePartialRecord(request.schema, values);
    leaves.push({ keyDigest, leaf: merkle.leafHash(hash('result-row', keyDigest, content)) });
  };

  for (const entry of request.common) addRow(entry.keyDigest, entry.values, entry);
  for (const row of request.table.rows) {
    totals[row.standing.class]++;
    const versions = request.versions.get(row) ?? [];
    if (row.standing.class === 'settled') {
      const winner = row.standing.winner === 0 ? null : (versions[row.standing.winner! - 1] ?? null);
      if (winner) {
        addRow(winner.keyDigest, winner.values, winner);
        explanations.push(...explainSettled(request, row, winner));
      }
      const divergence = divergenceOf(request, row, winner);
      if (divergence) breaks.push(divergence);
      continue;
    }
    const decided = row.standing.class === 'disputed' ? decideFields(request, row, versions) : null;
    if (decided) {
      addRow(decided.keyDigest, decided.values, null);
      explanations.push(
        ...decided.fields.map((field) => ({
          ...field,
          keyDigest: decided.keyDigest,
          class: row.standing.class,
        })),
      );
    } else {
      undecided.push(concatBytes(row.id, Uint8Array.of(row.standing.class === 'unvouched' ? 0 : 1)));
    }
    if (row.standing.class === 'disputed' && (!decided || decided.values.includes(undefined)))
      totals.unresolved++;
    breaks.push(...breaksOf(request, row, versions, decided?.unresolved ?? null));
  }

  rows.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  leaves.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  const root = hash(
    'result',
    merkle.root(leaves.map(({ leaf }) => leaf)),
    merkle.root(undecided.map((leaf) => merkle.leafHash(leaf))),
    encode(totalsCodec, totals),
  );
  return { root, totals, rows, breaks, explanations };
}

/** Names of the inputs in this version (0: absent) of a row. */
function inVersion(
  request: ReconcileRequest,
  row: ConflictRow,
  test: (version: number) => boolean,
): string[] {
  return request.banks.filter((_, input) => test(row.column[input]!));
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

function dissentersOf(request: ReconcileRequest, row: ConflictRow): string[] {
  const absenceCounts = request.schema.absence === 'vote';
  return inVersion(request, row, (v) => v !== row.standing.winner && (v !== 0 || absenceCounts));
}

function divergenceOf(request: ReconcileRequest, row: ConflictRow, winner: Entry | null): Break | null {
  const dissenters = dissentersOf(request, row);
  if (dissenters.length === 0) return null;
  const { support, holders } = row.standing;
  const agreed = row.standing.winner === 0 ? 'do not hold it' : 'hold one version';
  return {
    id: row.id,
    entry: winner ?? request.local.get(row) ?? null,
    field: null,
    state: 'divergent',
    reason: `${support} of ${holders} ${agreed}; ${dissenters.join(', ')} differ${dissenters.length === 1 ? 's' : ''}`,
    holders: inVersion(request, row, (version) => version !== 0),
    dissenters,
    support,
  };
}

function breaksOf(
  request: ReconcileRequest,
  row: ConflictRow,
  versions: readonly (Entry | null)[],
  unresolved: readonly { readonly field: string; readonly reason: string }[] | null,
): Break[] {
  const { standing } = row;
  const common = {
    id: row.id,
    entry: versions.find((entry) => entry !== null) ?? request.local.get(row) ?? null,
    holders: inVersion(request, row, (version) => version !== 0),
    dissenters: [],
    support: standing.support,
  };
  if (standing.class === 'unvouched')
    return [
      {
        ...common,
        field: null,
        state: 'unvouched',
        reason: `held by ${standing.held} of ${request.banks.length} banks; ${request.faults + 1} must hold it before an honest one is sure to`,
      },
    ];
  if (unresolved)
    return unresolved.map(({ field, reason }) => ({
      ...common,
      field,
      state: 'unresolved' as const,
      reason,
    }));
  const bound = settledBound(standing.holders, request.faults);
  const reason = `best version has ${standing.support} of ${standing.holders} voices, ${bound} settle it; its versions were not opened`;
  return [{ ...common, field: null, state: 'unresolved', reason }];
}
