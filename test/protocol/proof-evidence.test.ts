import { beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/crypto/encoding.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { type Evidence, evidenceCodec, verifyEvidence } from '../../src/protocol/evidence.js';
import { badProof } from '../../src/protocol/proof-evidence.js';
import { openStatement } from '../../src/protocol/requests.js';
import type { Statement } from '../../src/protocol/statement.js';
import { consortium, type Fixture, Net, others } from './network.js';

let fixture: Fixture;
let foreign: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  foreign = await consortium(4, 1, { name: 'elsewhere', parameters: { statistics: 'none' } });
});

const reasonOf = (evidence: Evidence, by = fixture): string => {
  try {
    verifyEvidence(by.manifest, evidence, by.suite);
    return 'holds';
  } catch (error) {
    if (!isConcordatError(error, 'EVIDENCE_INVALID')) throw error;
    return (error.detail as unknown as { reason: string }).reason;
  }
};
const signed = (bank: number, statement: Statement) =>
  badProof(bank, { statement, signature: fixture.sign(bank, statement) });
const bent = (proof: Uint8Array): Uint8Array => proof.map((byte, i) => (i === 60 ? byte ^ 1 : byte));

/** The statements of an epoch in which nobody lies. */
function honest() {
  const net = new Net(fixture).start();
  net.run();
  const leader = net.leader(0);
  const open = net.letters('open')[0]!.message;
  const { from, message } = net.letters('commitment')[0]!;
  return { leader, open, from, commitment: message.commitment };
}

describe('a VRF proof that does not hold for the seed beside it', () => {
  it.each(['proof', 'saltProof'] as const)(
    'proves a leader faulty by the %s of its Open to whoever is shown it',
    (which) => {
      const liar = new Net(fixture).leader(0);
      const net = new Net(fixture, {
        byzantine: {
          [liar]: (letter) => {
            const { message } = letter;
            if (message.type !== 'open') return [letter];
            const open = { ...message, [which]: bent(message[which]) };
            return [{ ...letter, message: { ...open, signature: fixture.sign(liar, openStatement(open)) } }];
          },
        },
      }).start();
      net.run(100_000);
      for (const bank of others(fixture, liar)) {
        const found = net.output(bank, 'evidence').map(({ evidence }) => evidence);
        expect(found.map(({ kind, accused }) => [kind, accused])).toEqual([['bad-proof', liar]]);
        expect(reasonOf(found[0]!)).toBe('holds');
        expect(decode(evidenceCodec, encode(evidenceCodec, found[0]!))).toEqual(found[0]);
        expect(reasonOf(found[0]!, foreign)).toBe('signature');
        for (const other of others(fixture, liar))
          expect(reasonOf({ ...found[0]!, accused: other } as Evidence)).toBe('signature');
      }
    },
  );

  it('is not what an honest bank signs, whatever is made of its words', () => {
    const { leader, open, from, commitment } = honest();
    const opening = openStatement(open);
    const committed = commitmentStatement(commitment);
    expect(reasonOf(signed(leader, opening))).toBe('no-fault');
    expect(reasonOf(signed(from, committed))).toBe('no-fault');
    // What its signature does not cover proves nothing.
    const body = bent(opening.body);
    const { signature } = open;
    for (const statement of [
      { ...opening, body },
      { ...opening, epoch: 1 },
      { ...opening, slot: { view: 1, index: 0 } },
    ])
      expect(reasonOf(badProof(leader, { statement, signature }))).toBe('signature');
  });

  it('is looked for in an Open only, of its signer, in the form that it has', () => {
    const { leader, open, from, commitment } = honest();
    const opening = openStatement(open);
    for (const statement of [
      { ...opening, slot: null },
      { ...opening, body: new Uint8Array(0) },
      { ...opening, body: opening.body.subarray(1) },
      { ...opening, type: 'sketch' } as const,
      { ...opening, type: 'proposal' } as const,
      { ...opening, type: 'commitment' } as const,
    ])
      expect(reasonOf(signed(leader, statement))).toBe('no-fault');
    const bad = { ...opening, body: bent(opening.body) };
    expect(reasonOf(signed(leader, bad))).toBe('holds');
    expect(reasonOf(signed(leader, { ...bad, type: 'commitment' }))).toBe('no-fault');
    expect(reasonOf(signed(from, commitmentStatement(commitment)))).toBe('no-fault');
    expect(reasonOf({ ...signed(leader, bad), accused: 99 })).toBe('unknown-bank');
  });
});
