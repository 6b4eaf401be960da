/**
 * The protocol core, without clock, network, disk or randomness: one {@link Bank} for each participant, the manifest
 * they share, and offline verification of what they leave behind.
 *
 * @packageDocumentation
 */

export type { KeyFault } from '../crypto/public-key.js';
export type { BankError } from './absence.js';
export type { Acknowledged, Attestations } from './attestations.js';
export { Bank, type BankOptions } from './bank.js';
export type { Ballot, Certificate, Phase, TimeoutCertificate, Vote } from './certificate.js';
export { ballotStatement, PHASES, verifyCertificate, verifyTimeoutCertificate } from './certificate.js';
export { type ChainLink, type ChainState, chainCodec, genesisChain, nextChain } from './chain.js';
export { type Commitment, commitmentStatement, type SignedCommitment } from './commitment.js';
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
export type { Effects, Input, Outgoing, Output, RecallRequest, TimerRequest } from './effects.js';
export {
  type Equivocation,
  type Evidence,
  type EvidenceError,
  evidenceCodec,
  evidenceName,
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
export { logOfLost } from './journal.js';
export {
  type BankEntry,
  DEFAULT_PARAMETERS,
  type EdwardsKeyName,
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
  AcknowledgementMessage,
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
  HistoryMessage,
  Message,
  MessageOf,
  MessageType,
  MessageTypes,
  MissingMessage,
  OpenMessage,
  ProposalMessage,
  ProposalNotice,
  RecallMessage,
  RecordsMessage,
  RefusalMessage,
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
export type { BadProof, BadProofRefusal } from './proof-evidence.js';
export { executorCount, expectTolerance, maxFaults, type QuorumError, quorum, sealQuorum } from './quorum.js';
export { encodeSealedEpoch, pageOf, type RecallError, witnessesNeeded } from './recall.js';
export { checkSeal, type Seal, type SealError, sealCodec, type VerifiedSeal } from './seal.js';
export {
  type ChainContext,
  extendChain,
  type SealedEpoch,
  type SealedEpochError,
  sealedEpochCodec,
} from './sealed-epoch.js';
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
export {
  assembleSuccession,
  checkSuccession,
  decodeSuccession,
  encodeSuccession,
  Lineage,
  type Succession,
  type SuccessionError,
  type SuccessionSignature,
  successionStatement,
} from './succession.js';
export type { DispersalScheme, IdentityScheme, Suite } from './suite.js';
export type { Testimony } from './testimony.js';
export type { Agreed, Holding } from './value.js';
export { verifySeal } from './verify-seal.js';
