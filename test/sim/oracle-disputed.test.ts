import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Dataset, type Entry } from '../../src/data/dataset.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import type { Value } from '../../src/data/value.js';
import type { Output } from '../../src/protocol/effects.js';
import type { Message } from '../../src/protocol/messages.js';
import type { Oracle } from '../../src/sim/oracle.js';
import { type Fabricated, judge as judgeAll, LEDGER, withValue } from './oracle-fixture.js';

type Row = readonly [id: bigint, text: string, amount: bigint, rate: bigint, owner: string, booked: bigint];
const book = (...rows: readonly Row[]): Dataset => Dataset.fromRecords(LEDGER, rows);
/** Key 1 is unanimous; key 2 is disputed, three honest banks and a liar with four versions of it. */
const COMMON: Row = [1n, 'a', 1n, 1n, 'o', 1n];
const BOOKS = [
  book(COMMON, [2n, 'x', 100n, 10n, 'north', 1000n]),
  book(COMMON, [2n, 'x', 104n, 12n, 'east', 2000n]),
  book(COMMON, [2n, 'x', 110n, 14n, 'south', 3000n]),
  book(COMMON, [2n, 'y', 999n, 99n, 'west', 9000n]),
];
const entry = (bank: number, id: bigint): Entry =>
  BOOKS[bank]!.entries.find(({ values }) => values[0] === id)!;
const UNANIMOUS = entry(0, 1n);
/** Every rule's own value: the text of three, the lower middle amount, the mean of the middle two, east's owner. */
const DECIDED = {
  keyDigest: entry(0, 2n).keyDigest,
  values: [2n, 'x', 104n, 13n, 'east', undefined] as readonly (Value | undefined)[],
};
const keyName = `key ${toHex(DECIDED.keyDigest).slice(0, 8)}`;

const judge = (deviation: Partial<Fabricated> = {}): string[] =>
  judgeAll({ books: BOOKS, rows: () => [UNANIMOUS, DECIDED], ...deviation });
const decided = (field: string, value: Value | undefined): string[] =>
  judge({
    rows: () => [UNANIMOUS, withValue({ ...entry(0, 2n), values: DECIDED.values as Value[] }, field, value)],
  });
const unruly = (field: string): string[] =>
  ['north', 'east', 'south'].map(
    (bank) => `result: epoch 0: ${bank} decided field ${field} of ${keyName} as no rule decides it`,
  );

describe('a disputed key', () => {
  it('rings no alarm when each field is decided by its rule', () => {
    expect(judge()).toEqual([]);
  });

  it.each([
    ['text', 'z'], // nobody says so
    ['text', 'y'], // a liar alone says so
    ['amount', 99n], // below every honest number
    ['amount', 111n], // above
    ['rate', 9n],
    ['rate', 99n],
    ['owner', 'west'], // east is trusted before west, and holds it
    ['booked', 9000n], // the liar's
    ['id', 3n], // the key itself
  ] as const)('must not be decided so that %s is %s', (field, value) => {
    expect(decided(field, value).filter((violation) => !violation.includes('minority'))).toEqual(
      unruly(field),
    );
  });

  it.each([
    ['amount', 100n],
    ['amount', 107n], // a number of nobody's within the honest range
    ['rate', 10n],
    ['booked', 3000n], // the newest of an honest bank
  ] as const)('may be decided so that %s is %s', (field, value) => {
    expect(decided(field, value)).toEqual([]);
  });

  it('may be decided as a liar says who is trusted', () => {
    const books = [...BOOKS.slice(0, 1), book(COMMON), ...BOOKS.slice(2)];
    const rows = () => [
      UNANIMOUS,
      withValue({ ...entry(0, 2n), values: DECIDED.values as Value[] }, 'owner', 'west'),
    ];
    expect(judge({ books, rows })).toEqual([]);
  });

  it('must have what honest holders say who outvote all others', () => {
    for (const value of [undefined, 'y'] as const)
      expect(decided('text', value)).toContain(
        `result: epoch 0: north left field text of ${keyName} to a minority`,
      );
  });

  it('must be in the result when its versions are open, and need not when they are not', () => {
    const rows = () => [UNANIMOUS];
    expect(judge({ rows })).toContain(
      `result: epoch 0: north left ${keyName} open though its versions are open`,
    );
    const request = (right: ReconcileRequest): ReconcileRequest => ({ ...right, versions: new Map() });
    expect(judge({ rows, request, facts: { timely: false } })).toEqual([]);
  });

  it('must be decided alike by all honest banks', () => {
    const other = withValue({ ...entry(0, 2n), values: DECIDED.values as Value[] }, 'amount', 100n);
    expect(judge({ rows: (bank) => [UNANIMOUS, bank === 1 ? other : DECIDED] })).toEqual([
      'result: epoch 0: east and north decided differently',
    ]);
  });

  it('is decided in any way by functions of the host, whose rows may differ', () => {
    const wild = withValue({ ...entry(0, 2n), values: DECIDED.values as Value[] }, 'text', 'wild');
    const rows = (bank: number) => [UNANIMOUS, bank === 1 ? wild : DECIDED];
    expect(judge({ rows, facts: { decides: 'functions' } })).toEqual([]);
    expect(judge({ rows: () => [], facts: { decides: 'functions' } })).toHaveLength(3);
    expect(judge({ rows: () => [], facts: { decides: 'host' } })).toEqual([]);
  });
});

/** Replaces the versions of every row. */
const versionsOf =
  (alter: (versions: readonly (Entry | null)[]) => readonly (Entry | null)[]) =>
  (right: ReconcileRequest): ReconcileRequest => ({
    ...right,
    versions: new Map([...right.versions].map(([row, versions]) => [row, alter(versions)])),
  });
const of = (bank: number) => (given: Entry | null) =>
  given !== null && toHex(given.digest) === toHex(entry(bank, 2n).digest);

describe('the versions of a disputed key', () => {
  it('must all be given that honest inputs hold, as long as messages are in time', () => {
    const request = versionsOf((all) => all.map((one) => (of(1)(one) ? null : one)));
    expect(judge({ request })).toContain(
      `inclusion: epoch 0: north was not given a version of ${keyName} that an honest input holds`,
    );
    expect(judge({ request, facts: { timely: false } })).toEqual([]);
  });

  it('need not be given of a liar', () => {
    expect(judge({ request: versionsOf((all) => all.map((one) => (of(3)(one) ? null : one))) })).toEqual([]);
  });

  it('must be those that their holders have', () => {
    const request = versionsOf((all) => all.map((one) => (of(1)(one) ? entry(3, 2n) : one)));
    expect(judge({ request, facts: { timely: false } })).toContain(
      `result: epoch 0: north was given another version of ${keyName} than its holders have`,
    );
  });

  it('stay shut beyond the quota, for everybody', () => {
    const rows = () => [UNANIMOUS];
    expect(judge({ rows, facts: { quota: 0 } })).toEqual([]);
    expect(judge({ facts: { quota: 0 } })).toContainEqual(
      expect.stringMatching(/^result: epoch 0: north decided key [0-9a-f]{8} that the inputs leave open$/),
    );
    const opened = versionsOf(() => [entry(0, 2n)]);
    expect(judge({ rows, facts: { quota: 0 }, request: opened })).toContain(
      'confidentiality: epoch 0: north was given versions of a row that stays shut',
    );
    const unshut = (right: ReconcileRequest): ReconcileRequest => ({ ...right, closed: new Set() });
    expect(judge({ rows, facts: { quota: 0 }, request: unshut })).toContain(
      'result: epoch 0: north shuts other rows than the quota does',
    );
  });

  it('are not shut before it', () => {
    const shut = (right: ReconcileRequest): ReconcileRequest => ({
      ...right,
      closed: new Set(right.table.rows),
    });
    expect(judge({ request: shut })).toContain('result: epoch 0: north shuts other rows than the quota does');
  });
});

describe('the table', () => {
  const withColumn =
    (place: number, version: number) =>
    (right: ReconcileRequest): ReconcileRequest => {
      const rows = new Map(
        right.table.rows.map((row) => [row, { ...row, column: row.column.with(place, version) }]),
      );
      const moved = <T>(map: ReadonlyMap<(typeof right.table.rows)[number], T>) =>
        new Map([...map].map(([row, value]) => [rows.get(row)!, value]));
      return {
        ...right,
        table: { ...right.table, rows: [...rows.values()] },
        versions: moved(right.versions),
        local: moved(right.local),
      };
    };

  it('must list honest banks as they are', () => {
    for (const version of [0, 1])
      expect(judge({ request: withColumn(1, version) })).toContain(
        `result: epoch 0: the table has ${keyName} otherwise than honest banks`,
      );
  });

  it('may list a liar as it likes: what it claims is its data', () => {
    // The liar says that it holds what north does, or nothing.
    const claims = (right: ReconcileRequest): ReconcileRequest =>
      withColumn(3, right.table.rows[0]!.column[0]!)(right);
    expect(judge({ request: claims })).toEqual([]);
    expect(judge({ request: withColumn(3, 0) })).toEqual([]);
  });

  it('must conceal nothing', () => {
    const request = (right: ReconcileRequest): ReconcileRequest => ({
      ...right,
      table: { ...right.table, rows: [] },
      versions: new Map(),
      local: new Map(),
    });
    expect(judge({ request })).toContain(`result: epoch 0: the table conceals ${keyName}`);
  });
});

describe('opening', () => {
  const disclosed = (bank: number, id: bigint): Output => ({
    type: 'disclosed',
    epoch: 0,
    to: null,
    keyDigest: entry(bank, id).keyDigest,
  });
  const send = (message: unknown) => (oracle: Oracle) => oracle.onMessage(0, 1, message as Message);
  const release = send({ type: 'release', certificate: { epoch: 0 }, slices: [] });
  const slot = { view: 0, index: 0 };
  const dealing = { signature: new Uint8Array(64) };
  const slicesFor = (index: number) =>
    send({ type: 'slices', epoch: 0, slot, dealing, envelope: { slice: { index } } });

  it('is right after agreement, of what is disputed', () => {
    expect(judge({ late: (oracle) => oracle.onOutput(0, disclosed(0, 2n)) })).toEqual([]);
    expect(judge({ late: release })).toEqual([]);
    expect(judge({ early: slicesFor(1) })).toEqual([]);
  });

  it('is a leak before the inputs are agreed', () => {
    expect(judge({ early: release })).toEqual([
      'confidentiality: epoch 0: north released slices before the inputs were agreed',
    ]);
    expect(judge({ early: (oracle) => oracle.onOutput(0, disclosed(0, 2n)) })).toEqual([
      'confidentiality: epoch 0: north opened a record before the inputs were agreed',
    ]);
  });

  it('is a leak of what is not disputed, or beyond the quota', () => {
    const leak = 'confidentiality: epoch 0: north opened a record that nobody may demand';
    expect(judge({ late: (oracle) => oracle.onOutput(0, disclosed(0, 1n)) })).toEqual([leak]);
    const late = (oracle: Oracle) => oracle.onOutput(0, disclosed(0, 2n));
    expect(judge({ late, rows: () => [UNANIMOUS], facts: { quota: 0 } })).toEqual([leak]);
  });

  it('is a leak by the third holder of a version, where two suffice', () => {
    const books = [...BOOKS.slice(0, 1), BOOKS[0]!, BOOKS[0]!, BOOKS[3]!];
    const alike = [...books.slice(0, 1), book(COMMON), BOOKS[0]!, BOOKS[3]!];
    const rows = () => [UNANIMOUS, entry(0, 2n)];
    // Three of four settle it: nobody opens anything.
    expect(judge({ books, rows, late: (oracle) => oracle.onOutput(0, disclosed(0, 2n)) })).toHaveLength(1);
    expect(judge({ books: alike, rows, late: (oracle) => oracle.onOutput(2, disclosed(0, 2n)) })).toEqual([]);
    expect(
      judge({ books: alike, rows, late: (oracle) => oracle.onOutput(1, disclosed(0, 2n)) }),
    ).toHaveLength(1);
  });

  it("is a leak when a bank is dealt another bank's slice", () => {
    expect(judge({ early: slicesFor(2) })).toEqual([
      "confidentiality: epoch 0: north sent east a slice of another bank's",
    ]);
  });

  it('is nobody’s business when a liar does it', () => {
    const early = (oracle: Oracle) => {
      oracle.onMessage(3, 1, {
        type: 'release',
        certificate: { epoch: 0 },
        slices: [],
      } as unknown as Message);
      oracle.onOutput(3, disclosed(3, 2n));
    };
    expect(judge({ early })).toEqual([]);
  });
});

describe('slots', () => {
  const drafts = (from: number, count: number) => (oracle: Oracle) => {
    for (let index = 0; index < count; index++) {
      const message = {
        type: 'draft',
        draft: { header: { epoch: 0, slot: { view: 0, index } }, commitments: [] },
      };
      oracle.onMessage(from, 1, message as unknown as Message);
    }
  };

  it('are at most five under an honest leader with one liar, and one with none', () => {
    expect(judge({ early: drafts(0, 5) })).toEqual([]);
    const none = { honest: [0, 1, 2, 3] };
    expect(judge({ facts: none, early: drafts(0, 1) })).not.toContainEqual(expect.stringContaining('slots'));
    expect(judge({ facts: none, early: drafts(0, 2) })).toContain(
      'termination: epoch 0: honest north used 2 slots of view 0, where 1 suffice',
    );
  });

  it('follow one another under an honest leader', () => {
    const apart = (from: number) => (oracle: Oracle) => {
      for (const index of [0, 2]) {
        const draft = { header: { epoch: 0, slot: { view: 0, index } }, commitments: [] };
        oracle.onMessage(from, 1, { type: 'draft', draft } as unknown as Message);
      }
    };
    expect(judge({ early: apart(0) })).toEqual([
      'termination: epoch 0: honest north left out slots of view 0',
    ]);
    expect(judge({ early: apart(3) })).toEqual([]);
    expect(judge({ facts: { timely: false }, early: apart(0) })).toEqual([]);
  });

  it('of all kinds of proposals count', () => {
    const early = (oracle: Oracle) => {
      drafts(0, 1)(oracle);
      const header = { epoch: 0 };
      const slot = { view: 0, index: 1 };
      for (const what of [
        { type: 'proposal', header },
        { type: 'repeat', contents: { draft: { header } } },
      ])
        oracle.onMessage(0, 1, { ...what, slot } as unknown as Message);
    };
    expect(judge({ facts: { honest: [0, 1, 2, 3] }, early })).toContainEqual(
      expect.stringContaining('used 2 slots'),
    );
  });

  it('end with the last of a view, whoever is late', () => {
    expect(judge({ facts: { timely: false }, early: drafts(0, 6) })).toEqual([
      'termination: epoch 0: slot 5 of view 0, where 4 is the last',
    ]);
    expect(judge({ early: drafts(3, 9) })).toEqual([]);
  });
});

describe('statistics', () => {
  const figures = (bank: number): bigint[] => {
    const numbers = (f: number) => BOOKS[bank]!.entries.map(({ values }) => values[f] as bigint);
    const sum = (all: readonly bigint[]) => all.reduce((a, b) => a + b, 0n);
    return [2, 3].flatMap((f) => [2n, sum(numbers(f)), sum(numbers(f).map((x) => x * x))]);
  };
  const opened =
    (banks: readonly number[], totals: readonly bigint[], each: readonly (readonly bigint[])[] | null) =>
    (right: ReconcileRequest): ReconcileRequest => ({
      ...right,
      statistics: { banks: banks.map((bank) => right.banks[bank]!), totals, each },
    });
  const total = (banks: readonly number[]) =>
    figures(0).map((_, f) => banks.reduce((sum, bank) => sum + figures(bank)[f]!, 0n));

  it('ring no alarm when they are those of the books', () => {
    expect(judge({ request: opened([0, 1, 2], total([0, 1, 2]), null) })).toEqual([]);
    expect(judge({ request: opened([0, 1], total([0, 1]), [figures(0), figures(1)]) })).toEqual([]);
  });

  it('are false when totals of honest banks are not their sums', () => {
    const wrong = total([0, 1, 2]).with(1, 7n);
    expect(judge({ request: opened([0, 1, 2], wrong, null) })).toContain(
      'result: epoch 0: north was given false totals of honest banks',
    );
  });

  it('are false when an honest bank has others', () => {
    const request = opened([0, 1], total([0, 1]), [figures(0), figures(2)]);
    expect(judge({ request })).toContain('result: epoch 0: north was given false statistics of east');
  });

  it('may be anything of a liar', () => {
    expect(judge({ request: opened([0, 3], [1n, 2n, 3n, 4n, 5n, 6n], null) })).toEqual([]);
  });
});
