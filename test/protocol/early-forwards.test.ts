import { expect, it } from 'vitest';
import { genesisChain } from '../../src/protocol/chain.js';
import { EarlyMessages } from '../../src/protocol/early-messages.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import type { Slot } from '../../src/protocol/slot.js';
import { deskOf, draftOf } from './drafting.js';
import { consortium, ledger } from './network.js';

const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
const { forward } = draftOf(
  fixture,
  [0, 1, 2, 3].map((bank) => deskOf(fixture, bank, ledger())),
  [0, 1, 2],
);
const shown = (epoch: number, slot: Slot): MessageOf<'forward'> => {
  const { draft } = forward.draft;
  return {
    type: 'forward',
    open: { ...forward.open, epoch, view: slot.view },
    draft: { ...forward.draft, draft: { ...draft, header: { ...draft.header, epoch, slot } } },
  };
};
const at = (view: number, index: number): Slot => ({ view, index });

/** What is left of these forwards of one bank once the epoch begins. */
function left(forwards: readonly (readonly [number, Slot])[], epoch: number): Slot[] {
  const chain = genesisChain(fixture.manifest);
  const kept = new EarlyMessages(5);
  for (const [of, slot] of forwards)
    kept.keep({ from: 1, message: shown(of, slot), bytes: 100 }, chain, null);
  const slots: Slot[] = [];
  for (;;) {
    const letter = kept.take({ ...chain, epoch }, { view: 0, opened: true, seal: null });
    if (!letter) return slots;
    if (letter.message.type === 'forward') slots.push(letter.message.draft.draft.header.slot);
  }
}

it('of the drafts that a bank is shown before it begins, that of the highest slot waits for its answer, in whatever order they come', () => {
  const orders = [
    [at(0, 0), at(0, 1), at(1, 0)],
    [at(1, 0), at(0, 1), at(0, 0)],
    [at(0, 1), at(1, 0), at(0, 0)],
  ];
  for (const order of orders)
    expect(
      left(
        order.map((slot) => [0, slot]),
        0,
      ),
    ).toEqual([at(1, 0)]);
});

it('a draft of a later epoch takes the place of one of an earlier epoch, and not the other way round', () => {
  expect(left([[0, at(3, 3)], [1, at(0, 0)]], 1)).toEqual([at(0, 0)]); // biome-ignore format: one case a line
  expect(left([[1, at(0, 0)], [0, at(3, 3)]], 1)).toEqual([at(0, 0)]); // biome-ignore format: one case a line
});

it('nothing is kept of an epoch after the next, or that is said again anyway', () => {
  expect(left([[2, at(0, 0)]], 2)).toEqual([]);
  const chain = genesisChain(fixture.manifest);
  const kept = new EarlyMessages(5);
  const message = { type: 'want', epoch: 0, value: null, signature: new Uint8Array(64) } as const;
  kept.keep({ from: 1, message, bytes: 100 }, chain, null);
  expect(kept.take(chain, { view: 0, opened: true, seal: null })).toBeUndefined();
});
