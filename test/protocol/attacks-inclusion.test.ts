import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledgementStatement } from '../../src/protocol/acknowledgements.js';
import { ballotStatement } from '../../src/protocol/certificate.js';
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

describe('a liar that does not attest', () => {
  const mute = (letter: Letter): boolean => isAttestation(letter);
  /** What it acknowledges under a draft that takes it in, signed. */
  const resaid = (fixture: Fixture, letter: Letter, change: object): Letter => {
    const said = { ...(letter.message as MessageOf<'acknowledgement'>), ...change };
    const signature = fixture.sign(letter.from, acknowledgementStatement(said));
    return { ...letter, message: { ...said, signature } };
  };
  /** The slices of one honest bank never reach another, so that attestations differ and W is proposed. */
  const lossy =
    (fixture: Fixture, liar: number) =>
    ({ from, to, message }: Letter): number | null => {
      const [dealer, lacking] = others(fixture, leaderOf(fixture), liar) as [number, number];
      return message.type === 'slices' && from === dealer && to === lacking ? null : 100;
    };

  it('is taken in by its amendment, and holds nobody up whatever it acknowledges', () => {
    const leader = leaderOf(four);
    const liar = others(four, leader)[0]!;
    const witness = others(four, leader, liar)[0]!;
    const dealers = (list: readonly number[]) => ({
      holdings: list.map((dealer) => ({ dealer, root: new Uint8Array(32) })),
    });
    const lies: Record<string, (letter: Letter) => Letter[]> = {
      nothing: () => [],
      'to one bank only': (letter) => (letter.to === witness ? [letter] : []),
      'to all but the leader': (letter) => (letter.to === leader ? [] : [letter]),
      'a list of made-up roots': (letter) => [resaid(four, letter, dealers([0, 1, 2, 3]))],
      'another list to everybody': (letter) => [resaid(four, letter, dealers([letter.to]))],
      'another draft to the leader': (letter) =>
        letter.to === leader ? [resaid(four, letter, { draft: new Uint8Array(32) })] : [letter],
    };
    for (const lie of Object.values(lies)) {
      const net = expectEnded(four, [liar], {
        delay: lossy(four, liar),
        byzantine: {
          [liar]: (letter) => {
            if (mute(letter)) return [];
            return letter.message.type === 'acknowledgement' ? lie(letter) : [letter];
          },
        },
      });
      expect(net.letters('proposal').length).toBeGreaterThan(0);
      const { inputs } = net.output(leader, 'sealed')[0]!;
      expect(inputs).toEqual([0, 1, 2, 3]);
    }
  });

  it('costs at most three slots, and all f of them at most 3f, one after the other', () => {
    const leader = leaderOf(seven);
    const liars = others(seven, leader).slice(0, 2);
    // Each attests until the one before it was taken in; each acknowledges to one bank, when W was proposed without it.
    const from = new Map(liars.map((liar, i) => [liar, 2 * i] as const));
    const witness = others(seven, leader, ...liars)[0]!;
    const late = (letter: Letter, net: Net): Letter[] => {
      if (isAttestation(letter)) return slotOf(letter) >= from.get(letter.from)! ? [] : [letter];
      if (letter.message.type !== 'acknowledgement') return [letter];
      return letter.to === witness && net.now > 0 ? [letter] : [];
    };
    const net = expectEnded(seven, liars, {
      delay: (letter) => (letter.message.type === 'acknowledgement' ? 999 : lossy(seven, liars[0]!)(letter)),
      byzantine: Object.fromEntries(liars.map((liar) => [liar, late])),
    });
    const { slot } = net.output(leader, 'agreed')[0]!;
    expect(slot.index).toBeGreaterThan(4);
    expect(slot.index).toBeLessThanOrEqual(7);
    expect(net.output(leader, 'sealed')[0]!.inputs).toEqual([0, 1, 2, 3, 4, 5, 6]);
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
    const amendment = {
      epoch: 0,
      slot,
      commitment,
      records: new Uint8Array(32),
      rows: [],
      symbols: new Uint8Array(0),
      signature,
    };
    return {
      ...vote,
      message: { type: 'refusal', epoch: 0, slot, certificate: null, amendment, acknowledgement: null },
    };
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
