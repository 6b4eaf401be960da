import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import type { ReconcileRequest } from './reconcile-request.js';

/**
 * The record that an input holds in a row, where whoever asks knows it: its version is open to all, or is the one that
 * the asking bank holds itself, or a rehearsal reveals it. Null where it is hidden, and where the input has none.
 *
 * It says nothing that decides: executors know different records. It serves what each tells its own people.
 */
export function knownRecord(request: ReconcileRequest, row: ConflictRow, input: number): Entry | null {
  const version = row.column[input] ?? 0;
  if (version === 0) return null;
  const open = request.closed.has(row) ? null : request.versions.get(row)?.[version - 1];
  if (open) return open;
  const revealed = request.revealed?.get(row)?.[input];
  if (revealed) return revealed;
  const isOwn = request.self !== undefined && request.self !== null && row.column[request.self] === version;
  return isOwn ? (request.local.get(row) ?? null) : null;
}

/** A record of the row's key, which names the key: any that is known, else this bank's own; null for none. */
export function anyRecord(request: ReconcileRequest, row: ConflictRow): Entry | null {
  for (const input of row.column.keys()) {
    const entry = knownRecord(request, row, input);
    if (entry) return entry;
  }
  return request.local.get(row) ?? null;
}
