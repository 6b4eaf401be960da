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
  defineAdversary,
  type RecordsContext,
} from './adversary.js';
export { type Consortium, createConsortium } from './consortium.js';
export { falsifyRecord, misstateField } from './falsify.js';
export { type Generated, type GenerateOptions, generate } from './generate.js';
export type { NetworkModel, Partition } from './network.js';
export { Oracle, type OracleFacts } from './oracle.js';
export { describeNetwork, NETWORK_PRESETS, type NetworkPreset, networkPreset } from './presets.js';
export { Random } from './random.js';
export { type ReconcileOptions, type ReconcileOutcome, reconcile } from './reconcile.js';
export type { BankReport, BankState, EpochReport, KeyCounts, Report } from './report.js';
export { type SimulateOptions, simulate } from './simulate.js';
export { type EpochRecord, Simulation, type SimulationOptions } from './simulation.js';
export { formatTraceEvent, TraceDigest, type TraceEvent } from './trace.js';
export { type NodeEffects, type SimNode, World } from './world.js';
