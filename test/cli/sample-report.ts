import type { BankReport, Report } from '../../src/sim/report.js';
import type { Timeline } from '../../src/sim/timeline.js';

/** A timeline of a few messages between four banks. */
export function sampleTimeline(changes: Partial<Timeline> = {}): Timeline {
  const fromFirst = (to: number) => ({ from: 0, to, messages: 1 });
  return {
    deltaMs: 100,
    resolutionMs: 1,
    endMs: 250,
    flows: [
      { step: 'open', ...fromFirst(1), sentMs: 0, arrivedMs: 40, bytes: 158 },
      { step: 'open', ...fromFirst(2), sentMs: 0, arrivedMs: 50, bytes: 158 },
      { step: 'commitment', from: 1, to: 0, sentMs: 40, arrivedMs: 90, messages: 1, bytes: 4_000 },
      { step: 'draft', ...fromFirst(1), sentMs: 100, arrivedMs: 250, bytes: 2_000 },
    ],
    ...changes,
  };
}

/** A bank's report with ordinary figures. */
export function sampleBank(id: string, changes: Partial<BankReport> = {}): BankReport {
  return {
    id,
    honest: true,
    adversary: null,
    state: 'agreed',
    evidence: [],
    disclosed: 3,
    resultRoot: 'ab'.repeat(32),
    bytesSent: 12_345,
    bytesReceived: 67_890,
    naiveBytes: 12_200_000,
    lowerBoundBytes: 4_000,
    signatures: 7,
    verifications: 41,
    ...changes,
  };
}

/** A report with ordinary figures. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  const epoch = {
    records: 1010,
    agreement: true,
    resultRoot: 'ab'.repeat(32),
    rounds: 7,
    views: 1,
    slots: 1,
    messages: { total: 1234, byStep: { open: 100, draft: 200, 'commit-vote': 934 } },
    bytes: {
      total: 567_890,
      maxPerBank: 98_100,
      byStep: { open: 7_890, draft: 500_000, 'commit-vote': 60_000 },
    },
    lowerBoundBytes: 12_000,
    certificateBytes: 161,
    keys: { total: 1010, unanimous: 960, settled: 40, disputed: 8, unvouched: 2, unresolved: 5 },
    disclosed: { rawRecords: 40, ofRecords: 4040 },
    statistics: null,
    statisticsWithheld: null,
    suspicions: [],
    tooDifferent: [],
    accuracy: 0.9995,
    resolvedCells: 8000,
    truthCells: 8080,
  };
  return {
    version: 1,
    protocol: 'concordat',
    seed: 1,
    epochs: 1,
    banks: 4,
    faults: 1,
    quorum: 3,
    quota: 16_384,
    ...epoch,
    violations: [],
    naive: { messages: 24, bytes: 24_400_000 },
    perBank: [
      sampleBank('bank-01'),
      sampleBank('bank-02'),
      sampleBank('bank-03'),
      sampleBank('bank-04', {
        honest: false,
        lowerBoundBytes: null,
        adversary: 'equivocate',
        state: 'faulty',
        evidence: [{ kind: 'two-commitments', verified: true }],
      }),
    ],
    byEpoch: [{ epoch: 0, ...epoch }],
    cryptography: { bls: 'noble' },
    network: { name: 'synchronous', latencyMinMs: 10 },
    parameters: { records: 1000, divergence: 0.01 },
    durationMs: 4321,
    ...changes,
  };
}
