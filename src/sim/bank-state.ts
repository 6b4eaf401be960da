import { equalBytes } from '../crypto/bytes.js';
import type { ConflictTable } from '../data/conflict.js';
import type { EpochRecord } from './epoch-record.js';
import type { BankState } from './report.js';

/**
 * The state of every bank after an epoch. A bank that runs the protocol unaltered speaks for itself; of the others it
 * is what the honest banks can see. Only `faulty` accuses, and it needs proof.
 *
 * @param faulty banks proven faulty
 */
export function bankStates(
  record: EpochRecord,
  honest: readonly number[],
  faulty: ReadonlySet<number>,
): BankState[] {
  const reference = honest.map((bank) => record.sealed[bank]).find((sealed) => sealed?.table);
  const inputs = new Set(reference?.inputs ?? []);
  const outliers = reference?.table ? divergentInputs(reference.table, reference.inputs) : new Set<number>();
  return record.sealed.map((sealed, bank) => {
    if (faulty.has(bank)) return 'faulty';
    const known = honest.includes(bank) || inputs.has(bank) || record.heard.has(bank);
    if (!known) return 'silent';
    if (!sealed) return honest.includes(bank) || record.heardLate.has(bank) ? 'behind' : 'silent';
    if (!sealed.outcome) return 'behind';
    const same = equalBytes(sealed.outcome.root, sealed.seal.root);
    return outliers.has(bank) || !same ? 'divergent' : 'agreed';
  });
}

/**
 * Inputs whose records lost on unusually many settled keys: more than the median of all inputs plus five times their
 * median absolute deviation (at least 2). Fewer than half of the inputs can move neither figure far.
 */
export function divergentInputs(table: ConflictTable, inputs: readonly number[]): Set<number> {
  const lost = inputs.map(
    (_, i) =>
      table.rows.filter(({ standing, column }) => {
        if (standing.class !== 'settled' || column[i] === standing.winner) return false;
        return column[i] !== 0 || standing.holders === table.inputs;
      }).length,
  );
  const middle = median(lost);
  const spread = median(lost.map((count) => Math.abs(count - middle)));
  const bound = middle + 5 * Math.max(spread, 2);
  return new Set(inputs.filter((_, i) => lost[i]! > bound));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
