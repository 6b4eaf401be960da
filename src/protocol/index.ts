/**
 * The protocol core, without clock, network, disk or randomness: one {@link Bank} for each participant, the manifest
 * they share, and offline verification of what they leave behind.
 *
 * @packageDocumentation
 */

export type { Attestations } from './attestations.js';
export { Bank, type BankOptions } from './bank.js';
export type { Certificate, Phase, TimeoutCertificate, Vote } from './certificate.js';
export { PHASES, verifyCertificate, verifyTimeoutCertificate } from './certificate.js';
export { type ChainLink, type ChainState, genesisChain, nextChain } from './chain.js';
export type { Commitment, SignedCommitment } from './commitment.js';
export type { DealerError } from './dealer.js';
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
export type { Contents, Draft, DraftHeader } from './draft.js';
export type { Effects, Input, Outgoing, Output, TimerRequest } from './effects.js';
export {
  type Equivocation,
  type Evidence,
  type EvidenceError,
  evidenceCodec,
  evidenceName,
  type Testimony,
  verifyEvidence,
} from './evidence.js';
export {
  type JoiningError,
  type JoiningKeys,
  joiningKeys,
  joinManifest,
  type ManifestSignature,
  openProposal,
  type Proposal,
  type ProposedBank,
  proposalDigest,
  propose,
  type Reveal,
  revealShare,
  signManifest,
} from './joining.js';
export {
  JOINING_FORMATS,
  type JoiningDocument,
  type JoiningDocumentError,
  keysDocument,
  proposalDocument,
  readJoiningDocument,
  revealDocument,
  signatureDocument,
} from './joining-documents.js';
export {
  type BankEntry,
  DEFAULT_PARAMETERS,
  genesisCommitment,
  Manifest,
  type ManifestBody,
  type ManifestError,
  manifestDigest,
  type Parameters,
  STATISTICS_MODES,
  type StatisticsMode,
} from './manifest.js';
export { messageCodec, messageTypeOf } from './message-codec.js';
export type {
  Amendment,
  CertificateMessage,
  CommitMessage,
  CommonMessage,
  CompareMessage,
  DraftCopyMessage,
  DraftMessage,
  EvidenceMessage,
  FetchMessage,
  ForwardMessage,
  Message,
  MessageOf,
  MessageType,
  MessageTypes,
  MissingMessage,
  OpenMessage,
  ProposalMessage,
  ProposalNotice,
  RecordsMessage,
  RefusalMessage,
  RelayMessage,
  ReleaseMessage,
  RepeatMessage,
  ResultMessage,
  SealMessage,
  SignedDealing,
  SketchPart,
  SlicesMessage,
  SymbolsMessage,
  TestimonyMessage,
  TimeoutMessage,
  VoteMessage,
  WantMessage,
} from './messages.js';
export type { OwnDataError } from './own-data.js';
export { executorCount, expectTolerance, maxFaults, type QuorumError, quorum, sealQuorum } from './quorum.js';
export { checkSeal, type Seal, type SealError, sealCodec, type VerifiedSeal } from './seal.js';
export type {
  BadShares,
  BadSlices,
  Delivery,
  FalseAttestation,
  SignedSlices,
  SliceEvidence,
  SliceRefusal,
} from './slice-evidence.js';
export type { Claims, DealingPart, Envelope, Parcel, SlicesHeader } from './slice-header.js';
export type { Slot } from './slot.js';
export { PROTOCOL_VERSION, STATEMENT_TYPES, type Statement, type StatementType } from './statement.js';
export type { DispersalScheme, IdentityScheme, Suite } from './suite.js';
export type { Agreed, Holding } from './value.js';
export { verifySeal } from './verify-seal.js';
