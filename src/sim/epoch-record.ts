import { toHex } from '../crypto/bytes.js';
import type { Dataset } from '../data/dataset.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Output } from '../protocol/effects.js';
import type { Evidence } from '../protocol/evidence.js';
import type { Work } from './suite.js';
import { type Traffic, trafficBetween } from './traffic.js';

/** What an epoch of a simulation left behind. */
export interface EpochRecord {
  /** The epoch's number, from 0. */
  readonly epoch: number;
  /** Whether all honest banks sealed. */
  readonly complete: boolean;
  /** Each bank's records as it committed to them. */
  readonly datasets: readonly Dataset[];
  /** What each bank sealed, by index; undefined where it did not. */
  readonly sealed: readonly (Extract<Output, { type: 'sealed' }> | undefined)[];
  /** Root (hex) of what each bank sealed. */
  readonly roots: readonly (string | undefined)[];
  /** What each bank reported when its inputs were agreed, by index; undefined where it did not. */
  readonly agreed: readonly (Extract<Output, { type: 'agreed' }> | undefined)[];
  /** What each bank was to compute its result from, by index; undefined where it did not get there. */
  readonly requests: readonly (ReconcileRequest | undefined)[];
  /** Message delays of the longest chain that led each bank to its commit certificate. */
  readonly delays: readonly (number | undefined)[];
  /** Views that an honest bank entered. */
  readonly views: number;
  /** Slots in which something was proposed. */
  readonly slots: number;
  /** Of this epoch alone. */
  readonly traffic: Traffic;
  /** Signatures and checks of each bank, by index. */
  readonly work: readonly Work[];
  /** Records that left their bank, for one other or, disputed, for all: for each bank, key digests (hex). */
  readonly disclosed: readonly ReadonlySet<string>[];
  /** Banks of which any honest bank heard anything in this epoch. */
  readonly heard: ReadonlySet<number>;
  /** Those of which one heard something after the first honest bank saw the inputs agreed. */
  readonly heardLate: ReadonlySet<number>;
  /** Evidence held by each bank. */
  readonly evidence: readonly (readonly Evidence[])[];
  /** What banks held against others and cannot prove, in the order in which it came up. */
  readonly suspicions: readonly Suspicion[];
  /** Pairs of banks that differ on more keys than they may, as honest leaders found. */
  readonly tooDifferent: readonly TooDifferent[];
  /** Crashes and restarts of honest banks. */
  readonly crashes: number;
  /** How many of them tore an entry of the log. */
  readonly torn: number;
  /** How many of them lost the whole disk. */
  readonly lost: number;
  /** Banks that learnt from others of epochs that were sealed while they were away; of those whose disk is there. */
  readonly caughtUp: ReadonlySet<number>;
}

/** A bank's suspicion of another. It proves nothing. */
export interface Suspicion {
  /** Index of the bank that suspects. */
  readonly by: number;
  /** Index of the bank that is suspected. */
  readonly bank: number;
  /** What it did, in words. */
  readonly reason: string;
}

/** A leader's finding that another bank's records and its own differ on more keys than they may. */
export interface TooDifferent {
  /** Index of the leader. */
  readonly by: number;
  /** Index of the other bank. */
  readonly bank: number;
  /** On how many keys they differ at least. */
  readonly keys: number;
  /** On how many they may. */
  readonly limit: number;
}

/** An epoch that is going on. */
export interface RunningEpoch {
  readonly epoch: number;
  readonly datasets: readonly Dataset[];
  readonly sealed: (Extract<Output, { type: 'sealed' }> | undefined)[];
  /** Banks that sealed and have not crashed since. */
  readonly finished: Set<number>;
  readonly agreed: (Extract<Output, { type: 'agreed' }> | undefined)[];
  readonly requests: (ReconcileRequest | undefined)[];
  readonly delays: (number | undefined)[];
  views: number;
  readonly proposals: Set<string>;
  readonly disclosed: Set<string>[];
  readonly heard: Set<number>;
  readonly heardLate: Set<number>;
  someoneAgreed: boolean;
  readonly suspicions: Suspicion[];
  readonly tooDifferent: TooDifferent[];
  crashes: number;
  torn: number;
  lost: number;
  readonly caughtUp: Set<number>;
  /** Banks whose outage has begun in this epoch. */
  readonly stopped: Set<number>;
  /** What had been sent, and done by each bank, before it began. */
  readonly before: Traffic | null;
  readonly workBefore: readonly Work[];
}

/** Nothing of an epoch has happened yet. */
export function beginRecord(
  begun: Pick<RunningEpoch, 'epoch' | 'datasets' | 'before'> & { readonly work: readonly Work[] },
): RunningEpoch {
  const { datasets, work, ...rest } = begun;
  return {
    ...rest,
    datasets,
    sealed: datasets.map(() => undefined),
    finished: new Set(),
    agreed: datasets.map(() => undefined),
    requests: datasets.map(() => undefined),
    delays: datasets.map(() => undefined),
    views: 0,
    proposals: new Set(),
    disclosed: datasets.map(() => new Set<string>()),
    heard: new Set(),
    heardLate: new Set(),
    someoneAgreed: false,
    suspicions: [],
    tooDifferent: [],
    crashes: 0,
    torn: 0,
    lost: 0,
    caughtUp: new Set(),
    stopped: new Set(),
    workBefore: work.map((each) => ({ ...each })),
  };
}

/** The record of an epoch, from what is known at its end. */
export function endRecord(
  running: RunningEpoch,
  end: Pick<EpochRecord, 'complete' | 'traffic' | 'work' | 'evidence'>,
): EpochRecord {
  return {
    ...running,
    ...end,
    slots: running.proposals.size,
    roots: running.sealed.map((sealed) => sealed && toHex(sealed.seal.root)),
    traffic: running.before ? trafficBetween(running.before, end.traffic) : end.traffic,
    work: end.work.map((work, i) => ({
      signatures: work.signatures - running.workBefore[i]!.signatures,
      verifications: work.verifications - running.workBefore[i]!.verifications,
    })),
  };
}
