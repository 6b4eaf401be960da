import { expect, it } from 'vitest';
import { consortium, DELTA, type Letter, Net } from './network.js';

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
