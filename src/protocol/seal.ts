import { areAscending, bitmapCodec } from '../crypto/bitmap.js';
import { concatBytes, equalBytes } from '../crypto/bytes.js';
import { type Codec, encode, fixed, list, struct } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import { type Totals, totalsCodec } from '../data/outcome.js';
import { type Certificate, certificateCodec, verifyCertificate } from './certificate.js';
import { parentOf } from './chain.js';
import { type DraftHeader, draftDigest, draftHeaderCodec } from './draft.js';
import { type Evidence, evidenceCodec, verifyEvidence } from './evidence.js';
import type { Manifest } from './manifest.js';
import { surplusEvidence } from './seal-evidence.js';
import { type Statement, statementDigest } from './statement.js';
import type { Suite } from './suite.js';
import { type Agreed, agreedCodec, agreedValue, areHoldings, leastSummed } from './value.js';

/** Why a seal was refused. */
export type SealError =
  /** It names another manifest. */
  | { readonly code: 'SEAL_WRONG_CONSORTIUM' }
  /** The draft's header contradicts the manifest or itself. */
  | { readonly code: 'SEAL_HEADER_INVALID'; readonly reason: string }
  /** The commit certificate is not one of the value that the seal states. */
  | { readonly code: 'SEAL_COMMIT_INVALID' }
  /** Too few executors, banks that are none, or not their signature. */
  | { readonly code: 'SEAL_RESULT_INVALID'; readonly reason: string }
  /** The accusation at `index` does not hold. */
  | { readonly code: 'SEAL_EVIDENCE_INVALID'; readonly index: number };

/** What executors sign: the root of the result computed from the agreed value, and its totals. */
export interface ResultClaim {
  readonly value: Uint8Array;
  readonly root: Uint8Array;
  readonly totals: Totals;
}

/** The outcome of an epoch, in a form that anyone who has the manifest can check offline. */
export interface Seal {
  /** Names the manifest it belongs to, 32 bytes. */
  readonly consortiumId: Uint8Array;
  /** From which, with `agreed`, the agreed value is recomputed. */
  readonly header: DraftHeader;
  /** What of the dealt slices was agreed. */
  readonly agreed: Agreed;
  /** Proof that a quorum decided the value. */
  readonly commit: Certificate;
  /** Result root and totals. */
  readonly root: Uint8Array;
  /** How many keys fell into which class; under the executors' signature, as the root is. */
  readonly totals: Totals;
  /** The 2f + 1 or more executors whose votes are in `signature`, ascending bank indices. */
  readonly executors: readonly number[];
  /** Aggregate BLS signature of the executors over the result claim, 96 bytes. */
  readonly signature: Uint8Array;
  /** Proofs of fault known to the collector. Not signed: each proves itself. */
  readonly evidence: readonly Evidence[];
}

/** Strict encoding of a seal in a consortium of `banks` banks. */
export function sealCodec(banks: number): Codec<Seal> {
  return struct<Seal>({
    consortiumId: fixed(32, 'consortium id'),
    header: draftHeaderCodec(banks),
    agreed: agreedCodec,
    commit: certificateCodec(banks),
    root: fixed(32, 'result root'),
    totals: totalsCodec,
    executors: bitmapCodec(banks) as Codec<readonly number[]>,
    signature: fixed(96, 'signature'),
    evidence: list(evidenceCodec, banks, 'evidence') as Codec<readonly Evidence[]>,
  });
}

/**
 * The statement of a result vote. Its place is the epoch and the agreed value stands first in its body; there is one
 * agreed value an epoch, so an executor signs one result an epoch.
 */
export function resultStatement(epoch: number, claim: ResultClaim): Statement {
  const body = concatBytes(claim.value, claim.root, encode(totalsCodec, claim.totals));
  return { type: 'result', epoch, slot: null, body };
}

/**
 * The banks that sign the result: the first `count` of the epoch's schedule, inputs before banks that were left out,
 * since only whoever was an input is sure to be able to compute it.
 */
export function executorsOf(header: Pick<DraftHeader, 'schedule' | 'inputs'>, count: number): number[] {
  const inputs = new Set(header.inputs);
  const ordered = [
    ...header.schedule.filter((bank) => inputs.has(bank)),
    ...header.schedule.filter((bank) => !inputs.has(bank)),
  ];
  return ordered.slice(0, count);
}

/** What a checked seal says. */
export interface VerifiedSeal {
  /** Whether its manifest is that of a rehearsal: whoever ran it can make any seal, so that this one proves nothing. */
  readonly rehearsal: boolean;
  /** The epoch's number, from 0. */
  readonly epoch: number;
  /** The agreed value, 32 bytes. */
  readonly value: Uint8Array;
  /** Merkle root of the result that the executors signed, 32 bytes. */
  readonly resultRoot: Uint8Array;
  /** How many keys of the union fell into which class, as the executors signed it. */
  readonly totals: Totals;
  /** Link to the epoch before, 32 bytes; of epoch 0 the consortium's id. */
  readonly parent: Uint8Array;
  /** What the next epoch's `parent` must be. */
  readonly next: Uint8Array;
  /** Names of the banks whose data is in the result. */
  readonly inputs: readonly string[];
  /** Names of the inputs whose slices were opened to decide disputed keys, or dealt to sum statistics. */
  readonly dealers: readonly string[];
  /** Names of the banks that voted to decide the inputs. */
  readonly signers: readonly string[];
  /** Names of the executors that signed the result. */
  readonly executors: readonly string[];
  /** Each proven fault. */
  readonly evidence: readonly Evidence[];
}

/**
 * Checks a seal against its manifest, offline.
 *
 * Guarantees: a quorum of the manifest's banks decided these inputs; 2f + 1 of the 3f + 1 executors signed this result
 * root, so that there is no other, and at least one honest bank computed it from the inputs (an honest executor signs
 * only what it computed, or what f + 1 others signed); every accusation in it holds. Does not say that the epochs before it were sealed: compare
 * `parent` with the `next` of the seal before.
 *
 * @throws {@link SealError}
 */
export function checkSeal(manifest: Manifest, seal: Seal, suite: Suite): VerifiedSeal {
  if (!equalBytes(seal.consortiumId, manifest.consortiumId))
    refuse({ code: 'SEAL_WRONG_CONSORTIUM' }, 'the seal belongs to another manifest');
  const { header, commit } = seal;
  const order = [...header.schedule].sort((a, b) => a - b);
  if (order.length !== manifest.size || order.some((bank, i) => bank !== i))
    refuse({ code: 'SEAL_HEADER_INVALID', reason: 'schedule' }, 'the schedule does not list every bank once');
  if (header.inputs.length < manifest.quorum)
    refuse({ code: 'SEAL_HEADER_INVALID', reason: 'inputs' }, 'fewer inputs than a quorum');
  const { agreed } = seal;
  const dealers = agreed.holdings.map(({ dealer }) => dealer);
  if (!areHoldings(agreed.holdings, header.inputs) || agreed.summed.some((bank) => !dealers.includes(bank)))
    refuse({ code: 'SEAL_HEADER_INVALID', reason: 'dealers' }, 'slices of banks that are no inputs');
  if (agreed.summed.length > 0 && agreed.summed.length < leastSummed(manifest))
    refuse({ code: 'SEAL_HEADER_INVALID', reason: 'summed' }, 'totals over fewer banks than may be added up');
  const value = agreedValue(draftDigest(header), agreed);
  if (commit.phase !== 'commit' || commit.epoch !== header.epoch || !equalBytes(commit.value, value))
    refuse({ code: 'SEAL_COMMIT_INVALID' }, 'the commit certificate is for something else');
  if (!verifyCertificate(manifest, suite, commit))
    refuse({ code: 'SEAL_COMMIT_INVALID' }, 'the commit certificate does not verify');
  checkResult(manifest, seal, value, suite);
  const surplus = surplusEvidence(seal.evidence);
  if (surplus >= 0)
    refuse(
      { code: 'SEAL_EVIDENCE_INVALID', index: surplus },
      `piece of evidence ${surplus} is more than a seal may carry, or a second one against the same bank`,
    );
  seal.evidence.forEach((evidence, index) => {
    try {
      verifyEvidence(manifest, evidence, suite);
    } catch {
      refuse({ code: 'SEAL_EVIDENCE_INVALID', index }, `piece of evidence ${index} does not hold`);
    }
  });
  const names = (banks: readonly number[]): string[] => banks.map((bank) => manifest.banks[bank]!.id);
  return {
    rehearsal: manifest.rehearsal,
    epoch: header.epoch,
    value,
    resultRoot: seal.root,
    totals: seal.totals,
    parent: header.parent,
    next: parentOf(header.epoch, value, seal.root),
    inputs: names(header.inputs),
    dealers: names(dealers),
    signers: names(commit.signers),
    executors: names(seal.executors),
    evidence: seal.evidence,
  };
}

function checkResult(manifest: Manifest, seal: Seal, value: Uint8Array, suite: Suite): void {
  const eligible = new Set(executorsOf(seal.header, manifest.executors));
  if (
    !areAscending(seal.executors, manifest.size) ||
    seal.executors.length < manifest.sealQuorum ||
    seal.executors.some((bank) => !eligible.has(bank))
  )
    refuse({ code: 'SEAL_RESULT_INVALID', reason: 'executors' }, 'too few executors, or banks that are none');
  const claim = { value, root: seal.root, totals: seal.totals };
  const digest = statementDigest(manifest.consortiumId, resultStatement(seal.header.epoch, claim));
  const keys = seal.executors.map((bank) => manifest.keys[bank]!);
  if (!suite.bls.fastAggregateVerify(keys, digest, seal.signature))
    refuse({ code: 'SEAL_RESULT_INVALID', reason: 'signature' }, 'the result signature does not verify');
}

function refuse(detail: SealError, message: string): never {
  throw new ConcordatError<SealError>(detail, `seal refused: ${message}`);
}
