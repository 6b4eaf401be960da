import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/protocol/effects.js';
import type { Message } from '../../src/protocol/messages.js';
import { Oracle } from '../../src/sim/oracle.js';
import {
  agreed,
  BOOKS,
  bytes,
  entry,
  FACTS,
  guarantees,
  judge,
  sealed,
  TRUTH,
  view,
} from './oracle-epoch-fixture.js';

const accuses = (accused: number): Output =>
  ({ type: 'evidence', evidence: { accused } }) as unknown as Output;

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
