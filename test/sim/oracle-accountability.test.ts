import { describe, expect, it } from 'vitest';
import type { SignedCommitment } from '../../src/protocol/commitment.js';
import type { Message } from '../../src/protocol/messages.js';
import { AccountabilityWatch } from '../../src/sim/oracle-accountability.js';
import type { OracleFacts } from '../../src/sim/oracle-facts.js';
import { bytes, FACTS } from './oracle-fixture.js';

const WEST = 3;
const committed = (root: number, changes: Partial<SignedCommitment> = {}): SignedCommitment => ({
  bank: WEST,
  epoch: 0,
  dataRoot: bytes(root),
  records: 1,
  statistics: bytes(0),
  signature: new Uint8Array(64),
  ...changes,
});
const draft = (...commitments: SignedCommitment[]) =>
  ({ type: 'draft', draft: { commitments } }) as unknown as Message;
const forward = (...commitments: SignedCommitment[]) =>
  ({ type: 'forward', draft: { draft: { commitments } } }) as unknown as Message;

function watched(facts: Partial<OracleFacts> = {}) {
  const alarms: string[] = [];
  const watch = new AccountabilityWatch({ ...FACTS, ...facts }, (guarantee, what) =>
    alarms.push(`${guarantee}: ${what}`),
  );
  return { alarms, watch };
}

describe('a bank of which an honest one shows two Commitments', () => {
  it.each([
    ['in its drafts', draft(committed(1)), draft(committed(2))],
    ['in a draft of its own and one of another', draft(committed(1)), forward(committed(2))],
  ])('is accused: %s', (_, first, second) => {
    const { alarms, watch } = watched();
    watch.onMessage(0, first);
    watch.onMessage(0, second);
    expect(alarms).toEqual([]);
    watch.judge();
    expect(alarms).toEqual(['accountability: north shows two Commitments of west, whom nobody accuses']);
  });

  it('is not accused again when it was', () => {
    const { alarms, watch } = watched();
    watch.onAccused(WEST);
    watch.onMessage(0, draft(committed(1)));
    watch.onMessage(0, draft(committed(2)));
    watch.judge();
    expect(alarms).toEqual([]);
  });

  it('is not told from one that was forgotten in a crash', () => {
    const { alarms, watch } = watched({ timely: false });
    watch.onMessage(0, draft(committed(1)));
    watch.onMessage(0, draft(committed(2)));
    watch.judge();
    expect(alarms).toEqual([]);
  });
});

it('the same Commitment signed anew, one of another epoch, bank, or shown by another bank is no second one', () => {
  const { alarms, watch } = watched();
  watch.onMessage(0, draft(committed(1)));
  watch.onMessage(0, draft(committed(1, { signature: new Uint8Array(64).fill(1) })));
  watch.onMessage(0, draft(committed(2, { epoch: 1 }), committed(2, { bank: 2 })));
  watch.onMessage(1, draft(committed(2)));
  watch.judge();
  watch.onMessage(0, draft(committed(2)));
  watch.judge();
  expect(alarms).toEqual([]);
});
