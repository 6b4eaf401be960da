import type { ConflictTable } from '../data/conflict.js';
import type { Dataset } from '../data/dataset.js';
import type { Outcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Evidence } from './evidence.js';
import type { Manifest } from './manifest.js';
import type { RecallMessage } from './messages.js';
import type { Seal } from './seal.js';
import type { Slot } from './slot.js';

/** What the host feeds a {@link Bank}. The host owns clock, network, disk and randomness; the bank owns none. */
export type Input =
  /** Begin the next epoch with these records. Ignored while an epoch is under way. */
  | { readonly type: 'start'; readonly dataset: Dataset }
  /** Bytes that the authenticated link with bank `from` delivered. Anything at all may be in them. */
  | { readonly type: 'message'; readonly from: number; readonly bytes: Uint8Array }
  /** A timer the bank asked for has run out. */
  | { readonly type: 'timer'; readonly id: string }
  /** The answer to a `reconcile` output of this epoch. */
  | { readonly type: 'reconciled'; readonly epoch: number; readonly outcome: Outcome }
  /** Ask the other banks what was sealed while this one was away: for a host that starts. */
  | { readonly type: 'catch-up' }
  /**
   * Sign that this manifest succeeds the one in force from this epoch on, as `successionStatement` says. The host has
   * found the banks to be at one about it: who signs takes no part in that epoch under the old manifest any more.
   */
  | { readonly type: 'succeed'; readonly epoch: number; readonly successor: Manifest }
  /** The answer to a `recall` output: what `pageOf` takes of the stored epochs, none when there are none. */
  | { readonly type: 'recalled'; readonly request: RecallRequest; readonly epochs: readonly Uint8Array[] };

/** Another bank asks what was sealed from an epoch on. */
export interface RecallRequest extends RecallMessage {
  /** Index of the bank that asks: the answer goes to it alone. */
  readonly to: number;
}

/** A message for one bank. */
export interface Outgoing {
  /** Index of the receiver. */
  readonly to: number;
  /** The encoded message. */
  readonly bytes: Uint8Array;
}

/** Sets timer `id` to fire `after` milliseconds from now, replacing an earlier one; `null` cancels it. */
export interface TimerRequest {
  /** Names the timer among those of this bank; comes back in a `timer` input. */
  readonly id: string;
  /** Milliseconds from now, 0 or more; null cancels. */
  readonly after: number | null;
}

/** What happened, for the application above. None of it needs to be done for the protocol except `reconcile`. */
export type Output =
  /** This bank entered a view. */
  | { readonly type: 'view'; readonly epoch: number; readonly view: number }
  /** The inputs of the epoch are agreed: a commit certificate exists. */
  | {
      readonly type: 'agreed';
      readonly epoch: number;
      readonly slot: Slot;
      readonly value: Uint8Array;
    }
  /** The host owes a `reconciled` input with `reconcileOutcome` (of the data layer) of this request, computed outside `step`. */
  | { readonly type: 'reconcile'; readonly epoch: number; readonly request: ReconcileRequest }
  /**
   * The epoch is over. `outcome` is null for a bank that holds the seal but not the data (it is behind), and `table` too
   * for one that was away and learnt of the seal afterwards. It is a `SealedEpoch`, to be kept for banks that are away.
   */
  | {
      readonly type: 'sealed';
      readonly epoch: number;
      readonly seal: Seal;
      readonly outcome: Outcome | null;
      readonly table: ConflictTable | null;
      readonly inputs: readonly number[];
    }
  /**
   * Another bank asks for sealed epochs. A host that stores them owes a `recalled` input with those from
   * `request.epoch` on, as encoded by `encodeSealedEpoch`.
   */
  | { readonly type: 'recall'; readonly request: RecallRequest }
  /**
   * This bank's own signatures were shown to it that its log does not have: the log is not its own any more, or somebody
   * else signs with its keys. It signs nothing until other banks have told it how far the consortium is.
   */
  | { readonly type: 'forgotten'; readonly epoch: number }
  /** The answer to a `succeed` input: what `assembleSuccession` takes of this bank. */
  | {
      readonly type: 'succession';
      readonly epoch: number;
      readonly signed: { readonly bank: number; readonly signature: Uint8Array };
    }
  /** Enough banks were heard: this bank follows, but signs nothing, up to and with epoch `through`. */
  | { readonly type: 'recovered'; readonly epoch: number; readonly through: number }
  /** A bank was proven faulty; the proof has been sent to everyone. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** A raw record left this bank for another, which lacks it and is entitled to it, or for everybody (null): it is disputed. */
  | {
      readonly type: 'disclosed';
      readonly epoch: number;
      readonly to: number | null;
      readonly keyDigest: Uint8Array;
    }
  /** A bank did something that no honest one does, and that nobody can prove to others. */
  | {
      readonly type: 'suspected';
      readonly epoch: number;
      readonly bank: number;
      readonly reason: string;
    }
  /**
   * This bank led a view and found that its records and another bank's differ on more keys than the manifest's
   * `maxDifferences` allows: the other is no input of its drafts, and which of the two is as it should be it cannot tell.
   * `keys`: on how many at least, as far as could be seen; `limit`: how many are allowed.
   */
  | {
      readonly type: 'too-different';
      readonly epoch: number;
      readonly view: number;
      readonly bank: number;
      readonly keys: number;
      readonly limit: number;
    }
  /** A message was refused. Says nothing about who is at fault: a link may corrupt, a peer may be slow. */
  | { readonly type: 'refused'; readonly from: number; readonly code: string };

/**
 * What a step asks of its host, in this order: make `persist` durable, then hand `send` to the network, then set
 * `timers`. A signature is in `send` only if its statement is in `persist` of this step or an earlier one; requests, of
 * which a bank may sign as many as it likes, are not logged.
 */
export interface Effects {
  /** Log entries, each to be appended durably before anything is sent. */
  readonly persist: readonly Uint8Array[];
  /** Messages for other banks, to be handed on in this order. */
  readonly send: readonly Outgoing[];
  /** Timers to set or to cancel. */
  readonly timers: readonly TimerRequest[];
  /** What happened, for the application. */
  readonly output: readonly Output[];
}
