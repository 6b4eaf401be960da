import type { DurableLog } from './durable-log.js';

/** A moment at which an honest bank's host crashes, once; it restarts from what it had stored. */
export interface CrashPoint {
  /** Index of the bank. */
  readonly bank: number;
  /** The input, counted from 1, over which it crashes; restarts are inputs, too. */
  readonly step: number;
  /** What it was doing: appending to its log, of which then nothing is sent, or sending, with the log complete. */
  readonly during: 'persist' | 'send';
  /** How far it got, 0 to 1: of the bytes that it appended, or of the messages that it sent. */
  readonly share: number;
  /** Milliseconds until it is up again. */
  readonly downMs: number;
  /**
   * What becomes of all that it had stored; it stays, when left out. `lost`: the host finds its disk empty and says so.
   * `replaced`: it takes the empty disk for that of a bank that never signed anything, which the model forbids.
   */
  readonly disk?: 'lost' | 'replaced';
}

/** An honest bank whose host is down through whole epochs and then restarts from what it had stored. */
export interface Outage {
  /** Index of the bank. */
  readonly bank: number;
  /** The epoch, counted from 0 at the beginning of the run, in which it goes down. */
  readonly from: number;
  /** Milliseconds after the beginning of that epoch at which it does; at the latest when that epoch ends. */
  readonly afterMs: number;
  /** The epoch, above `from`, with whose beginning it is up again. */
  readonly until: number;
}

/**
 * What a host gets done of a step while it crashes.
 * @returns the messages that left, and whether an entry of the log was torn
 */
export function crashDuring<T>(
  { during, share }: CrashPoint,
  { persist, send }: { readonly persist: readonly Uint8Array[]; readonly send: readonly T[] },
  log: Pick<DurableLog, 'append' | 'tear'>,
): { readonly sent: readonly T[]; readonly torn: boolean } {
  if (during === 'persist') return { sent: [], torn: log.tear(persist, share) };
  log.append(persist);
  return { sent: send.slice(0, Math.floor(share * (send.length + 1))), torn: false };
}
