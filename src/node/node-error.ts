import { ConcordatError } from '../crypto/error.js';
import type { Output } from '../protocol/effects.js';

/** Why a node does not run. What its store throws is a `LogError`. */
export type NodeError =
  /** The manifest has no bank of this name. */
  | { readonly code: 'NODE_BANK_UNKNOWN'; readonly bank: string }
  /** The secrets are not those of the bank's public keys in the manifest. */
  | { readonly code: 'NODE_KEYS_MISMATCH'; readonly bank: string }
  /** The node was closed, or has stopped by itself. */
  | { readonly code: 'NODE_CLOSED' }
  /** An epoch is under way. */
  | { readonly code: 'NODE_BUSY'; readonly epoch: number }
  /** The host's function threw while it computed a result; the node goes on serving the others. */
  | { readonly code: 'NODE_RECONCILE_FAILED'; readonly epoch: number }
  /** The host's listener threw; the node has stopped, since nobody knows what was lost. */
  | { readonly code: 'NODE_LISTENER_FAILED'; readonly output: Output['type'] };

/** An error of a node, to be thrown or to reject with. */
export function nodeError(detail: NodeError, message: string, cause?: unknown): ConcordatError<NodeError> {
  return new ConcordatError<NodeError>(detail, message, { cause });
}
