import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/sim/report.js';
import { simulate } from './remembered.js';
import { expectSound } from './sound-report.js';

const ratio = ({ naive, bytes }: Report): number => naive.bytes / bytes.total;

describe('the size of messages', () => {
  it('ten banks, 10,000 records, 1% divergence, three liars: sixty times less than naive broadcast', async () => {
    const report = await simulate({ banks: 10, records: 10_000, divergence: 0.01, adversaries: ['falsify'] });
    expectSound(report);
    expect(report.perBank.filter(({ state }) => state === 'divergent')).toHaveLength(3);
    expect(ratio(report)).toBeGreaterThanOrEqual(60);
    // Whatever is decided is right; only what is reported as open is not there.
    const open = report.keys.unresolved + report.keys.unvouched;
    expect(report.accuracy! * report.truthCells!).toBeGreaterThanOrEqual(
      report.truthCells! - 8 * open - 1e-6,
    );
  });

  it('a certificate is one signature and a bit for each bank', async () => {
    for (const banks of [4, 5, 6, 7, 10, 31]) {
      const { certificateBytes } = await simulate({ banks, records: 10, statistics: 'none' });
      expect(certificateBytes).toBeGreaterThan(96);
      expect(certificateBytes).toBeLessThanOrEqual(96 + Math.ceil(banks / 8) + 64);
    }
  });

  it('thirty-one banks agree on a thousand records, ten of them lying', async () => {
    const report = await simulate({ banks: 31, records: 1000, adversaries: ['falsify'] });
    expectSound(report);
    expect(ratio(report)).toBeGreaterThan(40);
  });

  it('what a disputed key costs is what its versions cost each bank: twenty of two thousand are ten times less than naive', async () => {
    const report = await simulate({ banks: 4, records: 2000, divergence: 0, disputed: 0.01 });
    expectSound(report);
    expect(report.keys).toMatchObject({ disputed: 20, unresolved: 0 });
    expect(ratio(report)).toBeGreaterThan(10);
  });

  it('messages grow with the banks where nothing is sliced, and by two for each pair where something is', async () => {
    const messages = async (banks: number, statistics: 'none' | 'aggregate'): Promise<number> =>
      (await simulate({ banks, records: 20, divergence: 0, statistics })).messages.total;
    for (const banks of [10, 31]) expect(await messages(banks, 'none')).toBeLessThanOrEqual(12 * banks);
    for (const banks of [5, 10])
      expect(await messages(banks, 'aggregate')).toBeLessThanOrEqual(12 * banks + 2 * banks * (banks - 1));
  });

  it('where nobody differs the bytes hardly grow with the records', async () => {
    const bytes = async (records: number): Promise<number> =>
      (await simulate({ banks: 4, records, divergence: 0, statistics: 'none' })).bytes.total;
    expect(await bytes(4000)).toBeLessThan(1.05 * (await bytes(400)));
  });
});
