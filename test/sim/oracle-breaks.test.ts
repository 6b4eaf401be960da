import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset.js';
import { type Break, type Outcome, reconcileOutcome } from '../../src/data/outcome.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { faultsOfBreaks } from '../../src/sim/oracle-breaks.js';
import { Keys } from '../../src/sim/oracle-keys.js';
import { FACTS, requestOf } from './oracle-fixture.js';

const schema = defineSchema({
  name: 'positions',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string' }, qty: { type: 'integer', tolerance: '1' } },
});
const facts = { ...FACTS, schema };
/** Four books: 1 is settled, 2 disputed, 3 not held by most, 4 held by two of four, 5 held by three. */
const books = [
  [
    [1n, 'a', 1n],
    [2n, 'x', 10n],
    [4n, 'd', 4n],
    [5n, 'e', 5n],
  ],
  [
    [1n, 'a', 1n],
    [2n, 'y', 10n],
    [4n, 'd', 4n],
    [5n, 'e', 5n],
  ],
  [
    [1n, 'b', 1n],
    [2n, 'x', 11n],
    [3n, 'c', 3n],
    [5n, 'e', 5n],
  ],
  [
    [1n, 'a', 1n],
    [2n, 'x', 19n],
  ],
].map((rows) => Dataset.fromRecords(schema, rows as never));

const inputs = [0, 1, 2, 3];
const requests = new Map([0, 1, 2].map((bank) => [bank, { ...requestOf(facts, books, bank), self: bank }]));
const keys = new Keys(facts, { datasets: books, inputs, requests });
const outcomes = new Map([...requests].map(([bank, request]) => [bank, reconcileOutcome(request)]));

const judge = (bank: number, breaks: (right: readonly Break[]) => readonly Break[]): string[] => {
  const right = outcomes.get(bank) as Outcome;
  return faultsOfBreaks(facts, keys, requests.get(bank)!, { ...right, breaks: breaks(right.breaks) });
};

describe('the breaks that a bank tells', () => {
  it('are right as the built-in rules tell them, at every honest bank', () => {
    for (const bank of [0, 1, 2]) expect(judge(bank, (right) => right)).toEqual([]);
    expect(outcomes.get(0)!.tolerated).toMatchObject([{ field: 'qty', banks: ['south'] }]);
  });

  it('ring an alarm when any single one of them is left out', () => {
    const { breaks } = outcomes.get(0)!;
    expect(breaks.length).toBeGreaterThan(4);
    for (const left of breaks) {
      const isOfLiarAlone = left.dissenters.every((bank) => bank === 'west') && left.about === 'field';
      const found = judge(0, (right) => right.filter((each) => each !== left));
      expect([left.reason, isOfLiarAlone || found.length > 0]).toEqual([left.reason, true]);
    }
  });

  it('ring an alarm when somebody is called a dissenter who agrees', () => {
    for (const [i, { state, dissenters }] of outcomes.get(0)!.breaks.entries()) {
      if (state !== 'divergent') continue;
      for (const bank of ['north', 'east', 'south'].filter((name) => !dissenters.includes(name)))
        expect(
          judge(0, (right) =>
            right.map((each, at) => (at === i ? { ...each, dissenters: [...dissenters, bank] } : each)),
          ),
        ).not.toEqual([]);
    }
  });

  it('ring an alarm when an input is on no side, on two, or when they are of no row', () => {
    const [first] = outcomes.get(0)!.breaks;
    const withSides = (sides: Break['sides']) => judge(0, ([one, ...rest]) => [{ ...one!, sides }, ...rest]);
    expect(withSides(first!.sides.slice(1))).not.toEqual([]);
    expect(withSides([...first!.sides, first!.sides[0]!])).not.toEqual([]);
    const foreign = { ...first!, id: new Uint8Array(8).fill(255) };
    expect(judge(0, (right) => [...right, foreign])).toContain(
      'tells of a break that is not in the table (row ffffffffffffffff)',
    );
  });
});
