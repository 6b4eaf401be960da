import { loadBls } from '../crypto/bls-load.js';
import { defaultSuite } from '../protocol/default-suite.js';
import { MAX_BANKS, STATISTICS_MODES, type StatisticsMode } from '../protocol/manifest.js';
import { expectTolerance, maxFaults } from '../protocol/quorum.js';
import { adversaryNamed } from './adversaries.js';
import type { Adversary } from './adversary.js';
import { generate } from './generate.js';
import { naiveReport } from './naive-report.js';
import { optionError } from './option-error.js';
import { type OutcomeDetails, outcomeDetails } from './outcome-details.js';
import { NETWORK_PRESETS, type NetworkPreset, networkPreset } from './presets.js';
import { Random } from './random.js';
import type { Report } from './report.js';
import { describeRules, type ResultRules, resultRules } from './result-rules.js';
import { quotaParameter, type RunOptions, runConsortium } from './run.js';

/**
 * Options of {@link simulate}; every one has a default. `decide` and `reconcile` are as in {@link ResultRules}; the
 * generated schema names no function, so there are none to give.
 */
export interface SimulateOptions extends Omit<ResultRules, 'functions'> {
  /** n, 1 to 256; 7 by default. */
  readonly banks?: number;
  /** f, the faults to bear; ⌊(n − 1)/3⌋ by default. */
  readonly faults?: number;
  /** How many banks really are Byzantine; f by default when adversaries are named, else 0. More than f breaks things. */
  readonly actualFaults?: number;
  /** Records of the generated table; 1000 by default. */
  readonly records?: number;
  /** Share of the keys on which one honest bank errs; 0.01 by default. */
  readonly divergence?: number;
  /**
   * Share of the keys on which so many honest banks err, each in its own way, that no version settles; 0 by default.
   * Together with `divergence` at most 1.
   */
  readonly disputed?: number;
  /** Share of the keys on which every honest bank's amount is off by up to five cents; 0 by default. */
  readonly noise?: number;
  /**
   * Raw records of disputed keys, and of settled ones with fewer than 2f + 1 supporters, that one bank can be made to
   * disclose in an epoch, at most; 16 384 by default. Keys beyond it stay open.
   */
  readonly quota?: number;
  /** Strategies of the Byzantine banks, in turn: names of built-in ones, or your own. */
  readonly adversaries?: readonly (string | Adversary)[];
  /** Decides everything; 1 by default. */
  readonly seed?: number;
  /** Epochs in sequence, each on data of its own; 1 by default. */
  readonly epochs?: number;
  /** The name of a built-in network; `synchronous` by default. */
  readonly network?: NetworkPreset;
  /** Longest one-way latency of the network, in milliseconds. */
  readonly latencyMs?: number;
  /** What becomes of the column statistics; `aggregate` by default. */
  readonly statistics?: StatisticsMode;
  /** What to run; `naive` is the baseline alone. */
  readonly protocol?: 'concordat' | 'naive';
  /** Told what is going on. */
  readonly onProgress?: (text: string) => void;
  /** Told at the end what became of the last epoch, record by record; naive broadcast has nothing to tell. */
  readonly onDetails?: (details: OutcomeDetails) => void;
}

/**
 * Simulates a consortium on generated payment data: real protocol and cryptography, deterministic network, the named
 * adversaries, an oracle that checks the guarantees, and naive broadcast measured beside it.
 *
 * The same options give the same report, `durationMs` aside.
 *
 * @throws `OPTION_INVALID`, `TOO_MANY_FAULTS`, `ADVERSARY_UNKNOWN`
 * @example
 * ```ts
 * import { simulate } from 'concordat';
 *
 * const report = await simulate({ banks: 4, records: 50, adversaries: ['equivocate'], seed: 7 });
 * console.log(report.agreement, report.violations.length); // true 0
 * console.log(report.perBank.filter(({ adversary }) => adversary).length); // 1
 * ```
 */
export async function simulate(options: SimulateOptions = {}): Promise<Report> {
  const banks = integer('banks', options.banks ?? 7, 1, MAX_BANKS);
  const faults = integer('faults', options.faults ?? maxFaults(banks), 0, banks);
  expectTolerance(banks, faults);
  const named = (options.adversaries ?? []).map(adversaryNamed);
  const byzantine = integer(
    'actualFaults',
    options.actualFaults ?? (named.length > 0 ? faults : 0),
    0,
    banks - 1,
  );
  if (byzantine > 0 && named.length === 0)
    optionError('actualFaults', 'is above 0, but no adversary is named');
  const records = integer('records', options.records ?? 1000, 1, 10_000_000);
  const epochs = integer('epochs', options.epochs ?? 1, 1, 10_000);
  const seed = integer('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER);
  const divergence = share('divergence', options.divergence ?? 0.01);
  const disputed = share('disputed', options.disputed ?? 0);
  const noise = share('noise', options.noise ?? 0);
  if (divergence + disputed > 1) optionError('disputed', 'and divergence are above 1 together');
  if (disputed > 0 && banks === 1) optionError('disputed', 'needs two banks that can differ');
  const manifestParameters = {
    statistics: options.statistics ?? 'aggregate',
    ...quotaParameter(options.quota),
  };
  const preset = options.network ?? 'synchronous';
  if (!NETWORK_PRESETS.includes(preset)) optionError('network', `is none of ${NETWORK_PRESETS.join(', ')}`);
  const { statistics } = manifestParameters;
  if (!STATISTICS_MODES.includes(statistics))
    optionError('statistics', `is none of ${STATISTICS_MODES.join(', ')}`);
  const protocol = options.protocol ?? 'concordat';
  if (protocol !== 'concordat' && protocol !== 'naive')
    optionError('protocol', 'is neither concordat nor naive');
  const latency = options.latencyMs;
  if (latency !== undefined) integer('latencyMs', latency, 0, 60_000);

  const random = new Random(seed);
  const places = random.fork('byzantine').shuffle(Array.from({ length: banks }, (_, i) => i));
  const chosen = places.slice(0, byzantine).sort((a, b) => a - b);
  const adversaries = new Map(chosen.map((bank, i) => [bank, named[i % named.length]!]));
  const honest = places.filter((bank) => !adversaries.has(bank)).sort((a, b) => a - b);
  const data = Array.from({ length: epochs }, (_, epoch) =>
    generate({
      banks,
      faults,
      records,
      divergence,
      disputed,
      noise,
      random: random.fork(`data/${epoch}`),
      honest,
    }),
  );
  const network = networkPreset(preset, { banks, ...(latency === undefined ? {} : { latencyMs: latency }) });
  const suite = defaultSuite(await loadBls());
  const run: RunOptions = {
    schema: data[0]!.schema,
    epochs: data.map(({ datasets }) => datasets.map((dataset, i) => ({ id: bankName(i, banks), dataset }))),
    truths: data.map(({ truth }) => truth),
    faults,
    adversaries,
    network,
    manifestParameters,
    rules: resultRules(options),
    suite,
    seed,
    honestKnown: true,
    parameters: {
      banks,
      faults,
      actualFaults: byzantine,
      records,
      divergence,
      ...(options.disputed === undefined ? {} : { disputed }),
      ...(options.noise === undefined ? {} : { noise }),
      adversaries: named.map(({ name }) => name).join(',') || 'none',
      statistics,
      ...(options.quota === undefined ? {} : { quota: options.quota }),
      ...describeRules(options),
      seed,
      epochs,
    },
    onProgress: options.onProgress,
  };
  if (protocol === 'naive') return naiveReport(run);
  const finished = runConsortium(run);
  options.onDetails?.(outcomeDetails(finished, run));
  return finished.report;
}

function bankName(index: number, banks: number): string {
  return `bank-${String(index + 1).padStart(String(banks).length, '0')}`;
}

function share(option: string, value: number): number {
  if (!(value >= 0 && value <= 1)) optionError(option, `is ${value}, not a share from 0 to 1`);
  return value;
}

function integer(option: string, value: number, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    optionError(option, `is ${value}, not a whole number from ${least} to ${most}`);
  return value;
}
