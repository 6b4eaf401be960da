import { expect, it } from 'vitest';
import type { MessageOf } from '../../src/protocol/messages.js';
import { resigned } from './hostile.js';
import { consortium, DELTA, Net, others } from './network.js';

it('a thin draft is attested by nobody with other symbols than those of the records under U, by which a bank that it leaves out sizes its amendment', async () => {
  const fixture = await consortium(4, 1, { parameters: { sketchSymbols: 16 } });
  const leader = new Net(fixture).leader(0);
  const [left] = others(fixture, leader) as [number];
  const changes: Record<string, (symbols: Uint8Array) => Uint8Array> = {
    'as they are': (symbols) => symbols,
    none: () => new Uint8Array(0),
    fewer: (symbols) => symbols.subarray(0, symbols.length >> 1),
    'one bit': (symbols) => symbols.map((byte, i) => (i === symbols.length - 1 ? byte ^ 1 : byte)),
    'made up': (symbols) => symbols.map((_, i) => i % 251),
  };
  for (const [what, change] of Object.entries(changes)) {
    const net = new Net(fixture, {
      delay: ({ from, message }) => (from === left && message.type === 'commitment' ? null : 100),
      byzantine: {
        [leader]: (letter, each) => {
          const { message } = letter;
          if (message.type !== 'draft' || message.draft.symbols.length === 0) return [letter];
          const symbols = change(message.draft.symbols);
          const draft = { ...message.draft, symbols };
          const altered: MessageOf<'draft'> = { ...message, draft };
          return [{ ...letter, message: resigned(fixture, each, altered, leader) }];
        },
      },
    }).start();
    net.run(6 * DELTA);
    const codes = others(fixture, leader, left).flatMap((bank) =>
      net.output(bank, 'refused').map(({ code }) => code),
    );
    if (what === 'as they are') expect(codes).toEqual([]);
    else expect(codes, what).toEqual(['symbols-wrong', 'symbols-wrong']);
  }
});
