import type { ConflictRow, ConflictTable } from './conflict.js';
import { isOpened } from './key-class.js';

/** Which raw records leave their banks, as the conflict table alone decides: every bank computes the same. */
export interface DisclosurePlan {
  /**
   * For each disputed row that is opened, the dealers of each version (at `version − 1`), as places among the inputs,
   * ascending: all its supporters, of which no more than the first f + 1 are needed for one of them to be honest.
   */
  readonly dealers: ReadonlyMap<ConflictRow, readonly (readonly number[])[]>;
  /** Rows that would disclose a record beyond some bank's quota: they stay closed, and unresolved, for everyone. */
  readonly beyondQuota: ReadonlySet<ConflictRow>;
}

/** Bounds of what a table may force banks to disclose. */
export interface DisclosureRule {
  /** f. */
  readonly faults: number;
  /** Records that one bank may be made to disclose in an epoch, at most. */
  readonly quota: number;
}

/** What one input has to deal of one row. */
export interface DealtVersion {
  /** The row of the agreed table that the version stands in. */
  readonly row: ConflictRow;
  /** The number of its version, from 1. */
  readonly version: number;
}

/**
 * Decides what is disclosed, in order of key id.
 *
 * A disputed row charges the dealers of its versions, one record each. A settled row whose winner has fewer than 2f + 1
 * supporters charges all of these, since whoever lacks the record may ask any of them: with f liars among so few
 * supporters, lies may have settled the key, while 2f + 1 include f + 1 honest banks and nobody was tricked. Nothing else
 * is charged: an unvouched record never leaves its bank, nor does one whose key is not agreed to exist, and absence
 * discloses nothing. A row is taken only if nobody
 * whom it charges is at its quota, and then as a whole: half-opened rows would be decided by whose quota had run out.
 *
 * The quota is what stops liars who can name keys of a bank, or a leader who copies its ids into their columns, from
 * making it open its book. Not guaranteed: that honest disputes are served first. Liars can use a quota up with disputes
 * of their own making, and key ids, hence the order, change with every view.
 */
export function planDisclosures(table: ConflictTable, rule: DisclosureRule): DisclosurePlan {
  const dealers = new Map<ConflictRow, readonly (readonly number[])[]>();
  const beyondQuota = new Set<ConflictRow>();
  const disclosed = new Array<number>(table.inputs).fill(0);
  for (const row of table.rows) {
    const exposed = exposedBy(row, rule.faults);
    const charged = exposed.flat();
    if (charged.some((bank) => disclosed[bank]! >= rule.quota)) {
      beyondQuota.add(row);
      continue;
    }
    for (const bank of charged) disclosed[bank]!++;
    if (isOpened(row.standing)) dealers.set(row, exposed);
  }
  return { dealers, beyondQuota };
}

/** What input `input` deals under a plan of this table, in the order of the rows. */
export function dealtBy(table: ConflictTable, plan: DisclosurePlan, input: number): DealtVersion[] {
  return table.rows.flatMap((row) => {
    const version = row.column[input] ?? 0;
    const deals = version > 0 && plan.dealers.get(row)?.[version - 1]?.includes(input);
    return deals ? [{ row, version }] : [];
  });
}

/** For each version of a row, the inputs whose record of it counts as disclosed; no input is in two. */
function exposedBy({ standing, column, digests }: ConflictRow, faults: number): number[][] {
  const exposed: number[][] = digests.map(() => []);
  const { class: keyClass, winner, support } = standing;
  if (isOpened(standing))
    column.forEach((version, input) => {
      const dealers = exposed[version - 1];
      if (dealers && dealers.length <= faults) dealers.push(input);
    });
  else if (keyClass === 'settled' && support < 2 * faults + 1)
    column.forEach((version, input) => {
      if (version > 0 && version === winner) exposed[version - 1]!.push(input);
    });
  return exposed;
}
