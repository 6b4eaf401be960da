import { equalBytes, toHex } from '../crypto/bytes.js';
import type { ConflictRow } from '../data/conflict.js';
import type { Entry } from '../data/dataset.js';
import { type Outcome, tellOutcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { EpochRecord } from './epoch-record.js';

/**
 * What there is to tell of a bank's result when the books of all are known, as in a rehearsal: a bank among others is told
 * of the others' records only what was opened to it. The result is the same. Null where the host computed the result by
 * itself, or nothing is known of what it was computed from.
 */
export function tellRevealed(
  record: Pick<EpochRecord, 'datasets' | 'requests'>,
  bank: number,
  outcome: Outcome,
  ids: readonly string[],
): ReturnType<typeof tellOutcome> | null {
  const request = record.requests[bank];
  if (!request || !outcome.decisions) return null;
  return tellOutcome({ ...request, revealed: revealedRecords(record, request, ids) }, outcome.decisions);
}

/**
 * The record of each input under each row, by what it committed to. What does not fit its column is left out: a liar may
 * claim in the table what it does not hold.
 */
function revealedRecords(
  { datasets, requests }: Pick<EpochRecord, 'datasets' | 'requests'>,
  request: ReconcileRequest,
  ids: readonly string[],
): Map<ConflictRow, readonly (Entry | null)[]> {
  const keys = new Map<string, Uint8Array>();
  for (const each of requests)
    for (const [row, { keyDigest }] of each?.local ?? []) keys.set(toHex(row.id), keyDigest);
  const places = request.banks.map((id) => ids.indexOf(id));
  return new Map(
    request.table.rows.map((row) => {
      const keyDigest = keys.get(toHex(row.id));
      const entries = places.map((bank) => (keyDigest && datasets[bank]?.get(keyDigest)) ?? null);
      return [row, entries.map((entry, place) => (entry && fits(row, entries, place) ? entry : null))];
    }),
  );
}

/** Whether an input's record is the same as those of all others in its version, and of nobody in another. */
function fits({ column }: ConflictRow, entries: readonly (Entry | null)[], place: number): boolean {
  const own = entries[place];
  if (!own || column[place] === 0) return false;
  return entries.every((entry, other) => {
    const isSame = entry !== null && equalBytes(entry.digest, own.digest);
    return column[other] === 0 || entry === null || isSame === (column[other] === column[place]);
  });
}
