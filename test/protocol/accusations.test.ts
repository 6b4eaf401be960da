import { beforeAll, expect, it } from 'vitest';
import { Accusations } from '../../src/protocol/accusations.js';
import type { BankContext } from '../../src/protocol/context.js';
import { type Evidence, verifyEvidence } from '../../src/protocol/evidence.js';
import { deskOf } from './drafting.js';
import { consortium, type Fixture } from './network.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

/** Two votes of a bank in one place. */
function equivocation(accused: number): Evidence {
  const testimony = (fill: number) => {
    const slot = { view: 0, index: 0 };
    const statement = { type: 'commit', epoch: 0, slot, body: new Uint8Array(32).fill(fill) } as const;
    return { statement, signature: fixture.sign(accused, statement) };
  };
  return { kind: 'equivocation', accused, first: testimony(1), second: testimony(2) };
}

it('a seal is to hold the proofs that no earlier seal has, and the bank keeps them all', () => {
  const accusations = new Accusations(BANK());
  for (const accused of [1, 2]) {
    verifyEvidence(fixture.manifest, equivocation(accused), fixture.suite);
    accusations.onEvidence(3, equivocation(accused));
  }
  const accused = () => accusations.unsealed.map((each) => each.accused);
  expect(accused()).toEqual([1, 2]);
  accusations.onSealed([equivocation(1)]);
  expect(accused()).toEqual([2]);
  accusations.onSealed([equivocation(2)]);
  expect(accused()).toEqual([]);
  expect(accusations.evidence).toHaveLength(2);
});

it('a proof that every bank finds by itself is sent to nobody, any other to all, and no proof twice', () => {
  const context = BANK();
  const accusations = new Accusations(context);
  accusations.accuse(equivocation(1), true);
  expect(context.outbox.take().send).toEqual([]);
  expect(accusations.isProven(1)).toBe(true);
  accusations.accuse(equivocation(2), false);
  expect(context.outbox.take().send.map(({ to }) => to)).toEqual([1, 2, 3]);
  accusations.accuse(equivocation(1), false);
  accusations.accuse(equivocation(2), false);
  expect(context.outbox.take().send).toEqual([]);
});

const BANK = (): BankContext => deskOf(fixture, 0).context;
