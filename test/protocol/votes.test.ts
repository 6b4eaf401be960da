import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Ballot,
  ballotStatement,
  type Vote,
  verifyCertificate,
} from '../../src/protocol/certificate.js';
import { type Statement, statementDigest } from '../../src/protocol/statement.js';
import type { Suite } from '../../src/protocol/suite.js';
import { SignatureCollector, VoteCollector } from '../../src/protocol/votes.js';
import { consortium, type Fixture } from './network.js';

const N = 10;
let fixture: Fixture;
let good: Uint8Array[];
let wrong: Uint8Array[];
const statement: Statement = { type: 'result', epoch: 0, slot: null, body: Uint8Array.of(1) };
const ballot = (): Ballot => ({
  phase: 'prepare',
  epoch: 0,
  slot: { view: 0, index: 0 },
  value: new Uint8Array(32).fill(3),
  electorate: null,
});
beforeAll(async () => {
  fixture = await consortium(N, 3);
  good = fixture.secrets.map((_, bank) => fixture.sign(bank, statement));
  wrong = fixture.secrets.map((_, bank) => fixture.sign(bank, { ...statement, epoch: 1 }));
});

const collector = (suite: Suite = fixture.suite): SignatureCollector =>
  new SignatureCollector(fixture.manifest, suite, statementDigest(fixture.manifest.consortiumId, statement));
const malformed = new Uint8Array(96).fill(255);
const infinity = Uint8Array.of(0xc0, ...new Uint8Array(95));
const everyone = Array.from({ length: N }, (_, i) => i);
const members = fc.uniqueArray(fc.integer({ min: 0, max: N - 1 }), { maxLength: N });

describe('a collector of signatures', () => {
  it('names every bad signature of any subset, and drops no honest one', () => {
    fc.assert(
      fc.property(members, members, fc.integer({ min: 1, max: N }), (present, liars, needed) => {
        const votes = collector();
        for (const bank of present) {
          const bad = [wrong[bank]!, malformed, infinity, good[(bank + 1) % N]!][bank % 4]!;
          votes.add(bank, liars.includes(bank) ? bad : good[bank]!);
        }
        const honest = present.filter((bank) => !liars.includes(bank)).sort((a, b) => a - b);
        const aggregate = votes.aggregate(needed);
        if (honest.length >= needed) expect(aggregate!.signers).toEqual(honest);
        else expect(aggregate).toBeNull();
        if (present.length >= needed) expect(votes.bad.every((bank) => liars.includes(bank))).toBe(true);
        for (const bank of honest) expect(votes.banks).toContain(bank);
      }),
      { numRuns: 60 },
    );
  });

  it('does not look at signatures before enough are here', () => {
    let checks = 0;
    const { bls } = fixture.suite;
    const counting: Suite = {
      ...fixture.suite,
      bls: {
        ...bls,
        aggregate: (signatures) => bls.aggregate(signatures),
        fastAggregateVerify: (...rest) => {
          checks++;
          return bls.fastAggregateVerify(...rest);
        },
      },
    };
    const votes = collector(counting);
    for (const bank of everyone.slice(0, 6)) votes.add(bank, good[bank]!);
    expect(votes.aggregate(7)).toBeNull();
    expect(checks).toBe(0);
    votes.add(6, good[6]!);
    expect(votes.aggregate(7)!.signers).toHaveLength(7);
    expect(checks).toBe(1);
  });

  /** A suite that counts the checks of an aggregate. */
  function counted() {
    const { bls } = fixture.suite;
    const count = { checks: 0 };
    const suite = {
      ...fixture.suite,
      bls: {
        ...bls,
        aggregate: (signatures: readonly Uint8Array[]) => bls.aggregate(signatures),
        fastAggregateVerify: (...rest: Parameters<typeof bls.fastAggregateVerify>) => {
          count.checks++;
          return bls.fastAggregateVerify(...rest);
        },
      },
    };
    return { count, suite };
  }

  it('finds one bad signature among ten, wherever it is, with one check a halving and those around it', () => {
    for (const bad of everyone) {
      const { count, suite } = counted();
      const votes = collector(suite);
      for (const bank of everyone) votes.add(bank, bank === bad ? wrong[bank]! : good[bank]!);
      expect(votes.aggregate(7)!.signers).toEqual(everyone.filter((bank) => bank !== bad));
      expect(votes.bad).toEqual([bad]);
      // The sum that fails, at most two checks for each of four halvings less what follows from the other half, the rest.
      expect(count.checks).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(N)) - 1);
    }
  });

  it('does not suspect again what held before', () => {
    const { count, suite } = counted();
    const votes = collector(suite);
    for (const bank of everyone.slice(0, 9)) votes.add(bank, good[bank]!);
    expect(votes.aggregate(9)).not.toBeNull();
    count.checks = 0;
    votes.add(9, wrong[9]!);
    expect(votes.aggregate(9)!.signers).toEqual(everyone.slice(0, 9));
    // The sum with the new one, which must then be the bad one, and the sum without it.
    expect(count.checks).toBe(2);
  });

  it('keeps the first signature of a bank, and never another of one that was bad', () => {
    const votes = collector();
    for (const bank of [0, 1, 2]) votes.add(bank, good[bank]!);
    votes.add(0, wrong[0]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    votes.add(3, wrong[3]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    votes.add(3, good[3]!);
    expect(votes.aggregate(3)!.signers).toEqual([0, 1, 2]);
    expect(votes.bad).toEqual([3]);
  });

  it('takes errors that cancel out for what they are: a sum that both signed', () => {
    // Each of the two signatures is wrong, their sum is right: exchanged, they say the same as in order.
    const votes = collector();
    votes.add(0, good[1]!);
    votes.add(1, good[0]!);
    expect(votes.aggregate(2)!.signers).toEqual([0, 1]);
  });
});

describe('a collector of votes', () => {
  const voteOf = (bank: number, change: Partial<Ballot> = {}): Vote => {
    const voted = { ...ballot(), ...change };
    return { ...voted, holdings: null, signature: fixture.sign(bank, ballotStatement(voted, N)) };
  };

  it('certifies at a quorum, not one vote before', () => {
    const votes = new VoteCollector(fixture.manifest, fixture.suite, ballot());
    for (const bank of everyone.slice(0, fixture.manifest.quorum)) {
      expect(votes.certify()).toBeNull();
      votes.add(bank, voteOf(bank));
    }
    const certificate = votes.certify()!;
    expect(certificate.attested).toBe(false);
    expect(verifyCertificate(fixture.manifest, fixture.suite, certificate)).toBe(true);
  });

  it('counts no vote of another ballot', () => {
    for (const change of [
      { phase: 'commit' as const },
      { epoch: 1 },
      { slot: { view: 0, index: 1 } },
      { value: new Uint8Array(32) },
      { electorate: everyone },
    ]) {
      const votes = new VoteCollector(fixture.manifest, fixture.suite, ballot());
      for (const bank of everyone) votes.add(bank, bank < 6 ? voteOf(bank) : voteOf(bank, change));
      expect(votes.certify()).toBeNull();
    }
  });

  it('counts no attestation, though its bank signed the value: it says so for one draft only', () => {
    const votes = new VoteCollector(fixture.manifest, fixture.suite, ballot());
    for (const bank of everyone) votes.add(bank, voteOf(bank, { electorate: everyone }));
    expect(votes.certify()).toBeNull();
    expect(votes.missing).toEqual([]);
  });

  it('keeps the first vote of a bank, and certifies without one whose signature is bad', () => {
    const votes = new VoteCollector(fixture.manifest, fixture.suite, ballot());
    for (const bank of everyone.slice(0, fixture.manifest.quorum))
      votes.add(bank, bank === 3 ? { ...voteOf(3), signature: wrong[3]! } : voteOf(bank));
    expect(votes.certify()).toBeNull();
    votes.add(3, voteOf(3));
    expect(votes.certify()).toBeNull();
    votes.add(9, voteOf(9));
    expect(votes.certify()!.signers).not.toContain(3);
  });
});
