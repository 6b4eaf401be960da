import { expect, it } from 'vitest';
import { timeoutStatement } from '../../src/protocol/certificate.js';
import { consortium, DELTA, Net, others } from './network.js';

it('a bank takes the proof that its leader shows for the end of a view in place of another that it has itself', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const liar = new Net(fixture).leader(0);
  const leader = new Net(fixture).leader(1);
  const [locked, other] = others(fixture, liar, leader) as [number, number];
  const net = new Net(fixture, {
    // The leader of view 1 is through with view 0 before it hears what was prepared in it; the locked bank reports that.
    delay: ({ from, to, message }) =>
      message.type === 'timeout' && from === locked && to === leader ? 900 : 100,
    byzantine: {
      [liar]: (letter) => {
        const { message, to } = letter;
        if (message.type === 'timeout') {
          const signature = fixture.sign(liar, timeoutStatement(0, message.view, null));
          const said = { ...message, certificate: null, proposal: null, justification: null, signature };
          return message.view === 0 && to === leader ? [{ ...letter, message: said }] : [];
        }
        if (message.type === 'vote') return [];
        if (message.type !== 'certificate') return [letter];
        return to === locked && message.certificate.phase === 'prepare' ? [letter] : [];
      },
    },
  }).start();
  net.run(400 * DELTA, () => net.sealed([locked, leader, other]));
  expect(net.sealed([locked, leader, other])).toBe(true);
  const shown = net.letters('open').find(({ message }) => message.view === 1)!.message.justification!;
  expect(shown.certificate).toBeNull();
  const reports = net.letters('timeout').filter(({ from, message }) => from === locked && message.view === 0);
  expect(reports[0]!.message.certificate).not.toBeNull();
  for (const bank of [locked, leader, other]) expect(net.output(bank, 'agreed')[0]!.slot.view).toBe(1);
});
