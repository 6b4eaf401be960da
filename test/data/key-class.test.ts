import { describe, expect, it } from 'vitest';
import { type Absence, type ClassRule, classify, settledBound } from '../../src/data/key-class.js';

const ABSENCES: readonly Absence[] = ['vote', 'abstain'];

/** Every column of `inputs` banks in which versions are numbered from 1 without gaps. */
function* columns(inputs: number): Generator<number[]> {
  const total = 4 ** inputs;
  for (let code = 0; code < total; code++) {
    const column = Array.from({ length: inputs }, (_, i) => Math.floor(code / 4 ** i) % 4);
    const used = Math.max(...column);
    if (Array.from({ length: used }, (_, v) => v + 1).every((version) => column.includes(version)))
      yield column;
  }
}

/** Every set of at most `faults` of the inputs, as a bit mask. */
function liarSets(inputs: number, faults: number): number[] {
  const popcount = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
  return Array.from({ length: 2 ** inputs }, (_, mask) => mask).filter((mask) => popcount(mask) <= faults);
}

/** Whether `version` has more than half of the honest voices if these are the liars: the words of the guarantee. */
function winsAmongHonest(
  column: readonly number[],
  version: number,
  liars: number,
  absence: Absence,
): boolean {
  const honest = column.filter((held, i) => !((liars >> i) & 1) && (absence === 'vote' || held !== 0));
  return 2 * honest.filter((held) => held === version).length > honest.length;
}

function everyCase(check: (column: number[], rule: ClassRule, liars: readonly number[]) => void): void {
  for (let inputs = 1; inputs <= 6; inputs++)
    for (let faults = 0; faults <= 2 && faults < inputs; faults++) {
      const liars = liarSets(inputs, faults);
      for (const column of columns(inputs))
        for (const absence of ABSENCES) check(column, { faults, absence }, liars);
    }
}

/** Collects what breaks a property: one expectation for a million cases. */
function counterexamples(
  broken: (column: number[], rule: ClassRule, liars: readonly number[]) => boolean,
): string[] {
  const found: string[] = [];
  everyCase((column, rule, liars) => {
    if (found.length < 5 && broken(column, rule, liars)) found.push(`${column} ${JSON.stringify(rule)}`);
  });
  return found;
}

describe('a settled key', () => {
  it('has most of the honest holders behind its winner, whoever the liars are', () => {
    expect(
      counterexamples((column, rule, liars) => {
        const { class: kind, winner } = classify(column, rule);
        return (
          kind === 'settled' && liars.some((set) => !winsAmongHonest(column, winner!, set, rule.absence))
        );
      }),
    ).toEqual([]);
  });

  it('is every key of which that is so: the bound is as low as it can be', () => {
    expect(
      counterexamples((column, rule, liars) => {
        const versions = [...new Set(column)].filter((v) => v !== 0 || rule.absence === 'vote');
        const certain = versions.some((v) =>
          liars.every((set) => winsAmongHonest(column, v, set, rule.absence)),
        );
        return certain !== (classify(column, rule).class === 'settled');
      }),
    ).toEqual([]);
  });

  it('never has two winners', () => {
    expect(
      counterexamples((column, rule) => {
        const { class: kind, holders, support } = classify(column, rule);
        return kind === 'settled' && holders - support >= support;
      }),
    ).toEqual([]);
  });

  it('is never won by absence where absence is ignorance', () => {
    expect(
      counterexamples((column, rule) => rule.absence === 'abstain' && classify(column, rule).winner === 0),
    ).toEqual([]);
  });
});

describe('an unvouched key', () => {
  it('may have no honest holder at all', () => {
    expect(
      counterexamples((column, rule, liars) => {
        const { class: kind } = classify(column, rule);
        const allLie = (set: number): boolean => column.every((held, i) => held === 0 || (set >> i) & 1);
        return kind === 'unvouched' && !liars.some(allLie);
      }),
    ).toEqual([]);
  });
});

describe('a disputed key', () => {
  it('has an honest holder, whoever the liars are', () => {
    expect(
      counterexamples((column, rule, liars) => {
        const { class: kind } = classify(column, rule);
        const allLie = (set: number): boolean => column.every((held, i) => held === 0 || (set >> i) & 1);
        return kind === 'disputed' && liars.some(allLie);
      }),
    ).toEqual([]);
  });
});

describe('every key', () => {
  it('has a class that neither the order of the banks nor the numbers of the versions change', () => {
    expect(
      counterexamples((column, rule) => {
        const { winner: _, ...standing } = classify(column, rule);
        const { winner: __, ...reversed } = classify([...column].reverse(), rule);
        const swapped = column.map((v) => (v === 1 ? 2 : v === 2 ? 1 : v));
        const { winner: ___, ...renumbered } = classify(swapped, rule);
        return [reversed, renumbered].some((other) => JSON.stringify(other) !== JSON.stringify(standing));
      }),
    ).toEqual([]);
  });

  it('counts holders by the rule of absence, and held records by the records', () => {
    expect(
      counterexamples((column, rule) => {
        const { holders, held } = classify(column, rule);
        const records = column.filter((version) => version !== 0).length;
        return held !== records || holders !== (rule.absence === 'vote' ? column.length : records);
      }),
    ).toEqual([]);
  });
});

describe('worked examples', () => {
  const of = (column: number[], faults: number, absence: Absence) => {
    const { class: kind, winner } = classify(column, { faults, absence });
    return `${kind} ${winner}`;
  };

  it('at four banks, one of which may lie', () => {
    expect(of([1, 1, 1, 2], 1, 'vote')).toBe('settled 1');
    expect(of([1, 1, 2, 2], 1, 'vote')).toBe('disputed null');
    expect(of([1, 1, 0, 0], 1, 'vote')).toBe('disputed null');
    // Two holders that agree: if one lies the other is all that is left of the honest ones.
    expect(of([1, 1, 0, 0], 1, 'abstain')).toBe('settled 1');
    expect(of([1, 2, 0, 0], 1, 'abstain')).toBe('disputed null');
    expect(of([1, 1, 2, 0], 1, 'abstain')).toBe('disputed null');
  });

  it('test settled before unvouched: three banks say that the one record should not be there', () => {
    expect(of([1, 0, 0, 0], 1, 'vote')).toBe('settled 0');
    expect(of([1, 0, 0, 0], 1, 'abstain')).toBe('unvouched null');
    expect(of([1, 0, 0], 1, 'vote')).toBe('unvouched null');
  });

  it('at ten banks, three of which may lie', () => {
    const split = (ones: number, twos: number) => [
      ...new Array<number>(ones).fill(1),
      ...new Array<number>(twos).fill(2),
      ...new Array<number>(10 - ones - twos).fill(0),
    ];
    expect(of(split(7, 3), 3, 'vote')).toBe('settled 1');
    expect(of(split(6, 4), 3, 'vote')).toBe('disputed null');
    expect(of(split(3, 0), 3, 'vote')).toBe('settled 0');
    expect(of(split(4, 0), 3, 'vote')).toBe('disputed null');
    expect(of(split(3, 0), 3, 'abstain')).toBe('unvouched null');
    expect(of(split(4, 0), 3, 'abstain')).toBe('settled 1');
    expect(of(split(5, 2), 3, 'abstain')).toBe('disputed null');
    expect(of(split(6, 2), 3, 'abstain')).toBe('settled 1');
  });

  it('of the bound: half of the voices and of the liars among them, and always more than the liars', () => {
    expect([4, 5, 6, 7].map((holders) => settledBound(holders, 1))).toEqual([3, 4, 4, 5]);
    expect(settledBound(10, 3)).toBe(7);
    expect(settledBound(2, 3)).toBe(4);
    expect(settledBound(5, 0)).toBe(3);
  });
});
