import { ed25519, ed25519_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { buildConflictTable, encodeConflictTable } from '../../src/data/conflict.js';
import { recordsIn } from '../../src/protocol/amendment.js';
import type { SignedCommitment } from '../../src/protocol/commitment.js';
import { commitmentStatement, openInput, saltInput, sketchKeyOf } from '../../src/protocol/commitment.js';
import {
  classRule,
  commitmentsDigest,
  type Draft,
  draftDigest,
  draftSalt,
  proposalStatement,
  saltedRoot,
  symbolsDigest,
  tableDigest,
} from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { OwnData } from '../../src/protocol/own-data.js';
import type { ReadDraft } from '../../src/protocol/reading.js';
import { amendmentStatement, openStatement } from '../../src/protocol/requests.js';
import { agreedAlike, agreedValue } from '../../src/protocol/value.js';
import { consortium, type Fixture, ledger, Net } from './network.js';
import { placeOf } from './slice-fixture.js';

const fixture: Fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
const { manifest, suite, secrets } = fixture;

/** What a bank may refuse in these scripts: what they do on purpose. */
const EXPECTED_REFUSALS = new Set(['second-proposal', 'wrong-opening', 'column-wrong']);

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
function scripted(twoOpens = false, late = false) {
  const same = ledger();
  const net: Net = new Net(fixture, { datasets: [same, same, same, same], absent: [leaderOfViewZero()] });
  const leader = net.leader(0);
  const { chain } = net.banks[0]!;
  const own = new OwnData(same, secrets[leader]!.vault, placeOf(fixture, leader, 0));
  const proof = suite.vrf.prove(secrets[leader]!.vrf, openInput(manifest, chain, 0));
  const saltProof = suite.vrf.prove(secrets[leader]!.vrf, saltInput(manifest, chain, 0));
  const salt = draftSalt(saltProof);
  const key = sketchKeyOf(
    manifest,
    suite.vrf.verify(manifest.banks[leader]!.vrf, saltInput(manifest, chain, 0), saltProof)!,
  );
  const unsigned = { epoch: 0, view: 0, seed: chain.seed, proof, saltProof };
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
  };
  const mine: SignedCommitment = {
    ...commitment,
    signature: fixture.sign(leader, commitmentStatement(commitment)),
  };
  const honest = [0, 1, 2, 3].filter((bank) => bank !== leader);
  const post = (to: readonly number[], message: Parameters<Net['post']>[0]['message']): void => {
    for (const bank of to) net.post({ from: leader, to: bank, message });
  };
  if (late) net.input(honest[2]!, { type: 'start', dataset: same });
  else net.start();
  post(twoOpens ? honest.slice(0, 2) : honest, open);
  if (twoOpens) {
    const second = {
      epoch: 0,
      view: 0,
      seed: chain.seed,
      proof: otherProof(secrets[leader]!.vrf, openInput(manifest, chain, 0)),
      saltProof,
    };
    const signature = fixture.sign(leader, openStatement(second));
    post(honest.slice(2), { type: 'open', ...second, justification: null, signature });
  }
  net.run(late ? 150 : 1000);
  const commitments = new Map<number, SignedCommitment>([[leader, mine]]);
  for (const { from, message } of net.letters('commitment')) commitments.set(from, message.commitment);
  const draft = (
    index: number,
    inputs: readonly number[],
    falsely: number | null = null,
  ): MessageOf<'draft'> => {
    const sorted = [...inputs].sort((a, b) => a - b);
    const built =
      falsely === null
        ? { inputs: sorted.length, rows: [] }
        : buildConflictTable(
            sorted.length,
            [
              [
                new Uint8Array(8).fill(7),
                sorted.map((b) => (b === falsely ? new Uint8Array(16).fill(9) : null)),
              ],
            ],
            classRule(manifest),
          );
    const table = encodeConflictTable(built, classRule(manifest));
    const signed = sorted.map((bank) => commitments.get(bank)!);
    const common = own.common(key, new Set());
    const symbols =
      sorted.length < 4
        ? own.keyed(key).sketch.symbols(0, manifest.parameters.sketchSymbols)
        : new Uint8Array(0);
    const made: Draft = {
      header: {
        epoch: 0,
        slot: { view: 0, index },
        parent: chain.parent,
        schedule: chain.schedule,
        opening: proof,
        inputs: sorted,
        amended: [],
        commonRoot: saltedRoot(salt, common.root),
        commonRecords: common.entries.length,
        table: tableDigest(salt, table),
        commitments: commitmentsDigest(signed),
        symbols: symbolsDigest(salt, symbols),
      },
      saltProof,
      commitments: signed,
      table,
      symbols,
    };
    const statement = proposalStatement(0, made.header.slot, draftDigest(made.header));
    return { type: 'draft', draft: made, amendments: [], signature: fixture.sign(leader, statement) };
  };
  const attesters = (message: MessageOf<'draft'>): number[] => {
    // Were a draft of the script malformed, nobody would attest it, and a test would show nothing.
    const codes = honest.flatMap((bank) => net.output(bank, 'refused').map(({ code }) => code));
    expect(codes.filter((code) => !EXPECTED_REFUSALS.has(code))).toEqual([]);
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
      records: recordsIn(own, { opened: { key }, rows: new Map() } as unknown as ReadDraft).records,
      rows: [],
      symbols: own.keyed(key).sketch.symbols(0, manifest.parameters.sketchSymbols),
    };
    return {
      type: 'amendment',
      ...amendment,
      signature: fixture.sign(leader, amendmentStatement(amendment)),
    };
  };
  return { net, leader, honest, draft, post, attesters, amend, same, open, mine, own, commitments };
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

  it('cannot have it give up on the view before it is shown the draft', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    net.run(11850 - net.now);
    post([h1, h2], draft(0, [leader, h1, h2]));
    net.run(4000);
    const back = draft(1, [leader, h1, h2, victim]);
    post([h1, h2, victim], back);
    net.run(6000);
    const without = draft(2, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
  it('cannot have its refusal come before the draft that it is of', () => {
    const { net, leader, honest, draft, post, attesters, amend } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    post([h1, h2], draft(0, [leader, h1, h2]));
    net.run(3000);
    const back = draft(1, [h1, h2, victim]);
    post([victim], back);
    post([victim], amend(1));
    net.run(2500);
    post([h1, h2], back);
    net.run(5000);
    const without = draft(2, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
  it('cannot have its attestation awaited by those it does not know of', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    const back = draft(1, [h1, h2, victim]);
    post([victim], back);
    net.run(400);
    post([h1, h2], draft(0, [leader, h1, h2]));
    net.run(150);
    post([h1, h2], back);
    net.run(5500);
    const without = draft(2, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });

  it('cannot have it show the higher slot before the others have begun', () => {
    const { net, leader, honest, draft, post, attesters, same, open, commitments } = scripted(false, true);
    const [h1, h2, victim] = honest as [number, number, number];
    net.run(100);
    // The leader gets the Commitments of h1 and h2 only when they begin: it must have its own draft of q inputs for the victim.
    for (const b of [h1, h2]) {
      const c = {
        bank: b,
        epoch: 0,
        dataRoot: new OwnData(same, secrets[b]!.vault, placeOf(fixture, b, 0)).dataRoot(),
        records: same.size,
        statistics: new OwnData(same, secrets[b]!.vault, placeOf(fixture, b, 0)).statisticsCommitment('none'),
      };
      commitments.set(b, { ...c, signature: fixture.sign(b, commitmentStatement(c)) });
    }
    // (stands for: draft 4 is any proposal of a high slot)
    post([victim], draft(4, [leader, h1, h2, victim]));
    net.run(150);
    const without = draft(0, [leader, h1, h2]);
    net.post({
      from: leader,
      to: victim,
      message: {
        type: 'forward',
        open: (({ type: _, ...o }) => o)(open),
        draft: (({ type: _, ...o }) => o)(without),
      },
    });
    net.run(150);
    net.run(100);
    for (const b of [h1, h2]) net.input(b, { type: 'start', dataset: same });
    net.run(100);
    post([h1, h2], without);
    net.run(8000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });

  it('cannot have it refuse for a bank that the others take for spent', () => {
    const { net, leader, honest, draft, post, attesters, amend } = scripted();
    const [h1, h2] = honest as [number, number, number];
    post(honest, draft(0, honest));
    post(honest, amend(0));
    net.run(3000);
    post([h1, h2], draft(1, [leader, h1, h2]));
    net.run(6000);
    post(honest, draft(2, honest));
    post(honest, amend(2));
    net.run(6000);
    const without = draft(3, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
  it('cannot push out the draft that it amends', () => {
    const { net, leader, honest, draft, post, attesters } = scripted();
    const [h1, h2, victim] = honest as [number, number, number];
    post([h1, h2], draft(0, [leader, h1, h2]));
    for (const i of [1, 2, 3]) post([h1, h2], draft(i, honest, victim));
    net.run(6000);
    const without = draft(4, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
  it('cannot have it refuse a draft that lists the leader falsely', () => {
    const { net, leader, honest, draft, post, attesters, amend } = scripted();
    const [h1, h2] = honest as [number, number, number];
    post(honest, draft(0, honest));
    post(honest, amend(0));
    net.run(3000);
    post([h1, h2], draft(1, [leader, h1, h2]));
    net.run(3000);
    post(honest, draft(2, [leader, ...honest], leader));
    net.run(6000);
    const without = draft(3, [leader, h1, h2]);
    post([h1, h2], without);
    net.run(6000);
    expect(attesters(without)).not.toEqual(expect.arrayContaining([h1, h2]));
  });
});
