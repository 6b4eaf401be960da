import { beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import {
  type Attestations,
  AttestationTally,
  attestationBallot,
  attestationsCodec,
  verifyAttestations,
} from '../../src/protocol/attestations.js';
import { ballotStatement, verifyCertificate } from '../../src/protocol/certificate.js';
import type { DraftHeader } from '../../src/protocol/draft.js';
import type { VoteMessage } from '../../src/protocol/messages.js';
import { agreedAlike, agreedFrom, type Holding } from '../../src/protocol/value.js';
import { attestation, type Desk, deskOf, draftOf } from './drafting.js';
import { consortium, type Fixture } from './network.js';

const N = 7;
const C = [0, 1, 2, 4, 5, 6];
let fixture: Fixture; // n = 7, f = 2, q = 5
let header: DraftHeader;
let full: Holding[];
beforeAll(async () => {
  fixture = await consortium(N, 2);
  const desks: Desk[] = fixture.secrets.map((_, bank) => deskOf(fixture, bank));
  header = draftOf(fixture, desks, C).read.draft.header;
  full = C.map((dealer) => ({ dealer, root: new Uint8Array(32).fill(dealer) }));
});

const tally = (): AttestationTally => new AttestationTally(fixture.manifest, fixture.suite, header);
const says = (bank: number, holdings: readonly Holding[] = full): VoteMessage =>
  attestation(fixture, bank, header, holdings);
const verify = (attestations: Attestations, of = header) =>
  verifyAttestations(fixture.manifest, fixture.suite, of, attestations);
/** The bundle of a tally in which bank 0 holds nothing of bank 1. */
function bundle(): Attestations {
  const votes = tally();
  for (const bank of C)
    votes.add(
      bank,
      bank === 0
        ? says(
            0,
            full.filter(({ dealer }) => dealer !== 1),
          )
        : says(bank),
    );
  return votes.differing([])!;
}

describe('attestations that are alike', () => {
  it('are a prepare certificate that anybody takes, once all of C attested and not before', () => {
    const votes = tally();
    for (const bank of C) {
      expect(votes.certify()).toBeNull();
      expect(votes.differing([])).toBeNull();
      expect(votes.missing).toContain(bank);
      votes.add(bank, says(bank));
    }
    const certificate = votes.certify()!;
    expect(certificate).toMatchObject({ phase: 'prepare', attested: true, signers: C, slot: header.slot });
    expect(certificate.value).toEqual(attestationBallot(fixture.manifest, header, full).value);
    expect(verifyCertificate(fixture.manifest, fixture.suite, certificate)).toBe(true);
    expect(votes.differing([])).toBeNull();
    expect(votes.missing).toEqual([]);
  });

  it('count nobody who is no input', () => {
    const votes = tally();
    votes.add(3, says(3));
    for (const bank of C.slice(1)) votes.add(bank, says(bank));
    expect(votes.certify()).toBeNull();
    expect(votes.missing).toEqual([0]);
  });
});

describe('attestations that differ', () => {
  it('are a bundle that anybody reads alike, and no certificate', () => {
    const votes = tally();
    const lists = new Map(C.map((bank) => [bank, full.slice(bank % 3)] as const));
    for (const bank of C) votes.add(bank, says(bank, lists.get(bank)));
    expect(votes.certify()).toBeNull();
    const attested = verify(votes.differing([])!)!;
    expect(attested.lists).toEqual(lists);
    expect(attested.agreed).toEqual(agreedFrom(fixture.manifest, lists));
    expect(attested.agreed).not.toEqual(agreedAlike(fixture.manifest, full));
  });

  it('come back from their bytes, and from no others', () => {
    const encoded = encode(attestationsCodec(N), bundle());
    expect(decode(attestationsCodec(N), encoded)).toEqual(bundle());
    const step = 7;
    for (let cut = 0; cut < encoded.length; cut += step)
      expect(() => decode(attestationsCodec(N), encoded.subarray(0, cut))).toThrow();
    expect(() => decode(attestationsCodec(N), Uint8Array.of(...encoded, 0))).toThrow();
    // A bit for a pair that does not exist: before the count of acknowledgements, and the signature.
    const padded = encoded.slice();
    padded[encoded.length - 98]! |= 0x80;
    expect(() => decode(attestationsCodec(N), padded)).toThrow(/not canonical/);
  });

  it('are refused with anything in them altered', () => {
    const good = bundle();
    expect(verify(good)).not.toBeNull();
    const [first, ...rest] = good.lists as [number[], ...number[][]];
    const changed = good.pairs.map((pair, i) =>
      i === 0 ? { ...pair, root: new Uint8Array(32).fill(9) } : pair,
    );
    const bad: Record<string, Attestations> = {
      'a list missing': { ...good, lists: rest },
      'a list more': { ...good, lists: [first, ...rest, first] },
      'lists of others': { ...good, lists: [...rest, first] },
      'a list longer': { ...good, lists: [[0, 1, 2, 3, 4, 5], ...rest] },
      'a list shorter': { ...good, lists: [first, rest[0]!.slice(1), ...rest.slice(1)] },
      'a list unsorted': { ...good, lists: [[...first].reverse(), ...rest] },
      'a pair twice': { ...good, lists: [[0, 0, ...first.slice(1)], ...rest] },
      'a pair that does not exist': { ...good, lists: [[...first, 99], ...rest] },
      'another root': { ...good, pairs: changed },
      'no pairs': { ...good, pairs: [] },
      'another signature': { ...good, signature: says(0).signature },
      'no signature': { ...good, signature: new Uint8Array(96) },
    };
    for (const [what, attestations] of Object.entries(bad)) expect(verify(attestations), what).toBeNull();
  });

  it('are refused for another draft, and for another consortium', async () => {
    expect(verify(bundle(), { ...header, commonRecords: 1 })).toBeNull();
    expect(verify(bundle(), { ...header, slot: { view: 0, index: 1 } })).toBeNull();
    expect(verify(bundle(), { ...header, epoch: 1 })).toBeNull();
    const elsewhere = await consortium(N, 2, { name: 'elsewhere' });
    expect(verifyAttestations(elsewhere.manifest, elsewhere.suite, header, bundle())).toBeNull();
  });

  it('by fewer inputs than a quorum are refused: f liars could attest a draft of their own', () => {
    for (const inputs of [
      [0, 1],
      [0, 1, 2, 4],
    ]) {
      const lie = { ...header, inputs, commonRoot: new Uint8Array(32) };
      const votes = new AttestationTally(fixture.manifest, fixture.suite, lie);
      const pairs = full.slice(0, 2);
      for (const bank of inputs)
        votes.add(bank, attestation(fixture, bank, lie, bank === 0 ? pairs : pairs.slice(1)));
      expect(verify(votes.differing([])!, lie), `${inputs}`).toBeNull();
    }
  });

  it('fit into one proposal though f liars list a root of their own for every dealer, in the largest consortium', () => {
    const banks = 256;
    const faults = 85;
    const pairs = Array.from({ length: banks * (faults + 1) }, (_, i) => ({
      dealer: Math.floor(i / (faults + 1)),
      root: new Uint8Array(32).fill(i),
    }));
    const lists = Array.from({ length: banks }, () => [0, pairs.length - 1]);
    const acknowledged = [{ bank: 9, list: [1], signature: new Uint8Array(64) }];
    const value = { pairs, lists, acknowledged, signature: new Uint8Array(96) };
    expect(decode(attestationsCodec(banks), encode(attestationsCodec(banks), value))).toEqual(value);
  });
});

describe('a tally of attestations', () => {
  const without0 = (): AttestationTally => {
    const votes = tally();
    for (const bank of C.slice(1)) votes.add(bank, says(bank));
    return votes;
  };

  it('takes no vote that is not an attestation of its draft', () => {
    const good = says(0);
    const resigned = (vote: VoteMessage): VoteMessage => ({
      ...vote,
      signature: fixture.sign(0, ballotStatement(vote, N)),
    });
    const bad: Record<string, VoteMessage> = {
      'no list': { ...good, holdings: null },
      'another list than its value': { ...good, holdings: full.slice(1) },
      'another phase': resigned({ ...good, phase: 'commit' }),
      'another slot': resigned({ ...good, slot: { view: 0, index: 1 } }),
      'another value': resigned({ ...good, value: new Uint8Array(32) }),
      'no electorate': resigned({ ...good, electorate: null }),
      'another electorate': resigned({ ...good, electorate: [0, 1, 2, 3, 5, 6] }),
      'a smaller electorate': resigned({ ...good, electorate: C.slice(1) }),
      'a dealer that is no input': says(0, [...full.slice(0, 3), { dealer: 3, root: new Uint8Array(32) }]),
      'a dealer twice': says(0, [full[0]!, full[0]!]),
      'dealers out of order': says(0, [full[1]!, full[0]!]),
    };
    for (const [what, vote] of Object.entries(bad)) {
      const votes = without0();
      votes.add(0, vote);
      expect(votes.missing, what).toEqual([0]);
      expect(votes.certify(), what).toBeNull();
    }
  });

  it('drops bad signatures and names their banks missing, among attestations alike or not', () => {
    for (const list of [full, full.slice(1)]) {
      const votes = without0();
      votes.add(0, { ...says(0, list), signature: says(1).signature });
      expect(votes.missing).toEqual([]);
      expect(votes.certify()).toBeNull();
      expect(votes.differing([])).toBeNull();
      expect(votes.missing).toEqual([0]);
    }
  });

  it('is not led by false attestations that others pass on in the name of a bank', () => {
    const forged = { ...says(0, full.slice(2)), signature: says(1).signature };
    const before = without0();
    before.add(0, forged);
    before.add(0, says(0));
    expect(before.certify()).not.toBeNull();
    const after = without0();
    after.add(0, says(0));
    after.add(0, forged);
    expect(after.certify()).not.toBeNull();
    const found = without0();
    found.add(0, forged);
    expect(found.certify()).toBeNull();
    expect(found.missing).toEqual([0]);
    found.add(0, forged);
    expect(found.missing).toEqual([0]);
    found.add(0, says(0));
    expect(found.certify()).not.toBeNull();
  });

  it('takes one of two attestations that both hold, and is done with it', () => {
    const votes = without0();
    votes.add(0, says(0));
    expect(votes.certify()).not.toBeNull();
    const other = without0();
    other.add(0, says(0, full.slice(1)));
    other.add(0, says(0, full.slice(2)));
    other.add(0, says(0));
    const { lists } = verify(other.differing([])!)!;
    expect([full.slice(1), full.slice(2)]).toContainEqual(lists.get(0));
  });
});
