import { ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { encodeConflictTable } from '../../src/data/conflict.js';
import type { SignedCommitment } from '../../src/protocol/commitment.js';
import { commitmentStatement, openInput, sketchKeyOf, ticketInput } from '../../src/protocol/commitment.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  draftDigest,
  proposalStatement,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { OwnData } from '../../src/protocol/own-data.js';
import { amendmentStatement, openStatement } from '../../src/protocol/requests.js';
import { agreedAlike, agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, ledger, Net } from './network.js';

const fixture: Fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
const { manifest, suite, secrets } = fixture;

/** A second valid proof of the same VRF output: whoever holds the key may take any nonce. */
function otherProof(secret: Uint8Array, alpha: Uint8Array): Uint8Array {
  const { Point } = ed25519;
  const { scalar: x, pointBytes } = ed25519.utils.getExtendedPublicKey(secret);
  const DST = concatBytes(utf8('ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_'), Uint8Array.of(0x04));
  const h = ed25519_hasher.encodeToCurve(concatBytes(pointBytes, alpha), { DST }) as InstanceType<
    typeof Point
  >;
  const gamma = h.multiply(x);
  const k = 7n;
  const points = [
    pointBytes,
    h.toBytes(),
    gamma.toBytes(),
    Point.BASE.multiply(k).toBytes(),
    h.multiply(k).toBytes(),
  ];
  const c = sha512(concatBytes(Uint8Array.of(0x04, 0x02), ...points, Uint8Array.of(0x00))).slice(0, 16);
  const s = Point.Fn.create(k + bytesToNumberLE(c) * x);
  return concatBytes(gamma.toBytes(), c, numberToBytesLE(s, 32));
}

/** A leader that is a script: everybody has the same records, so every draft has an empty table. */
function scripted(twoOpens = false) {
  const same = ledger();
  const net: Net = new Net(fixture, { datasets: [same, same, same, same], absent: [leaderOfViewZero()] });
  const leader = net.leader(0);
  const { chain } = net.banks[0]!;
  const own = new OwnData(same, secrets[leader]!.vault, 0);
  const proof = suite.vrf.prove(secrets[leader]!.vrf, openInput(manifest, chain, 0));
  const key = sketchKeyOf(
    manifest,
    suite.vrf.verify(manifest.banks[leader]!.vrf, openInput(manifest, chain, 0), proof)!,
  );
  const unsigned = { epoch: 0, view: 0, proof };
  const open: MessageOf<'open'> = {
    type: 'open',
    ...unsigned,
    justification: null,
    signature: fixture.sign(leader, openStatement(unsigned)),
  };
  const commitment = {
    bank: leader,
    epoch: 0,
    dataRoot: own.dataRoot(),
    records: same.size,
    statistics: own.statisticsCommitment('none'),
    ticket: suite.vrf.prove(secrets[leader]!.vrf, ticketInput(manifest, chain)),
  };
  const mine: SignedCommitment = {
    ...commitment,
    signature: fixture.sign(leader, commitmentStatement(commitment)),
  };
  const honest = [0, 1, 2, 3].filter((bank) => bank !== leader);
  const post = (to: readonly number[], message: Parameters<Net['post']>[0]['message']): void => {
    for (const bank of to) net.post({ from: leader, to: bank, message });
  };
  net.start();
  post(twoOpens ? honest.slice(0, 2) : honest, open);
  if (twoOpens) {
    const second = {
      epoch: 0,
      view: 0,
      proof: otherProof(secrets[leader]!.vrf, openInput(manifest, chain, 0)),
    };
    const signature = fixture.sign(leader, openStatement(second));
    post(honest.slice(2), { type: 'open', ...second, justification: null, signature });
  }
  net.run(1000);
  const commitments = new Map<number, SignedCommitment>([[leader, mine]]);
  for (const { from, message } of net.letters('commitment')) commitments.set(from, message.commitment);
  const draft = (index: number, inputs: readonly number[]): MessageOf<'draft'> => {
    const sorted = [...inputs].sort((a, b) => a - b);
    const table = encodeConflictTable({ inputs: sorted.length, rows: [] }, classRule(manifest));
    const signed = sorted.map((bank) => commitments.get(bank)!);
    const common = own.common(key, new Set());
    const symbols = sorted.length < 4 ? own.keyed(key).sketch.symbols(0, 128) : new Uint8Array(0);
    const made: Draft = {
      header: {
        epoch: 0,
        slot: { view: 0, index },
        parent: chain.parent,
        schedule: chain.schedule,
        opening: proof,
        inputs: sorted,
        commonRoot: common.root,
        commonRecords: common.entries.length,
        table: tableDigest(table),
        commitments: commitmentsDigest(signed),
        symbols: symbolsDigest(symbols),
      },
      commitments: signed,
      table,
      symbols,
    };
    const statement = proposalStatement(0, made.header.slot, draftDigest(made.header));
    return { type: 'draft', draft: made, signature: fixture.sign(leader, statement) };
  };
  const attesters = (message: MessageOf<'draft'>): number[] => {
    const value = agreedValue(draftDigest(message.draft.header), agreedAlike(manifest, []));
    const votes = net
      .letters('vote')
      .filter(({ message: vote }) => vote.phase === 'prepare' && Buffer.from(vote.value).equals(value));
    return [...new Set(votes.map(({ from }) => from))];
  };
  const amend = (index: number): MessageOf<'amendment'> => {
    const amendment = {
      epoch: 0,
      slot: { view: 0, index },
      commitment: mine,
      symbols: own.keyed(key).sketch.symbols(0, 128),
    };
    return {
      type: 'amendment',
      ...amendment,
      signature: fixture.sign(leader, amendmentStatement(amendment)),
    };
  };
  return { net, leader, honest, draft, post, attesters, amend };
}

function leaderOfViewZero(): number {
  return new Net(fixture).leader(0);
}

describe('a Byzantine leader that wants an honest bank left out', () => {
  it('control: has its thin draft refused when it does nothing else', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2] = honest as [number, number, number];
    const without = draft(0, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(8000);
    expect(net.letters('amendment').length).toBeGreaterThan(0);
    expect(attesters(without)).toEqual([]);
  });

  it('cannot keep its amendment away by proposing another draft of the slot to it', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    post([victim], draft(0, [leader, h1, h2, victim]));
    net.run(500);
    const without = draft(0, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(8000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });

  it('cannot keep its amendment away by opening the view to it with another proof', () => {
    const { net, leader, honest, draft, post, attesters } = scripted(true);
    const [h1, h2] = honest as [number, number, number];
    const without = draft(0, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(8000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });

  it('cannot keep it from attesting, or its amendment away, by showing it a later slot first', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    post([victim], draft(4, [leader, h1, h2, victim]));
    net.run(500);
    post([h1, h2], draft(0, [leader, h1, h2]));
    net.run(3000);
    post([h1, h2], draft(1, [h1, h2, victim]));
    net.run(6000);
    const without = draft(2, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect([...attesters(without), ...attesters(draft(0, [leader, h1, h2]))]).not.toEqual(
      expect.arrayContaining([h1, h2]),
    );
  });

  it('cannot have it spent by leaving itself out and telling it alone so', () => {
    const { net, leader, honest, draft, post, attesters, amend } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    post([h1, h2], draft(0, [leader, h1, h2]));
    net.run(3000);
    const back = draft(1, [h1, h2, victim]);
    post([h1, h2, victim], back);
    post([victim], amend(1));
    net.run(6000);
    const without = draft(2, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
});
