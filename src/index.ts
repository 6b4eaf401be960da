/**
 * Concordat: Byzantine fault-tolerant data reconciliation for consortia of banks.
 *
 * This entry point has the three calls most programs need; the layers below have entry points of their own:
 * `concordat/crypto`, `concordat/data`, `concordat/protocol`, `concordat/sim`.
 *
 * @packageDocumentation
 */
export { ConcordatError, isConcordatError } from './crypto/error.js';
export { Dataset } from './data/dataset.js';
export type { DecideKey } from './data/decide-key.js';
export type { Resolver } from './data/resolve.js';
export type { Schema, SchemaError } from './data/schema.js';
export { defineSchema } from './data/schema-json.js';
export type { VerifiedSeal } from './protocol/seal.js';
export { verifySeal } from './protocol/verify-seal.js';
export type {
  NamedBreak,
  NamedExplanation,
  NamedSide,
  OutcomeDetails,
} from './sim/outcome-details.js';
export { type ReconcileOptions, type ReconcileOutcome, reconcile } from './sim/reconcile.js';
export type {
  BankReport,
  BankState,
  DifferenceReport,
  EpochReport,
  KeyCounts,
  Report,
  StatisticsReport,
  SuspicionReport,
} from './sim/report.js';
export type { Reconcile, ResultRules } from './sim/result-rules.js';
export { type SimulateOptions, simulate } from './sim/simulate.js';
export type { Flow, Timeline } from './sim/timeline.js';
