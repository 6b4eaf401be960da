import { loadBls } from '../crypto/bls-load.js';
import { toHex } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { Schema } from '../data/schema.js';
import { defaultSuite } from '../protocol/default-suite.js';
import {
  type ManifestDocument,
  manifestDocument,
  type SealDocument,
  sealDocument,
} from '../protocol/documents.js';
import type { StatisticsMode } from '../protocol/manifest.js';
import { expectTolerance, maxFaults } from '../protocol/quorum.js';
import { adversaryNamed } from './adversaries.js';
import type { Adversary } from './adversary.js';
import { optionError } from './option-error.js';
import { type OutcomeDetails, outcomeDetails } from './outcome-details.js';
import { networkPreset } from './presets.js';
import type { Report } from './report.js';
import { describeRules, expectFunctions, type ResultRules, resultRules } from './result-rules.js';
import { quotaParameter, type RunOptions, runConsortium } from './run.js';

/** Options of {@link reconcile}. */
export interface ReconcileOptions extends ResultRules {
  /** The schema of every data set: another digest is refused. */
  readonly schema: Schema;
  /** Each bank's records by its name. Insertion order is the order of the banks. */
  readonly datasets:
    | Readonly<Record<string, Dataset>>
    | readonly { readonly id: string; readonly dataset: Dataset }[];
  /** f, the faults to bear; ⌊(n − 1)/3⌋ by default. */
  readonly faults?: number;
  /** Banks that are made to misbehave, by name: what the others make of it is the point of a rehearsal. */
  readonly adversaries?: Readonly<Record<string, string | Adversary>>;
  /** What becomes of the column statistics; `aggregate` by default. */
  readonly statistics?: StatisticsMode;
  /**
   * Raw records of disputed keys, and of settled ones with fewer than 2f + 1 supporters, that one bank can be made to
   * disclose in an epoch, at most; 16 384 by default. Keys beyond it stay open.
   */
  readonly quota?: number;
  /**
   * Decides keys, schedule and network, so that the run can be repeated, and its seal forged by whoever knows the seed. Left
   * out, they are drawn from the platform's cryptographic randomness, and no other run has them.
   */
  readonly seed?: number;
  /** Told what is going on. */
  readonly onProgress?: (text: string) => void;
}

/** What {@link reconcile} gives back: the result as the first bank that follows the protocol holds it. */
export interface ReconcileOutcome extends OutcomeDetails {
  /** Figures of the run, as `report.json` has them. */
  readonly report: Report;
  /** The manifest of the rehearsal's consortium, and marked as one; its keys are drawn, or follow from `seed`. */
  readonly manifest: ManifestDocument;
  /** Null when no agreement was reached; `report.agreement` is then false. */
  readonly seal: SealDocument | null;
}

/**
 * Runs one epoch among these banks in this process: keys and manifest made for the occasion, real protocol, real
 * cryptography. For banks that do not trust one another each would run its own `Bank` instead; this shows what they
 * would get. Its seal is one of a rehearsal, and says so: all keys were in this process.
 *
 * The result is what `options.functions`, `options.decide` or `options.reconcile` make of the agreed inputs, by default
 * what the rules of the schema make of them; each is any deterministic function of these inputs.
 *
 * @throws `OPTION_INVALID`, `TOO_MANY_FAULTS`, `ADVERSARY_UNKNOWN`
 * @example
 * ```ts
 * import { Dataset, defineSchema, reconcile } from 'concordat';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: { account: { type: 'integer' }, balance: { type: 'decimal', scale: 2 } },
 * });
 * const copyOf = (balance: string) => Dataset.fromObjects(schema, [{ account: 1, balance }]);
 * const datasets = { north: copyOf('12.50'), south: copyOf('12.50'), east: copyOf('12.50'), west: copyOf('99.00') };
 *
 * const { report, rows, breaks } = await reconcile({ schema, datasets });
 * console.log(report.agreement, rows[0]?.values, breaks[0]?.dissenters); // true [ 1n, 1250n ] [ 'west' ]
 * ```
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileOutcome> {
  const { schema, datasets, statistics = 'aggregate', seed = null } = options;
  const banks = Array.isArray(datasets)
    ? [...(datasets as readonly { id: string; dataset: Dataset }[])]
    : Object.entries(datasets as Readonly<Record<string, Dataset>>).map(([id, dataset]) => ({ id, dataset }));
  const faults = options.faults ?? maxFaults(banks.length);
  expectTolerance(banks.length, faults);
  if (seed !== null && (!Number.isSafeInteger(seed) || seed < 0))
    optionError('seed', `is ${seed}, not a whole number from 0`);
  for (const { id, dataset } of banks)
    if (toHex(dataset.schema.digest) !== toHex(schema.digest))
      optionError('datasets', `has "${id}" under another schema`);
  expectFunctions(schema, options.functions);
  const adversaries = new Map<number, Adversary>();
  for (const [id, adversary] of Object.entries(options.adversaries ?? {})) {
    const index = banks.findIndex((bank) => bank.id === id);
    if (index < 0)
      optionError('adversaries', `names "${id}", which is none of ${banks.map((b) => b.id).join(', ')}`);
    adversaries.set(index, adversaryNamed(adversary));
  }
  const asked: RunOptions = {
    schema,
    epochs: [banks],
    truths: [null],
    faults,
    adversaries,
    network: networkPreset('synchronous', { banks: banks.length }),
    manifestParameters: { statistics, ...quotaParameter(options.quota) },
    rules: resultRules(options),
    suite: defaultSuite(await loadBls()),
    seed,
    honestKnown: false,
    parameters: {
      banks: banks.length,
      faults,
      adversaries:
        [...adversaries].map(([bank, { name }]) => `${banks[bank]!.id}=${name}`).join(',') || 'none',
      statistics,
      ...(options.quota === undefined ? {} : { quota: options.quota }),
      ...describeRules(options),
      seed: seed ?? 'random',
    },
    onProgress: options.onProgress,
  };
  const run = runConsortium(asked);
  const { report, simulation, last } = run;
  const { manifest } = simulation.consortium;
  const sealed = last.sealed.find((output, bank) => output?.outcome && !adversaries.has(bank));
  return {
    report,
    manifest: manifestDocument(manifest),
    seal: sealed ? sealDocument(manifest, sealed.seal) : null,
    ...outcomeDetails(run, asked),
  };
}
