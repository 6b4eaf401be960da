import { toHex } from '../../src/crypto/bytes.js';
import { buildConflictTable, type ConflictRow } from '../../src/data/conflict.js';
import { Dataset, type Entry } from '../../src/data/dataset.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import type { Schema } from '../../src/data/schema.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import type { OpenedStatistics } from '../../src/data/statistics.js';
import type { Value } from '../../src/data/value.js';

const KEY = new SketchKey(new Uint8Array(32).fill(5));

/**
 * What bank `self` would compute the result of these inputs from: the records all have alike, the conflict table of the
 * rest, winners of settled keys, and all versions of a disputed key for which `opened` holds. Rows are closed where
 * `closed` holds.
 */
export function requestOf(
  schema: Schema,
  faults: number,
  tables: readonly (readonly (readonly Value[])[])[],
  options: {
    readonly self?: number;
    readonly opened?: (row: ConflictRow, version: number) => boolean;
    readonly closed?: (row: ConflictRow) => boolean;
    readonly statistics?: OpenedStatistics;
  } = {},
): ReconcileRequest {
  const { self = 0, opened = () => false, closed = () => false, statistics = null } = options;
  const datasets = tables.map((rows) => Dataset.fromRecords(schema, rows));
  const keys = new Map<string, Uint8Array>();
  for (const { entries } of datasets)
    for (const { keyDigest } of entries) keys.set(toHex(keyDigest), keyDigest);
  const byId = new Map([...keys.values()].map((keyDigest) => [toHex(KEY.keyId(keyDigest)), keyDigest]));
  const table = buildConflictTable(
    tables.length,
    [...keys.values()].map((keyDigest) => [
      KEY.keyId(keyDigest),
      datasets.map((dataset) => {
        const entry = dataset.get(keyDigest);
        return entry ? KEY.versionDigest(entry.digest) : null;
      }),
    ]),
    { faults, absence: schema.absence },
  );
  const conflicts = new Set(table.rows.map((row) => toHex(byId.get(toHex(row.id))!)));
  const local = new Map<ConflictRow, Entry>();
  const versions = new Map<ConflictRow, (Entry | null)[]>();
  for (const row of table.rows) {
    const keyDigest = byId.get(toHex(row.id))!;
    const own = datasets[self]!.get(keyDigest);
    if (own) local.set(row, own);
    versions.set(
      row,
      row.digests.map((_, i) => {
        const holder = row.column.indexOf(i + 1);
        const visible = row.standing.winner === i + 1 || opened(row, i + 1);
        return visible ? datasets[holder]!.get(keyDigest)! : null;
      }),
    );
  }
  return {
    schema,
    faults,
    banks: tables.map((_, i) => `bank-${i}`),
    common: datasets[self]!.entries.filter(({ keyDigest }) => !conflicts.has(toHex(keyDigest))),
    table,
    closed: new Set(table.rows.filter(closed)),
    versions,
    statistics,
    local,
    salt: new Uint8Array(32),
  };
}
