import type { OutlierFigure } from '../data/outliers.js';
import type { StatisticsMode } from '../protocol/manifest.js';

/** What a bank turned out to be, as the honest banks see it. */
export type BankState = 'agreed' | 'silent' | 'divergent' | 'faulty' | 'behind';

/** One bank in a {@link Report}. */
export interface BankReport {
  /** The bank's name. */
  readonly id: string;
  /** Whether it ran the protocol unaltered; null where nobody can know. */
  readonly honest: boolean | null;
  /** Name of the adversary that controlled it, null for none. */
  readonly adversary: string | null;
  /**
   * `agreed`: sealed the common result. `divergent`: sealed it too, but its own records differ from it on unusually
   * many keys, or it computed another. `behind`: was heard of but did not seal in time. `silent`: was not heard of.
   * `faulty`: proven so, by evidence. Only the last is an accusation.
   */
  readonly state: BankState;
  /** Proofs against it that an honest bank holds; `verified` says that this run checked them again. */
  readonly evidence: readonly { readonly kind: string; readonly verified: boolean }[];
  /** Its own raw records that left it in a form some other bank can read, each counted once. */
  readonly disclosed: number;
  /** Root of the result it sealed, hex, null when it did not. */
  readonly resultRoot: string | null;
  /** Bytes of its messages that left it, repeated transmissions included. */
  readonly bytesSent: number;
  /** Bytes of messages that reached it. */
  readonly bytesReceived: number;
  /** Bytes that it would have sent and received together by naive broadcast. */
  readonly naiveBytes: number;
  /** Canonical bytes of the result that it did not hold and had to receive; null for a Byzantine bank. */
  readonly lowerBoundBytes: number | null;
  /** Signatures and VRF proofs that it made. */
  readonly signatures: number;
  /** Signatures, aggregates and VRF proofs that it checked; one aggregate is one check. */
  readonly verifications: number;
}

/** Keys of the union by class; `unresolved` counts the disputed ones without a decision. */
export interface KeyCounts {
  /** Keys of the union, the sum of the four classes. */
  readonly total: number;
  /** All inputs hold one version. */
  readonly unanimous: number;
  /** One version, or absence, has support that lying banks cannot have made up. */
  readonly settled: number;
  /** Held by more than f banks and not settled. */
  readonly disputed: number;
  /** Held by f banks or fewer, so perhaps by no honest one. */
  readonly unvouched: number;
  /** Disputed keys without a decision; counted in `disputed` too. */
  readonly unresolved: number;
}

/** What honest banks hold against another and cannot prove. It accuses nobody: see {@link BankReport.evidence}. */
export interface SuspicionReport {
  /** The bank that is suspected. */
  readonly bank: string;
  /** What the suspects did, in words. */
  readonly reason: string;
  /** The banks that say so. */
  readonly by: readonly string[];
}

/** Column statistics that the banks of an epoch opened; decimal text in the field's scale. */
export interface StatisticsReport {
  /** What was opened: the sum over all banks, or each bank's figures. */
  readonly mode: StatisticsMode;
  /** Names of the banks whose numbers are in. */
  readonly banks: readonly string[];
  /**
   * Over the records of all these banks together: how many values a numeric field has, their sum, and their mean, rounded
   * half to even, null where there are no values.
   */
  readonly fields: readonly {
    readonly field: string;
    readonly count: string;
    readonly sum: string;
    readonly mean: string | null;
  }[];
  /**
   * Banks whose own figures lie far from the others', see `statisticsOutliers`; known in mode `open` only. An outlier may
   * be honest and a liar none.
   */
  readonly outliers: readonly {
    readonly bank: string;
    readonly field: string;
    readonly figure: OutlierFigure;
  }[];
}

/** Figures of one epoch. */
export interface EpochReport {
  /** The epoch's number, from 0. */
  readonly epoch: number;
  /** Keys in the union of the inputs. */
  readonly records: number;
  /** Whether all honest banks sealed the same result. */
  readonly agreement: boolean;
  /** Root of the sealed result, hex; empty without a seal. */
  readonly resultRoot: string;
  /** Message delays from the first Open to the last honest bank's commit certificate, over all views. */
  readonly rounds: number;
  /** Views that an honest bank entered. */
  readonly views: number;
  /** Slots in which something was proposed. */
  readonly slots: number;
  /** Messages on the wire, in all and by type. */
  readonly messages: { readonly total: number; readonly byStep: Readonly<Record<string, number>> };
  /** Their bytes; `maxPerBank` is the most that one bank sent and received together. */
  readonly bytes: {
    readonly total: number;
    readonly maxPerBank: number;
    readonly byStep: Readonly<Record<string, number>>;
  };
  /** Canonical bytes of the result that honest banks did not hold: each had to receive at least these. */
  readonly lowerBoundBytes: number;
  /** Bytes of the commit certificate. */
  readonly certificateBytes: number;
  /** Keys of the union by class. */
  readonly keys: KeyCounts;
  /** Raw records that left their bank in a form some other bank can read, counted once a bank and key. */
  readonly disclosed: { readonly rawRecords: number; readonly ofRecords: number };
  /** What was opened of the banks' column statistics; null when nothing was. */
  readonly statistics: StatisticsReport | null;
  /** Why no totals were opened although the mode is `aggregate`, as a sentence; null where they were, or in another mode. */
  readonly statisticsWithheld: string | null;
  /** By bank, then reason. */
  readonly suspicions: readonly SuspicionReport[];
  /**
   * Right cells over truth cells, an open cell counting as wrong; null where the truth is unknown. A number within its
   * field's tolerance of the truth is right.
   */
  readonly accuracy: number | null;
  /** Cells that have a decided value. */
  readonly resolvedCells: number;
  /** Cells of the truth, null where it is unknown. */
  readonly truthCells: number | null;
}

/** What `simulate` and `reconcile` report: the public JSON, version 1. Figures are of the last epoch. */
export interface Report extends Omit<EpochReport, 'epoch'> {
  /** Of the format; grows when a member changes its meaning. */
  readonly version: 1;
  /** What ran: `concordat`, or the baseline `naive`. */
  readonly protocol: string;
  /** What decided keys, schedule, network and, in a simulation, data; null where they were drawn, and cannot be repeated. */
  readonly seed: number | null;
  /** How many epochs were run, one after the other. */
  readonly epochs: number;
  /** n, the banks of the consortium. */
  readonly banks: number;
  /** f, the Byzantine banks that the run was to bear. */
  readonly faults: number;
  /** q = ⌈(n + f + 1)/2⌉, the banks that a certificate needs. */
  readonly quorum: number;
  /**
   * Raw records of disputed keys, and of settled ones with fewer than 2f + 1 supporters, that one bank can be made to
   * disclose in an epoch, at most; null where nothing bounds them.
   */
  readonly quota: number | null;
  /** What the oracle found broken; empty when all guarantees held. */
  readonly violations: readonly string[];
  /** What naive broadcast of the same records took in the same simulator. */
  readonly naive: { readonly messages: number; readonly bytes: number };
  /** Every bank, in the order of the manifest. */
  readonly perBank: readonly BankReport[];
  /** Every epoch, in the order in which they ran. */
  readonly byEpoch: readonly EpochReport[];
  /** Which BLS backend ran, and why it is not blst where that was preferred. */
  readonly cryptography: { readonly bls: string; readonly fallback?: string };
  /** Every parameter of the network model, by name. */
  readonly network: Readonly<Record<string, number | string>>;
  /** Every other parameter that decided the run. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  /** How long the run took, in milliseconds: the only figure that two equal runs do not share. */
  readonly durationMs: number;
}
