import { bytes, type Codec, struct } from '../crypto/encoding.js';
import type { Manifest } from './manifest.js';
import { type Statement, type StatementType, statementCodec, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** A statement with its bank's signature: BLS (96 bytes) for votes, timeouts and results, else Ed25519 (64 bytes). */
export interface Testimony {
  /** What was signed. */
  readonly statement: Statement;
  /** The bank's, over the statement's digest. */
  readonly signature: Uint8Array;
}

/** Strict encoding of a testimony. */
export const testimonyCodec: Codec<Testimony> = struct<Testimony>({
  statement: statementCodec,
  signature: bytes(96, 'signature'),
});

/** Statements that are signed with BLS, because they are aggregated; all others with Ed25519. */
export const BLS_STATEMENTS: ReadonlySet<StatementType> = new Set(['prepare', 'commit', 'timeout', 'result']);

/** Whether `bank` signed this testimony's statement. Never throws. */
export function verifyTestimony(
  manifest: Manifest,
  suite: Suite,
  bank: number,
  testimony: Testimony,
): boolean {
  const entry = manifest.banks[bank];
  if (!entry) return false;
  const digest = statementDigest(manifest.consortiumId, testimony.statement);
  return BLS_STATEMENTS.has(testimony.statement.type)
    ? suite.bls.verify(manifest.keys[bank]!, digest, testimony.signature)
    : suite.identity.verify(entry.identity, digest, testimony.signature);
}
