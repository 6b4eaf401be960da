import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import { Bank } from '../../src/protocol/bank.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import { draftSalt, symbolsDigest } from '../../src/protocol/draft.js';
import type { Effects, Input } from '../../src/protocol/effects.js';
import { Witness } from '../../src/protocol/evidence.js';
import type { Message } from '../../src/protocol/messages.js';
import { deskOf, draftOf, openView, signDraft } from './drafting.js';
import { consortium, type Fixture, ledger, Net, others } from './network.js';
import { draftIn, provenBy, type Signed, signedIn } from './signed.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await consortium(4, 1);
});

const accused = (net: Net): number[] => provenBy(fixture, net);

describe('a bank that restarts from its log', () => {
  it('after any entry of its log signs nothing that contradicts what it had sent by then', () => {
    const leader = new Net(fixture).leader(0);
    const steps: { input: Input; effects: Effects }[][] = [[], [], [], []];
    const net = new Net(fixture, {
      onStep: (bank, input, effects) => steps[bank]!.push({ input, effects }),
      // A view fails with something prepared, so that a lock has to survive as well.
      delay: ({ message }, now) =>
        now < 9000 && message.type === 'vote' && message.phase === 'commit' ? null : 100,
    }).start();
    net.run();
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
    const { manifest, secrets, suite } = fixture;
    let stops = 0;
    for (const bank of [leader, others(fixture, leader)[0]!]) {
      const own = steps[bank]!;
      /** What it signed in messages that left while its log had at most so many entries. */
      const sent: { entries: number; signed: Signed[] }[] = [];
      let entries = 0;
      for (const { effects } of own) {
        entries += effects.persist.length;
        const messages = effects.send.map(({ bytes }) => fixture.decode(bytes));
        sent.push({ entries, signed: messages.flatMap((m) => signedIn(fixture, bank, m, draftIn(net))) });
      }
      const log = own.flatMap(({ effects }) => effects.persist);
      for (let kept = 0; kept <= log.length; kept += bank === leader ? 1 : 2) {
        stops++;
        const again = new Bank({
          manifest,
          index: bank,
          secrets: secrets[bank]!,
          suite,
          log: log.slice(0, kept),
        });
        const witness = new Witness(manifest, suite);
        for (const { entries: logged, signed } of sent)
          if (logged <= kept) for (const each of signed) witness.observe(bank, each, true);
        // Everything that ever reached it reaches it once more, and the timers run out that did.
        for (const { input } of own) {
          const effects = again.step(input);
          for (const { bytes } of effects.send)
            for (const each of signedIn(fixture, bank, fixture.decode(bytes), draftIn(net)))
              witness.observe(bank, each, true);
        }
        expect(witness.isProven(bank), `bank ${bank} with ${kept} entries`).toBe(false);
      }
    }
    expect(stops).toBeGreaterThan(25);
  });

  it('at moments all over an epoch ends it with the same result', () => {
    for (const [bank, at] of [50, 330, 610, 890].entries()) {
      const net = new Net(fixture).start();
      net.run(at);
      net.crash(bank);
      net.run(130);
      net.restart(bank);
      net.run(400_000);
      expect(accused(net), `bank ${bank} at ${at}`).toEqual([]);
      expect(net.sealed([0, 1, 2, 3]), `bank ${bank} at ${at}`).toBe(true);
      const roots = new Set([0, 1, 2, 3].map((each) => toHex(net.output(each, 'sealed')[0]!.seal.root)));
      expect(roots.size).toBe(1);
    }
  });

  it('in the middle of dealing, amending, attesting or releasing signs nothing twice, whoever crashed', () => {
    const leader = new Net(fixture).leader(0);
    const left = others(fixture, leader)[0]!;
    const types = new Set<string>();
    for (const bank of others(fixture))
      for (const at of [250, 2350 + 200 * (bank % 2)]) {
        const net = new Net(fixture, {
          // The draft without it is thin: it amends and is taken in.
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
    const { draft } = draftOf(fixture, desks, others(fixture, out)).forward;
    const types = (effects: Effects): string[] => effects.send.map(({ bytes }) => fixture.decode(bytes).type);
    expect(types(deliver({ type: 'forward', open, draft }))).toContain('amendment');
    // Other symbols ask for another amendment in the same slot.
    const symbols = new Uint8Array(0);
    const header = {
      ...draft.draft.header,
      symbols: symbolsDigest(draftSalt(draft.draft.saltProof), symbols),
    };
    const other = signDraft(fixture, { ...draft.draft, header, symbols }).forward.draft;
    net.crash(out);
    net.restart(out);
    const said = deliver({ type: 'forward', open, draft: other });
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
