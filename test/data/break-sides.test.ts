import { describe, expect, it } from 'vitest';
import { reconcileOutcome } from '../../src/data/outcome.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { requestOf } from './reconcile-fixture.js';

const schema = defineSchema({
  name: 'accounts',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, owner: { type: 'string', resolve: 'majority' } },
});
const book = (owner: string | null): Value[][] => [[1n, 'same'], ...(owner === null ? [] : [[2n, owner]])];
const breaksOf = (owners: readonly (string | null)[], options: Parameters<typeof requestOf>[3] = {}) =>
  reconcileOutcome(requestOf(schema, 1, owners.map(book), options)).breaks;
/** Sides as `holds: banks`, with the owner where the version is open. */
const told = (owners: readonly (string | null)[], options: Parameters<typeof requestOf>[3] = {}) =>
  breaksOf(owners, options).map(({ sides }) =>
    sides.map(({ banks, holds, entry }) => [holds, banks.join(' '), entry?.values[1] ?? null]),
  );

describe('the sides of a break', () => {
  it('of a settled key are the agreed record, which is open, and the others, which are not', () => {
    expect(told(['x', 'x', 'x', 'y'])).toEqual([
      [
        ['agreed', 'bank-0 bank-1 bank-2', 'x'],
        ['other', 'bank-3', null],
      ],
    ]);
  });

  it('of a key that was agreed not to exist have no record to show', () => {
    expect(told([null, null, null, 'y'], { self: 3 })).toEqual([
      [
        ['other', 'bank-3', null],
        ['agreed', 'bank-0 bank-1 bank-2', null],
      ],
    ]);
  });

  it('of a disputed key that nobody opened name the banks and no value', () => {
    const [sides] = told(['x', 'x', 'y', 'z']);
    expect(sides!.map(([holds]) => holds)).toEqual(['other', 'other', 'other']);
    expect(sides!.every(([, , value]) => value === null)).toBe(true);
  });

  it('of a field that no rule could decide show what every bank holds', () => {
    const [sides] = told(['x', 'x', 'y', 'z'], { opened: () => true });
    expect(new Map(sides!.map(([, banks, value]) => [banks, value]))).toEqual(
      new Map([
        ['bank-0 bank-1', 'x'],
        ['bank-2', 'y'],
        ['bank-3', 'z'],
      ]),
    );
  });

  it('of a key that stays closed agree on nothing, even where one version would have won', () => {
    const [sides] = told(['x', 'x', 'x', 'y'], { closed: () => true });
    expect(sides!.map(([holds, , value]) => [holds, value])).toEqual([
      ['other', null],
      ['other', null],
    ]);
  });

  it('have every input in one of them', () => {
    for (const owners of [
      ['x', 'y', 'z', null],
      ['x', null, null, null],
      ['x', 'x', 'y', 'y'],
    ])
      for (const { sides } of breaksOf(owners, { opened: () => true }))
        expect(sides.flatMap(({ banks }) => banks).sort()).toEqual(['bank-0', 'bank-1', 'bank-2', 'bank-3']);
  });
});
