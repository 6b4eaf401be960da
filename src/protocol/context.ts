import type { BankSecrets } from '../crypto/keys.js';
import type { ChainState } from './chain.js';
import type { Courier } from './courier.js';
import type { Evidence } from './evidence.js';
import type { Journal } from './journal.js';
import type { Manifest } from './manifest.js';
import type { Outbox } from './outbox.js';
import type { OwnData } from './own-data.js';
import type { Rations } from './rations.js';
import type { Statement } from './statement.js';
import { statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** What every part of one bank works with. */
export interface BankContext {
  readonly manifest: Manifest;
  readonly suite: Suite;
  /** This bank's index. */
  readonly self: number;
  readonly courier: Courier;
  readonly outbox: Outbox;
  readonly journal: Journal;
  /** What each bank was given on request. */
  readonly rations: Rations;
}

/** What every part of one epoch works with. */
export interface EpochContext extends BankContext {
  readonly chain: ChainState;
  readonly secrets: BankSecrets;
  readonly own: OwnData;
  /**
   * Notes what a bank signed, so that a second, different statement in the same place becomes evidence.
   * @param verified whether the signature was checked already
   */
  readonly observe: (bank: number, statement: Statement, signature: Uint8Array, verified: boolean) => void;
  /** How many bytes more may be kept of what a bank sent before it can be checked. */
  readonly roomFor: (bank: number) => number;
  /** Takes a proof of fault that this bank found, and tells everybody, unless every bank finds it by itself. */
  readonly accuse: (evidence: Evidence, everybody?: boolean) => void;
  /** Whether a bank was proven faulty. */
  readonly isProven: (bank: number) => boolean;
}

/** Whether `bank` signed the statement with its identity key; what it signed is then remembered. */
export function authentic(
  context: Pick<EpochContext, 'manifest' | 'suite' | 'observe'>,
  bank: number,
  statement: Statement,
  signature: Uint8Array,
): boolean {
  const { manifest, suite } = context;
  const digest = statementDigest(manifest.consortiumId, statement);
  if (!suite.identity.verify(manifest.banks[bank]!.identity, digest, signature)) return false;
  context.observe(bank, statement, signature, true);
  return true;
}
