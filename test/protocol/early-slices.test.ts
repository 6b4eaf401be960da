import { expect, it } from 'vitest';
import { fragmentLength } from '../../src/crypto/erasure.js';
import { leaderOf } from '../../src/protocol/chain.js';
import { MAX_EARLY_BYTES } from '../../src/protocol/early-messages.js';
import { MAX_FRAGMENT, MAX_PAYLOAD, maxFragment } from '../../src/protocol/fragment-limit.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { quorum } from '../../src/protocol/quorum.js';
import { codeOf } from '../code-of.js';
import { consortium, Net, others } from './network.js';

const BYTES = new Uint8Array(MAX_FRAGMENT + 1);

/** Slices that nobody dealt, with a fragment of so many bytes. */
const forged = (index: number, fragment: number, view = 0, epoch = 0): MessageOf<'slices'> => ({
  type: 'slices',
  epoch,
  slot: { view, index },
  dealing: { dealing: null, statistics: null, signature: new Uint8Array(64) },
  envelope: {
    slice: { index: 0, fragment: BYTES.subarray(0, fragment), proof: [], share: 1n },
    share: null,
    signature: new Uint8Array(64),
  },
});

it('no fragment is longer than the longest payload makes it among so many banks, in any message', async () => {
  for (const [banks, faults] of [
    [1, 0],
    [4, 1],
    [7, 2],
    [10, 3],
    [10, 1],
    [100, 33],
  ] as const)
    expect(fragmentLength(MAX_PAYLOAD + 16, quorum(banks, faults) - faults, banks)).toBeLessThanOrEqual(
      maxFragment(banks),
    );
  expect(maxFragment(4)).toBe(MAX_PAYLOAD / 2 + 8);
  const fixture = await consortium(4, 1);
  const whole = fixture.encode(forged(0, maxFragment(4)));
  expect(fixture.decode(whole).type).toBe('slices');
  expect(codeOf(() => fixture.encode(forged(0, maxFragment(4) + 1)))).toBe('ENCODING_TOO_LARGE');
});

it('slices before their Open, before their draft and of the next epoch count together, and only against who sent them', async () => {
  const fixture = await consortium(4, 1);
  const net = new Net(fixture);
  const leader = leaderOf(net.banks[0]!.chain, 0);
  const [bank, liar, other] = others(fixture, leader) as [number, number, number];
  net.input(bank, { type: 'start', dataset: net.dataset(bank) });
  const send = (from: number, message: MessageOf<'slices'>): void => {
    net.input(bank, { type: 'message', from, bytes: fixture.encode(message) });
  };
  const most = maxFragment(4);
  for (let index = 0; index < 5; index++) send(liar, forged(index, most)); // before the Open
  const subject = net.banks[bank]!;
  expect(subject.unchecked(liar)).toBeLessThanOrEqual(MAX_EARLY_BYTES);
  net.input(leader, { type: 'start', dataset: net.dataset(leader) });
  net.run(100, () => net.output(bank, 'view').length > 1);
  net.run(150); // the Open is here, no draft is
  for (let index = 0; index < 5; index++) send(liar, forged(index, most));
  for (let index = 0; index < 5; index++) send(liar, forged(index, most, 1));
  for (let index = 0; index < 5; index++) send(liar, forged(index, most, 0, 1));
  expect(subject.unchecked(liar)).toBeLessThanOrEqual(MAX_EARLY_BYTES);
  expect(subject.unchecked(liar)).toBeGreaterThan(MAX_EARLY_BYTES / 2);
  expect(subject.unchecked(other)).toBe(0);
  send(other, forged(0, 1000));
  expect(subject.unchecked(other)).toBeGreaterThan(1000);
});
