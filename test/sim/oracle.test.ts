import { describe, expect, it } from 'vitest';
import { Dataset, type Entry } from '../../src/data/dataset.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Output } from '../../src/protocol/effects.js';
import type { Message } from '../../src/protocol/messages.js';
import { Oracle, type OracleFacts } from '../../src/sim/oracle.js';

const schema = defineSchema({
  name: 'tiny',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string' } },
});
const partial = defineSchema({
  name: 'tiny',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: { id: { type: 'integer' }, text: { type: 'string' } },
});
const book = (...rows: [number, string][]): Dataset =>
  Dataset.fromRecords(
    schema,
    rows.map(([id, text]) => [BigInt(id), text]),
  );
const entry = (dataset: Dataset, id: number): Entry =>
  dataset.entries.find(({ values }) => values[0] === BigInt(id))!;

/** Four banks, of which the last is Byzantine. Key 1 is unanimous, key 2 settled, key 3 disputed. */
const TRUTH = book([1, 'a'], [2, 'b'], [3, 'c']);
const BOOKS = [
  TRUTH,
  book([1, 'a'], [2, 'x'], [3, 'd']),
  book([1, 'a'], [2, 'b'], [3, 'c']),
  book([1, 'a'], [2, 'b'], [3, 'd']),
];
const FACTS: OracleFacts = {
  ids: ['north', 'east', 'south', 'west'],
  faults: 1,
  schema,
  quota: 100,
  honest: [0, 1, 2],
  timely: true,
};
const RIGHT = [entry(TRUTH, 1), entry(TRUTH, 2)];
const bytes = (n: number): Uint8Array => new Uint8Array(32).fill(n);

const view = (n: number): Output => ({ type: 'view', epoch: 0, view: n });
const agreed = (value = 1, epoch = 0): Output => ({
  type: 'agreed',
  epoch,
  slot: { view: 0, index: 0 },
  value: bytes(value),
});

interface Sealed {
  readonly epoch?: number;
  readonly root?: number;
  readonly value?: number;
  readonly rows?: readonly Pick<Entry, 'keyDigest' | 'values'>[] | null;
  readonly inputs?: readonly number[];
  /** Who signed the result, and who decided the inputs. */
  readonly executors?: readonly number[];
  readonly signers?: readonly number[];
}
/** A `sealed` output with as much of a seal as the oracle reads. */
function sealed({
  epoch = 0,
  root = 1,
  value = 1,
  rows = RIGHT,
  inputs = [0, 1, 2, 3],
  executors = [0, 1, 2],
  signers = [0, 1, 2],
}: Sealed = {}): Output {
  return {
    type: 'sealed',
    epoch,
    seal: { root: bytes(root), executors, commit: { signers, value: bytes(value) } },
    outcome: rows && { rows },
    inputs,
  } as unknown as Output;
}
const accuses = (accused: number): Output =>
  ({ type: 'evidence', evidence: { accused } }) as unknown as Output;

/** What a run may differ in from one in which nothing is wrong. */
interface Deviation {
  readonly facts?: Partial<OracleFacts>;
  readonly books?: readonly Dataset[];
  readonly sealed?: Readonly<Record<number, Sealed | null>>;
  readonly all?: Sealed;
  /** Before anything is agreed. */
  readonly early?: (oracle: Oracle) => void;
  /** After it is agreed, before anybody seals. */
  readonly late?: (oracle: Oracle) => void;
}

/** The violations that the oracle finds in a fabricated epoch. */
function judge(deviation: Deviation = {}): string[] {
  const oracle = new Oracle({ ...FACTS, ...deviation.facts });
  oracle.beginEpoch(0, deviation.books ?? BOOKS);
  for (let bank = 0; bank < 4; bank++) oracle.onOutput(bank, view(0));
  deviation.early?.(oracle);
  for (let bank = 0; bank < 4; bank++) oracle.onOutput(bank, agreed());
  deviation.late?.(oracle);
  for (let bank = 0; bank < 4; bank++) {
    const special = deviation.sealed?.[bank];
    if (special !== null) oracle.onOutput(bank, sealed({ ...deviation.all, ...special }));
  }
  oracle.endEpoch();
  return [...oracle.violations];
}

const guarantees = (violations: readonly string[]): string[] => [
  ...new Set(violations.map((v) => v.split(':')[0]!)),
];
/** A message with a record of a bank. */
const records = (bank: number, id: number): Message => ({
  type: 'records',
  epoch: 0,
  records: [{ id: bytes(0).subarray(0, 8), record: entry(BOOKS[bank]!, id).bytes }],
});

describe('a run in which nothing is wrong', () => {
  it('rings no alarm', () => {
    expect(judge()).toEqual([]);
  });

  it('rings none for what Byzantine banks report', () => {
    const byzantine = (oracle: Oracle): void => {
      oracle.onOutput(3, view(99));
      oracle.onOutput(3, agreed(2));
      oracle.onOutput(3, sealed({ root: 9, rows: [] }));
      oracle.onOutput(3, accuses(0));
    };
    expect(judge({ early: byzantine, late: byzantine })).toEqual([]);
  });

  it('rings none for a bank that has the seal but not the data, while messages are late', () => {
    expect(judge({ facts: { timely: false }, sealed: { 1: { rows: null } } })).toEqual([]);
  });

  it('rings none for evidence against a Byzantine bank', () => {
    const show = (banks: readonly number[]) => (oracle: Oracle) => {
      for (const bank of banks) oracle.onOutput(bank, accuses(3));
    };
    expect(judge({ late: show([0, 1, 2]) })).toEqual([]);
    expect(judge({ late: show([0, 1]) })).toEqual([
      'accountability: epoch 0: south was not shown the proof against west',
    ]);
  });

  it('rings none for a settled record that goes to the bank that lacks it, after agreement', () => {
    expect(judge({ late: (oracle) => oracle.onMessage(0, 1, records(0, 2)) })).toEqual([]);
  });

  it('rings none for what a Byzantine bank gives away', () => {
    expect(judge({ early: (oracle) => oracle.onMessage(3, 0, records(3, 3)) })).toEqual([]);
  });

  it('rings none for a bank that passes on what is not its own record', () => {
    expect(judge({ early: (oracle) => oracle.onMessage(1, 0, records(0, 2)) })).toEqual([]);
  });
});

describe('agreement', () => {
  it('is broken when two honest banks agree on different inputs', () => {
    const violations = judge({ late: (oracle) => oracle.onOutput(2, agreed(7)) });
    expect(guarantees(violations)).toEqual(['agreement']);
    expect(violations[0]).toBe('agreement: epoch 0: south and north agreed on different inputs');
  });

  it('is broken when one honest bank agrees on two', () => {
    const twice = (oracle: Oracle): void => oracle.onOutput(0, agreed(7));
    expect(guarantees(judge({ late: twice }))).toEqual(['agreement']);
  });

  it('is broken when two honest banks seal different results', () => {
    expect(judge({ sealed: { 2: { root: 7 } } })).toEqual([
      'agreement: epoch 0: south and north sealed different results',
    ]);
  });

  it('is broken however late the network is', () => {
    expect(guarantees(judge({ facts: { timely: false }, sealed: { 2: { root: 7 } } }))).toEqual([
      'agreement',
    ]);
  });
});

describe('integrity', () => {
  it('is broken when an honest bank accuses an honest one', () => {
    expect(judge({ late: (oracle) => oracle.onOutput(0, accuses(2)) })).toEqual([
      'integrity: epoch 0: north accuses honest south',
    ]);
  });

  it('is broken by an accusation of oneself, too', () => {
    expect(guarantees(judge({ late: (oracle) => oracle.onOutput(0, accuses(0)) }))).toEqual(['integrity']);
  });
});

describe('a seal', () => {
  it('breaks integrity when fewer than 2f + 1 executors signed it, or fewer than a quorum decided', () => {
    expect(judge({ sealed: { 1: { executors: [0, 1] } } })).toEqual([
      'integrity: epoch 0: east took a seal that 2 executors signed',
    ]);
    expect(judge({ sealed: { 1: { signers: [0, 1] } } })).toEqual([
      'integrity: epoch 0: east took a decision of 2 banks',
    ]);
  });
});

describe('termination', () => {
  it('is broken when an honest bank does not seal', () => {
    expect(judge({ sealed: { 1: null } })).toEqual(['termination: epoch 0: east did not seal']);
  });

  it('is not broken when a Byzantine one does not', () => {
    expect(judge({ sealed: { 3: null } })).toEqual([]);
  });

  it('is broken when a bank seals and never gets the result', () => {
    expect(judge({ sealed: { 1: { rows: null } } })).toEqual([
      'termination: epoch 0: east sealed without the result',
    ]);
    expect(judge({ sealed: { 3: { rows: null } } })).toEqual([]);
  });

  it('is broken by more views than there are Byzantine leaders, and one', () => {
    const views = (last: number) => (oracle: Oracle) => oracle.onOutput(0, view(last));
    expect(judge({ early: views(1) })).toEqual([]);
    expect(judge({ early: views(2) })).toEqual(['termination: epoch 0: 3 views, where 2 suffice']);
  });

  it('allows any number of views while messages are late', () => {
    expect(judge({ facts: { timely: false }, early: (oracle) => oracle.onOutput(0, view(40)) })).toEqual([]);
  });

  it('is all that is broken when nobody seals: what was settled is then not known', () => {
    const stuck = judge({
      sealed: { 0: null, 1: null, 2: null },
      late: (oracle) => oracle.onMessage(0, 1, records(0, 2)),
    });
    expect(stuck).toEqual(['termination: epoch 0: north, east, south did not seal']);
  });
});

describe('inclusion', () => {
  const without = { inputs: [0, 1, 3], rows: [entry(TRUTH, 1)] };

  it('is broken when an honest bank is left out of 2f + 1 inputs, whoever leads', () => {
    expect(judge({ all: without })).toEqual([
      'inclusion: epoch 0: honest south left out of 3 inputs',
      'inclusion: epoch 0: 1 of 3 inputs lie, which is half of the others',
    ]);
  });

  it('is not promised while messages are late', () => {
    expect(judge({ all: without, facts: { timely: false } })).toEqual([]);
  });

  it('is broken when liars are half of the other inputs', () => {
    // Two liars where one is borne: nobody honest is left out, and still they are too many.
    const violations = judge({ facts: { honest: [0, 1] } });
    expect(violations).toContain('inclusion: epoch 0: 2 of 4 inputs lie, which is half of the others');
  });

  it('is not broken when only a Byzantine bank is left out', () => {
    expect(judge({ all: { inputs: [0, 1, 2], rows: [entry(TRUTH, 1)] } })).toEqual([]);
  });

  it('is not broken while more than 2f + 1 banks are inputs', () => {
    const facts = { faults: 0, honest: [0, 1, 2, 3] };
    const rows = [entry(TRUTH, 1), entry(TRUTH, 2), entry(TRUTH, 3)];
    expect(judge({ facts, all: { inputs: [0, 2, 3], rows } })).toEqual([]);
  });
});

describe('the result', () => {
  const altered = { keyDigest: RIGHT[1]!.keyDigest, values: [2n, 'z'] };

  it('is wrong when a settled key has another value', () => {
    const violations = judge({ all: { rows: [RIGHT[0]!, altered] } });
    expect(violations).toHaveLength(3);
    expect(violations[0]).toMatch(/^result: epoch 0: north decided key [0-9a-f]{8} against the inputs$/);
  });

  it('is wrong when one bank alone has another value', () => {
    expect(judge({ sealed: { 1: { rows: [RIGHT[0]!, altered] } } })).toHaveLength(1);
  });

  it('is wrong when a settled or a unanimous key is missing, or a value of it is open', () => {
    const open = { keyDigest: RIGHT[1]!.keyDigest, values: [2n, undefined] as unknown as Entry['values'] };
    for (const rows of [[RIGHT[0]!], [RIGHT[1]!], [RIGHT[0]!, open]])
      expect(guarantees(judge({ sealed: { 0: { rows } } }))).toEqual(['result']);
  });

  it('is wrong when a key is decided that f banks hold, or none', () => {
    const books = [book([1, 'a'], [6, 'f']), book([1, 'a']), book([1, 'a']), book([1, 'a'])];
    const rows = [entry(books[0]!, 1)];
    expect(judge({ books, all: { rows } })).toEqual([]);
    for (const more of [entry(books[0]!, 6), entry(book([7, 'g']), 7)])
      expect(judge({ books, sealed: { 0: { rows: [...rows, more] } }, all: { rows } })).toEqual([
        expect.stringMatching(/^result: epoch 0: north decided key [0-9a-f]{8} that the inputs leave open$/),
      ]);
  });

  it('is wrong when a key is settled without most of its honest holders: then more than f banks lie', () => {
    // Two liars where one is borne: with one of two honest banks they settle key 2.
    const books = [
      book([1, 'a'], [2, 'b']),
      book([1, 'a'], [2, 'x']),
      book([1, 'a'], [2, 'x']),
      book([1, 'a'], [2, 'x']),
    ];
    const rows = [entry(books[1]!, 1), entry(books[1]!, 2)];
    const facts = { honest: [0, 1], timely: false };
    const violations = judge({ books, facts, all: { rows } });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(
      /^result: epoch 0: key [0-9a-f]{8} settled without most of its honest holders$/,
    );
  });

  it('counts absence only where it is a claim', () => {
    const books = [book([5, 'e']), book(), book(), book()];
    const row = entry(books[0]!, 5);
    const two = [books[0]!, books[0]!, book(), book()];
    // Where it is, three of four settle that there is no such record; where it is not, two holders settle that there is.
    expect(judge({ books, all: { rows: [] } })).toEqual([]);
    expect(guarantees(judge({ books, all: { rows: [row] } }))).toEqual(['result']);
    expect(judge({ books: two, all: { rows: [] } })).toEqual([]);
    expect(judge({ books: two, facts: { schema: partial }, all: { rows: [row] } })).toEqual([]);
    expect(guarantees(judge({ books: two, facts: { schema: partial }, all: { rows: [] } }))).toEqual([
      'result',
    ]);
  });

  it('is judged by the inputs alone', () => {
    // Without the bank that differs key 2 is unanimous, and key 3 settled by nobody.
    expect(judge({ all: { inputs: [0, 2, 3] }, facts: { timely: false } })).toEqual([]);
  });
});

describe('confidentiality', () => {
  it('is broken by a record that leaves before the inputs are agreed', () => {
    expect(judge({ early: (oracle) => oracle.onMessage(0, 1, records(0, 2)) })).toEqual([
      'confidentiality: epoch 0: north sent east a record before the inputs were agreed',
    ]);
  });

  it('is broken by a record that is not settled', () => {
    expect(judge({ late: (oracle) => oracle.onMessage(0, 1, records(0, 3)) })).toEqual([
      'confidentiality: epoch 0: north sent east a record that is not settled',
    ]);
    expect(judge({ late: (oracle) => oracle.onMessage(1, 0, records(1, 2)) })).toEqual([
      'confidentiality: epoch 0: east sent north a record that is not settled',
    ]);
  });

  it('is broken by a record that its receiver holds', () => {
    expect(judge({ late: (oracle) => oracle.onMessage(0, 3, records(0, 2)) })).toEqual([
      'confidentiality: epoch 0: north sent west a record that it holds',
    ]);
  });
});

describe('the oracle', () => {
  it('forgets an epoch with its end, but not its violations', () => {
    const oracle = new Oracle(FACTS);
    oracle.beginEpoch(0, BOOKS);
    oracle.onOutput(0, agreed(1));
    oracle.endEpoch();
    const before = oracle.violations.length;
    expect(before).toBe(1);
    oracle.beginEpoch(1, BOOKS);
    for (const bank of [0, 1, 2]) {
      oracle.onOutput(bank, agreed(2, 1));
      oracle.onOutput(bank, sealed({ epoch: 1, root: 5 }));
    }
    oracle.endEpoch();
    expect(oracle.violations).toHaveLength(before);
  });

  it('remembers what was decided, for those who learn of it later', () => {
    const learns = (late: Output): string[] => {
      const oracle = new Oracle(FACTS);
      oracle.beginEpoch(0, BOOKS);
      for (const bank of [0, 1, 2]) {
        oracle.onOutput(bank, agreed(2));
        oracle.onOutput(bank, sealed({ root: 5 }));
      }
      oracle.endEpoch();
      const before = oracle.violations.length;
      oracle.beginEpoch(1, BOOKS);
      oracle.onOutput(1, late);
      return oracle.violations.slice(before);
    };
    expect(learns(sealed({ root: 5, value: 2 }))).toEqual([]);
    expect(learns(agreed(2))).toEqual([]);
    expect(learns(sealed({ root: 6, value: 2 }))).toEqual([
      'agreement: epoch 1: east learnt of another root of epoch 0',
    ]);
    expect(learns(agreed(3))).toEqual(['agreement: epoch 1: east learnt of another value of epoch 0']);
  });

  it('stops counting after a hundred violations', () => {
    expect(
      judge({
        late: (oracle) => {
          for (let i = 0; i < 500; i++) oracle.onOutput(0, accuses(1));
        },
      }),
    ).toHaveLength(100);
  });
});
