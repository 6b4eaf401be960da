/**
 * The simulator: the real protocol on a deterministic network, under adversaries that are data, watched by an oracle.
 *
 * @packageDocumentation
 */
export { adversaries, adversaryNamed } from './adversaries.js';
export {
  type AdversarialSend,
  type Adversary,
  type AdversaryError,
  type AttackContext,
  type Core,
  type CoreContext,
  defineAdversary,
  type RecordsContext,
} from './adversary.js';
export { combined } from './combined.js';
export { type BankKeys, type Consortium, createConsortium } from './consortium.js';
export type { CrashPoint, Outage } from './crash-point.js';
export type { EpochRecord, Suspicion, TooDifferent } from './epoch-record.js';
export { falsifyRecord, misstateField } from './falsify.js';
export { type Generated, type GenerateError, type GenerateOptions, generate } from './generate.js';
export {
  type Instability,
  type NetworkError,
  type NetworkModel,
  type Partition,
  propagationBoundMs,
} from './network.js';
export type { OptionError } from './option-error.js';
export { Oracle, type OracleFacts } from './oracle.js';
export type { NamedBreak, NamedExplanation, NamedSide, OutcomeDetails } from './outcome-details.js';
export {
  describeNetwork,
  MAX_LATENCY_MS,
  NETWORK_PRESETS,
  type NetworkPreset,
  networkPreset,
} from './presets.js';
export { Random, type RandomError } from './random.js';
export { type ReconcileOptions, type ReconcileOutcome, reconcile } from './reconcile.js';
export type {
  BankReport,
  BankState,
  DifferenceReport,
  EpochReport,
  KeyCounts,
  Report,
  StatisticsReport,
  SuspicionReport,
} from './report.js';
export type { Reconcile, ResultRules } from './result-rules.js';
export { type SimulateOptions, simulate } from './simulate.js';
export { Simulation, type SimulationOptions } from './simulation.js';
export type { Work } from './suite.js';
export type { Flow, Timeline } from './timeline.js';
export { formatTraceEvent, TraceDigest, type TraceEvent } from './trace.js';
export type { Traffic, Volume } from './traffic.js';
export { type Trigger, triggered } from './triggers.js';
export {
  type NodeEffects,
  type RunEnd,
  type RunLimits,
  type SimNode,
  World,
  type WorldError,
  type WorldOptions,
} from './world.js';
