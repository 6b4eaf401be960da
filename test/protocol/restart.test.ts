import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Bank } from '../../src/protocol/bank.js';
import { ballotStatement, timeoutStatement } from '../../src/protocol/certificate.js';
import { commitmentStatement } from '../../src/protocol/commitment.js';
import { draftValue, proposalStatement } from '../../src/protocol/draft.js';
import { Witness } from '../../src/protocol/evidence.js';
import { openStatement, sketchStatement } from '../../src/protocol/requests.js';
import { resultStatement } from '../../src/protocol/seal.js';
import type { Statement } from '../../src/protocol/statement.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

/** Shows a witness everything that was sent; what it proves, it proves against a bank that kept its log. */
function accused(net: Net): number[] {
  const witness = new Witness(fixture.manifest, fixture.suite);
  const note = (bank: number, statement: Statement, signature: Uint8Array) =>
    witness.observe(bank, { statement, signature }, false);
  for (const { from, message } of net.sent) {
    if (message.type === 'vote') note(from, ballotStatement(message, 4), message.signature);
    else if (message.type === 'open') note(from, openStatement(message), message.signature);
    else if (message.type === 'sketch') note(from, sketchStatement(message), message.signature);
    else if (message.type === 'result') note(from, resultStatement(0, message), message.signature);
    else if (message.type === 'draft') {
      const { header } = message.draft;
      note(from, proposalStatement(0, header.slot, draftValue(header)), message.signature);
    } else if (message.type === 'timeout')
      note(from, timeoutStatement(0, message.view, message.certificate?.slot ?? null), message.signature);
    else if (message.type === 'commitment') {
      note(from, commitmentStatement(message.commitment), message.commitment.signature);
      note(from, sketchStatement(message.sketch), message.sketch.signature);
    }
  }
  return others(fixture).filter((bank) => witness.isProven(bank));
}

describe('a bank that restarts from its log', () => {
  it('at any moment of an epoch signs nothing that contradicts it, and the epoch ends', () => {
    const steps: number[] = [];
    for (let bank = 0; bank < 4; bank++)
      for (let at = 50; at <= 900; at += 280) {
        const net = new Net(fixture).start();
        net.run(at);
        net.crash(bank);
        net.run(130);
        net.restart(bank);
        net.run(400_000);
        steps.push(net.sent.length);
        expect(accused(net), `bank ${bank} at ${at}`).toEqual([]);
        expect(net.sealed(others(fixture, bank)), `bank ${bank} at ${at}`).toBe(true);
        expect(net.sealed([bank]), `bank ${bank} at ${at}`).toBe(true);
        const roots = new Set([0, 1, 2, 3].map((each) => toHex(net.output(each, 'sealed')[0]!.seal.root)));
        expect(roots.size).toBe(1);
      }
    expect(steps.length).toBe(16);
  });

  it('with other records than before does not commit to them', () => {
    const net = new Net(fixture).start();
    net.run(250);
    for (const bank of [0, 1, 2, 3]) {
      const other = ledger({ 9: 9, 11: 1 });
      if (bank === net.leader(0)) {
        expect(() => net.restart(bank, other)).toThrow(/was signed in this slot/);
        continue;
      }
      net.restart(bank, other);
      net.run(100_000);
      expect(accused(net)).toEqual([]);
    }
  });

  it('keeps the evidence it had', () => {
    const liar = others(fixture, new Net(fixture).leader(0))[0]!;
    const net = new Net(fixture, {
      byzantine: {
        [liar]: (letter) => {
          const { message } = letter;
          if (message.type !== 'vote') return [letter];
          const other = { ...message, value: new Uint8Array(32) };
          const signature = fixture.sign(liar, ballotStatement(other, 4));
          return [letter, { ...letter, message: { ...other, signature } }];
        },
      },
    });
    net.start().run();
    for (const bank of others(fixture, liar)) {
      expect(net.banks[bank]!.evidence.map((e) => e.accused)).toEqual([liar]);
      const { manifest, secrets, suite } = fixture;
      const log = net.logs[bank]!;
      const again = new Bank({ manifest, index: bank, secrets: secrets[bank]!, suite, log });
      expect(again.evidence).toEqual(net.banks[bank]!.evidence);
    }
  });

  it('does not start from a damaged log', () => {
    const net = new Net(fixture).start().run(600);
    const { manifest, secrets, suite } = fixture;
    const log = net.logs[0]!;
    expect(log.length).toBeGreaterThan(1);
    for (const damaged of [
      [...log, new Uint8Array(0)],
      [log[0]!.subarray(1)],
      [Uint8Array.of(...log[0]!, 0)],
    ])
      try {
        new Bank({ manifest, index: 0, secrets: secrets[0]!, suite, log: damaged });
        expect.unreachable();
      } catch (error) {
        expect(isConcordatError(error)).toBe(true);
      }
  });
});
