import { describe, expect, it } from 'vitest';
import { firstPlaces, STRATEGIES } from './leading-order.js';

const EPOCHS = 1500;
const share = (banks: number, faults: number, strategy: string): number =>
  firstPlaces({ banks, faults, strategy, epochs: EPOCHS, seed: 1 }) / EPOCHS;
/** Four standard deviations of a share over so many epochs. */
const margin = (p: number): number => 4 * Math.sqrt((p * (1 - p)) / EPOCHS);
const UNSEEN = ['hoarding', 'withholding', 'leading without itself'];

describe('the part of first places that f banks get', () => {
  it.each([
    [4, 1],
    [7, 2],
    [10, 3],
  ])('of %i banks is theirs of all, whether or not they are inputs, %i lying', (banks, faults) => {
    const honest = share(banks, faults, 'honest');
    expect(Math.abs(honest - faults / banks)).toBeLessThan(margin(faults / banks));
    for (const strategy of UNSEEN) expect(share(banks, faults, strategy)).toBe(honest);
  });

  it.each([
    [4, 1, 0.25],
    [7, 2, 0.34],
    [10, 3, 0.37],
  ])(
    'of %i banks is lifted only by giving up views, %i lying, and then not above %f',
    (banks, faults, most) => {
      for (const strategy of Object.keys(STRATEGIES).filter((name) => !UNSEEN.includes(name)))
        expect(share(banks, faults, strategy), strategy).toBeLessThan(most + margin(most));
      const fair = faults / banks;
      expect(share(banks, faults, 'always abstaining')).toBeLessThan(fair + margin(fair));
    },
  );
});
