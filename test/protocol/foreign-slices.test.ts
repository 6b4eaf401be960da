import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import type { Draft } from '../../src/protocol/draft.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { slicesStatement } from '../../src/protocol/slice-header.js';
import { consortium, DELTA, type Fixture, type Letter, ledger, Net, others } from './network.js';
import { headerUnder } from './signed.js';

const N = 4;
let fixture: Fixture; // n = 4, f = 1, q = 3, k = 2
let datasets: Dataset[];
beforeAll(async () => {
  fixture = await consortium(N, 1, { parameters: { statistics: 'none' } });
  // Record 20 has two versions, 2 to 2: disputed, so that it is dealt and opened.
  datasets = Array.from({ length: N }, (_, i) => ledger({ 20: i < 2 ? 1 : 2 }));
});

const opened = (net: Net, bank: number): boolean => net.output(bank, 'reconcile').length > 0;

describe('a slice that is given back', () => {
  it('counts for its own holder only: nobody gives back that of another bank, however true', () => {
    const liar = 0;
    const [silent, victim] = [1, 2] as const;
    let own: MessageOf<'release'> | null = null;
    const lost = ({ from, to, message }: Letter): boolean =>
      message.type === 'release' && to === victim && from !== victim && from !== liar;
    const net = new Net(fixture, {
      datasets,
      delay: (letter) => (lost(letter) ? null : 100),
      byzantine: {
        [liar]: (letter) => {
          const { message, to } = letter;
          if (message.type !== 'release' || to !== victim) return [letter];
          return own ? [{ ...letter, message: { ...message, slices: own.slices } }] : [];
        },
        // What the silent bank would give back, the liar knows and gives back as its own.
        [silent]: (letter) => {
          if (letter.message.type === 'release' && letter.message.slices.length > 0) own = letter.message;
          return [letter];
        },
      },
    }).start();
    net.run(40 * DELTA);
    expect(own).not.toBeNull();
    const given = net.letters('release').filter(({ from, to }) => from === liar && to === victim);
    expect(given.length).toBeGreaterThan(0);
    expect(given.every(({ message }) => message.slices.every(({ slice }) => slice.index === silent))).toBe(
      true,
    );
    expect(opened(net, 3)).toBe(true);
    expect(opened(net, victim)).toBe(false);
  });
});

describe('a header that is shown to a bank that lacks it', () => {
  /** A bank gets no slices of one dealer, and `show` says what others show it of that dealer's header. */
  function lacking(show: (letter: Letter & { message: MessageOf<'draft-copy'> }) => MessageOf<'draft-copy'>) {
    const leader = new Net(fixture).leader(0);
    const [dealer, bank] = others(fixture, leader) as [number, number];
    const heard: string[] = [];
    const net = new Net(fixture, {
      datasets,
      delay: ({ from, to, message }) =>
        from === dealer && to === bank && message.type === 'slices' ? null : 100,
      byzantine: Object.fromEntries(
        others(fixture, bank).map((each) => [
          each,
          (letter: Letter) => {
            const { message } = letter;
            if (message.type !== 'draft-copy') return [letter];
            heard.push(`${letter.from}`);
            return [{ ...letter, message: show({ ...letter, message }) }];
          },
        ]),
      ),
    }).start();
    net.run(60 * DELTA, () => net.sealed(others(fixture)));
    return { net, bank, dealer, heard };
  }

  it('opens its slices when it is the one whose root is in W', () => {
    const { net, bank, heard } = lacking(({ message }) => message);
    expect(heard.length).toBeGreaterThan(0);
    expect(net.sealed([bank])).toBe(true);
  });

  it('is passed over with any part of it altered, signed by its dealer or not, and without its signature', () => {
    type Part = MessageOf<'draft-copy'>['dealings'][number]['part'];
    const longer = (part: Part): Part => ({
      ...part,
      dealing: part.dealing && { ...part.dealing, length: part.dealing.length + 1 },
    });
    const changes: ((part: Part, dealer: number, draft: Draft) => Part)[] = [
      longer,
      (part) => ({ ...part, signature: new Uint8Array(64) }),
      // A second header of the dealer's own: signed, and not the one whose root is in W.
      (part, dealer, draft) => {
        const slices = { dealing: longer(part) } as MessageOf<'slices'>;
        const header = headerUnder(fixture, draft, dealer, slices);
        return { ...slices.dealing, signature: fixture.sign(dealer, slicesStatement(header)) };
      },
    ];
    for (const change of changes) {
      const { net, bank, dealer, heard } = lacking(({ message }) => ({
        ...message,
        dealings: message.dealings.map((each) => ({
          ...each,
          part: change(each.part, each.dealer, message.contents.draft),
        })),
      }));
      expect(heard.length).toBeGreaterThan(1);
      expect(opened(net, bank)).toBe(false);
      for (const { evidence } of net.output(bank, 'evidence')) expect(evidence.accused).toBe(dealer);
    }
  });
});
