/** What a bank turned out to be, as the honest banks see it. */
export type BankState = 'agreed' | 'silent' | 'divergent' | 'faulty' | 'behind';

/** One bank in a {@link Report}. */
export interface BankReport {
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
  readonly evidence: readonly { readonly kind: string; readonly verified: boolean }[];
  /** Root of the result it sealed, hex, null when it did not. */
  readonly resultRoot: string | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly signatures: number;
  readonly verifications: number;
}

/** Keys of the union by class; `unresolved` counts the disputed ones without a decision. */
export interface KeyCounts {
  readonly total: number;
  readonly unanimous: number;
  readonly settled: number;
  readonly disputed: number;
  readonly unvouched: number;
  readonly unresolved: number;
}

/** Figures of one epoch. */
export interface EpochReport {
  readonly epoch: number;
  readonly records: number;
  readonly agreement: boolean;
  readonly resultRoot: string;
  readonly rounds: number;
  readonly views: number;
  readonly slots: number;
  readonly messages: { readonly total: number; readonly byStep: Readonly<Record<string, number>> };
  readonly bytes: {
    readonly total: number;
    readonly maxPerBank: number;
    readonly byStep: Readonly<Record<string, number>>;
  };
  readonly lowerBoundBytes: number;
  readonly certificateBytes: number;
  readonly keys: KeyCounts;
  readonly disclosed: { readonly rawRecords: number; readonly ofRecords: number };
  readonly accuracy: number | null;
  readonly resolvedCells: number;
  readonly truthCells: number | null;
}

/** What `simulate` and `reconcile` report: the public JSON, version 1. Figures are of the last epoch. */
export interface Report extends Omit<EpochReport, 'epoch'> {
  readonly version: 1;
  readonly protocol: string;
  readonly seed: number | null;
  readonly epochs: number;
  readonly banks: number;
  readonly faults: number;
  readonly quorum: number;
  /** What the oracle found broken; empty when all guarantees held. */
  readonly violations: readonly string[];
  readonly naive: { readonly messages: number; readonly bytes: number };
  readonly perBank: readonly BankReport[];
  readonly byEpoch: readonly EpochReport[];
  readonly cryptography: { readonly bls: string };
  /** Every parameter of the network model, by name. */
  readonly network: Readonly<Record<string, number | string>>;
  /** Every other parameter that decided the run. */
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  /** How long the run took, in milliseconds: the only figure that two equal runs do not share. */
  readonly durationMs: number;
}
