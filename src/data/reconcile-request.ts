import type { ConflictRow, ConflictTable } from './conflict.js';
import type { Entry } from './dataset.js';
import type { Schema } from './schema.js';

/** Everything an executor computes the result from. All of it hangs under the agreed value. */
export interface ReconcileRequest {
  readonly schema: Schema;
  /** f. */
  readonly faults: number;
  /** Names of the inputs, in the order of the table's columns. */
  readonly banks: readonly string[];
  /** The records that all inputs hold alike, in key-digest order. */
  readonly common: readonly Entry[];
  readonly table: ConflictTable;
  /**
   * The agreed versions of each row, in the order of the row's versions; null for one that was not opened to all. The
   * winner of every settled row is there. The same for every executor.
   */
  readonly versions: ReadonlyMap<ConflictRow, readonly (Entry | null)[]>;
  /** This bank's own records under the table's keys: they name the keys of its breaks, and decide nothing. */
  readonly local: ReadonlyMap<ConflictRow, Entry>;
}
