import type { Schema } from '../data/schema.js';

/** What the oracle is told of a consortium. It trusts nothing else. */
export interface OracleFacts {
  /** Every bank's name, by index. */
  readonly ids: readonly string[];
  /** f, the faults to bear. */
  readonly faults: number;
  /** What the records are; whether absence is a vote stands in it. */
  readonly schema: Schema;
  /** Records that one bank may be made to disclose in an epoch, at most. */
  readonly quota: number;
  /** Keys on which a bank may differ from others and still be promised anything; without bound when left out. */
  readonly maxDifferences?: number;
  /** Indices of the banks that run the protocol unaltered. */
  readonly honest: readonly number[];
  /** Whether every message arrives within Δ: termination and inclusion are promised only then. */
  readonly timely: boolean;
  /** Tells the time, where how long an epoch takes is to be judged. */
  readonly clock?: {
    /** Δ in milliseconds. */
    readonly deltaMs: number;
    /** Milliseconds since the run began. */
    readonly now: () => number;
    /** The longest time that any message has taken so far, in milliseconds. */
    readonly slowestMs: () => number;
  };
  /**
   * Who decides what is in dispute: the schema's own rules, by default; `functions` of the host, whose decisions nobody
   * can explain from the inputs; or a `host` that computes the whole result, which is then not judged.
   */
  readonly decides?: 'schema' | 'functions' | 'host';
}

/** Takes a violation: of which guarantee, and what happened. */
export type Alarm = (guarantee: string, what: string) => void;

/** How the oracle calls a key, by its digest in hex. */
export const nameKey = (key: string): string => `key ${key.slice(0, 8)}`;
