import { describe, expect, it } from 'vitest';
import { hash } from '../../src/crypto/hash.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { defineAdversary } from '../../src/sim/adversary.js';
import { simulate } from '../../src/sim/simulate.js';

/** Commits to other data in the amendment by which it comes back into the draft. */
const recommitting = defineAdversary({
  name: 'recommitting',
  attack: (outgoing, { decode, encode, sign }) =>
    outgoing.flatMap((send) => {
      const message = decode(send.bytes);
      if (message.type === 'vote' && message.electorate !== null) return [];
      if (message.type !== 'amendment') return [send];
      const { commitment: first } = message;
      const other = { ...first, dataRoot: hash('statement', first.dataRoot) };
      const commitment = { ...other, signature: sign(commitmentStatement(other)) };
      return [{ ...send, bytes: encode({ ...message, commitment }) }];
    }),
});

/** Commits twice to the leader at once. */
const twice = defineAdversary({
  name: 'twice',
  attack: (outgoing, { decode, encode, sign }) =>
    outgoing.flatMap((send) => {
      const message = decode(send.bytes);
      if (message.type !== 'commitment') return [send];
      const other = { ...message.commitment, records: message.commitment.records + 1 };
      const commitment = { ...other, signature: sign(commitmentStatement(other)) };
      return [send, { ...send, bytes: encode({ ...message, commitment }) }];
    }),
});

describe('a bank that commits twice in an epoch', () => {
  it.each([recommitting, twice])('is accused of just that: $name', async (adversary) => {
    // The first leader is honest: it hears both.
    const report = await simulate({
      banks: 4,
      records: 10,
      adversaries: [adversary],
      statistics: 'none',
      seed: 1,
    });
    expect(report.violations).toEqual([]);
    const [caught] = report.perBank.filter(({ honest }) => !honest);
    expect(caught).toMatchObject({
      state: 'faulty',
      evidence: [{ kind: 'two-commitments', verified: true }],
    });
  });
});
