import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import { settledBound } from './key-class.js';
import type { ReconcileRequest } from './reconcile-request.js';

/** Inputs that hold the same version of a key. */
export interface Side {
  /** Their names. */
  readonly banks: readonly string[];
  /** `agreed`: what won, which may be that the key does not exist. `other`: another record. `none`: they lack the key. */
  readonly holds: 'agreed' | 'other' | 'none';
  /** The record, where this version is open to all; else null. */
  readonly entry: Entry | null;
}

/** A key that is not, or not by everyone, held as the result has it. */
export interface Break {
  /** The key's id under the agreed draft's key. */
  readonly id: Uint8Array;
  /** Its digest and record where this bank knows them, else null. */
  readonly entry: Entry | null;
  /** The field, null when it is about the whole record. */
  readonly field: string | null;
  /** `unvouched`: too few hold it; `unresolved`: it stays open; `divergent`: decided, and some input differs. */
  readonly state: 'unvouched' | 'unresolved' | 'divergent';
  /** Why, in a sentence for people that names banks. */
  readonly reason: string;
  /** Names of the inputs that hold the key. */
  readonly holders: readonly string[];
  /** Names of the inputs that hold another version than the one that won; empty where none did. */
  readonly dissenters: readonly string[];
  /** Every input is in one of them: those with a record in the order of the table's versions, then those without. */
  readonly sides: readonly Side[];
  /** Support of the best supported version. */
  readonly support: number;
}

/** Names of the inputs in this version (0: absent) of a row. */
export function inVersion(
  request: ReconcileRequest,
  row: ConflictRow,
  test: (version: number) => boolean,
): string[] {
  return request.banks.filter((_, input) => test(row.column[input]!));
}

function sidesOf(
  request: ReconcileRequest,
  row: ConflictRow,
  winner: number | null,
  open: (version: number) => Entry | null,
): Side[] {
  const found = [...new Set(row.column)].sort((a, b) => (a || Infinity) - (b || Infinity));
  return found.map((version) => ({
    banks: inVersion(request, row, (v) => v === version),
    holds: version === winner ? 'agreed' : version === 0 ? 'none' : 'other',
    entry: open(version),
  }));
}

/** Names of the inputs that hold another version than the winner; those that lack it where absence is a claim. */
export function dissentersOf(request: ReconcileRequest, row: ConflictRow): string[] {
  const absenceCounts = request.schema.absence === 'vote';
  return inVersion(request, row, (v) => v !== row.standing.winner && (v !== 0 || absenceCounts));
}

/** The break of a settled key, null when nobody differs: the rest then only lacks the record. */
export function divergenceOf(
  request: ReconcileRequest,
  row: ConflictRow,
  winner: Entry | null,
): Break | null {
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
    sides: sidesOf(request, row, row.standing.winner, (version) =>
      version === row.standing.winner ? winner : null,
    ),
    support,
  };
}

/**
 * The breaks of a key that is not settled, or closed: one for each field left open, or one for the whole record.
 * @param unresolved the fields left open of a key that was decided in part, null when none was decided
 */
export function breaksOf(
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
    sides: sidesOf(request, row, null, (version) => versions[version - 1] ?? null),
    support: standing.support,
  };
  const whole = { ...common, field: null, state: 'unresolved' as const };
  const voices = `best version has ${standing.support} of ${standing.holders} voices`;
  if (request.closed.has(row))
    return [{ ...whole, reason: `${voices}; it stays closed: the quota of forced disclosures is used up` }];
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
  return [{ ...whole, reason: `${voices}, ${bound} settle it; its versions were not opened` }];
}
