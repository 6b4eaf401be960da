import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Ballot,
  ballotStatement,
  type Vote,
  verifyCertificate,
} from '../../src/protocol/certificate.js';
import type { Statement } from '../../src/protocol/statement.js';
import { VoteCollector } from '../../src/protocol/votes.js';
import { consortium, type Fixture } from './network.js';

const N = 10;
let fixture: Fixture;
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
  wrong = fixture.secrets.map((_, bank) => fixture.sign(bank, { ...statement, epoch: 1 }));
});

const everyone = Array.from({ length: N }, (_, i) => i);

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
