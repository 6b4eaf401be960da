import { describe, expect, it } from 'vitest';
import type { ProvenKey } from '../../src/crypto/bls.js';
import type { Suite } from '../../src/protocol/suite.js';
import { countingSuite, memoisedSuite } from '../../src/sim/suite.js';

/** A suite that says yes to everything and counts how often it was really asked. */
function askedSuite(): { suite: Suite; asked: () => number } {
  let asked = 0;
  const yes = (): boolean => {
    asked++;
    return true;
  };
  const suite = {
    bls: {
      name: 'fake',
      sign: () => new Uint8Array(96),
      verify: yes,
      fastAggregateVerify: yes,
      aggregateVerify: yes,
    },
    vrf: {
      suite: 'fake',
      prove: () => new Uint8Array(80),
      verify: () => {
        asked++;
        return new Uint8Array(64);
      },
    },
    identity: { sign: () => new Uint8Array(64), verify: yes },
  } as unknown as Suite;
  return { suite, asked: () => asked };
}
const key = (n: number) => ({ bytes: Uint8Array.of(n) }) as unknown as ProvenKey;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a memoised suite', () => {
  it('computes a verification once for equal arguments', () => {
    const { suite, asked } = askedSuite();
    const memoised = memoisedSuite(suite);
    for (let i = 0; i < 3; i++) {
      memoised.bls.verify(key(1), bytes(2), bytes(3));
      memoised.bls.fastAggregateVerify([key(1), key(2)], bytes(2), bytes(3));
      memoised.bls.aggregateVerify([key(1)], [bytes(2)], bytes(3));
      memoised.vrf.verify(bytes(1), bytes(2), bytes(3));
      memoised.identity.verify(bytes(1), bytes(2), bytes(3));
    }
    expect(asked()).toBe(5);
  });

  it('takes no two different questions for one', () => {
    const { suite, asked } = askedSuite();
    const { identity, bls } = memoisedSuite(suite);
    const questions = [
      () => identity.verify(bytes(1), bytes(2), bytes(3)),
      () => identity.verify(bytes(1, 2), bytes(), bytes(3)),
      () => identity.verify(bytes(1), bytes(2, 3), bytes()),
      () => identity.verify(bytes(1), bytes(2), bytes(4)),
      () => identity.verify(new Uint8Array(65_537), bytes(2), bytes(3)),
      () => identity.verify(new Uint8Array(1), bytes(2), bytes(3)),
      () => bls.verify(key(1), bytes(2), bytes(3)),
      () => bls.fastAggregateVerify([key(1)], bytes(2), bytes(3)),
      () => bls.fastAggregateVerify([key(2), key(1)], bytes(2), bytes(3)),
      () => bls.fastAggregateVerify([key(1), key(2)], bytes(2), bytes(3)),
      () => bls.aggregateVerify([key(1)], [bytes(2)], bytes(3)),
    ];
    for (const ask of questions) ask();
    expect(asked()).toBe(questions.length);
  });
});

describe('a counting suite', () => {
  it('counts every signature and every verification of its bank, remembered ones too', () => {
    const { suite } = askedSuite();
    const memoised = memoisedSuite(suite);
    const [mine, theirs] = [
      { signatures: 0, verifications: 0 },
      { signatures: 0, verifications: 0 },
    ];
    const [one, other] = [countingSuite(memoised, mine), countingSuite(memoised, theirs)];
    one.bls.sign(bytes(1), bytes(2));
    one.vrf.prove(bytes(1), bytes(2));
    one.identity.sign(bytes(1), bytes(2));
    for (const each of [one, one, other]) each.identity.verify(bytes(1), bytes(2), bytes(3));
    one.bls.fastAggregateVerify([key(1), key(2)], bytes(2), bytes(3));
    expect(mine).toEqual({ signatures: 3, verifications: 3 });
    expect(theirs).toEqual({ signatures: 0, verifications: 1 });
  });
});
