import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Bank } from '../../src/protocol/bank.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { symbolsDigest } from '../../src/protocol/draft.js';
import type { Effects } from '../../src/protocol/effects.js';
import type { Message } from '../../src/protocol/messages.js';
import { deskOf, draftOf, openView, signDraft } from './drafting.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';
import { provenBy } from './signed.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

const accused = (net: Net): number[] => provenBy(fixture, net);

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

  it('in the middle of dealing, amending, attesting or releasing signs nothing twice, whoever crashed', () => {
    const leader = new Net(fixture).leader(0);
    const left = others(fixture, leader)[0]!;
    const types = new Set<string>();
    for (const bank of others(fixture))
      for (const at of [250, 350, 2250, 2350, 2450, 2550, 2750]) {
        const net = new Net(fixture, {
          // The draft without it is thin: it amends and is brought back.
          delay: ({ from, message }, now) =>
            from === left && message.type === 'commitment' && now < 2000 ? null : 100,
        }).start();
        net.run(at);
        net.crash(bank);
        net.run(130);
        net.restart(bank);
        net.run(400_000, () => net.sealed(others(fixture)));
        for (const { message } of net.sent) types.add(message.type);
        expect(accused(net), `bank ${bank} at ${at}`).toEqual([]);
        expect(net.sealed(others(fixture)), `bank ${bank} at ${at}`).toBe(true);
        const roots = others(fixture).map((each) => toHex(net.output(each, 'sealed')[0]!.seal.root));
        expect(new Set(roots).size).toBe(1);
        expect(net.outputs.flat().filter(({ type }) => type === 'evidence')).toEqual([]);
      }
    expect([...types]).toEqual(expect.arrayContaining(['slices', 'amendment', 'refusal', 'release']));
  });

  it('does not say another thing to a draft that a leader changed meanwhile', () => {
    const leader = new Net(fixture).leader(0);
    const out = others(fixture, leader)[0]!;
    const desks = others(fixture).map((bank) => deskOf(fixture, bank));
    const { message: open } = openView(fixture);
    const net = new Net(fixture, { absent: others(fixture, out) }).start();
    const deliver = (message: Message) =>
      net.input(out, { type: 'message', from: leader, bytes: fixture.encode(message) })!;
    const draft = draftOf(fixture, desks, others(fixture, out)).forward.draft;
    const types = (effects: Effects): string[] => effects.send.map(({ bytes }) => fixture.decode(bytes).type);
    deliver({ type: 'open', ...open });
    expect(types(deliver({ type: 'draft', ...draft }))).toContain('amendment');
    // Other symbols ask for another amendment in the same slot.
    const symbols = new Uint8Array(0);
    const header = { ...draft.draft.header, symbols: symbolsDigest(symbols) };
    const other = signDraft(fixture, { ...draft.draft, header, symbols }).forward.draft;
    net.crash(out);
    net.restart(out);
    deliver({ type: 'open', ...open });
    const said = deliver({ type: 'draft', ...other });
    const before = net.letters('amendment')[0]!.message;
    for (const { bytes } of said.send) {
      const message = fixture.decode(bytes);
      if (message.type === 'amendment') expect(message).toEqual(before);
    }
    expect(accused(net)).toEqual([]);
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
