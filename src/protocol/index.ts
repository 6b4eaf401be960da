/**
 * The protocol core, without clock, network, disk or randomness: one {@link Bank} for each participant, the manifest
 * they share, and offline verification of what they leave behind.
 *
 * @packageDocumentation
 */
export { Bank, type BankOptions } from './bank.js';
export type { Certificate, Phase, TimeoutCertificate } from './certificate.js';
export { verifyCertificate, verifyTimeoutCertificate } from './certificate.js';
export { type ChainState, genesisChain, nextChain } from './chain.js';
export { defaultSuite } from './default-suite.js';
export {
  type DocumentError,
  type ManifestDocument,
  manifestDocument,
  readManifest,
  readSeal,
  type SealDocument,
  sealDocument,
} from './documents.js';
export type { Draft, DraftHeader } from './draft.js';
export type { Effects, Input, Outgoing, Output, TimerRequest } from './effects.js';
export {
  type Evidence,
  type EvidenceError,
  evidenceCodec,
  evidenceName,
  verifyEvidence,
} from './evidence.js';
export {
  type BankEntry,
  DEFAULT_PARAMETERS,
  genesisCommitment,
  Manifest,
  type ManifestBody,
  type ManifestError,
  manifestDigest,
  type Parameters,
  type StatisticsMode,
} from './manifest.js';
export { type Message, type MessageOf, type MessageType, messageCodec, messageTypeOf } from './messages.js';
export { executorCount, expectTolerance, maxFaults, quorum, sealQuorum } from './quorum.js';
export { checkSeal, type Seal, type SealError, sealCodec, type VerifiedSeal } from './seal.js';
export type { Slot } from './slot.js';
export { PROTOCOL_VERSION, type Statement, type StatementType } from './statement.js';
export type { IdentityScheme, Suite } from './suite.js';
export { verifySeal } from './verify-seal.js';
