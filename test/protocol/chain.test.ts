import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { type ChainLink, genesisChain, leaderOf, nextChain, parentOf } from '../../src/protocol/chain.js';
import { consortium, type Fixture, Net } from './network.js';

const N = 5;
let fixture: Fixture;
let link: ChainLink;
beforeAll(async () => {
  fixture = await consortium(N, 1);
  link = {
    value: new Uint8Array(32).fill(1),
    resultRoot: new Uint8Array(32).fill(2),
    leaderOutput: new Uint8Array(64).fill(3),
    view: 0,
  };
});
const sorted = (schedule: readonly number[]): number[] => [...schedule].sort((a, b) => a - b);

describe('the chain of epochs', () => {
  it('begins with the consortium and an order of all banks that nobody chose', () => {
    const chain = genesisChain(fixture.manifest);
    expect(chain.epoch).toBe(0);
    expect(chain.parent).toEqual(fixture.manifest.consortiumId);
    expect(sorted(chain.schedule)).toEqual([0, 1, 2, 3, 4]);
    expect(chain.seed).toEqual(fixture.manifest.genesisSeed);
  });

  it('goes on with a parent that depends on value and result, and a seed that depends on nothing but the leader', () => {
    const chain = genesisChain(fixture.manifest);
    const next = nextChain(chain, link);
    expect(next.epoch).toBe(1);
    expect(sorted(next.schedule)).toEqual([0, 1, 2, 3, 4]);
    const other = new Uint8Array(32).fill(9);
    for (const changed of [
      { ...link, value: other },
      { ...link, resultRoot: other },
    ]) {
      const { parent, ...rest } = nextChain(chain, changed);
      expect(parent).not.toEqual(next.parent);
      expect({ ...rest, parent: next.parent }).toEqual(next);
    }
    expect(parentOf(1, link.value, link.resultRoot)).not.toEqual(parentOf(0, link.value, link.resultRoot));
    const led = nextChain(chain, { ...link, leaderOutput: new Uint8Array(64).fill(9) });
    expect(led.seed).not.toEqual(next.seed);
    expect({ ...led, seed: next.seed, schedule: next.schedule }).toEqual(next);
    expect(nextChain({ ...chain, epoch: 1 }, link).seed).not.toEqual(next.seed);
  });

  it('draws every order of leaders from the seed alone, whatever the order before was', () => {
    const chain = genesisChain(fixture.manifest);
    const firsts = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const leaderOutput = new Uint8Array(64).fill(i);
      const { schedule } = nextChain(chain, { ...link, leaderOutput });
      firsts.add(schedule[0]!);
      const reversed = { ...chain, schedule: [...chain.schedule].reverse() };
      expect(nextChain(reversed, { ...link, leaderOutput }).schedule).toEqual(schedule);
    }
    expect(firsts.size).toBe(N);
  });

  it('has who led a view that came to nothing lead last, and all others in the order that was drawn', () => {
    const chain = genesisChain(fixture.manifest);
    for (let i = 0; i < 10; i++) {
      const drawn = { ...link, leaderOutput: new Uint8Array(64).fill(i) };
      const { schedule } = nextChain(chain, drawn);
      for (let view = 0; view <= 2 * N; view++) {
        const failed = new Set(Array.from({ length: view }, (_, v) => leaderOf(chain, v)));
        const next = nextChain(chain, { ...drawn, view }).schedule;
        const last = next.slice(N - failed.size);
        expect(last).toEqual(schedule.filter((bank) => failed.has(bank)));
        expect(next.slice(0, N - failed.size)).toEqual(schedule.filter((bank) => !failed.has(bank)));
      }
    }
    expect(nextChain(chain, { ...link, view: Number.MAX_SAFE_INTEGER }).schedule).toHaveLength(N);
  });

  it('gives every bank a view in turn', () => {
    const chain = genesisChain(fixture.manifest);
    expect(sorted([0, 1, 2, 3, 4].map((view) => leaderOf(chain, view)))).toEqual([0, 1, 2, 3, 4]);
    expect(leaderOf(chain, 7)).toBe(leaderOf(chain, 2));
  });

  it('is the same at every bank, and each seal names the one before', () => {
    const net = new Net(fixture).start().run();
    const parents: string[] = [];
    for (let epoch = 1; epoch <= 2; epoch++) {
      for (const bank of net.banks.keys()) net.input(bank, { type: 'start', dataset: net.dataset(bank) });
      net.run();
      const chains = net.banks.map((bank) => bank.chain);
      for (const chain of chains) expect(chain).toEqual(chains[0]);
      parents.push(toHex(chains[0]!.parent));
    }
    const seals = net.output(0, 'sealed').map(({ seal }) => seal);
    expect(seals.map(({ header }) => header.epoch)).toEqual([0, 1, 2]);
    expect(seals.slice(1).map(({ header }) => toHex(header.parent))).toEqual(parents);
    expect(seals.map(({ header }) => sorted(header.schedule))).toEqual([1, 2, 3].map(() => [0, 1, 2, 3, 4]));
  });
});
