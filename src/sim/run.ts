import type { Dataset } from '../data/dataset.js';
import type { Schema } from '../data/schema.js';
import { type Evidence, evidenceName, verifyEvidence } from '../protocol/evidence.js';
import type { Parameters } from '../protocol/manifest.js';
import { expectTolerance, quorum } from '../protocol/quorum.js';
import type { Suite } from '../protocol/suite.js';
import type { Adversary } from './adversary.js';
import { bankStates } from './bank-state.js';
import { freshBytes, freshKeys } from './consortium.js';
import type { EpochRecord } from './epoch-record.js';
import { lowerBounds, measureEpoch } from './measure.js';
import { type NaiveResult, runNaive } from './naive.js';
import type { NetworkModel } from './network.js';
import { optionError } from './option-error.js';
import { describeNetwork } from './presets.js';
import { Random } from './random.js';
import type { BankReport, EpochReport, Report } from './report.js';
import type { ResultRules } from './result-rules.js';
import { Simulation } from './simulation.js';
import { cryptographyOf } from './suite.js';
import { type Timeline, TimelineRecorder } from './timeline.js';

/** What a run needs, from whichever side it was asked for. */
export interface RunOptions {
  readonly schema: Schema;
  /** Names and records of the banks, for each epoch in turn. */
  readonly epochs: readonly (readonly { readonly id: string; readonly dataset: Dataset }[])[];
  readonly truths: readonly (Dataset | null)[];
  readonly faults: number;
  readonly adversaries: ReadonlyMap<number, Adversary>;
  readonly network: NetworkModel;
  readonly rules: ResultRules;
  /** Of the manifest; what is left out has its default. */
  readonly manifestParameters: Pick<Parameters, 'statistics'> & Partial<Parameters>;
  readonly suite: Suite;
  /** Decides keys, schedule and network; null for keys, and all else, that nobody can guess and no run repeats. */
  readonly seed: number | null;
  /** Whether a bank without an adversary is known to be honest: in a simulation it is, among real banks nobody knows. */
  readonly honestKnown: boolean;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** A finished run: its report, and what the last epoch left. */
export interface Run {
  readonly report: Report;
  readonly simulation: Simulation;
  readonly last: EpochRecord;
  readonly timeline: Timeline;
}

/** The largest quota that a manifest can state. */
export const MAX_QUOTA = 2 ** 32 - 1;

/**
 * The manifest's parameter for an asked quota, none for none.
 * @throws `OPTION_INVALID`
 */
export function quotaParameter(quota: number | undefined): Partial<Parameters> {
  if (quota === undefined) return {};
  if (!Number.isSafeInteger(quota) || quota < 0 || quota > MAX_QUOTA)
    optionError('quota', `is ${quota}, not a whole number from 0 to ${MAX_QUOTA}`);
  return { disclosureQuota: quota };
}

/** Deliveries between two reports of progress. */
const PROGRESS_EVERY = 25;

/** Milliseconds for the one figure of a report that is not simulated. */
const wallClock = (): number => globalThis.performance.now();

/**
 * Runs the real protocol through all epochs under the oracle, then naive broadcast on the same data and network, and
 * measures both.
 * @throws `TOO_MANY_FAULTS`, `OPTION_INVALID` for rules that exclude one another
 */
export function runConsortium(options: RunOptions): Run {
  const started = wallClock();
  const { schema, epochs, faults, adversaries, network, suite, onProgress } = options;
  const seed = options.seed ?? freshBytes();
  const banks = epochs[0]!;
  expectTolerance(banks.length, faults);
  onProgress?.(`setting up ${banks.length} banks`);
  const recorder = new TimelineRecorder(banks.length, network.deltaMs);
  let [epochNow, delivered] = [0, 0];
  const simulation = new Simulation({
    schema,
    banks,
    faults,
    adversaries,
    network,
    suite,
    seed,
    // Not from a generator that can be predicted.
    ...(options.seed === null && { keys: banks.map(() => freshKeys(suite.bls)) }),
    parameters: options.manifestParameters,
    ...options.rules,
    onTrace: (event) => {
      recorder.note(event);
      if (event.kind === 'deliver' && ++delivered % PROGRESS_EVERY === 0)
        onProgress?.(`epoch ${epochNow + 1} of ${epochs.length}, ${delivered} messages delivered`);
    },
  });
  const honest = banks.map((_, i) => i).filter((i) => !adversaries.has(i));
  const byEpoch: EpochReport[] = [];
  let last: EpochRecord | undefined;
  for (const [epoch, data] of epochs.entries()) {
    onProgress?.(`epoch ${epoch + 1} of ${epochs.length}`);
    [epochNow, delivered] = [epoch, 0];
    recorder.begin(simulation.now);
    last = simulation.runEpoch(epoch === 0 ? undefined : data.map(({ dataset }) => dataset));
    byEpoch.push(
      measureEpoch(last, {
        manifest: simulation.consortium.manifest,
        honest,
        truth: options.truths[epoch] ?? null,
      }),
    );
    if (!last.complete) break;
  }
  onProgress?.('measuring naive broadcast on the same data');
  const naive = runNaive({
    datasets: last!.datasets,
    faults,
    network,
    random: new Random(seed).fork('naive'),
    // Who sends nothing to us would send nothing there.
    silent: banks.map((_, i) => i).filter((i) => last!.traffic.sent[i]!.messages === 0),
  });
  const { epoch: _, ...figures } = byEpoch[byEpoch.length - 1]!;
  const report: Report = {
    version: 1,
    protocol: 'concordat',
    seed: options.seed,
    epochs: byEpoch.length,
    banks: banks.length,
    faults,
    quorum: quorum(banks.length, faults),
    quota: simulation.consortium.manifest.parameters.disclosureQuota,
    ...figures,
    violations: [...simulation.oracle.violations],
    naive: { messages: naive.messages, bytes: naive.bytes },
    perBank: bankReports(options, simulation, last!, honest, naive),
    byEpoch,
    cryptography: cryptographyOf(suite),
    network: describeNetwork(network),
    parameters: options.parameters,
    durationMs: Math.round(wallClock() - started),
  };
  return { report, simulation, last: last!, timeline: recorder.timeline };
}

function bankReports(
  options: RunOptions,
  simulation: Simulation,
  last: EpochRecord,
  honest: readonly number[],
  naive: NaiveResult,
): BankReport[] {
  const { manifest } = simulation.consortium;
  const bounds = lowerBounds(last, honest);
  const held = new Map(honest.flatMap((bank) => last.evidence[bank]!.map((e) => [e.accused, e] as const)));
  const states = bankStates(last, honest, new Set(held.keys()));
  return options.epochs[0]!.map(({ id }, bank) => {
    const adversary = options.adversaries.get(bank);
    const evidence = held.get(bank);
    const work = last.work[bank]!;
    return {
      id,
      honest: adversary ? false : options.honestKnown ? true : null,
      adversary: adversary?.name ?? null,
      state: states[bank]!,
      evidence: evidence ? [{ kind: evidenceName(evidence), verified: verifies(evidence) }] : [],
      disclosed: last.disclosed[bank]!.size,
      resultRoot: last.roots[bank] ?? null,
      bytesSent: last.traffic.sent[bank]!.bytes,
      bytesReceived: last.traffic.received[bank]!.bytes,
      naiveBytes: naive.traffic.sent[bank]!.bytes + naive.traffic.received[bank]!.bytes,
      lowerBoundBytes: bounds[bank]!,
      signatures: work.signatures,
      verifications: work.verifications,
    };
  });

  function verifies(evidence: Evidence): boolean {
    try {
      verifyEvidence(manifest, evidence, options.suite);
      return true;
    } catch {
      return false;
    }
  }
}
