import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/crypto/bytes.js';
import { decode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  buildConflictTable,
  type ConflictRow,
  type ConflictTable,
  checkColumn,
  conflictTableCodec,
  encodeConflictTable,
  type Holdings,
} from '../../src/data/conflict.js';
import type { ClassRule } from '../../src/data/key-class.js';

const id = (n: number): Uint8Array => fromHex(n.toString(16).padStart(16, '0'));
const version = (n: number): Uint8Array => fromHex(n.toString(16).padStart(32, '0'));
/** Holdings by the number of a version, 0 for absence. */
const held = (...numbers: number[]): Holdings => numbers.map((n) => (n === 0 ? null : version(n)));

const VOTE: ClassRule = { faults: 1, absence: 'vote' };
const ABSTAIN: ClassRule = { faults: 1, absence: 'abstain' };

const build = (inputs: number, rows: readonly Holdings[], rule: ClassRule): ConflictTable =>
  buildConflictTable(
    inputs,
    rows.map((holdings, i) => [id(i + 1), holdings]),
    rule,
  );
const read = (table: Uint8Array, inputs: number, rule: ClassRule, maxRows = 100): ConflictTable =>
  decode(conflictTableCodec(inputs, rule, maxRows), table);

/** The code with which a table is refused, null when it is not. Anything but a typed error passes through. */
function refusal(table: Uint8Array, inputs: number, rule: ClassRule, maxRows = 100): string | null {
  try {
    read(table, inputs, rule, maxRows);
    return null;
  } catch (error) {
    if (isConcordatError(error)) return error.code.replace('ENCODING_', '');
    throw error;
  }
}

/** A table of one row whose parts are given as they stand on the wire: all numbers below 128. */
const row = (key: number, numbers: readonly number[], ...digests: number[]): Uint8Array =>
  concatBytes(id(key), Uint8Array.from(numbers), ...digests.map(version));
const rowsOf = (...rows: Uint8Array[]): Uint8Array => concatBytes(Uint8Array.of(rows.length), ...rows);

const anyCase = fc
  .record({
    inputs: fc.integer({ min: 2, max: 12 }),
    faults: fc.integer({ min: 0, max: 3 }),
    absence: fc.constantFrom('vote' as const, 'abstain' as const),
  })
  .chain(({ inputs, ...rule }) =>
    fc.record({
      inputs: fc.constant(inputs),
      rule: fc.constant(rule),
      rows: fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: inputs, maxLength: inputs }), {
        maxLength: 8,
      }),
    }),
  );

describe('a conflict table', () => {
  it('lists the keys on which the inputs differ, in order of id, and no other', () => {
    const table = buildConflictTable(
      4,
      [
        [id(9), held(1, 1, 2, 1)],
        [id(3), held(5, 5, 5, 5)],
        [id(2), held(0, 7, 7, 7)],
        [id(4), held(0, 0, 0, 0)],
      ],
      VOTE,
    );
    expect(table.rows.map((each) => toHex(each.id))).toEqual([toHex(id(2)), toHex(id(9))]);
    expect(table.rows.map((each) => each.column)).toEqual([
      [0, 1, 1, 1],
      [1, 1, 2, 1],
    ]);
  });

  it('numbers versions by support, then by the first bank that holds them, whatever their digests', () => {
    const [first] = build(6, [held(9, 3, 3, 7, 7, 0)], ABSTAIN).rows;
    expect(first!.column).toEqual([3, 1, 1, 2, 2, 0]);
  });

  it('shows every digest of a disputed key, the winner of a settled one, and none of an unvouched one', () => {
    const shown = (holdings: Holdings, rule: ClassRule): [string, (number | null)[]] => {
      const [only] = build(holdings.length, [holdings], rule).rows;
      return [only!.standing.class, only!.digests.map((digest) => digest && Number(`0x${toHex(digest)}`))];
    };
    expect(shown(held(4, 4, 5, 5), VOTE)).toEqual(['disputed', [4, 5]]);
    expect(shown(held(4, 5, 4, 4), VOTE)).toEqual(['settled', [4, null]]);
    expect(shown(held(0, 5, 0, 0), ABSTAIN)).toEqual(['unvouched', [null]]);
    // Absence won: to show the loser's digest would let everybody test guesses at a record nobody else has.
    expect(shown(held(0, 5, 0, 0), VOTE)).toEqual(['settled', [null]]);
  });

  it('comes back from its bytes as it was, for any holdings and any rule', () => {
    fc.assert(
      fc.property(anyCase, ({ inputs, rule, rows }) => {
        const table = build(
          inputs,
          rows.map((numbers) => held(...numbers)),
          rule,
        );
        expect(read(encodeConflictTable(table, rule), inputs, rule)).toEqual(table);
      }),
    );
  });

  it('costs about thirty bytes a row however many banks there are', () => {
    const numbers = new Array<number>(100).fill(1);
    numbers[50] = 2;
    const rule = { faults: 33, absence: 'vote' } as const;
    expect(encodeConflictTable(build(100, [held(...numbers)], rule), rule)).toHaveLength(1 + 8 + 5 + 16);
  });
});

describe('the bytes of a table', () => {
  const good = rowsOf(row(1, [2, 1, 1, 2, 2], 4));

  it('are read when they are canonical', () => {
    const [only] = read(good, 4, VOTE).rows as [ConflictRow];
    expect(only.column).toEqual([1, 1, 2, 1]);
    expect(only.standing).toEqual({
      class: 'settled',
      winner: 1,
      holders: 4,
      held: 4,
      support: 3,
      exists: true,
    });
  });

  it('are refused with a row twice, or with rows out of order', () => {
    const [one, two] = [row(1, [2, 1, 1, 2, 2], 4), row(2, [2, 1, 1, 2, 2], 4)];
    expect(refusal(rowsOf(one, two), 4, VOTE)).toBeNull();
    expect(refusal(rowsOf(two, one), 4, VOTE)).toBe('NOT_CANONICAL');
    expect(refusal(rowsOf(one, one), 4, VOTE)).toBe('NOT_CANONICAL');
  });

  const malformed: [string, number[], number[]][] = [
    ['no version at all', [0, 0, 1, 2, 0], []],
    ['more versions than inputs', [5, 1, 1, 2, 2], [4]],
    ['a largest group that is no version', [2, 3, 1, 2, 2], [4]],
    ['no exception: the inputs are unanimous', [1, 1, 0], [4]],
    ['more exceptions than inputs', [2, 1, 5, 0, 2, 1, 2, 2, 2, 3, 2, 3, 2], [4]],
    ['an exception that is none', [2, 1, 2, 1, 2, 2, 1], [4]],
    ['exceptions out of order', [2, 1, 2, 2, 2, 1, 2], [4, 5]],
    ['an input named twice', [2, 1, 2, 2, 2, 2, 2], [4, 5]],
    ['an input that there is not', [2, 1, 1, 4, 2], [4]],
    ['a version beyond the count', [2, 1, 1, 2, 3], [4]],
    ['a version that nobody holds', [3, 1, 1, 2, 2], [4]],
    ['a group said to be the largest that is not', [2, 2, 3, 0, 1, 1, 1, 3, 1], [4]],
    ['of two groups of one size the later as base', [2, 2, 2, 0, 1, 1, 1], [4, 5]],
    ['versions numbered against their support', [2, 2, 1, 2, 1], [4]],
    ['equal versions numbered against their holders', [2, 1, 2, 0, 2, 1, 2], [4, 5]],
  ];
  for (const [what, numbers, digests] of malformed)
    it(`are refused with ${what}`, () => {
      expect(refusal(rowsOf(row(1, numbers, ...digests)), 4, VOTE)).toBe('NOT_CANONICAL');
    });

  it('are refused with a digest too many or too few for the class of the key', () => {
    expect(refusal(rowsOf(row(1, [2, 1, 1, 2, 2], 4, 5)), 4, VOTE)).toBe('TRAILING');
    expect(refusal(rowsOf(row(1, [2, 1, 1, 2, 2])), 4, VOTE)).toBe('TRUNCATED');
    expect(refusal(rowsOf(row(1, [2, 1, 2, 2, 2, 3, 2], 4)), 4, VOTE)).toBe('TRUNCATED');
    expect(refusal(rowsOf(row(1, [1, 0, 1, 2, 1], 4)), 4, VOTE)).toBe('TRAILING');
  });

  it('mean other things under another rule, and are refused under it', () => {
    const table = build(4, [held(0, 5, 0, 0)], VOTE);
    expect(refusal(encodeConflictTable(table, VOTE), 4, { faults: 0, absence: 'abstain' })).toBe('TRUNCATED');
  });

  it('are refused above the limit of rows, before a row is read', () => {
    expect(refusal(rowsOf(row(1, [2, 1, 1, 2, 2], 4), row(2, [2, 1, 1, 2, 2], 4)), 4, VOTE, 1)).toBe(
      'TOO_LARGE',
    );
  });

  it('are refused for counts that they cannot hold, at once', () => {
    const huge = fromHex('ffffffffffffff0f');
    expect(refusal(huge, 4, VOTE, 100)).toBe('TOO_LARGE');
    expect(refusal(huge, 4, VOTE, Number.MAX_SAFE_INTEGER)).toBe('TRUNCATED');
    const start = concatBytes(Uint8Array.of(1), id(1));
    expect(refusal(concatBytes(start, huge), 4, VOTE)).toBe('NOT_CANONICAL');
    expect(refusal(concatBytes(start, Uint8Array.of(2), huge), 4, VOTE)).toBe('NOT_CANONICAL');
    expect(refusal(concatBytes(start, Uint8Array.of(2, 1), huge), 4, VOTE)).toBe('NOT_CANONICAL');
    expect(refusal(concatBytes(start, Uint8Array.of(2, 1, 1), huge, huge), 4, VOTE)).toBe('NOT_CANONICAL');
  });

  it('are refused when anything is cut off or appended', () => {
    fc.assert(
      fc.property(anyCase, ({ inputs, rule, rows }) => {
        const whole = encodeConflictTable(
          build(
            inputs,
            rows.map((numbers) => held(...numbers)),
            rule,
          ),
          rule,
        );
        for (let length = 0; length < whole.length; length++)
          expect(refusal(whole.subarray(0, length), inputs, rule)).not.toBeNull();
        expect(refusal(concatBytes(whole, Uint8Array.of(0)), inputs, rule)).toBe('TRAILING');
      }),
      { numRuns: 40 },
    );
  });

  it('are read only when they are the one form of what they say, however they were altered', () => {
    const altered = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyCase, altered, ({ inputs, rule, rows }, changes) => {
        const bytes = encodeConflictTable(
          build(
            inputs,
            rows.map((numbers) => held(...numbers)),
            rule,
          ),
          rule,
        );
        for (const [place, value] of changes) bytes[place % bytes.length] = value;
        if (refusal(bytes, inputs, rule) !== null) return;
        expect(toHex(encodeConflictTable(read(bytes, inputs, rule), rule))).toBe(toHex(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an input that checks its column', () => {
  /** What bank `input` says of a table, if it holds these versions by key. */
  const check = (table: ConflictTable, input: number, own: Record<number, number>) =>
    checkColumn(table, input, (key) => {
      const number = own[Number(`0x${toHex(key)}`)];
      return number === undefined ? null : version(number);
    });
  const disputed = build(4, [held(4, 4, 5, 5)], VOTE);
  const settled = build(4, [held(4, 4, 4, 5)], VOTE);

  it('accepts what it really holds, in any table that was built from it', () => {
    fc.assert(
      fc.property(anyCase, ({ inputs, rule, rows }) => {
        const table = build(
          inputs,
          rows.map((numbers) => held(...numbers)),
          rule,
        );
        for (let input = 0; input < inputs; input++) {
          const own = Object.fromEntries(
            rows.flatMap((numbers, i) => (numbers[input] ? [[i + 1, numbers[input]!]] : [])),
          );
          expect(check(table, input, own)).toBeNull();
        }
      }),
    );
  });

  it('refuses to be shown with a record it lacks, and without one it has', () => {
    expect(check(disputed, 0, {})).toBe('column-wrong');
    expect(check(build(4, [held(0, 4, 4, 5)], VOTE), 0, { 1: 4 })).toBe('column-wrong');
    expect(check(build(4, [held(0, 5, 0, 0)], ABSTAIN), 1, {})).toBe('column-wrong');
  });

  it('refuses a row that copies an id it never had into its column', () => {
    const copied = build(4, [held(4, 4, 4, 5), held(8, 8, 8, 9)], VOTE);
    expect(check(copied, 0, { 1: 4 })).toBe('column-wrong');
  });

  it('refuses to stand in another class than its version', () => {
    expect(check(disputed, 0, { 1: 5 })).toBe('digest-outside-class');
    expect(check(disputed, 2, { 1: 4 })).toBe('digest-outside-class');
    expect(check(settled, 3, { 1: 4 })).toBe('digest-outside-class');
    expect(check(settled, 0, { 1: 5 })).toBe('digest-outside-class');
  });

  it('refuses a class that shows a digest nobody told it of as its own', () => {
    expect(check(disputed, 0, { 1: 6 })).toBe('digest-outside-class');
  });

  it('refuses a row that shows one digest in two classes', () => {
    const twice = {
      ...disputed,
      rows: disputed.rows.map((each) => ({ ...each, digests: [version(4), version(4)] })),
    };
    // A bank of neither class sees it as well: else half of a table could be split from itself.
    for (const [input, own] of [
      [0, { 1: 4 }],
      [2, { 1: 5 }],
    ] as const)
      expect(check(twice, input, own)).not.toBeNull();
    const absent = build(5, [held(4, 4, 5, 5, 0)], VOTE);
    const copy = {
      ...absent,
      rows: absent.rows.map((each) => ({ ...each, digests: [version(4), version(4)] })),
    };
    expect(check(copy, 4, {})).toBe('equal-digests');
  });

  it('cannot judge a class that shows nothing, and does not', () => {
    expect(check(settled, 3, { 1: 6 })).toBeNull();
    expect(check(build(4, [held(0, 5, 0, 0)], ABSTAIN), 1, { 1: 6 })).toBeNull();
  });

  it('stops at the first wrong row of many', () => {
    const many = build(4, [held(4, 4, 4, 5), held(1, 1, 2, 2)], VOTE);
    expect(check(many, 0, { 1: 4, 2: 2 })).toBe('digest-outside-class');
    expect(check(many, 0, { 1: 4, 2: 1 })).toBeNull();
  });
});

describe('a table as long as a liar can make it', () => {
  it('is encoded: its parts are more than a call may have arguments', () => {
    const rule = { faults: 1, absence: 'vote' } as const;
    const holdings = Array.from({ length: 1 << 16 }, (_, i): [Uint8Array, Holdings] => {
      const id = new Uint8Array(8);
      new DataView(id.buffer).setUint32(0, i);
      return [id, [null, null, null, new Uint8Array(16)]];
    });
    const encoded = encodeConflictTable(buildConflictTable(4, holdings, rule), rule);
    expect(encoded.length).toBeGreaterThan(8 << 16);
  });
});
