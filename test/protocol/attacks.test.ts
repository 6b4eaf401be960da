import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { Sketch } from '../../src/data/sketch.js';
import { SketchKey } from '../../src/data/sketch-item.js';
import { SketchItems } from '../../src/data/sketch-items.js';
import { timeoutStatement } from '../../src/protocol/certificate.js';
import { type Draft, draftDigest, proposalStatement } from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { slotTimeout } from '../../src/protocol/pacemaker.js';
import { symbolsStatement, wantStatement } from '../../src/protocol/requests.js';
import { agreedValue, NOTHING_DEALT } from '../../src/protocol/value.js';
import { consortium, DELTA, type Fixture, type Letter, ledger, Net, others } from './network.js';

let four: Fixture;
let six: Fixture;
let seven: Fixture;
beforeAll(async () => {
  four = await consortium(4, 1);
  six = await consortium(6, 1);
  seven = await consortium(7, 2);
});

const leaderOf = (fixture: Fixture, view: number): number => new Net(fixture).leader(view);
function secondLeader(fixture: Fixture): number {
  const net = new Net(fixture).start().run();
  for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
  return net.leader(0);
}

/** Milliseconds after which a bank has given up on a view whose leader proposed once, right at its start, and no more. */
const viewMs = (view: number): number => slotTimeout({ faults: 1, delta: DELTA }, view) + 500;

/** A draft whose contents nobody vouches for: the honest one with another table root. */
function forged(draft: Draft, salt: number): Draft {
  const commonRoot = draft.header.commonRoot.map((byte, i) => (i < 4 ? byte ^ (salt >> (8 * i)) : byte ^ 1));
  return { ...draft, header: { ...draft.header, commonRoot } };
}

function repeatOf(fixture: Fixture, draft: Draft, slot = draft.header.slot): MessageOf<'repeat'> {
  const leader = draft.header.schedule[slot.view % draft.header.schedule.length]!;
  const contents = { draft, agreed: NOTHING_DEALT };
  const statement = proposalStatement(
    draft.header.epoch,
    slot,
    agreedValue(draftDigest(draft.header), NOTHING_DEALT),
  );
  return { type: 'repeat', slot, contents, signature: fixture.sign(leader, statement) };
}

/** Symbols of records that no bank has, which differ from everybody's. */
function foreignSymbols(seed: number, count: number): Uint8Array {
  const items = Array.from({ length: 24 }, (_, i) => new Uint8Array(24).fill(1 + i).fill(seed, 0, 8));
  return new Sketch(SketchItems.fromItems(new SketchKey(new Uint8Array(32)), items)).symbols(0, count);
}

describe('a Byzantine leader', () => {
  it('cannot have contents agreed that no input attested, by calling them a repetition', () => {
    for (const view of [0, 1]) {
      const liar = leaderOf(four, view);
      const lies: string[] = [];
      const net = new Net(four, {
        // View 0 ends without any certificate, so that view 1 opens with nothing to repeat.
        delay: ({ message }) =>
          view === 1 && message.type === 'vote' && message.slot.view === 0 ? null : 100,
        byzantine: {
          [liar]: (letter) => {
            const { message } = letter;
            if (message.type !== 'draft' || message.draft.header.slot.view !== view) return [letter];
            const lie = forged(message.draft, 0);
            lies.push(
              toHex(draftDigest(lie.header)),
              toHex(agreedValue(draftDigest(lie.header), NOTHING_DEALT)),
            );
            return [{ ...letter, message: repeatOf(four, lie) }];
          },
        },
      });
      net.start().run(8 * viewMs(1));
      expect(lies.length).toBeGreaterThan(0);
      for (const letter of net.letters('vote'))
        if (letter.from !== liar) expect(lies).not.toContain(toHex(letter.message.value));
      for (const bank of others(four, liar)) {
        expect(net.output(bank, 'sealed')).toHaveLength(1);
        expect(lies).not.toContain(toHex(net.output(bank, 'agreed')[0]!.value));
        expect(net.output(bank, 'refused').map((r) => r.code)).toContain('not-prepared');
      }
    }
  });

  it('gets room for one proposal a slot, however many it signs', () => {
    const liar = leaderOf(four, 0);
    const refused: string[] = [];
    const victim = others(four, liar)[0]!;
    const net = new Net(four, {
      byzantine: {
        [liar]: (letter) => {
          if (letter.message.type !== 'draft' || letter.to !== victim) return [letter];
          const { draft } = letter.message;
          const flood = Array.from({ length: 20 }, (_, i): Letter => {
            const lie = forged(draft, i + 1);
            const statement = proposalStatement(0, draft.header.slot, draftDigest(lie.header));
            return {
              ...letter,
              message: { type: 'draft', draft: lie, amendments: [], signature: four.sign(liar, statement) },
            };
          });
          return [letter, ...flood];
        },
      },
    });
    net.start().run(viewMs(1));
    refused.push(...net.output(victim, 'refused').map((r) => r.code));
    expect(refused.filter((code) => code === 'second-proposal')).toHaveLength(20);
    expect(net.output(victim, 'evidence')).toHaveLength(1);
    expect(net.sealed([0, 1, 2, 3])).toBe(true);
  });

  it('cannot leave an honest bank out by not hearing it', () => {
    const liar = leaderOf(four, 0);
    for (const victim of others(four, liar)) {
      const net = new Net(four, {
        delay: ({ from, to, message }) =>
          from === victim && to === liar && message.type === 'commitment' ? null : 100,
      });
      net.start().run(8 * viewMs(0));
      expect(net.sealed([0, 1, 2, 3])).toBe(true);
      for (const bank of others(four)) {
        expect(net.output(bank, 'agreed')[0]!.slot).toEqual({ view: 0, index: 1 });
        expect(net.output(bank, 'sealed')[0]!.inputs).toContain(victim);
      }
    }
  });

  it('cannot stop the epoch by leaving an honest bank out and then withholding its own result', () => {
    const liar = leaderOf(four, 0);
    const victim = others(four, liar)[0]!;
    // The victim is too slow to say that it was left out. It errs on a record of its own, so that without being an input it lacks what the others hold alike.
    const datasets = [0, 1, 2, 3].map((i) => ledger(i === victim ? { 5: 1 } : {}));
    const net = new Net(four, {
      datasets,
      delay: ({ from, to, message }) =>
        (from === victim && to === liar && message.type === 'commitment') ||
        (from === victim && message.type === 'amendment') ||
        (from === liar && (message.type === 'result' || message.type === 'seal'))
          ? null
          : 100,
    });
    net.start().run(8 * viewMs(0));
    expect(net.sealed(others(four, liar))).toBe(true);
    const [sealed] = net.output(victim, 'sealed');
    expect(sealed!.inputs).not.toContain(victim);
    expect(sealed!.seal.executors).toEqual(others(four, liar));
    const [honest] = others(four, liar, victim) as [number];
    expect(sealed!.outcome).toEqual(net.output(honest, 'sealed')[0]!.outcome);
  });

  it('cannot keep the seal from a bank that has no vote to collect', () => {
    const leader = leaderOf(six, 0);
    const outsiders = new Net(six).banks[0]!.chain.schedule.slice(6 - 2);
    const net = new Net(six, {
      // The leader collects the votes and gives the seal to executors only.
      delay: ({ from, to, message }) =>
        message.type === 'seal' && from === leader && outsiders.includes(to) ? null : 100,
    });
    net.start().run(40 * DELTA);
    expect(net.sealed([0, 1, 2, 3, 4, 5])).toBe(true);
  });

  it('cannot hide a prepare certificate until its voters have dropped the draft it stands for', () => {
    // View 0: the leader shows the certificate to one bank, too late for a decision, and never answers again.
    const liar = leaderOf(four, 0);
    const next = leaderOf(four, 1);
    const [a, b] = others(four, liar, next) as [number, number];
    const net = new Net(four, {
      delay: ({ from, to, message }, now) => {
        if (from === liar && message.type === 'draft' && to === next) return null;
        if (from === liar && message.type === 'certificate') return to === next ? viewMs(0) - now - 1 : null;
        if (from === liar && now > 5 * DELTA && message.type !== 'timeout') return null;
        // The other two enter view 1 on timeouts that report nothing, the next leader on its own, which reports it.
        if (message.type === 'timeout' && from === next && to !== next) return 3 * LATE;
        if (message.type === 'timeout' && from === liar && to === next) return 3 * LATE;
        return message.type === 'timeout' && to === next ? 2 * LATE : 100;
      },
    });
    const LATE = 200;
    net.start().run(60 * viewMs(0), () => net.sealed([next, a, b]));
    expect(net.sealed([next, a, b])).toBe(true);
    const [first, ...rest] = [next, a, b].map((bank) => toHex(net.output(bank, 'sealed')[0]!.seal.root));
    expect(rest).toEqual([first, first]);
  });

  it('cannot turn late requests for symbols into two sketches signed in one place', () => {
    const leader = leaderOf(four, 0);
    const victim = others(four, leader)[0]!;
    const net = new Net(four).start().run();
    const ask = (seed: number): void => {
      const { sketchSymbols } = four.manifest.parameters;
      const symbols = foreignSymbols(seed, sketchSymbols);
      const request = { epoch: 0, view: 0, part: 1, symbols };
      const signature = four.sign(leader, symbolsStatement(request));
      net.post({ from: leader, to: victim, message: { type: 'symbols', ...request, signature } });
      net.run();
    };
    ask(16);
    for (let epoch = 1; epoch <= 2; epoch++) {
      for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
      net.run();
      ask(17);
      ask(18);
    }
    const bodies = net.letters('sketch').filter((l) => l.from === victim && l.message.epoch === 0);
    const distinct = new Set(bodies.map((l) => toHex(l.message.signature)));
    expect(distinct.size).toBeLessThanOrEqual(1);
  });

  it('cannot part the views by letting one bank into the next before the others have a quorum', () => {
    const [first, second] = [leaderOf(seven, 0), leaderOf(seven, 1)];
    const honest = others(seven, first, second);
    const early = honest[0]!;
    const net = new Net(seven, {
      byzantine: {
        [first]: (letter) => (letter.to === second && letter.message.type === 'timeout' ? [letter] : []),
        [second]: (letter) => (letter.to === early && letter.message.type === 'open' ? [letter] : []),
      },
      // The bank that is let in hears of the others' timeouts only afterwards.
      delay: ({ from, to, message }) =>
        message.type === 'timeout' && to === early && from !== early ? 400 : 50,
    });
    for (const bank of others(seven, early)) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(200);
    net.input(early, { type: 'start', dataset: net.dataset(early) });
    net.run(viewMs(0) + viewMs(1) + viewMs(2), () => net.sealed(honest));
    expect(net.sealed(honest)).toBe(true);
    expect(net.output(early, 'view').map(({ view }) => view)).toEqual([0, 1, 2]);
  });

  it('cannot set banks against an honest leader by showing one of them a prepare certificate', () => {
    const liar = leaderOf(four, 0);
    const next = leaderOf(four, 1);
    const [shown, third] = others(four, liar, next) as [number, number];
    const net = new Net(four, {
      byzantine: {
        [liar]: (letter) => {
          const { message } = letter;
          if (message.type !== 'timeout') return [letter];
          const signature = four.sign(liar, timeoutStatement(0, message.view, null));
          return [{ ...letter, message: { ...message, certificate: null, signature } }];
        },
      },
      delay: ({ from, to, message }, now) => {
        if (from === liar && message.type === 'certificate')
          return to === shown && message.certificate.phase === 'prepare' ? viewMs(0) - now - 1 : null;
        // The next leader's quorum of timeouts reports nothing, the others' reports the certificate.
        if (message.type === 'timeout' && (from === shown || to === shown)) return to === third ? 50 : 500;
        return message.type === 'timeout' && from === liar && to === third ? 500 : 100;
      },
    });
    const honest = [next, shown, third];
    net.start().run(viewMs(0) + viewMs(1), () => net.sealed(honest));
    const justified = net.letters('open').find(({ message }) => message.view === 1)!.message.justification;
    expect(justified!.certificate).toBeNull();
    expect(net.sealed(honest)).toBe(true);
    expect(net.output(third, 'agreed')[0]!.slot.view).toBe(1);
  });

  it('cannot keep an epoch from a bank: the next epoch tells it to ask', () => {
    // A consortium in which the second epoch has another leader than the first.
    const fixture = [four, six, seven].find((each) => secondLeader(each) !== leaderOf(each, 0))!;
    const liar = leaderOf(fixture, 0);
    const victim = others(fixture, liar, secondLeader(fixture))[0]!;
    const net = new Net(fixture, {
      // Whoever would have sent the victim the seal of the first epoch, it does not arrive: it has to ask.
      delay: ({ to, message }, now) =>
        to === victim && now < 12 * DELTA && (message.type === 'certificate' || message.type === 'seal')
          ? null
          : 100,
    });
    net.start().run(12 * DELTA);
    expect(net.sealed(others(fixture, victim))).toBe(true);
    expect(net.sealed([victim])).toBe(false);
    for (const bank of others(fixture, victim))
      net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    net.run(2 * DELTA, () => net.sealed([victim]));
    expect(net.sealed([victim])).toBe(true);
  });
});

describe('a Byzantine bank', () => {
  it('cannot spoil timeout certificates with a high slot it has no certificate of', () => {
    for (const epoch of [0, 1]) {
      const silent = leaderOf(four, 0);
      // The fault to bear is not the leader, which is merely slow: all its messages come after the view.
      const liar = others(four, silent, leaderOf(four, 1))[0]!;
      const net = new Net(four, {
        delay: ({ from, message }, now) => {
          if (message.type === 'timeout') return from === liar ? 1 : 100;
          return from === silent && now < viewMs(0) ? null : 100;
        },
        byzantine: {
          [liar]: (letter) => {
            const { message } = letter;
            if (message.type !== 'timeout') return [letter];
            if (message.view > 0) return []; // a later one would take the place of the first
            const slot = { view: message.view, index: 3 };
            const certificate = {
              phase: 'prepare',
              epoch,
              slot,
              value: new Uint8Array(32),
              attested: true,
              signers: [0, 1, 2],
              signature: message.signature,
            } as const;
            const signature = four.sign(liar, timeoutStatement(0, message.view, slot));
            return [{ ...letter, message: { ...message, certificate, signature } }];
          },
        },
      });
      net.start().run(8 * viewMs(1));
      expect(net.sealed(others(four, liar))).toBe(true);
      for (const bank of others(four, liar))
        expect(net.output(bank, 'sealed')[0]!.seal.commit.slot.view).toBe(1);
    }
  });

  it('is handed the same draft a bounded number of times', () => {
    const net = new Net(four).start().run();
    const [asker, holder] = [0, 1] as const;
    const value = net.output(holder, 'agreed')[0]!.value;
    const before = net.letters('draft-copy').length;
    for (let i = 0; i < 50; i++) {
      const want = { epoch: 0, value };
      const signature = four.sign(asker, wantStatement(want));
      net.post({ from: asker, to: holder, message: { type: 'want', ...want, signature } });
    }
    net.run(300);
    expect(net.letters('draft-copy').length - before).toBe(2);
  });
});

describe('a slow network', () => {
  it('does not lose a draft that comes after the certificate that decides it', () => {
    const leader = leaderOf(four, 0);
    const [slow, silent] = others(four, leader) as [number, number];
    const late = ({ to, message }: Letter): boolean =>
      to === slow && (message.type === 'draft' || message.type === 'draft-copy');
    const net = new Net(four, {
      // With one bank's result missing, the slow one's is needed.
      delay: (letter) => {
        const { from, message } = letter;
        if (from === silent && (message.type === 'result' || message.type === 'seal')) return null;
        if (from === slow && message.type === 'commitment') return null; // left out: the others decide without it
        return late(letter) ? 900 : 100;
      },
      datasets: [0, 1, 2, 3].map(() => ledger()),
    });
    net.start().run(viewMs(0));
    expect(net.sealed(others(four, silent))).toBe(true);
  });

  it('does not part views for good: who says a timeout again shows how it came into its view', () => {
    const absent = leaderOf(four, 1);
    const [ahead, ...behind] = others(four, absent) as [number, number, number];
    const net = new Net(four, {
      absent: [absent],
      delay: ({ from, message }) => {
        if (message.type !== 'timeout') return message.type === 'vote' ? null : 100;
        // Its timeout of view 0 is overtaken by that of view 1, which takes its place.
        const overtaken = from === ahead && message.view === 0;
        return overtaken ? viewMs(1) + 2 * DELTA : 100;
      },
    });
    net.start().run(viewMs(0) + viewMs(1) + DELTA);
    const views = (bank: number): number => net.output(bank, 'view').at(-1)!.view;
    expect([views(ahead), ...behind.map(views)]).toEqual([1, 0, 0]);
    net.run(2 * viewMs(2));
    for (const bank of [ahead, ...behind]) expect(views(bank)).toBeGreaterThanOrEqual(2);
  });

  it('leaves the timers of an epoch alone when an answer to the one before comes late', () => {
    const leader = leaderOf(four, 0);
    const [left] = others(four, leader) as [number];
    const net = new Net(four, {
      delay: ({ from, to, message }) => {
        if (from === left && message.type === 'commitment') return null;
        return to === left && message.type === 'draft' ? 900 : 100; // after its certificate: asked for, then there
      },
      datasets: [0, 1, 2, 3].map(() => ledger()),
    });
    net.start().run();
    const { message } = net.letters('draft')[0]!;
    for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
    const bytes = four.encode({
      type: 'draft-copy',
      contents: { draft: message.draft, agreed: NOTHING_DEALT },
      dealings: [],
    });
    expect(net.input(left, { type: 'message', from: leader, bytes })!.timers).toEqual([]);
  });
});
