import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Dataset } from '../../src/data/dataset.js';
import { decideFields } from '../../src/data/decide.js';
import type { DecideKey, DisputedKey } from '../../src/data/decide-key.js';
import { reconcileOutcome } from '../../src/data/outcome.js';
import {
  decide,
  type Mutable,
  OUTSIDE_KEY,
  type Row,
  reasonsOf,
  requestFor,
  row,
  schema,
  split,
  valuesOf,
} from './decide-fixture.js';
import { requestOf } from './reconcile-fixture.js';

describe('a disputed key of which versions are not open', () => {
  const decideWith = (...shut: number[]) => {
    const request = requestFor(split, { opened: (_, version) => !shut.includes(version) });
    const [only] = request.table.rows;
    return decideFields(request, only!, request.versions.get(only!)!);
  };

  it('is undecided only when none is', () => {
    expect(decideWith(1, 2, 3)).toBeNull();
    for (const shut of [[], [1], [2], [3], [1, 2], [1, 3], [2, 3]])
      expect(decideWith(...shut)).not.toBeNull();
  });

  it('has its key from all holders, withheld or not', () => {
    expect(decideWith(1, 2)!.fields[0]).toEqual({
      field: 'id',
      value: 1n,
      rule: 'majority',
      supporters: ['bank-0', 'bank-1', 'bank-2'],
      dissenters: [],
      margin: 1,
    });
  });

  it('names no withheld holder as supporter or dissenter of a field', () => {
    const owner = decideWith(3)!.fields.find(({ field }) => field === 'owner')!;
    expect([owner.supporters, owner.dissenters]).toEqual([['bank-0', 'bank-1'], []]);
  });

  it('tells how many in every reason, and nothing of it when all are open', () => {
    expect(decideWith(3)!.unresolved).toEqual([
      { field: 'amount', reason: 'median needs 3 numbers, 2 are claimed; 1 of 3 versions were not opened' },
      {
        field: 'rating',
        reason: 'best value has 1 of 3 voices, 2 decide; 1 of 3 versions were not opened',
      },
      {
        field: 'note',
        reason: 'bank-2 holds it, and what it says is withheld; 1 of 3 versions were not opened',
      },
    ]);
    for (const { reason } of decideWith()!.unresolved) expect(reason).not.toContain('opened');
  });

  it('does not count banks without the record as withheld', () => {
    expect(decideWith(1)!.unresolved.find(({ field }) => field === 'owner')!.reason).toMatch(/1 of 3 voices/);
  });

  it('is decided by the honest, and for a value of theirs, whichever of theirs f liars withhold', () => {
    const value = fc.constantFrom('a', 'b', 'c');
    const owners = fc.record({
      honest: fc.array(value, { minLength: 1, maxLength: 7 }),
      liars: fc.array(fc.constantFrom('a', 'b', 'x', 'y'), { minLength: 1, maxLength: 3 }),
      withheld: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(owners, ({ honest, liars, withheld }) => {
        const held = [...honest, ...liars].map((owner) => row(owner, 1n));
        const request = requestFor(held, {
          faults: liars.length,
          opened: (one, version) => one.column.indexOf(version) < honest.length || !withheld[version],
        });
        const [only] = request.table.rows;
        if (only?.standing.class !== 'disputed') return;
        const decision = decideFields(request, only, request.versions.get(only)!);
        const owner = decision?.values[1];
        if (owner !== undefined) expect(honest).toContain(owner);
        const agreed = honest.find((one) => {
          const support = honest.filter((other) => other === one).length;
          return 2 * support > held.length && support > liars.length;
        });
        if (agreed !== undefined) expect(owner).toBe(agreed);
      }),
      { numRuns: 300 },
    );
  });

  it('is decided from versions of one key only, that of most holders: ids can be made to collide', () => {
    const request = requestFor(split);
    const [only] = request.table.rows;
    const [mine, second, third] = request.versions.get(only!)!;
    const alien = Dataset.fromRecords(schema, [[2n, 'Eve', 5n, null, null]]).entries[0]!;
    const first = decideFields(request, only!, [alien, second!, third!])!;
    const last = decideFields(request, only!, [mine!, second!, alien])!;
    for (const { keyDigest, values, unresolved } of [first, last]) {
      expect(toHex(keyDigest)).toBe(toHex(mine!.keyDigest));
      expect(values[0]).toBe(1n);
      for (const { reason } of unresolved) expect(reason).toMatch(/1 of 3 versions were not opened$/);
    }
    expect(last.values[1]).toBe('Ada');
    expect(first.values[1]).toBeUndefined();
  });
});

describe('a function of the host over disputed keys', () => {
  it('is asked once a key, with opened versions, their holders, who is withheld, and statistics', () => {
    const asked: DisputedKey[] = [];
    const statistics = { banks: ['bank-0'], totals: [1n, -2n, 4n], each: [[1n, -2n, 4n]] };
    const request = { ...requestFor(split, { opened: (_, version) => version !== 2 }), statistics };
    decide((key) => {
      asked.push(key);
      return undefined;
    }, request);
    expect(asked).toHaveLength(1);
    const [key] = asked;
    expect(key).toMatchObject({
      faults: 1,
      versions: [
        { values: split[0], banks: ['bank-0'] },
        { values: split[2], banks: ['bank-2'] },
      ],
      withheld: ['bank-1'],
      statistics,
    });
    expect(toHex(key!.schema.digest)).toBe(toHex(schema.digest));
  });

  it('is asked about disputed keys only, and never about closed ones or those of which nothing is open', () => {
    let asked = 0;
    const unasked: DecideKey = () => {
      asked++;
      return undefined;
    };
    const tables = [
      [row('Ada', 1n), [2n, 'Bob', 5n, null, null], [3n, 'Cyd', 5n, null, null]],
      [row('Ada', 1n), [2n, 'Bob', 5n, null, null]],
      [row('Ada', 1n), [2n, 'Bob', 6n, null, null]],
      [row('Ada', 1n), [2n, 'Bob', 5n, null, null]],
    ];
    const request = requestOf(schema, 1, tables, { opened: () => true });
    const classes = request.table.rows.map(({ standing }) => standing.class).sort();
    expect(classes).toEqual(['settled', 'unvouched']);
    decide(unasked, request);
    decide(unasked, requestFor(split, { opened: () => false }));
    const open = requestFor(split);
    decide(unasked, { ...open, closed: new Set(open.table.rows) });
    expect(asked).toBe(0);
    decide(unasked, open);
    expect(asked).toBe(1);
  });

  it('decides the fields it names, the rules of the schema the others', () => {
    const outcome = decide(() => ({ owner: 'Eve', rating: null, note: undefined }));
    expect(valuesOf(outcome)).toEqual([1n, 'Eve', 103n, null, 'b2']);
    expect(outcome.breaks.map(({ field, state, dissenters }) => [field, state, ...dissenters])).toEqual([
      ['owner', 'divergent', 'bank-0', 'bank-1'],
      ['amount', 'divergent', 'bank-2'],
      ['rating', 'divergent', 'bank-1'],
      ['note', 'divergent', 'bank-0', 'bank-1'],
    ]);
    expect(outcome.explanations.map(({ field, rule }) => `${field} by ${rule}`)).toEqual([
      'id by majority',
      'owner by function',
      'amount by median',
      'rating by function',
      'note by authority: bank-2',
    ]);
    expect(outcome.explanations[1]).toMatchObject({
      class: 'disputed',
      supporters: ['bank-2'],
      dissenters: ['bank-0', 'bank-1'],
      margin: 0,
    });
  });

  it('may decide for a value that nobody claims, and counts who is within tolerance of it', () => {
    const outcome = decide(() => ({ amount: 105n, owner: 'nobody' }));
    expect(valuesOf(outcome)!.slice(1, 3)).toEqual(['nobody', 105n]);
    const amount = outcome.explanations.find(({ field }) => field === 'amount');
    expect(amount).toMatchObject({ supporters: ['bank-0', 'bank-1'], dissenters: ['bank-2'] });
    const owner = outcome.explanations.find(({ field }) => field === 'owner');
    expect(owner).toMatchObject({ supporters: [], dissenters: ['bank-0', 'bank-1', 'bank-2'] });
  });

  it('leaves a key to the rules with undefined or with nothing in it', () => {
    const without = reconcileOutcome(requestFor(split));
    for (const answer of [undefined, {}, { owner: undefined }, Object.create(null)])
      expect(decide(() => answer)).toEqual(without);
  });

  it('may give the key field the value it has', () => {
    const { breaks } = decide(() => ({ id: 1n, owner: 'Eve' }));
    expect(breaks.find(({ field }) => field === 'owner')).toMatchObject({
      state: 'divergent',
      agreed: 'Eve',
    });
  });

  it('leaves a field unresolved with a value that is not its own, and the others decided', () => {
    const cases: [Record<string, unknown>, string, RegExp][] = [
      [{ amount: '1.05' }, 'amount', /^decided by function, but "amount" is not a bigint$/],
      [{ amount: 105 }, 'amount', /is not a bigint/],
      [{ amount: null }, 'amount', /is absent and not optional/],
      [{ amount: 1n << 600n }, 'amount', /is out of range/],
      [{ owner: '' }, 'owner', /is empty/],
      [{ owner: 'far too long a name' }, 'owner', /is longer than 12 bytes/],
      [{ owner: 'e\u0301' }, 'owner', /is not in Unicode form C/],
      [{ owner: ['Ada'] }, 'owner', /is not a string/],
      [{ rating: 'middling' }, 'rating', /is none of/],
      [{ note: Symbol('b1') }, 'note', /is not a string/],
      [{ note: { toString: () => 'b1' } }, 'note', /is not a string/],
    ];
    for (const [answer, field, reason] of cases) {
      const good = { owner: 'Eve', amount: 1n, rating: 'low', note: 'x' };
      const outcome = decide(() => ({ ...good, ...answer }) as ReturnType<DecideKey>);
      expect(Object.keys(reasonsOf(outcome))).toEqual([field]);
      expect(reasonsOf(outcome)[field]).toMatch(reason);
      expect(outcome.totals).toMatchObject({ disputed: 1, unresolved: 1 });
    }
  });

  const refused = (given: DecideKey, reason: string) => {
    const outcome = decide(given);
    expect(valuesOf(outcome)).toEqual([1n, undefined, undefined, undefined, undefined]);
    expect(reasonsOf(outcome)).toEqual(Object.fromEntries(OUTSIDE_KEY.map((field) => [field, reason])));
    expect(outcome.explanations.map(({ field }) => field)).toEqual(['id']);
  };

  it('decides nothing of a key that it renames', () => {
    refused(() => ({ id: 2n, owner: 'Eve' }), 'function changes the key field "id"');
    refused(() => ({ owner: 'Eve', id: null }), 'function changes the key field "id"');
    refused(() => ({ id: 1 as unknown as bigint }), 'function changes the key field "id"');
  });

  it('decides nothing when it names a field the schema lacks: a slip would leave the true one to a rule', () => {
    refused(() => ({ ownr: 'Eve' }), 'function names no field of the schema: "ownr"');
    refused(() => JSON.parse('{"__proto__":"x"}'), 'function names no field of the schema: "__proto__"');
    refused(
      () => ({ ['x'.repeat(9999)]: 'Eve' }),
      `function names no field of the schema: "${'x'.repeat(64)}"`,
    );
  });

  it('decides nothing when what it returns is no object of values, such as a promise', () => {
    for (const answer of [null, 1n, 'owner', true, ['Eve'], new Map([['owner', 'Eve']]), Promise.resolve({})])
      refused(() => answer as unknown as ReturnType<DecideKey>, 'function returned no object of values');
  });

  it('decides nothing of the key it throws about, and the reason is what it says', () => {
    const throwing = (error: unknown): DecideKey => {
      return () => {
        throw error;
      };
    };
    refused(throwing(new Error('no quorum of opinions')), 'function failed: no quorum of opinions');
    refused(throwing('text'), 'function failed: text');
    refused(throwing(null), 'function failed: null');
    refused(
      throwing({
        toString() {
          throw new Error('again');
        },
      }),
      'function failed: it threw what has no text',
    );
    refused(() => {
      const loop = (): never => loop();
      return loop();
    }, 'function failed: Maximum call stack size exceeded');
    refused(
      () => ({
        get owner(): string {
          throw new Error('from a getter');
        },
      }),
      'function failed: from a getter',
    );
  });

  it('that throws about one key leaves the others to be decided', () => {
    const second: Row[] = split.map((one) => (one ? [2n, ...one.slice(1)] : [3n, 'Zoe', 1n, null, null]));
    const tables = split.map((one, i) => [...(one ? [one] : []), second[i]!]);
    const outcome = decide(
      ({ versions }) => {
        if (versions[0]!.values[0] === 1n) throw new Error('not this one');
        return { owner: 'Eve', amount: 1n, rating: null, note: null };
      },
      requestOf(schema, 1, tables, { opened: () => true }),
    );
    const byKey = new Map(outcome.rows.map(({ values }) => [values[0], values]));
    expect(byKey.get(1n)).toEqual([1n, undefined, undefined, undefined, undefined]);
    expect(byKey.get(2n)).toEqual([2n, 'Eve', 1n, null, null]);
    expect(outcome.totals).toMatchObject({ disputed: 2, unresolved: 1 });
  });

  it('cannot change what the result is computed from', () => {
    const statistics = { banks: ['bank-0'], totals: [1n, 2n, 4n], each: [[1n, 2n, 4n]] };
    const request = { ...requestFor(split), statistics };
    const untouched = reconcileOutcome(request);
    const attempts: ((key: Mutable<DisputedKey>) => unknown)[] = [
      (key) => key.versions.pop(),
      (key) => {
        key.versions[0]!.values[1] = 'Eve';
      },
      (key) => key.versions[0]!.banks.push('bank-9'),
      (key) => {
        key.faults = 0;
      },
      (key) => key.withheld.push('bank-0'),
      (key) => key.schema.fields.reverse(),
      (key) => key.statistics!.totals.push(1n),
      (key) => {
        key.statistics!.each![0]![0] = 9n;
      },
    ];
    for (const attempt of attempts) {
      const outcome = decide((key) => {
        attempt(key as unknown as Mutable<DisputedKey>);
        return undefined;
      }, request);
      expect(reasonsOf(outcome).owner).toMatch(/^function failed: /);
      expect(reconcileOutcome(request)).toEqual(untouched);
    }
    decide((key) => {
      key.schema.digest.fill(0);
      (key.schema.fields[1]!.columns as string[]).push('eigner');
      return undefined;
    }, request);
    expect(reconcileOutcome(request)).toEqual(untouched);
    expect(toHex(schema.digest)).not.toBe('0'.repeat(64));
  });

  it('changes the root with what it decides, and only with that', () => {
    const roots = [{ owner: 'Ada' }, { owner: 'Eve' }, undefined, { owner: 'Ada' }].map((answer) =>
      toHex(decide(() => answer).root),
    );
    // The rule of the schema decides for Ada, too.
    expect([roots[0], roots[3], roots[0] === roots[1]]).toEqual([roots[2], roots[2], false]);
  });
});
