import { describe, expect, it } from 'vitest';
import type { ProvenKey } from '../../src/crypto/bls.js';
import type { DealingHeader } from '../../src/crypto/dealing.js';
import { ConcordatError } from '../../src/crypto/error.js';
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

describe('dispersal in a memoised suite', () => {
  const header = (n: number): DealingHeader => ({
    n,
    k: 2,
    length: 5,
    fragmentRoot: new Uint8Array(32),
    keyCommitments: [new Uint8Array(32)],
  });
  const shape = { n: 4, k: 2, f: 1 };

  /** Accepts what names four banks, refuses the rest, and counts how often it was asked. */
  function askedDispersal() {
    let asked = 0;
    const answer = (holds: boolean) => {
      asked++;
      if (!holds) throw new ConcordatError({ code: 'NO' }, 'no');
      return { asked };
    };
    const dispersal = {
      dealing: ({ n }: DealingHeader) => answer(n === 4),
      statistics: (threshold: number) => answer(threshold === 2),
    };
    const { suite } = askedSuite();
    const full = { ...suite, dispersal } as unknown as Suite;
    return { dispersal: memoisedSuite(full).dispersal, full, asked: () => asked };
  }

  it('decodes equal arguments once', () => {
    const { dispersal, asked } = askedDispersal();
    const [first, again] = [0, 1].map(() => dispersal.dealing(header(4), bytes(1), shape, 9));
    expect(again).toBe(first);
    const [one, other] = [0, 1].map(() => dispersal.statistics(2, 3, [bytes(1)]));
    expect(other).toBe(one);
    expect(asked()).toBe(2);
  });

  it('refuses equal arguments with the same error, computed once', () => {
    const { dispersal, asked } = askedDispersal();
    for (let i = 0; i < 3; i++) {
      expect(() => dispersal.dealing(header(5), bytes(1), shape, 9)).toThrow(ConcordatError);
      expect(() => dispersal.statistics(1, 3, [bytes(1)])).toThrow(ConcordatError);
    }
    expect(asked()).toBe(2);
  });

  it('takes no two different questions for one', () => {
    const { dispersal, asked } = askedDispersal();
    const questions = [
      () => dispersal.dealing(header(4), bytes(1), shape, 9),
      () => dispersal.dealing({ ...header(4), length: 6 }, bytes(1), shape, 9),
      () => dispersal.dealing({ ...header(4), keyCommitments: [] }, bytes(1), shape, 9),
      () => dispersal.dealing(header(4), bytes(2), shape, 9),
      () => dispersal.dealing(header(4), bytes(1), { ...shape, k: 3 }, 9),
      () => dispersal.dealing(header(4), bytes(1), { ...shape, f: 0 }, 9),
      () => dispersal.dealing(header(4), bytes(1), shape, 8),
      () => dispersal.statistics(2, 3, [bytes(1)]),
      () => dispersal.statistics(2, 4, [bytes(1)]),
      () => dispersal.statistics(2, 3, [bytes(1), bytes()]),
      () => dispersal.statistics(2, 3, [bytes(2)]),
    ];
    for (const ask of questions) ask();
    expect(asked()).toBe(questions.length);
  });

  it('does not take a fault of its own for a refusal', () => {
    const broken = { dealing: () => (undefined as unknown as bigint[])[0] };
    const { full } = askedDispersal();
    const { dispersal } = memoisedSuite({ ...full, dispersal: broken } as unknown as Suite);
    for (let i = 0; i < 2; i++)
      expect(() => dispersal.dealing(header(4), bytes(1), shape, 9)).toThrow(TypeError);
  });

  it('passes a counting suite uncounted', () => {
    const { full } = askedDispersal();
    const work = { signatures: 0, verifications: 0 };
    countingSuite(full, work).dispersal.statistics(2, 3, [bytes(1)]);
    expect(work).toEqual({ signatures: 0, verifications: 0 });
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
