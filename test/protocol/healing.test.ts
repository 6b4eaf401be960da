import { expect, it } from 'vitest';
import { consortium, DELTA, type Letter, Net, others } from './network.js';

/** Gives timeouts to the others only, so that they run ahead of the bank that is cut off. */
const LIAR = 3;
const CUT_OFF = 2;
const HONEST = [0, 1, CUT_OFF];

it('all honest banks are in one view within 15 Δ after the network has healed, however long it was split', async () => {
  const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
  for (const length of [100, 400, 1600, 6400]) {
    const healed = length * DELTA;
    const net = new Net(fixture, {
      delay: ({ from, to }: Letter, now: number) =>
        now < healed && (from === CUT_OFF || to === CUT_OFF) ? null : DELTA / 10,
      byzantine: {
        [LIAR]: (letter: Letter) =>
          letter.message.type === 'timeout' && letter.to !== CUT_OFF ? [letter] : [],
      },
    });
    const viewOf = (bank: number): number => net.output(bank, 'view').at(-1)?.view ?? 0;
    net.start().run(healed);
    expect(viewOf(0) - viewOf(CUT_OFF)).toBeGreaterThan(2);
    net.run(15 * DELTA, () => HONEST.every((bank) => viewOf(bank) === viewOf(0)));
    expect(new Set(HONEST.map(viewOf)).size, `${length} Δ`).toBe(1);
  }
});

for (const restarts of [false, true])
  it(`all honest banks are in one view within 15 delays after healing${restarts ? ', also where those ahead restarted' : ''}`, async () => {
    const fixture = await consortium(4, 1, { parameters: { statistics: 'none' } });
    const view = 5; // led by the bank that is behind
    const behind = new Net(fixture).leader(1);
    const liar = others(fixture, behind)[0]!;
    let cut = true;
    const net = new Net(fixture, {
      delay: ({ from, to, message }) =>
        cut && (from === behind || to === behind || message.type === 'commitment') ? null : DELTA / 10,
    }).start();
    const at = (bank: number) => net.output(bank, 'view').at(-1)!.view;
    const ahead = others(fixture, behind);
    net.run(10_000_000, () => ahead.every((bank) => at(bank) === view));
    expect(at(behind)).toBe(0);
    if (restarts) for (const bank of ahead) net.crash(bank);
    net.crash(liar); // silent from now on
    cut = false;
    if (restarts) for (const bank of ahead) if (bank !== liar) net.restart(bank);
    const from = net.now;
    net.run(10_000_000, () => at(behind) >= view);
    expect(net.now - from).toBeLessThanOrEqual(15 * DELTA);
  });
