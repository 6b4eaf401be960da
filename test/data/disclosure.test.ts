import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildConflictTable, type ConflictTable, type Holdings } from '../../src/data/conflict.js';
import { dealtBy, planDisclosures } from '../../src/data/disclosure.js';
import type { Absence } from '../../src/data/key-class.js';

/** A table of rows given as columns; row i has the key id i, and equal numbers from 1 are equal versions. */
function tableOf(
  faults: number,
  columns: readonly (readonly number[])[],
  absence: Absence = 'vote',
): ConflictTable {
  const digest = (version: number) => (version === 0 ? null : new Uint8Array(16).fill(version));
  const idOf = (row: number) => Uint8Array.of(0, 0, 0, 0, 0, 0, row >> 8, row & 255);
  return buildConflictTable(
    columns[0]!.length,
    columns.map((column, row): [Uint8Array, Holdings] => [idOf(row), column.map(digest)]),
    { faults, absence },
  );
}

const PLENTY = 1000;
const dealersOf = (faults: number, column: readonly number[], quota = PLENTY) => {
  const table = tableOf(faults, [column]);
  return planDisclosures(table, { faults, quota }).dealers.get(table.rows[0]!);
};

describe('a disputed row', () => {
  it('is dealt by all supporters of a version with up to f + 1, and by the first f + 1 of more', () => {
    expect(dealersOf(1, [1, 2, 1, 2, 3, 1, 0])).toEqual([[0, 2], [1, 3], [4]]);
    expect(dealersOf(0, [1, 1, 2, 2])).toEqual([[0], [2]]);
    expect(dealersOf(2, [1, 2, 1, 2, 1, 1, 2])).toEqual([
      [0, 2, 4],
      [1, 3, 6],
    ]);
  });

  it('numbers its dealers as the table numbers versions, most supported first', () => {
    expect(dealersOf(1, [7, 5, 5, 9])).toEqual([[1, 2], [0], [3]]);
  });

  it('is never dealt by those who lack it', () => {
    const table = tableOf(1, [[1, 0, 2, 0, 1, 2, 0]]);
    const plan = planDisclosures(table, { faults: 1, quota: PLENTY });
    for (const absent of [1, 3, 6]) expect(dealtBy(table, plan, absent)).toEqual([]);
  });
});

describe('what is dealt by an input', () => {
  it('are its versions of opened rows, in the order of the rows', () => {
    const table = tableOf(1, [
      [1, 2, 3, 1],
      [1, 1, 1, 2],
      [2, 1, 1, 2],
      [2, 2, 3, 3],
    ]);
    const plan = planDisclosures(table, { faults: 1, quota: PLENTY });
    expect(dealtBy(table, plan, 3)).toEqual([
      { row: table.rows[0], version: 1 },
      { row: table.rows[2], version: 1 },
      { row: table.rows[3], version: 2 },
    ]);
  });

  it('is nothing for a bank that is no input', () => {
    const table = tableOf(1, [[1, 2, 3, 1]]);
    const plan = planDisclosures(table, { faults: 1, quota: PLENTY });
    expect(dealtBy(table, plan, 4)).toEqual([]);
    expect(dealtBy(table, plan, -1)).toEqual([]);
  });
});

describe('the quota', () => {
  const disputed = [1, 2, 3, 1];
  const beyond = (columns: readonly (readonly number[])[], quota: number, absence: Absence = 'vote') => {
    const table = tableOf(1, columns, absence);
    const plan = planDisclosures(table, { faults: 1, quota });
    expect([...plan.dealers.keys()].some((row) => plan.beyondQuota.has(row))).toBe(false);
    return table.rows.map((row) => plan.beyondQuota.has(row));
  };

  it('closes every row that discloses anything when it is zero', () => {
    expect(beyond([disputed, [1, 1, 2, 2], [1, 1, 1, 2]], 0)).toEqual([true, true, false]);
  });

  it('is spent in the order of the rows', () => {
    expect(beyond([disputed, disputed, disputed], 2)).toEqual([false, false, true]);
  });

  it('of one dealer closes the row for all, and charges nobody for it', () => {
    const columns = [
      [1, 2, 0, 0, 0, 0, 0],
      [1, 0, 2, 0, 0, 0, 0],
      [0, 0, 1, 2, 0, 0, 0],
    ];
    expect(beyond(columns, 1, 'abstain')).toEqual([false, true, false]);
  });

  it('is not charged to a supporter who deals nothing', () => {
    const many = [1, 1, 1, 2, 2, 2, 0];
    const last = [1, 2, 3, 4, 5, 6, 7].map((v, i) => (i === 2 || i === 5 ? v : 0));
    expect(beyond([many, last], 1, 'abstain')).toEqual([false, false]);
  });

  it('is charged to all supporters of a settled winner with fewer than 2f + 1, whom anybody may ask', () => {
    const settled = [1, 1, 0, 0, 0, 0, 0];
    expect(beyond([settled, settled], 1, 'abstain')).toEqual([false, true]);
    expect(beyond([settled, [0, 1, 2, 0, 0, 0, 0]], 1, 'abstain')).toEqual([false, true]);
    expect(beyond([settled], 0, 'abstain')).toEqual([true]);
  });

  it('is charged for the winner of a settled row only, not for versions that lost', () => {
    const settled = [1, 1, 1, 1, 2, 0, 0];
    const others = [0, 0, 0, 0, 1, 2, 2];
    const table = tableOf(2, [settled, others, settled], 'abstain');
    const { beyondQuota } = planDisclosures(table, { faults: 2, quota: 1 });
    expect(table.rows.map(({ standing }) => standing.class)).toEqual(['settled', 'disputed', 'settled']);
    expect(table.rows.map((row) => beyondQuota.has(row))).toEqual([false, false, true]);
  });

  it('is not charged for a winner with 2f + 1 supporters, for absence, nor for an unvouched record', () => {
    expect(beyond([[1, 1, 1, 2]], 0)).toEqual([false]);
    expect(beyond([[1, 0, 0, 0]], 0)).toEqual([false]);
    expect(beyond([[0, 0, 1, 0, 0]], 0, 'abstain')).toEqual([false]);
  });

  it('is charged for a settled winner with 2f supporters, and not for one with 2f + 1', () => {
    const of = (support: number) => Array.from({ length: 9 }, (_, i) => (i < support ? 1 : 0));
    const table = tableOf(2, [of(4), of(5)], 'abstain');
    expect(table.rows.map(({ standing }) => standing.class)).toEqual(['settled', 'settled']);
    const { beyondQuota } = planDisclosures(table, { faults: 2, quota: 0 });
    expect(table.rows.map((row) => beyondQuota.has(row))).toEqual([true, false]);
  });
});

/** Tables of 4 to 13 inputs, with a quota. */
const anyTable = fc
  .record({ faults: fc.integer({ min: 1, max: 4 }), extra: fc.nat(2), quota: fc.nat(6) })
  .chain(({ faults, extra, quota }) =>
    fc.record({
      faults: fc.constant(faults),
      quota: fc.constant(quota),
      absence: fc.constantFrom('vote' as const, 'abstain' as const),
      liars: fc.uniqueArray(fc.nat(3 * faults + extra), { minLength: faults, maxLength: faults }),
      columns: fc.array(
        fc.array(fc.nat(4), { minLength: 3 * faults + 1 + extra, maxLength: 3 * faults + 1 + extra }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  );

describe('a plan', () => {
  it('is the same for whoever makes it from the same table', () => {
    fc.assert(
      fc.property(anyTable, ({ faults, quota, absence, columns }) => {
        const [one, other] = [1, 2].map(() => {
          const table = tableOf(faults, columns, absence);
          const { dealers, beyondQuota } = planDisclosures(table, { faults, quota });
          return table.rows.map((row) => [dealers.get(row), beyondQuota.has(row)]);
        });
        expect(one).toEqual(other);
      }),
    );
  });

  it('never makes a bank disclose more than its quota, dealt and fetched', () => {
    fc.assert(
      fc.property(anyTable, ({ faults, quota, absence, columns }) => {
        const table = tableOf(faults, columns, absence);
        const plan = planDisclosures(table, { faults, quota });
        for (let input = 0; input < table.inputs; input++) {
          const fetched = table.rows.filter(
            (row) =>
              row.standing.class === 'settled' &&
              row.standing.winner! > 0 &&
              row.standing.support <= 2 * faults &&
              row.column[input] === row.standing.winner &&
              !plan.beyondQuota.has(row),
          );
          const dealt = dealtBy(table, plan, input);
          expect(dealt.length + fetched.length).toBeLessThanOrEqual(quota);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('opens a disputed row of a key that exists as a whole or closes it, and opens no other', () => {
    fc.assert(
      fc.property(anyTable, ({ faults, quota, absence, columns }) => {
        const table = tableOf(faults, columns, absence);
        const plan = planDisclosures(table, { faults, quota });
        for (const row of table.rows) {
          const disputed = row.standing.class === 'disputed' && row.standing.exists === true;
          expect(plan.dealers.has(row)).toBe(disputed && !plan.beyondQuota.has(row));
          expect(plan.dealers.get(row)?.every((dealers) => dealers.length > 0) ?? true).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives every version that an honest bank holds an honest dealer, whoever the f liars are', () => {
    fc.assert(
      fc.property(anyTable, ({ faults, absence, columns, liars }) => {
        const table = tableOf(faults, columns, absence);
        const plan = planDisclosures(table, { faults, quota: PLENTY });
        for (const [row, versions] of plan.dealers)
          versions.forEach((dealers, v) => {
            const supporters = row.column.flatMap((version, input) => (version === v + 1 ? [input] : []));
            expect(dealers).toEqual(supporters.slice(0, faults + 1));
            const honest = (input: number) => !liars.includes(input);
            if (supporters.some(honest)) expect(dealers.some(honest)).toBe(true);
          });
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with what each input deals', () => {
    fc.assert(
      fc.property(anyTable, ({ faults, quota, absence, columns }) => {
        const table = tableOf(faults, columns, absence);
        const plan = planDisclosures(table, { faults, quota });
        const dealt = new Map(table.rows.map((row) => [row, row.digests.map((): number[] => [])]));
        for (let input = 0; input < table.inputs; input++)
          for (const { row, version } of dealtBy(table, plan, input))
            dealt.get(row)![version - 1]!.push(input);
        for (const row of table.rows)
          expect(dealt.get(row)).toEqual(plan.dealers.get(row) ?? row.digests.map(() => []));
      }),
      { numRuns: 100 },
    );
  });
});
