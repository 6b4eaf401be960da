import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/sim/report.js';
import { expectGuarantees } from './guarantees.js';
import { simulate } from './remembered.js';

const ratio = ({ naive, bytes }: Report): number => naive.bytes / bytes.total;

describe('the size of messages', () => {
  it('ten banks, 10,000 records, 1% divergence, three liars: thirty times less than naive broadcast', async () => {
    const report = await simulate({ banks: 10, records: 10_000, divergence: 0.01, adversaries: ['falsify'] });
    expectGuarantees(report);
    expect(report.perBank.filter(({ state }) => state === 'divergent')).toHaveLength(3);
    expect(ratio(report)).toBeGreaterThanOrEqual(30);
    // Whatever is decided is right; only what is reported as open is not there.
    const open = report.keys.unresolved + report.keys.unvouched;
    expect(report.accuracy! * report.truthCells!).toBeGreaterThanOrEqual(
      report.truthCells! - 8 * open - 1e-6,
    );
  });

  it('a certificate is one signature and a bit for each bank', async () => {
    for (const banks of [4, 5, 6, 7, 10, 31]) {
      const { certificateBytes } = await simulate({ banks, records: 10 });
      expect(certificateBytes).toBeGreaterThan(96);
      expect(certificateBytes).toBeLessThanOrEqual(96 + Math.ceil(banks / 8) + 64);
    }
  });

  it('thirty-one banks agree on a thousand records, ten of them lying', async () => {
    const report = await simulate({ banks: 31, records: 1000, adversaries: ['falsify'] });
    expectGuarantees(report);
    expect(ratio(report)).toBeGreaterThan(1);
  });

  it('messages grow with the banks, not with their pairs', async () => {
    const messages = async (banks: number): Promise<number> =>
      (await simulate({ banks, records: 20, divergence: 0 })).messages.total;
    expect(await messages(31)).toBeLessThanOrEqual(12 * 31);
    expect(await messages(10)).toBeLessThanOrEqual(12 * 10);
  });

  it('where nobody differs the bytes hardly grow with the records', async () => {
    const bytes = async (records: number): Promise<number> =>
      (await simulate({ banks: 4, records, divergence: 0 })).bytes.total;
    expect(await bytes(4000)).toBeLessThan(1.05 * (await bytes(400)));
  });
});
