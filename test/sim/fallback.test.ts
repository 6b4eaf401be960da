// Why the fast backend does not run reaches whoever reads a report.
import { describe, expect, it, vi } from 'vitest';
import { paintFor } from '../../src/cli/paint.js';
import { reportPage } from '../../src/cli/report-html.js';
import { summarise } from '../../src/cli/summary.js';
import { nobleBls } from '../../src/crypto/bls-noble.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import type { Report } from '../../src/sim/report.js';
import { simulate } from '../../src/sim/simulate.js';
import { countingSuite, cryptographyOf, memoisedSuite } from '../../src/sim/suite.js';
import { sampleReport } from '../cli/sample-report.js';

const fallback = 'blst does not load: no binary';

describe('the reason for the slower backend', () => {
  it('outlives every copy of the suite', () => {
    const suite = defaultSuite({ ...nobleBls, fallback });
    const copied = countingSuite(memoisedSuite(suite), { signatures: 0, verifications: 0 });
    expect(cryptographyOf(copied)).toEqual({ bls: 'noble', fallback });
  });

  it('is not there when nothing was preferred', () => {
    const copied = memoisedSuite(defaultSuite(nobleBls));
    expect(cryptographyOf(copied)).toEqual({ bls: 'noble' });
    expect('fallback' in copied.bls).toBe(false);
  });

  it('is on the page, as text, and nowhere on one without', () => {
    const page = (report: Report) =>
      reportPage({
        title: 'a run',
        report,
        command: '',
        timeline: null,
        breaks: null,
        decided: null,
        notices: [],
        hasFiles: false,
      });
    const why = 'blst does not load: <b>no binary</b>';
    const shown = page(sampleReport({ cryptography: { bls: 'noble', fallback: why } }));
    expect(shown).toContain('blst does not load: &lt;b&gt;no binary');
    expect(page(sampleReport())).not.toContain('why not blst');
  });

  it('is in the report, and in what a terminal shows', async () => {
    const options = { banks: 4, records: 8, protocol: 'naive' } as const;
    expect((await simulate(options)).cryptography).toEqual({ bls: 'blst' });
    vi.doMock('@chainsafe/blst', () => {
      throw new Error('no binary');
    });
    try {
      const report = await simulate(options);
      expect(report.cryptography.bls).toBe('noble');
      expect(report.cryptography.fallback).toMatch(/^blst does not load: /);
      // Naive broadcast, which this runs as it is fast, has no certificate.
      const lines = summarise({ ...report, certificateBytes: 145 }, 'a run', paintFor({}, {}));
      expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(
        'signatures by noble, since blst does not load',
      );
    } finally {
      vi.doUnmock('@chainsafe/blst');
    }
  });
});
