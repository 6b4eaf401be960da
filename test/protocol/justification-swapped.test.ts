import { expect, it } from 'vitest';
import { timeoutStatement } from '../../src/protocol/certificate.js';
import type { MessageOf } from '../../src/protocol/messages.js';
import { TimeoutCollector } from '../../src/protocol/pacemaker.js';
import { consortium, Net, others } from './network.js';

it('nobody but the leader of a view says what justifies it', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const { manifest, suite } = fixture;
  const liar = new Net(fixture).leader(0);
  const leader = new Net(fixture).leader(1);
  const [locked, free] = others(fixture, liar, leader) as [number, number];
  let open: MessageOf<'open'> | null = null;
  let draft: MessageOf<'draft'> | null = null;
  let gaveUp = false;
  const net: Net = new Net(fixture, {
    // What the leader repeats has a table in it, and takes longer than its Open.
    delay: ({ from, message }) => (from === liar ? 1 : message.type === 'repeat' ? 900 : 100),
    onStep: (bank, input) => {
      if (bank !== liar || input.type !== 'message') return;
      const message = fixture.decode(input.bytes);
      if (message.type === 'open' && message.view === 1) open = message;
    },
    byzantine: {
      // One bank alone gets the prepare certificate of view 0, and nobody the liar's timeout.
      [liar]: (letter) => {
        const { message, to } = letter;
        if (message.type === 'draft') draft = message;
        if (message.type === 'certificate')
          return to === locked && message.certificate.phase === 'prepare' ? [letter] : [];
        gaveUp ||= message.type === 'timeout';
        return gaveUp ? [] : [letter];
      },
    },
  }).start();
  net.run(60_000, () => open !== null);
  // Another quorum of the same timeouts, which knows of no certificate.
  const collector = new TimeoutCollector(manifest, suite, 0);
  for (const { from, message } of net.letters('timeout')) if (from !== locked) collector.add(from, message);
  const signature = fixture.sign(liar, timeoutStatement(0, 0, null));
  const own = { epoch: 0, view: 0, certificate: null, proposal: null, justification: null, signature };
  collector.add(liar, own);
  const other = collector.certify(0)!;
  expect(other.certificate).toBeNull();
  expect(open!.justification!.certificate).not.toBeNull();
  const { type: _, ...opened } = open!;
  const { type: __, ...shown } = draft!;
  const header = { ...shown.draft.header, slot: { view: 1, index: 0 } };
  const forward = {
    open: { ...opened, justification: other },
    draft: { ...shown, draft: { ...shown.draft, header } },
  };
  for (const to of [leader, locked, free])
    net.post({ from: liar, to, message: { type: 'forward', ...forward } });
  const honest = others(fixture, liar);
  net.run(200_000, () => net.sealed(honest));
  expect(net.sealed(honest)).toBe(true);
  expect(honest.map((bank) => net.output(bank, 'agreed')[0]!.slot.view)).toEqual([1, 1, 1]);
});
