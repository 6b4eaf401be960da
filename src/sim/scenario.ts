import type { Schema } from '../data/schema.js';
import type { StatisticsMode } from '../protocol/manifest.js';
import type { CrashPoint, Outage } from './crash-point.js';
import type { Instability, Partition } from './network.js';
import type { Trigger } from './triggers.js';

/** A Byzantine bank of a scenario: what it does, and when its attacks act. */
export interface ByzantineBank {
  readonly bank: number;
  /** Names of built-in strategies, in the order in which they get at what is sent. */
  readonly strategies: readonly string[];
  readonly trigger: Trigger;
}

/**
 * Everything that a run is made of, as data: it can be printed, changed and run again. Faults end at `healsAtMs`; from
 * then on the network is synchronous and nothing crashes, and the epochs must end.
 */
export interface Scenario {
  /** Decides the books, the network's chances and the liars' choices. */
  readonly seed: number;
  readonly banks: number;
  readonly faults: number;
  readonly epochs: number;
  readonly records: number;
  readonly divergence: number;
  readonly disputed: number;
  readonly noise: number;
  /** Null for the default of a manifest. */
  readonly quota: number | null;
  readonly statistics: StatisticsMode;
  readonly latencyMs: number;
  /** Chances for one transmission: lost and sent again, sent twice, overtaken. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly partitions: readonly Partition[];
  readonly unstable: Instability | null;
  readonly byzantine: readonly ByzantineBank[];
  readonly crashes: readonly CrashPoint[];
  readonly healsAtMs: number;
  /**
   * `maxDifferences` is what the honest banks' books differ in, all together, and so many keys more; the default of a
   * manifest when left out.
   */
  readonly room?: number;
  /** Symbols that travel with a Commitment; the default of a manifest when left out. */
  readonly sketchSymbols?: number;
  /** What it means that a bank lacks a record; a vote when left out. */
  readonly absence?: Schema['absence'];
  /** Honest banks that are down through epochs. */
  readonly outages?: readonly Outage[];
  /** The bank that leads the first view; whoever it comes to be, when left out. */
  readonly firstLeader?: number;
  /** What follows on the epochs above: none when left out. */
  readonly succession?: SuccessionPlan;
}

/** How the consortium changes, between two epochs. */
export interface SuccessionPlan {
  /** How many banks join; all of them are honest. */
  readonly joining: number;
  /** Banks that leave, by index; they sign nothing of the successor, and may sign the succession. */
  readonly leaving: readonly number[];
  /** Banks that stay, under other keys. */
  readonly rekeyed: readonly number[];
  /**
   * Honest banks that do not hear of it in time and begin the next epoch under the old manifest, while the others have
   * signed: then it is seen that not both happen, and the scenario ends. With none, an epoch follows under the successor.
   */
  readonly late: readonly number[];
}

/** Banks that run the protocol unaltered, whatever becomes of their hosts. */
export const honestOf = (banks: number, byzantine: readonly { readonly bank: number }[]): number[] =>
  [...Array(banks).keys()].filter((bank) => byzantine.every((each) => each.bank !== bank));
