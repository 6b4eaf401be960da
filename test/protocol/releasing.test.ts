import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import type { Dataset } from '../../src/data/dataset.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { missingStatement } from '../../src/protocol/requests.js';
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

const N = 7;
let fixture: Fixture; // n = 7, f = 2, q = 5
let datasets: Dataset[];
let leader: number;
let honest: string;
beforeAll(async () => {
  fixture = await consortium(N, 2);
  // Bank i errs on record i. Record 20 has two versions, 3 to 4: disputed, so that it is dealt and opened.
  datasets = Array.from({ length: N }, (_, i) => ledger({ [i]: 7, 20: i < 3 ? 1 : 2 }));
  const net = run();
  leader = net.leader(0);
  expect(net.sealed(others(fixture))).toBe(true);
  honest = rootOf(net, 0);
});

function run(options: NetOptions = {}, limit = 100 * DELTA): Net {
  const net = new Net(fixture, { datasets, ...options }).start();
  return net.run(limit, () => net.sealed(others(fixture)));
}
const rootOf = (net: Net, bank: number): string => toHex(net.output(bank, 'sealed')[0]!.outcome!.root);
const tamper =
  (change: (message: MessageOf<'release'>, letter: Letter) => MessageOf<'release'>) =>
  (letter: Letter): Letter[] =>
    letter.message.type === 'release' ? [{ ...letter, message: change(letter.message, letter) }] : [letter];
const expectSame = (net: Net): void => {
  for (const bank of others(fixture)) expect(rootOf(net, bank)).toBe(honest);
};

function askAgain(net: Net, from: number, to: number, value: Uint8Array, signer = from) {
  const request = { epoch: 0, value };
  const signature = fixture.sign(signer, missingStatement(request));
  const bytes = fixture.encode({ type: 'missing', ...request, signature });
  const { send, output } = net.input(to, { type: 'message', from, bytes })!;
  return {
    released: send.filter((each) => fixture.decode(each.bytes).type === 'release').map((each) => each.to),
    refused: output.flatMap((each) => (each.type === 'refused' ? [each.code] : [])),
  };
}

describe('slices', () => {
  it('are given back by nobody before the inputs are agreed, whoever asks', () => {
    const value = run().output(0, 'agreed')[0]!.value;
    const net = new Net(fixture, { datasets }).start();
    while (net.outputs.every((outputs) => outputs.every(({ type }) => type !== 'agreed'))) {
      expect(net.letters('release')).toEqual([]);
      for (const to of others(fixture, 0)) expect(askAgain(net, 0, to, value).released).toEqual([]);
      net.run(50);
    }
    for (const bank of others(fixture))
      if (net.output(bank, 'agreed').length === 0)
        expect(net.letters('release').some(({ from }) => from === bank)).toBe(false);
  });

  it('open the disputed versions and the totals, alike for everybody', () => {
    const net = run();
    for (const bank of others(fixture)) {
      const { request } = net.output(bank, 'reconcile')[0]!;
      expect(request.statistics!.banks).toHaveLength(N);
      const disputed = request.table.rows.filter(({ standing }) => standing.class === 'disputed');
      expect(disputed).toHaveLength(1);
      for (const version of request.versions.get(disputed[0]!)!) expect(version).not.toBeNull();
    }
    // The first f + 1 supporters of each version deal it, and each says that its record is open to everybody.
    const opened = others(fixture).flatMap((bank) =>
      net.output(bank, 'disclosed').filter(({ to }) => to === null),
    );
    expect(opened).toHaveLength(6);
    expect(new Set(opened.map(({ keyDigest }) => toHex(keyDigest))).size).toBe(1);
    expectSame(net);
  });

  it('that are too few are waited for, however long, and asked for again', () => {
    const until = 40 * DELTA;
    const shut = others(fixture, leader); // the leader's slices and its own are two for every bank, and k is 3
    const net = new Net(fixture, {
      datasets,
      delay: ({ from, message }, now) =>
        message.type === 'release' && shut.includes(from) && now < until ? null : 100,
    }).start();
    net.run(until);
    for (const bank of others(fixture)) {
      expect(net.output(bank, 'agreed')).toHaveLength(1);
      expect(net.output(bank, 'reconcile')).toEqual([]);
    }
    net.run(100 * DELTA, () => net.sealed(others(fixture)));
    expect(net.letters('missing').length).toBeGreaterThan(0);
    expectSame(net);
  });

  it('of another place than their sender, of nobody, or made up, are passed over', () => {
    const liars = others(fixture, leader).slice(0, 2);
    const changes: Parameters<typeof tamper>[0][] = [
      (message) => ({
        ...message,
        slices: message.slices.map(({ dealer, slice }) => ({ dealer, slice: { ...slice, index: 5 } })),
      }),
      (message) => ({ ...message, slices: message.slices.map(({ slice }) => ({ dealer: 60000, slice })) }),
      (message) => ({
        ...message,
        slices: message.slices.map(({ dealer, slice }) => ({
          dealer,
          slice: { ...slice, fragment: slice.fragment.map((byte) => byte ^ 1) },
        })),
      }),
      (message) => ({
        ...message,
        slices: message.slices.map(({ dealer, slice }) => ({ dealer, slice: { ...slice, share: 5n } })),
      }),
      (message) => ({ ...message, slices: [], share: null }),
      (message) => ({
        ...message,
        slices: message.slices.slice(0, 1).flatMap((each) => Array(7).fill(each)),
      }),
      (message) => ({ ...message, share: [] }),
      (message) => ({ ...message, share: [1n] }),
    ];
    // Each of the two tells a lie of its own.
    for (let i = 0; i < changes.length; i += 2)
      expectSame(
        run({
          byzantine: Object.fromEntries(liars.map((liar, which) => [liar, tamper(changes[i + which]!)])),
          delay: ({ from }) => (liars.includes(from) ? 20 : 100),
        }),
      );
  });

  it('without a commit certificate that holds are refused by a bank that does not know the decision', () => {
    const release = run().letters('release')[0]!;
    const net = new Net(fixture, { datasets }).start();
    const message = {
      ...release.message,
      certificate: { ...release.message.certificate, value: new Uint8Array(32) },
    };
    const to = others(fixture, release.from)[0]!;
    const bytes = fixture.encode(message);
    const { output, send } = net.input(to, { type: 'message', from: release.from, bytes })!;
    expect(output).toEqual([{ type: 'refused', from: release.from, code: 'certificate-invalid' }]);
    expect(send).toEqual([]);
  });

  it('are given back to one bank that asks again twice at once, signed and for the agreed value', () => {
    const net = run();
    const { value } = net.output(1, 'agreed')[0]!;
    expect(askAgain(net, 0, 1, value, 2).refused).toEqual(['missing-invalid']);
    expect(askAgain(net, 0, 1, new Uint8Array(32))).toEqual({ released: [], refused: [] });
    const times = Array.from({ length: 20 }, () => askAgain(net, 0, 1, value).released.length);
    expect(times.reduce((a, b) => a + b)).toBe(2);
    expect(askAgain(net, 2, 1, value).released).toEqual([2]);
  });

  it('of a dealer whose header a bank never saw are opened with the header that others show it', () => {
    const [dealer, lacking] = others(fixture, leader) as [number, number];
    const net = run({
      delay: ({ from, to, message }) =>
        from === dealer && to === lacking && message.type === 'slices' ? null : 100,
    });
    expectSame(net);
    const copies = net.letters('draft-copy').filter(({ to }) => to === lacking);
    expect(copies.some(({ message }) => message.dealings.some((each) => each.dealer === dealer))).toBe(true);
    expect(net.output(lacking, 'reconcile')[0]!.request.statistics!.banks).toContain(`bank-${dealer}`);
  });

  it('of a dealer whose header is shown falsely are opened all the same, by the next who shows it', () => {
    const [dealer, lacking, liar] = others(fixture, leader) as [number, number, number];
    const net = run({
      delay: ({ from, to, message }) =>
        from === dealer && to === lacking && message.type === 'slices' ? null : 100,
      byzantine: {
        [liar]: (letter) => {
          const { message } = letter;
          if (message.type !== 'draft-copy') return [letter];
          const dealings = message.dealings.map(({ part }) => ({
            dealer,
            part: { ...part, statistics: [...(part.statistics ?? [])].reverse() },
          }));
          return [{ ...letter, message: { ...message, dealings } }];
        },
      },
    });
    expectSame(net);
  });
});

describe('a false share of the totals', () => {
  it('changes no total, and whoever sent it is suspected by those whom it reached in time', () => {
    const liar = others(fixture, leader)[0]!;
    const net = run({
      byzantine: {
        [liar]: tamper((message) => ({
          ...message,
          share: message.share?.map((each, i) => each + (i === 0 ? 1n : 0n)) ?? null,
        })),
      },
      delay: ({ from, message }) => (from === liar && message.type === 'release' ? 5 : 100),
    });
    expectSame(net);
    const suspicions = others(fixture, liar).flatMap((bank) => net.output(bank, 'suspected'));
    expect(suspicions.length).toBeGreaterThan(0);
    for (const { bank, reason } of suspicions)
      expect([bank, reason]).toEqual([liar, 'false share of the totals']);
    expect(net.outputs.flat().filter(({ type }) => type === 'evidence')).toEqual([]);
  });
});
