import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { Dataset } from '../../src/data/dataset.js';
import { defaultSuite } from '../../src/protocol/default-suite.js';
import { adversaryNamed } from '../../src/sim/adversaries.js';
import { defineAdversary } from '../../src/sim/adversary.js';
import { generate, PAYMENTS } from '../../src/sim/generate.js';
import { networkPreset } from '../../src/sim/presets.js';
import { Random } from '../../src/sim/random.js';
import type { Report } from '../../src/sim/report.js';
import type { SimulateOptions } from '../../src/sim/simulate.js';
import { loadRememberingBls, Simulation, simulate } from './remembered.js';
import { expectSound } from './sound-report.js';

const suite = defaultSuite(await loadRememberingBls());
const small = { banks: 4, records: 60 } as const;
const timeless = ({ durationMs, ...report }: Report): string => {
  expect(durationMs).toBeGreaterThanOrEqual(0);
  return JSON.stringify(report);
};

describe('a run without faults', () => {
  it('agrees in the first view and slot, and every cell is right', async () => {
    for (const banks of [2, 4, 7]) {
      // Two banks cannot outvote a slip of one of them.
      const report = await simulate({ banks, records: 60, divergence: banks < 4 ? 0 : 0.05 });
      expectSound(report);
      expect(report).toMatchObject({ views: 1, slots: 1, accuracy: 1, suspicions: [] });
    }
  });

  it('decides disputed keys field by field: every cell is right though hardly two banks agree', async () => {
    for (const banks of [4, 7]) {
      const report = await simulate({ banks, records: 60, divergence: 0, disputed: 0.5 });
      expectSound(report);
      expect(report.keys).toMatchObject({ unanimous: 30, disputed: 30, unresolved: 0 });
      expect(report.accuracy).toBe(1);
      // Opened to everybody: one record of every dealer, in each of 30 keys at most all banks.
      expect(report.disclosed.rawRecords).toBeGreaterThanOrEqual(60);
      expect(report.disclosed.rawRecords).toBeLessThanOrEqual(30 * banks);
      const opened = report.perBank.map(({ disclosed }) => disclosed);
      expect(opened.reduce((sum, count) => sum + count)).toBe(report.disclosed.rawRecords);
    }
  });

  it('decides numbers of which every bank’s is off a little, within the tolerance of the truth', async () => {
    const report = await simulate({ ...small, divergence: 0, noise: 1 });
    expectSound(report);
    expect(report.keys).toMatchObject({ unanimous: 0, unresolved: 0 });
    expect(report.keys.disputed).toBeGreaterThan(50);
    expect(report.accuracy).toBe(1);
  });

  it('opens no more than the quota, and leaves the rest unresolved', async () => {
    const report = await simulate({ ...small, divergence: 0, disputed: 0.5, quota: 4 });
    expect([report.agreement, report.violations, report.quota]).toEqual([true, [], 4]);
    for (const { disclosed } of report.perBank) expect(disclosed).toBeLessThanOrEqual(4);
    expect(report.keys.unresolved).toBeGreaterThan(15);
    expect(report.keys.unresolved).toBeLessThan(30);
    const none = await simulate({ ...small, divergence: 0, disputed: 0.5, quota: 0, statistics: 'none' });
    expect([none.agreement, none.violations, none.disclosed.rawRecords]).toEqual([true, [], 0]);
    expect(none.keys).toMatchObject({ disputed: 30, unresolved: 30 });
  });

  it('of one bank agrees with itself, without a message', async () => {
    const report = await simulate({ banks: 1, records: 100, divergence: 0 });
    expectSound(report);
    expect(report).toMatchObject({ rounds: 0, views: 1, accuracy: 1, messages: { total: 0 } });
  });

  it('asks nobody for records when nobody differs, and shows none', async () => {
    const report = await simulate({ ...small, divergence: 0 });
    expect(report.keys).toMatchObject({ total: 60, unanimous: 60, settled: 0, disputed: 0, unvouched: 0 });
    expect(report.disclosed).toEqual({ rawRecords: 0, ofRecords: 240 });
    expect(report.lowerBoundBytes).toBe(0);
    expect(Object.keys(report.messages.byStep)).not.toContain('fetch');
  });

  it('takes one record a table, and books that differ in every second key', async () => {
    expectSound(await simulate({ banks: 4, records: 1 }));
    const wild = await simulate({ ...small, divergence: 0.5 });
    expect(wild.violations).toEqual([]);
    expect(wild.agreement).toBe(true);
  });

  it('adds up: steps to totals, classes to keys, what was sent to what is on the wire', async () => {
    const report = await simulate({ ...small, divergence: 0.1, statistics: 'none' });
    const sum = (figures: Readonly<Record<string, number>>): number =>
      Object.values(figures).reduce((total, figure) => total + figure, 0);
    const { keys, messages, bytes, perBank } = report;
    expect(keys.unanimous + keys.settled + keys.disputed + keys.unvouched).toBe(keys.total);
    expect(sum(messages.byStep)).toBe(messages.total);
    expect(sum(bytes.byStep)).toBe(bytes.total);
    expect(perBank.reduce((total, { bytesSent }) => total + bytesSent, 0)).toBe(bytes.total);
    expect(Math.max(...perBank.map((bank) => bank.bytesSent + bank.bytesReceived))).toBe(bytes.maxPerBank);
    expect(report.lowerBoundBytes).toBeLessThan(bytes.total);
    expect(perBank.every(({ signatures, verifications }) => signatures > 0 && verifications > 0)).toBe(true);
  });

  it('opens no statistics, their sums, or each bank’s, by mode', async () => {
    const [none, aggregate, open] = [
      await simulate({ ...small, statistics: 'none' }),
      await simulate({ ...small, statistics: 'aggregate' }),
      await simulate({ ...small, statistics: 'open' }),
    ];
    for (const report of [none, aggregate, open]) expectSound(report);
    expect(none.statistics).toBeNull();
    expect(aggregate.statistics).toMatchObject({ mode: 'aggregate', outliers: [] });
    expect(aggregate.statistics!.fields).toEqual(open.statistics!.fields);
    expect(open.statistics).toMatchObject({ mode: 'open', banks: ['bank-1', 'bank-2', 'bank-3', 'bank-4'] });
    expect(open.statistics!.fields).toMatchObject([
      { field: 'amount', mean: expect.stringMatching(/^\d+\.\d\d$/) },
    ]);
  });

  it('names the liars’ means as outliers where each bank’s statistics are opened', async () => {
    const inflate = defineAdversary({
      name: 'inflate',
      records: ({ schema, entries }) =>
        Dataset.fromRecords(
          schema,
          entries.map(({ values }, i) => values.with(3, (values[3] as bigint) * (i < 5 ? 100n : 1n))),
        ),
    });
    const options = { banks: 7, records: 120, divergence: 0, adversaries: [inflate] } as const;
    const report = await simulate({ ...options, statistics: 'open' });
    expect([report.agreement, report.violations]).toEqual([true, []]);
    const liars = report.perBank.filter(({ honest }) => !honest).map(({ id }) => id);
    expect(report.statistics!.outliers.map(({ bank }) => bank)).toEqual(liars);
    expect((await simulate(options)).statistics!.outliers).toEqual([]);
  });
});

describe('the seed', () => {
  const options: SimulateOptions = { ...small, adversaries: ['equivocate'], network: 'lossy' };

  it('decides every figure of the report', async () => {
    const [one, two, other] = [
      await simulate({ ...options, seed: 5 }),
      await simulate({ ...options, seed: 5 }),
      await simulate({ ...options, seed: 6 }),
    ];
    expect(timeless(one)).toBe(timeless(two));
    expect(timeless(one)).not.toBe(timeless(other));
  });

  it('decides every message: equal seeds give equal traces, other seeds other ones', () => {
    const trace = (seed: number): string => {
      const { datasets } = generate({
        banks: 4,
        records: 40,
        divergence: 0.1,
        random: new Random(1),
        honest: [0, 1, 2],
      });
      const run = new Simulation({
        schema: PAYMENTS,
        banks: datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
        faults: 1,
        adversaries: new Map([[3, adversaryNamed('replay')]]),
        network: networkPreset('lossy', { banks: 4 }),
        suite,
        seed,
      });
      run.runEpoch();
      return run.traceDigest;
    };
    expect(trace(1)).toMatch(/^[0-9a-f]{64}$/);
    expect(trace(1)).toBe(trace(1));
    expect(trace(1)).not.toBe(trace(2));
  });
});

describe('several epochs', () => {
  it('run one after the other, each on data of its own, under leaders that change', async () => {
    const report = await simulate({ ...small, epochs: 3 });
    expectSound(report);
    expect(report.epochs).toBe(3);
    // Each epoch counts its own delays.
    expect(report.byEpoch.map(({ rounds }) => rounds)).toEqual([8, 8, 8]);
    expect(report.byEpoch.map(({ epoch, agreement }) => [epoch, agreement])).toEqual([
      [0, true],
      [1, true],
      [2, true],
    ]);
    expect(new Set(report.byEpoch.map(({ resultRoot }) => resultRoot)).size).toBe(3);
    expect(report.byEpoch[2]).toMatchObject({ resultRoot: report.resultRoot, bytes: report.bytes });
  });

  it('hold every guarantee while the same banks go on lying, through leaders good and bad', async () => {
    const adversaries = ['lying-leader', 'equivocate'];
    const report = await simulate({ banks: 7, records: 60, epochs: 3, adversaries });
    expect(report.violations).toEqual([]);
    expect(report.byEpoch.map(({ agreement }) => agreement)).toEqual([true, true, true]);
    expect(report.perBank.every(({ honest, evidence }) => !honest || evidence.length === 0)).toBe(true);
  });

  it('are led by the order that the epoch before drew: leaders repeat and change', () => {
    const { datasets } = generate({
      banks: 4,
      records: 20,
      divergence: 0,
      random: new Random(1),
      honest: [0],
    });
    const run = new Simulation({
      schema: PAYMENTS,
      banks: datasets.map((dataset, i) => ({ id: `bank-${i}`, dataset })),
      faults: 1,
      adversaries: new Map(),
      network: networkPreset('synchronous', { banks: 4 }),
      suite,
      seed: 3,
    });
    const schedules = Array.from({ length: 8 }, (_, epoch) => {
      const { complete, sealed } = run.runEpoch(epoch === 0 ? undefined : datasets);
      expect(complete).toBe(true);
      const headers = sealed.map((output) => output!.seal.header);
      expect(new Set(headers.map(({ schedule }) => String(schedule))).size).toBe(1);
      expect(headers[0]!.epoch).toBe(epoch);
      return headers[0]!.schedule;
    });
    expect(run.oracle.violations).toEqual([]);
    expect(new Set(schedules.map(([leader]) => leader)).size).toBeGreaterThan(1);
    const repeats = schedules.filter((schedule, i) => i > 0 && schedule[0] === schedules[i - 1]![0]);
    expect(repeats.length).toBeGreaterThan(0);
  });
});

describe('every network', () => {
  for (const network of ['wan', 'lossy', 'partition'] as const)
    it(`${network}: four banks agree without faults, and seven of which two lie`, async () => {
      for (const [banks, adversaries] of [
        [4, []],
        [7, ['falsify', 'equivocate']],
      ] as const) {
        const report = await simulate({ banks, records: 60, network, adversaries });
        expect(report.violations).toEqual([]);
        expect(report.agreement).toBe(true);
        expect(report.network.name).toBe(network);
        expect(report.perBank.every(({ honest, evidence }) => !honest || evidence.length === 0)).toBe(true);
      }
    });

  it('partition: no agreement while no group has a quorum, hence more than one view', async () => {
    const { views } = await simulate({ ...small, network: 'partition' });
    expect(views).toBeGreaterThan(1);
  });

  it('takes the latency it is told', async () => {
    const report = await simulate({ ...small, network: 'wan', latencyMs: 7 });
    expectSound(report);
    expect(report.network).toMatchObject({ name: 'wan', regionsMs: expect.stringContaining('7') });
    expectSound(await simulate({ ...small, latencyMs: 0 }));
  });
});

describe('naive broadcast', () => {
  it('is reported in the same form, and measured the same beside the protocol', async () => {
    const naive = await simulate({ ...small, protocol: 'naive' });
    const beside = await simulate(small);
    expect(naive).toMatchObject({
      protocol: 'naive',
      agreement: true,
      views: 0,
      slots: 0,
      certificateBytes: 0,
    });
    expect(Object.keys(naive)).toEqual(Object.keys(beside));
    expect(naive.naive).toEqual({ messages: naive.messages.total, bytes: naive.bytes.total });
    expect(beside.naive.messages).toBe(naive.messages.total);
  });
});

describe('more Byzantine banks than are borne', () => {
  it('are allowed, and reported as what they break, not hidden', async () => {
    const report = await simulate({ ...small, actualFaults: 2, adversaries: ['silent'] });
    expect(report.agreement).toBe(false);
    expect(report.violations.some((violation) => violation.startsWith('termination'))).toBe(true);
  });
});

describe('options that make no sense', () => {
  const failure = async (options: unknown): Promise<unknown> => {
    try {
      await simulate(options as SimulateOptions);
    } catch (error) {
      if (isConcordatError(error)) return error.detail;
      throw error;
    }
    return 'none';
  };

  const invalid: [string, unknown[]][] = [
    ['banks', [0, -1, 2.5, 257, Number.NaN, Infinity, '7']],
    ['faults', [-1, 0.5, 8, Number.NaN]],
    ['actualFaults', [-1, 0.5, 7, Number.NaN]],
    ['records', [0, -5, 1.5, 10_000_001, '100']],
    ['epochs', [0, -1, 0.5, 10_001]],
    ['seed', [-1, 0.5, 2 ** 53, Number.NaN, 'abc']],
    ['divergence', [-0.01, 1.01, Number.NaN, 'x']],
    ['disputed', [-0.01, 0.995, 1.01, Number.NaN, 'x']],
    ['noise', [-0.01, 1.01, Number.NaN, 'x']],
    ['quota', [-1, 0.5, 2 ** 32, Number.NaN, '7']],
    ['network', ['lan', '', 'toString', 7]],
    ['statistics', ['all', '']],
    ['protocol', ['pbft', '']],
    ['latencyMs', [-1, 0.5, 60_001, Number.NaN]],
  ];
  for (const [option, values] of invalid)
    it(`${option}: ${values.map(String).join(', ')} are refused before anything runs`, async () => {
      for (const value of values)
        expect(await failure({ adversaries: ['silent'], [option]: value }), String(value)).toMatchObject({
          code: 'OPTION_INVALID',
          option,
          reason: expect.any(String),
        });
    });

  it('actualFaults without an adversary is refused: nobody would know what these banks do', async () => {
    expect(await failure({ actualFaults: 1 })).toMatchObject({
      code: 'OPTION_INVALID',
      option: 'actualFaults',
    });
  });

  it('more faults than n ≥ 3f + 1 allows are refused', async () => {
    for (const [banks, faults] of [
      [3, 1],
      [6, 2],
      [9, 3],
    ])
      expect(await failure({ banks, faults })).toEqual({ code: 'TOO_MANY_FAULTS', banks, faults });
  });

  it('an adversary that is not known is refused, and those that are known are named', async () => {
    expect(await failure({ adversaries: ['falsify', 'liar'] })).toMatchObject({
      code: 'ADVERSARY_UNKNOWN',
      name: 'liar',
      known: expect.arrayContaining(['falsify', 'silent']),
    });
  });
});
