import { expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { consortium, DELTA, Net, others } from './network.js';

it('a bank that restarts after it gave up on a view that the others have not seen takes them there', async () => {
  const fixture = await consortium(4, 1);
  const [first, second] = [0, 1].map((view) => new Net(fixture).leader(view)) as [number, number];
  const ahead = others(fixture, first, second)[0]!;
  let isCut = true;
  const net = new Net(fixture, {
    // The leader of the first view is silent, and what one bank says of it is lost with that bank's process.
    absent: [first],
    delay: ({ from }) => (isCut && from === ahead ? null : DELTA / 10),
  }).start();
  net.run(1_000_000, () =>
    net.letters('timeout').some(({ from, message }) => from === ahead && message.view === 1),
  );
  const views = others(fixture, first).map((bank) =>
    Math.max(...net.output(bank, 'view').map(({ view }) => view)),
  );
  expect(views.filter((view) => view === 1)).toHaveLength(1);
  net.crash(ahead);
  isCut = false;
  net.restart(ahead);
  net.run(4000 * DELTA, () => net.sealed(others(fixture, first)));
  expect(net.sealed(others(fixture, first))).toBe(true);
  const roots = others(fixture, first).map((bank) => toHex(net.output(bank, 'sealed')[0]!.seal.root));
  expect(new Set(roots).size).toBe(1);
});

it('a leader that restarts in a view above the first goes on leading it', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  const [silent, leader] = [0, 1].map((view) => new Net(fixture).leader(view)) as [number, number];
  const net = new Net(fixture, { absent: [silent] }).start();
  net.run(1_000_000, () => net.output(leader, 'view').some(({ view }) => view === 1));
  net.crash(leader);
  net.restart(leader);
  const from = net.now;
  net.run(4000 * DELTA, () => net.sealed(others(fixture, silent)));
  const slots = others(fixture, silent).map((bank) => net.output(bank, 'agreed')[0]?.slot.view);
  expect(slots).toEqual([1, 1, 1]);
  expect(net.now - from).toBeLessThan(12 * DELTA);
});
