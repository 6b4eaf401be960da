import { equalBytes } from '../crypto/bytes.js';
import { type Codec, oneOf, struct, u16 } from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import type { Manifest } from './manifest.js';
import { type BadProof, badProofCodec, badProofRefusal } from './proof-evidence.js';
import {
  badSharesCodec,
  openedProofCodec,
  type SliceEvidence,
  type SliceRefusal,
  sliceRefusal,
} from './slice-evidence.js';
import { compareSlots } from './slot.js';
import { REPEATABLE, STATEMENT_TYPES, type Statement, type StatementType } from './statement.js';
import type { Suite } from './suite.js';
import { type Testimony, testimonyCodec, verifyTestimony } from './testimony.js';

/** Why evidence was refused. It then proves nothing, about anybody. */
export type EvidenceError = {
  readonly code: 'EVIDENCE_INVALID';
  /** The check that does not hold. */
  readonly reason:
    | 'unknown-bank'
    | 'not-unique'
    | 'not-in-conflict'
    | 'signature'
    | 'no-fault'
    | SliceRefusal;
};

/** Two different statements where the protocol allows one. */
export interface Equivocation {
  /** Tells it from other `Evidence`. */
  readonly kind: 'equivocation';
  /** Index of the faulty bank. */
  readonly accused: number;
  /** One statement, signed by the accused. */
  readonly first: Testimony;
  /** Another of the same type, epoch and slot, signed by the accused too. */
  readonly second: Testimony;
}

/** A proof of fault that anyone who has the manifest can check. */
export type Evidence = Equivocation | SliceEvidence | BadProof;

/** What a bank was proven to have done. */
export type EvidenceKind = Evidence['kind'];

const equivocationCodec = struct<Omit<Equivocation, 'kind'>>({
  accused: u16,
  first: testimonyCodec,
  second: testimonyCodec,
});

const kindCodec = oneOf(
  [
    'equivocation',
    'bad-shares',
    'bad-slices',
    'false-attestation',
    'bad-proof',
  ] as const satisfies EvidenceKind[],
  'kind',
);
const codecs: { readonly [K in EvidenceKind]: Codec<Omit<Extract<Evidence, { kind: K }>, 'kind'>> } = {
  equivocation: equivocationCodec,
  'bad-shares': badSharesCodec,
  'bad-slices': openedProofCodec,
  'false-attestation': openedProofCodec,
  'bad-proof': badProofCodec,
};

/**
 * Strict encoding of evidence, a byte for its kind and then that kind's form. A proof by slices is as long as the payload
 * they open, and claims of 24 bytes for each version in it.
 */
export const evidenceCodec: Codec<Evidence> = {
  write: (writer, evidence) => {
    kindCodec.write(writer, evidence.kind);
    (codecs[evidence.kind] as Codec<unknown>).write(writer, evidence);
  },
  read: (reader) => {
    const kind = kindCodec.read(reader);
    return { kind, ...codecs[kind].read(reader) } as Evidence;
  },
};

/** Whether two statements stand in the same place, where one bank may sign only one of them. */
export function inConflict(a: Statement, b: Statement): boolean {
  if (a.type !== b.type || a.epoch !== b.epoch || REPEATABLE.has(a.type)) return false;
  if ((a.slot === null) !== (b.slot === null)) return false;
  if (a.slot && b.slot && compareSlots(a.slot, b.slot) !== 0) return false;
  return !equalBytes(a.body, b.body);
}

const PLURALS: Partial<Record<StatementType, string>> = { sketch: 'sketches', slices: 'slices' };

/** The kind of fault as a word for reports: `two-commitments` and the like for equivocation, else its kind. */
export function evidenceName(evidence: Evidence): string {
  if (evidence.kind !== 'equivocation') return evidence.kind;
  const { type } = evidence.first.statement;
  return `two-${PLURALS[type] ?? `${type}s`}`;
}

/**
 * Checks a proof of fault, offline.
 *
 * @throws {@link EvidenceError}. A bank that follows the protocol cannot be accused: it signs at most one statement in
 * each place, even after a crash, as long as its log and its keys are its own; of what it deals, see `sliceRefusal`.
 */
export function verifyEvidence(manifest: Manifest, evidence: Evidence, suite: Suite): void {
  if (!manifest.banks[evidence.accused]) refuse('unknown-bank');
  if (evidence.kind === 'bad-proof') {
    const reason = badProofRefusal(manifest, suite, evidence);
    if (reason) refuse(reason);
    return;
  }
  if (evidence.kind !== 'equivocation') {
    const reason = sliceRefusal(manifest, suite, evidence);
    if (reason) refuse(reason);
    return;
  }
  if (!STATEMENT_TYPES.includes(evidence.first.statement.type)) refuse('not-unique');
  if (!inConflict(evidence.first.statement, evidence.second.statement)) refuse('not-in-conflict');
  for (const testimony of [evidence.first, evidence.second])
    if (!verifyTestimony(manifest, suite, evidence.accused, testimony)) refuse('signature');
}

function refuse(reason: EvidenceError['reason']): never {
  throw new ConcordatError<EvidenceError>(
    { code: 'EVIDENCE_INVALID', reason },
    `evidence refused: ${reason}`,
  );
}

/**
 * Remembers one statement for each bank and place, and makes evidence of a second one. Votes are observed unverified,
 * since verifying each would cost what aggregation saves: both are verified only when two of them differ.
 */
export class Witness {
  readonly #seen = new Map<string, { testimony: Testimony; verified: boolean }>();
  readonly #proven = new Set<number>();

  constructor(
    private readonly manifest: Manifest,
    private readonly suite: Suite,
  ) {}

  /**
   * Notes what `bank` signed. Returns evidence the first time it proves that bank faulty.
   * @param verified whether the signature was already checked
   */
  observe(bank: number, testimony: Testimony, verified: boolean): Evidence | null {
    const { statement } = testimony;
    if (REPEATABLE.has(statement.type)) return null;
    const slot = statement.slot ? `${statement.slot.view}.${statement.slot.index}` : '';
    const key = `${bank}/${statement.type}/${statement.epoch}/${slot}`;
    const earlier = this.#seen.get(key);
    if (!earlier) {
      this.#seen.set(key, { testimony, verified });
      return null;
    }
    if (!inConflict(earlier.testimony.statement, statement)) {
      earlier.verified ||= verified && equalBytes(earlier.testimony.signature, testimony.signature);
      return null;
    }
    if (this.#proven.has(bank)) return null;
    if (!verified && !verifyTestimony(this.manifest, this.suite, bank, testimony)) return null;
    if (!earlier.verified && !verifyTestimony(this.manifest, this.suite, bank, earlier.testimony)) {
      this.#seen.set(key, { testimony, verified: true });
      return null;
    }
    earlier.verified = true;
    this.#proven.add(bank);
    return { kind: 'equivocation', accused: bank, first: earlier.testimony, second: testimony };
  }

  /** Takes over evidence that someone else found. False when it is not news. The caller has verified it. */
  adopt(evidence: Evidence): boolean {
    if (this.#proven.has(evidence.accused)) return false;
    this.#proven.add(evidence.accused);
    return true;
  }

  /** Whether this bank was proven faulty. */
  isProven(bank: number): boolean {
    return this.#proven.has(bank);
  }

  /** Forgets the places of an epoch; proofs stay. */
  forgetEpoch(): void {
    this.#seen.clear();
  }
}
