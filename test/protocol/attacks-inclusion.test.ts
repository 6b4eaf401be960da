import { beforeAll, describe, expect, it } from 'vitest';
import { attestationBallot } from '../../src/protocol/attestations.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
import type { DraftHeader } from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { lastSlotIndex } from '../../src/protocol/slot.js';
import {
  consortium,
  DELTA,
  type Fixture,
  type Letter,
  ledger,
  Net,
  type NetOptions,
  others,
} from './network.js';

let four: Fixture;
let seven: Fixture;
beforeAll(async () => {
  four = await consortium(4, 1);
  seven = await consortium(7, 2);
});

const leaderOf = (fixture: Fixture): number => new Net(fixture).leader(0);
const isAttestation = ({ message }: Letter): boolean => message.type === 'vote' && message.holdings !== null;
const slotOf = (letter: Letter): number => (letter.message.type === 'vote' ? letter.message.slot.index : -1);

/** The header that a bank attests: of the draft of that slot. */
const headerOf = (net: Net, index: number): DraftHeader =>
  net.letters('draft').find(({ message }) => message.draft.header.slot.index === index)!.message.draft.header;

/** Runs an epoch in which these banks lie, and expects the honest leader of view 0 to end it in that view. */
function expectEnded(fixture: Fixture, liars: readonly number[], options: NetOptions): Net {
  const net = new Net(fixture, options).start();
  const honest = others(fixture, ...liars);
  net.run(400 * DELTA, () => net.sealed(honest));
  expect(net.sealed(honest)).toBe(true);
  for (const bank of honest) {
    const { slot } = net.output(bank, 'agreed')[0]!;
    expect(slot.view).toBe(0);
    expect(slot.index).toBeLessThanOrEqual(lastSlotIndex(fixture.manifest.faults));
    for (const each of honest) expect(net.output(bank, 'sealed')[0]!.inputs).toContain(each);
  }
  return net;
}

describe('a liar that is brought back', () => {
  it('cannot seem to attest to the others what its leader cannot count', () => {
    const leader = leaderOf(four);
    const liar = others(four, leader)[0]!;
    const reversed = (letter: Letter, net: Net): Letter => {
      const message = letter.message as MessageOf<'vote'>;
      const holdings = [...message.holdings!].reverse();
      const ballot = attestationBallot(four.manifest, headerOf(net, message.slot.index), holdings);
      const signature = four.sign(liar, ballotStatement(ballot, 4));
      return { ...letter, message: { type: 'vote', ...ballot, holdings, signature } };
    };
    const bare = (letter: Letter): Letter => ({
      ...letter,
      message: { ...(letter.message as MessageOf<'vote'>), electorate: null },
    });
    for (const lie of [reversed, bare]) {
      const net = expectEnded(four, [liar], {
        byzantine: {
          [liar]: (letter, each) => {
            if (!isAttestation(letter)) return [letter];
            return slotOf(letter) === 0 ? [] : [lie(letter, each)];
          },
        },
      });
      expect(net.output(leader, 'sealed')[0]!.inputs).not.toContain(liar);
    }
  });

  it('cannot tell its leader something else than the others, and so be left out and in for ever', () => {
    const leader = leaderOf(four);
    const liar = others(four, leader)[0]!;
    const net = expectEnded(four, [liar], {
      byzantine: {
        [liar]: (letter) => {
          if (!isAttestation(letter)) return [letter];
          if (slotOf(letter) === 0) return [];
          const message = letter.message as MessageOf<'vote'>;
          const false64 = four.sign(liar, { type: 'prepare', epoch: 0, slot: null, body: new Uint8Array(1) });
          return letter.to === leader
            ? [{ ...letter, message: { ...message, signature: false64 } }]
            : [letter];
        },
      },
    });
    expect(net.output(leader, 'agreed')[0]!.slot.index).toBe(2);
  });

  it('costs at most three slots, and all f of them at most 3f, one after the other', () => {
    const leader = leaderOf(seven);
    const liars = others(seven, leader).slice(0, 2);
    // Each attests until the one before it is done with.
    const from = new Map(liars.map((liar, i) => [liar, 3 * i] as const));
    const silent = (letter: Letter): Letter[] =>
      isAttestation(letter) && slotOf(letter) >= from.get(letter.from)! ? [] : [letter];
    const net = expectEnded(seven, liars, {
      byzantine: Object.fromEntries(liars.map((liar) => [liar, silent])),
    });
    expect(net.output(leader, 'sealed')[0]!.inputs).toEqual(others(seven, ...liars));
  });
});

describe('a liar that refuses', () => {
  /** Two votes for two values, which prove their bank faulty. */
  const contradictions = (fixture: Fixture, bank: number, to: number): Letter[] =>
    [1, 2].map((fill) => {
      const ballot = {
        phase: 'commit',
        epoch: 0,
        slot: { view: 0, index: 0 },
        value: new Uint8Array(32).fill(fill),
        electorate: null,
      } as const;
      const signature = fixture.sign(bank, ballotStatement(ballot, fixture.manifest.size));
      return { from: bank, to, message: { type: 'vote', ...ballot, holdings: null, signature } };
    });
  const refusal = (vote: Letter, net: Net, about: number): Letter => {
    const { slot } = vote.message as MessageOf<'vote'>;
    const { commitment } = net.letters('commitment').find(({ from }) => from === about)!.message;
    const signature = new Uint8Array(64);
    const amendment = { epoch: 0, slot, commitment, symbols: new Uint8Array(0), signature };
    return { ...vote, message: { type: 'refusal', epoch: 0, slot, certificate: null, amendment } };
  };

  it('in its own name, proven faulty, does not keep its leader waiting for it', () => {
    const leader = leaderOf(four);
    const liar = others(four, leader)[0]!;
    const net = expectEnded(four, [liar], {
      byzantine: {
        [liar]: (letter, each) =>
          isAttestation(letter) && letter.to === leader
            ? [...contradictions(four, liar, leader), refusal(letter, each, liar)]
            : isAttestation(letter)
              ? []
              : [letter],
      },
    });
    expect(net.output(leader, 'evidence').map(({ evidence }) => evidence.accused)).toEqual([liar]);
  });

  it('in the name of another that is proven faulty does not keep its leader waiting for either', () => {
    const leader = leaderOf(seven);
    const [first, second] = others(seven, leader) as [number, number];
    const net = expectEnded(seven, [first, second], {
      byzantine: {
        [first]: (letter) =>
          isAttestation(letter) && letter.to === leader && slotOf(letter) === 0
            ? [...contradictions(seven, first, leader), letter]
            : [letter],
        [second]: (letter, each) =>
          isAttestation(letter) ? (letter.to === leader ? [refusal(letter, each, first)] : []) : [letter],
      },
    });
    expect(net.output(leader, 'evidence').map(({ evidence }) => evidence.accused)).toEqual([first]);
  });
});

describe('a liar that passes on', () => {
  /**
   * W is proposed, since one honest bank lacks the slices of another. The liar passes on, sooner than anybody votes, what
   * it votes itself in the names of these banks, with a signature that is none of theirs.
   */
  function passesOn(fixture: Fixture, names: (honest: readonly number[]) => readonly number[]): Net {
    const leader = leaderOf(fixture);
    const [liar, lacking] = others(fixture, leader) as [number, number];
    const signature = fixture.sign(0, { type: 'prepare', epoch: 7, slot: null, body: new Uint8Array(1) });
    return expectEnded(fixture, [liar], {
      delay: ({ from, to, message }) =>
        from === leader && to === lacking && message.type === 'slices' ? null : from === liar ? 50 : 100,
      byzantine: {
        [liar]: (letter) => {
          const { message } = letter;
          if (message.type !== 'vote' || message.phase !== 'prepare') return [letter];
          const relays = names(others(fixture, liar)).map((bank): Letter => {
            const vote = { ...message, signature };
            return { ...letter, message: { type: 'relay', bank, vote } };
          });
          return [...relays, letter];
        },
      },
    });
  }

  it('votes in the names of honest banks takes none of theirs away', () => {
    for (const fixture of [four, seven]) {
      const net = passesOn(fixture, (honest) => honest);
      expect(net.letters('proposal').length).toBeGreaterThan(0);
    }
  });

  it('a vote in the name of no bank harms nobody', () => {
    passesOn(four, () => [4, 99, 65535]);
  });
});

describe('a bank whose records differ much', () => {
  it('is an input all the same: a thin draft that leaves it out is not attested', () => {
    const leader = leaderOf(four);
    const victim = others(four, leader)[0]!;
    const net = expectEnded(four, [], {
      datasets: [0, 1, 2, 3].map((bank) => ledger({}, bank === victim ? 300 : 24)),
      delay: ({ from, message }) => (from === victim && message.type === 'commitment' ? null : 100),
    });
    expect(net.output(leader, 'sealed')[0]!.inputs).toEqual([0, 1, 2, 3]);
  });
});
