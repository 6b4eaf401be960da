import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/protocol/messages.js';
import { consortium, type Fixture, Net, others } from './network.js';

let fixture: Fixture;
let net: Net;
beforeAll(async () => {
  fixture = await consortium(4, 1, { parameters: { sketchSymbols: 16 } });
  const leader = new Net(fixture).leader(0);
  const [left, unlucky] = others(fixture, leader) as [number, number];
  // A bank is left out, amends, is brought back; slices are lost, so that lists differ and W is proposed.
  net = new Net(fixture, {
    delay: ({ from, to, message }) =>
      (from === left && message.type === 'commitment') ||
      (to === unlucky && from === leader && message.type === 'slices')
        ? null
        : 100,
  });
  net.start().run();
});

describe('a bank', () => {
  it('refuses a draft, a repetition, a proposal and a copy whose header has no schedule, and goes on', () => {
    const to = others(fixture, net.leader(0))[0]!;
    for (const type of ['draft', 'proposal', 'forward'] as const) {
      const letter = net.letters(type)[0]!;
      for (const schedule of [[], [0], [0, 1, 2], [0, 1, 2, 3, 4], Array(256).fill(65535)]) {
        const message = structuredClone(letter.message) as unknown as {
          header: object;
          draft: { header: object; draft: { header: object } };
        };
        if (type === 'proposal') message.header = { ...message.header, schedule };
        else if (type === 'draft') message.draft.header = { ...message.draft.header, schedule };
        else message.draft.draft.header = { ...message.draft.draft.header, schedule };
        const subject = new Net(fixture).start();
        subject.run(150);
        const bytes = fixture.encode(message as unknown as Message);
        const { output, send } = subject.input(to, { type: 'message', from: net.leader(0), bytes })!;
        expect(output.every((each) => each.type === 'refused')).toBe(true);
        expect(send).toEqual([]);
      }
    }
  });
});
