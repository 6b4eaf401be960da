import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { type ChainLink, genesisChain, leaderOf, nextChain, parentOf } from '../../src/protocol/chain.js';
import { ticketInput, ticketOutput } from '../../src/protocol/commitment.js';
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
    tickets: Array.from({ length: N }, (_, i) => new Uint8Array(64).fill(i)),
  };
});
const sorted = (schedule: readonly number[]): number[] => [...schedule].sort((a, b) => a - b);

describe('the chain of epochs', () => {
  it('begins with the consortium and an order of all banks that nobody chose', () => {
    const chain = genesisChain(fixture.manifest);
    expect(chain.epoch).toBe(0);
    expect(chain.parent).toEqual(fixture.manifest.consortiumId);
    expect(sorted(chain.schedule)).toEqual([0, 1, 2, 3, 4]);
    expect(toHex(chain.seed)).not.toBe(toHex(chain.nextSeed));
  });

  it('goes on with a parent, seeds and an order that depend on every part of the link', () => {
    const chain = genesisChain(fixture.manifest);
    const next = nextChain(chain, link);
    expect(next.epoch).toBe(1);
    expect(next.seed).toEqual(chain.nextSeed);
    expect(sorted(next.schedule)).toEqual([0, 1, 2, 3, 4]);
    const other = new Uint8Array(32).fill(9);
    expect(nextChain(chain, { ...link, value: other }).parent).not.toEqual(next.parent);
    expect(nextChain(chain, { ...link, resultRoot: other }).parent).not.toEqual(next.parent);
    expect(parentOf(1, link.value, link.resultRoot)).not.toEqual(parentOf(0, link.value, link.resultRoot));
    const led = nextChain(chain, { ...link, leaderOutput: new Uint8Array(64).fill(9) });
    expect(led.nextSeed).not.toEqual(next.nextSeed);
    expect(led.schedule).toEqual(next.schedule);
  });

  it('keeps the last ticket of a bank that gave none', () => {
    const chain = genesisChain(fixture.manifest);
    const tickets = link.tickets.map((ticket, bank) => (bank === 3 ? null : ticket));
    const next = nextChain(chain, { ...link, tickets });
    expect(next.tickets[3]).toEqual(chain.tickets[3]);
    expect(next.tickets[2]).not.toEqual(chain.tickets[2]);
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

describe('a ticket', () => {
  it('is the bank’s own for this chain’s next seed, and nothing else', () => {
    const { manifest, suite, secrets } = fixture;
    const chain = genesisChain(manifest);
    const later = nextChain(chain, link);
    const ticket = suite.vrf.prove(secrets[1]!.vrf, ticketInput(manifest, chain));
    const commitment = {
      bank: 1,
      epoch: 0,
      dataRoot: new Uint8Array(32),
      records: 0,
      statistics: new Uint8Array(32),
      seed: chain.nextSeed,
      ticket,
    };
    expect(ticketOutput(manifest, suite, chain, commitment)).toHaveLength(64);
    expect(ticketOutput(manifest, suite, later, commitment)).toBeNull();
    for (const bank of [0, 2, 77])
      expect(ticketOutput(manifest, suite, chain, { ...commitment, bank })).toBeNull();
    const other = { ...commitment, seed: new Uint8Array(32) };
    expect(ticketOutput(manifest, suite, chain, other)).toBeNull();
    const bad = ticket.map((byte, i) => (i === 60 ? byte ^ 1 : byte));
    expect(ticketOutput(manifest, suite, chain, { ...commitment, ticket: bad })).toBeNull();
  });
});
