import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/protocol/messages.js';
import { PAYMENTS } from '../../src/sim/generate.js';
import { StatementWatch } from '../../src/sim/oracle-statements.js';

const bytes = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill);
const vote = (signature: number, changes: object = {}): Message =>
  ({
    type: 'vote',
    phase: 'prepare',
    epoch: 0,
    slot: { view: 0, index: 0 },
    value: bytes(1),
    electorate: null,
    holdings: null,
    signature: bytes(signature, 96),
    ...changes,
  }) as Message;

function heard(...said: readonly (readonly [number, Message])[]): string[] {
  const alarms: string[] = [];
  const ids = ['a', 'b'];
  const facts = { ids, faults: 0, schema: PAYMENTS, quota: 0, honest: [0, 1], timely: true };
  const watch = new StatementWatch(facts, (guarantee, what) => alarms.push(`${guarantee}: ${what}`));
  for (const [from, message] of said) watch.onMessage(from, message);
  return alarms;
}

describe('StatementWatch', () => {
  it('rings when a bank says two things in one place, however often it restarted in between', () => {
    expect(heard([0, vote(1)], [0, vote(1)], [0, vote(2)])).toEqual([
      'integrity: honest a contradicts itself: prepare 0/0.0',
    ]);
  });

  it('does not ring for other places, phases, epochs and banks', () => {
    const others: [number, Message][] = [
      [0, vote(4, { phase: 'commit' })],
      [0, vote(2, { slot: { view: 0, index: 1 } })],
      [0, vote(3, { slot: { view: 1, index: 0 } })],
      [0, vote(5, { epoch: 1 })],
      [1, vote(6)],
    ];
    expect(heard([0, vote(1)], ...others)).toEqual([]);
  });

  it('knows what of each kind may be said once, and what may be repeated', () => {
    const slot = { view: 0, index: 0 };
    const draft = { header: { epoch: 0, slot } };
    const pairs = {
      timeout: (s: number) => ({ type: 'timeout', epoch: 0, view: 3, signature: bytes(s) }),
      result: (s: number) => ({ type: 'result', epoch: 0, signature: bytes(s) }),
      open: (s: number) => ({ type: 'open', epoch: 0, view: 0, signature: bytes(s) }),
      draft: (s: number) => ({ type: 'draft', draft, signature: bytes(s) }),
      amendment: (s: number) => ({ type: 'amendment', epoch: 0, slot, signature: bytes(s) }),
      slices: (s: number) => ({ type: 'slices', epoch: 0, slot, dealing: { signature: bytes(s) } }),
    };
    for (const [type, make] of Object.entries(pairs)) {
      const [one, other] = [1, 2].map((s) => make(s) as unknown as Message);
      expect(heard([0, one!], [0, one!]), type).toEqual([]);
      expect(heard([0, one!], [0, other!]), type).toHaveLength(1);
    }
    const want = (s: number) => ({ type: 'want', epoch: 0, value: null, signature: bytes(s) }) as Message;
    expect(heard([0, want(1)], [0, want(2)])).toEqual([]);
  });
});
