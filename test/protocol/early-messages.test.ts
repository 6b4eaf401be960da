import { expect, it } from 'vitest';
import { genesisChain } from '../../src/protocol/chain.js';
import { EarlyMessages } from '../../src/protocol/early-messages.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { consortium, Net, others } from './network.js';
import { dealers, honest } from './slice-fixture.js';

const MIB = 1 << 20;

it('slices that come before their time take a bounded number of bytes of each dealer, however many slots they name', async () => {
  const fixture = await dealers(4, 1, 'none');
  const { signed, slices, envelopes } = honest(fixture);
  const { dealing, statistics } = signed.header;
  const early = (index: number): MessageOf<'slices'> => ({
    type: 'slices',
    epoch: 1,
    slot: { view: 0, index },
    dealing: { dealing, statistics, signature: signed.signature },
    envelope: { slice: slices[0]!, share: envelopes[0]!.share, signature: envelopes[0]!.signature },
  });
  const chain = genesisChain(fixture.manifest);
  const kept = new EarlyMessages(5);
  const keep = (from: number, index: number, bytes: number): void =>
    kept.keep({ from, message: early(index), bytes }, chain, null);
  for (let index = 0; index < 5; index++) keep(1, index, 10 * MIB);
  keep(1, 0, 12 * MIB); // in place of the first
  keep(1, 1, 13 * MIB); // would be too much
  keep(2, 0, 32 * MIB);
  keep(3, 0, 32 * MIB + 1);
  keep(3, 7, 1);
  const then = { ...chain, epoch: 1 };
  const opened = { view: 0, opened: true, seal: null };
  const taken: [number, number][] = [];
  for (let letter = kept.take(then, opened); letter; letter = kept.take(then, opened))
    taken.push([letter.from, letter.bytes / MIB]);
  expect(taken).toEqual([
    [1, 12],
    [1, 10],
    [1, 10],
    [2, 32],
  ]);
});

it('a bank that leads nothing has no draft of 90 MiB kept for an epoch that has not begun', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const leader = new Net(fixture).leader(0);
  const [left] = others(fixture, leader) as [number];
  const net = new Net(fixture, { absent: [left] }).start();
  net.run(20_000);
  const forward = net.letters('forward')[0]!.message;
  const { draft } = forward;
  const header = { ...draft.draft.header, epoch: 1, slot: { view: 77, index: 0 } };
  const forged = {
    ...forward,
    open: { ...forward.open, epoch: 1, view: 77 },
    draft: { ...draft, signature: new Uint8Array(64), draft: { ...draft.draft, header } },
  };
  const kept = new EarlyMessages(5);
  const chain = genesisChain(fixture.manifest);
  for (const from of others(fixture, leader))
    kept.keep({ from, message: forged, bytes: 90 * (1 << 20) }, chain, { view: 0, opened: true, seal: null });
  let bytes = 0;
  const then = { ...chain, epoch: 1 };
  const at = { view: 77, opened: true, seal: null };
  for (let letter = kept.take(then, at); letter; letter = kept.take(then, at)) bytes += letter.bytes;
  expect(bytes).toBeLessThanOrEqual(3 * (1 << 25));
});
