import type { ConflictRow, ConflictTable } from './conflict.js';
import type { Entry } from './dataset.js';
import type { Schema } from './schema.js';
import type { OpenedStatistics } from './statistics.js';

/** Everything an executor computes the result from. All of it hangs under the agreed value. */
export interface ReconcileRequest {
  /** What the records are, and the rules that decide. */
  readonly schema: Schema;
  /** f. */
  readonly faults: number;
  /** Names of the inputs, in the order of the table's columns. */
  readonly banks: readonly string[];
  /** The records that all inputs hold alike, in key-digest order. */
  readonly common: readonly Entry[];
  /** The agreed conflict table. */
  readonly table: ConflictTable;
  /** Rows of the table beyond the quota of forced disclosures: undecided for everybody, even those that are settled. */
  readonly closed: ReadonlySet<ConflictRow>;
  /**
   * The agreed versions of each row, in the order of the row's versions; null for one that was not opened to all. The
   * winner of every settled row that is not closed is there. The same for every executor.
   */
  readonly versions: ReadonlyMap<ConflictRow, readonly (Entry | null)[]>;
  /** What was opened of the banks' column statistics, the same for every executor; null when nothing was. */
  readonly statistics: OpenedStatistics | null;
  /** This bank's own records under the table's keys: they name the keys of its breaks, and decide nothing. */
  readonly local: ReadonlyMap<ConflictRow, Entry>;
  /** This bank's place among `banks`, null when it is none of them: its own records name its side of a break. */
  readonly self?: number | null;
  /**
   * In a rehearsal, which has the books of all: the record of each input, by its place, null where it is not known. Told in
   * breaks, and decides nothing; a bank among others never has it.
   */
  readonly revealed?: ReadonlyMap<ConflictRow, readonly (Entry | null)[]>;
  /** Salt of the result root, 32 bytes, the same for every executor: a root alone is then no test of guesses. */
  readonly salt: Uint8Array;
}
