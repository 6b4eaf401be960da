import { beforeAll, describe, expect, it } from 'vitest';
import type { MessageOf } from '../../src/protocol/messages.js';
import { consortium, type Fixture, Net, type NetOptions, others } from './network.js';

/**
 * What the leader signed of a draft is its header. Its parts, and the amendments that come with it, are not under that
 * signature: whoever passes a draft on can change them.
 */
let four: Fixture;
beforeAll(async () => {
  four = await consortium(4, 1);
});

type Forward = MessageOf<'forward'>;
const rubbish: Record<string, (forward: Forward) => Forward> = {
  'another table': (forward) => changed(forward, { table: new Uint8Array(9) }),
  'no commitments': (forward) => changed(forward, { commitments: [] }),
  'symbols that are not its': (forward) => changed(forward, { symbols: new Uint8Array(40) }),
};
function changed(forward: Forward, parts: object): Forward {
  return { ...forward, draft: { ...forward.draft, draft: { ...forward.draft.draft, ...parts } } };
}

/** A liar that shows every draft at once to all but its leader, its parts changed; all within Δ, its own letters fastest. */
function spoiled(change: (forward: Forward) => Forward) {
  const leader = new Net(four).leader(0);
  const liar = others(four, leader)[0]!;
  let open: MessageOf<'open'> | null = null;
  const options: NetOptions = {
    delay: ({ from, to }) => (from === liar || to === liar ? 1 : 900),
    onStep: (bank, input) => {
      if (bank !== liar || input.type !== 'message') return;
      const message = four.decode(input.bytes);
      if (message.type === 'open') open = message;
      if (message.type !== 'draft' || !open || message.draft.header.slot.view !== open.view) return;
      const [{ type: _, ...opened }, { type: __, ...draft }] = [open, message];
      const forward = change({ type: 'forward', open: opened, draft });
      for (const to of others(four, liar, input.from)) net.post({ from: liar, to, message: forward });
    },
    byzantine: { [liar]: (letter) => (['open', 'draft'].includes(letter.message.type) ? [] : [letter]) },
  };
  const net: Net = new Net(four, options);
  return { net, leader, liar, honest: others(four, liar) };
}

describe("a liar that passes on an honest leader's draft with other parts before the draft comes", () => {
  for (const [what, change] of Object.entries(rubbish))
    it(`cannot keep the others from attesting it: ${what}`, () => {
      const { net, leader, honest } = spoiled(change);
      net.start();
      net.run(200_000, () => net.sealed(honest));
      expect(net.sealed(honest)).toBe(true);
      expect(net.output(leader, 'agreed')[0]!.slot).toEqual({ view: 0, index: 0 });
    });
});

describe('a leader that shows a bank it takes in the draft without its amendments', () => {
  it('does not keep what that bank deals out of W', () => {
    const leader = new Net(four).leader(0);
    const victim = others(four, leader)[0]!;
    const net = new Net(four, {
      delay: ({ from, to, message }) =>
        from === victim && to === leader && message.type === 'commitment' ? null : 100,
      byzantine: {
        [leader]: (letter) => {
          const { message } = letter;
          if (message.type !== 'draft' || letter.to !== victim || message.amendments.length === 0)
            return [letter];
          return [{ ...letter, message: { ...message, amendments: [] } }];
        },
      },
    }).start();
    const honest = others(four, leader);
    net.run(200_000, () => net.sealed(honest));
    expect(net.sealed(honest)).toBe(true);
    const { seal } = net.output(honest[1]!, 'sealed')[0]!;
    expect(seal.header.inputs).toEqual([0, 1, 2, 3]);
    expect(seal.header.amended).toEqual([victim]);
    expect(seal.agreed.holdings.map(({ dealer }) => dealer)).toContain(victim);
  });
});
