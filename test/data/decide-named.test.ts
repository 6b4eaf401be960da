import { describe, expect, it } from 'vitest';
import { reconcileOutcome } from '../../src/data/outcome.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { type Row, reasonsOf, valuesOf } from './decide-fixture.js';
import { requestOf } from './reconcile-fixture.js';

describe('a function of the host that a schema names', () => {
  const named = defineSchema({
    name: 'named',
    version: 1,
    absence: 'abstain',
    key: ['id'],
    fields: { id: { type: 'integer' }, level: { type: 'integer', resolve: { function: 'lowest' } } },
  });
  const tables: Row[][] = [[[1n, 5n]], [[1n, 4n]], [[1n, 9n]], []];
  const resolved = (lowest: (values: Value[]) => unknown) =>
    reconcileOutcome(requestOf(named, 1, tables, { opened: () => true }), {
      functions: new Map([
        [
          'lowest',
          (claims) => ({
            state: 'decided',
            value: lowest(claims.map(({ value }) => value)) as Value,
            rule: 'lowest',
            supporters: [1],
            dissenters: [0, 2],
            margin: 0,
          }),
        ],
      ]),
    });

  it('decides its field', () => {
    const outcome = resolved((values) => values.reduce((a, b) => (a! < b! ? a : b)));
    expect(valuesOf(outcome)).toEqual([1n, 4n]);
    expect(outcome.explanations[1]).toMatchObject({ rule: 'lowest', supporters: ['bank-1'] });
  });

  it('leaves it unresolved with a value that is not its own, and when it throws', () => {
    expect(reasonsOf(resolved(() => 'low')).level).toBe('decided by lowest, but "level" is not a bigint');
    expect(reasonsOf(resolved(() => null)).level).toMatch(/is absent and not optional$/);
    expect(reasonsOf(resolved(() => 4)).level).toBe('function "lowest" returned no resolution');
    const thrown = resolved(() => {
      throw new Error('none');
    });
    expect(reasonsOf(thrown).level).toBe('function "lowest" failed: none');
    expect(thrown.totals).toMatchObject({ disputed: 1, unresolved: 1 });
  });

  it('is overruled by the function that is asked about the whole key', () => {
    const request = requestOf(named, 1, tables, { opened: () => true });
    const outcome = reconcileOutcome(request, {
      functions: new Map([['lowest', () => expect.unreachable()]]),
      decide: () => ({ level: 9n }),
    });
    expect(valuesOf(outcome)).toEqual([1n, 9n]);
  });
});
