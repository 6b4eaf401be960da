import { toHex } from '../crypto/bytes.js';
import { quorum } from '../protocol/quorum.js';
import { freshBytes } from './consortium.js';
import { accuracyOf } from './measure.js';
import { runNaive } from './naive.js';
import { describeNetwork } from './presets.js';
import { Random } from './random.js';
import type { EpochReport, Report } from './report.js';
import type { RunOptions } from './run.js';
import { cryptographyOf } from './suite.js';
import { maxBytesPerBank, type Traffic } from './traffic.js';

/**
 * Runs naive broadcast alone and reports it in the same form. It certifies nothing, so the figures that only a
 * certificate has are zero; a Byzantine bank is silent, or speaks with the records its adversary altered.
 */
export function naiveReport(options: RunOptions): Report {
  const started = globalThis.performance.now();
  const { epochs, faults, adversaries, network, suite, seed } = options;
  const banks = epochs[0]!;
  const random = new Random(seed ?? freshBytes()).fork('naive');
  const silent = [...adversaries].filter(([, { records }]) => !records).map(([bank]) => bank);
  let traffic: Traffic | null = null;
  let disclosedBy: readonly number[] = [];
  const byEpoch = epochs.map((data, epoch): EpochReport => {
    const common = random.fork(`accomplices/${epoch}`);
    const datasets = data.map(({ dataset }, index) => {
      const context = {
        index,
        accomplices: [...adversaries.keys()],
        random: random.fork(`${epoch}/${index}`),
        common,
      };
      return adversaries.get(index)?.records?.(dataset, context) ?? dataset;
    });
    const result = runNaive({ datasets, faults, network, random: random.fork(`network/${epoch}`), silent });
    traffic = result.traffic;
    const byStep = (figure: 'messages' | 'bytes'): Record<string, number> =>
      Object.fromEntries(
        Object.entries(result.traffic.byLabel).map(([step, volume]) => [step, volume[figure]]),
      );
    const total = new Set(datasets.flatMap(({ entries }) => entries.map(({ keyDigest }) => toHex(keyDigest))))
      .size;
    const rows = result.records.map(({ keyDigest, values }) => ({ keyDigest, values }));
    disclosedBy = datasets.map(({ size }, bank) => (silent.includes(bank) ? 0 : size));
    return {
      epoch,
      records: total,
      agreement: result.agreed,
      resultRoot: result.digest ? toHex(result.digest) : '',
      rounds: result.rounds,
      views: 0,
      slots: 0,
      messages: { total: result.messages, byStep: byStep('messages') },
      bytes: { total: result.bytes, maxPerBank: maxBytesPerBank(result.traffic), byStep: byStep('bytes') },
      lowerBoundBytes: 0,
      certificateBytes: 0,
      keys: { total, unanimous: 0, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 },
      disclosed: {
        rawRecords: disclosedBy.reduce((sum, size) => sum + size, 0),
        ofRecords: datasets.reduce((sum, { size }) => sum + size, 0),
      },
      statistics: null,
      statisticsWithheld: null,
      suspicions: [],
      ...accuracyOf(rows, options.truths[epoch] ?? null),
    };
  });
  const { epoch: _, ...last } = byEpoch[byEpoch.length - 1]!;
  return {
    version: 1,
    protocol: 'naive',
    seed,
    epochs: byEpoch.length,
    banks: banks.length,
    faults,
    quorum: quorum(banks.length, faults),
    quota: null,
    ...last,
    violations: [],
    naive: { messages: last.messages.total, bytes: last.bytes.total },
    perBank: banks.map(({ id }, bank) => ({
      id,
      honest: !adversaries.has(bank),
      adversary: adversaries.get(bank)?.name ?? null,
      state: silent.includes(bank) ? 'silent' : last.agreement ? 'agreed' : 'behind',
      evidence: [],
      disclosed: disclosedBy[bank]!,
      resultRoot: silent.includes(bank) ? null : last.resultRoot || null,
      bytesSent: traffic?.sent[bank]?.bytes ?? 0,
      bytesReceived: traffic?.received[bank]?.bytes ?? 0,
      naiveBytes: (traffic?.sent[bank]?.bytes ?? 0) + (traffic?.received[bank]?.bytes ?? 0),
      lowerBoundBytes: null,
      signatures: 0,
      verifications: 0,
    })),
    byEpoch,
    cryptography: cryptographyOf(suite),
    network: describeNetwork(network),
    parameters: options.parameters,
    durationMs: Math.round(globalThis.performance.now() - started),
  };
}
