import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { reconcileOutcome, totalsCodec } from '../../src/data/outcome.js';
import { ABSTAIN, account, book, VOTE } from './outcome-fixture.js';
import { requestOf } from './reconcile-fixture.js';

/** Four to seven books that differ at random. */
const anyBooks = fc
  .record({
    banks: fc.integer({ min: 4, max: 7 }),
    absence: fc.constantFrom('vote' as const, 'abstain' as const),
  })
  .chain(({ banks, absence }) =>
    fc.record({
      schema: fc.constant(absence === 'vote' ? VOTE : ABSTAIN),
      faults: fc.constant(Math.floor((banks - 1) / 3)),
      hidden: fc.integer({ min: 0, max: 3 }),
      shut: fc.integer({ min: 1, max: 9 }),
      tables: fc.array(
        fc
          .array(fc.record({ id: fc.integer({ min: 1, max: 8 }), change: fc.integer({ min: 0, max: 3 }) }), {
            maxLength: 4,
          })
          .map((changes) =>
            book(...changes.map(({ id, change }) => (change === 0 ? id : account(id, `version ${change}`)))),
          ),
        { minLength: banks, maxLength: banks },
      ),
    }),
  );

describe('the result', () => {
  it('is the same whoever computes it, whatever records of its own that bank has', () => {
    fc.assert(
      fc.property(anyBooks, ({ schema, faults, tables, hidden, shut }) => {
        const opened = (_: unknown, version: number) => version > hidden;
        const closed = (row: { readonly id: Uint8Array }) => row.id[0]! % shut === 1;
        const outcomes = tables.map((_, self) =>
          reconcileOutcome(requestOf(schema, faults, tables, { self, opened, closed })),
        );
        for (const { root: other, totals, rows, explanations } of outcomes)
          expect({ root: other, totals, rows, explanations }).toEqual({
            root: outcomes[0]!.root,
            totals: outcomes[0]!.totals,
            rows: outcomes[0]!.rows,
            explanations: outcomes[0]!.explanations,
          });
      }),
      { numRuns: 60 },
    );
  });

  it('accounts for every key of the union: a row or a break for each, and totals that add up', () => {
    fc.assert(
      fc.property(anyBooks, ({ schema, faults, tables, hidden, shut }) => {
        const opened = (_: unknown, version: number) => version > hidden;
        const closed = (row: { readonly id: Uint8Array }) => row.id[0]! % shut === 1;
        const outcome = reconcileOutcome(requestOf(schema, faults, tables, { opened, closed }));
        const { unanimous, settled, disputed, unvouched, unresolved } = outcome.totals;
        const union = new Set(tables.flat().map(([id]) => id));
        expect(unanimous + settled + disputed + unvouched).toBe(union.size);
        expect(unresolved).toBeLessThanOrEqual(disputed);
        expect(outcome.breaks.every(({ reason }) => reason.length > 0)).toBe(true);
        const broken = new Set(outcome.breaks.map(({ id }) => toHex(id)));
        expect(outcome.rows.length + broken.size).toBeGreaterThanOrEqual(union.size);
      }),
      { numRuns: 100 },
    );
  });

  it('never has a value that no input claims', () => {
    fc.assert(
      fc.property(anyBooks, ({ schema, faults, tables }) => {
        const outcome = reconcileOutcome(requestOf(schema, faults, tables, { opened: () => true }));
        for (const { values } of outcome.rows)
          expect(tables.flat().some((row) => row[0] === values[0] && row[1] === (values[1] ?? row[1]))).toBe(
            true,
          );
      }),
      { numRuns: 60 },
    );
  });
});

describe('totals', () => {
  const totals = { unanimous: 1, settled: 2, disputed: 3, unvouched: 4, unresolved: 5 };

  it('come back from their bytes', () => {
    expect(decode(totalsCodec, encode(totalsCodec, totals))).toEqual(totals);
  });

  it('are refused when they are negative, fractional or cut off', () => {
    const refused = (run: () => unknown): boolean => {
      try {
        run();
        return false;
      } catch (error) {
        return isConcordatError(error);
      }
    };
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN])
      expect(refused(() => encode(totalsCodec, { ...totals, settled: bad }))).toBe(true);
    expect(refused(() => decode(totalsCodec, encode(totalsCodec, totals).subarray(1)))).toBe(true);
  });
});
