import { equalBytes } from '../crypto/bytes.js';
import {
  type Codec,
  type Decoded,
  encode,
  fixed,
  list,
  struct,
  u16,
  u53,
  union,
} from '../crypto/encoding.js';
import { ConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import { KEY_ID_LENGTH } from '../data/conflict.js';
import {
  type Certificate,
  certificateCodec,
  type TimeoutCertificate,
  timeoutCertificateCodec,
} from './certificate.js';
import { type Contents, contentsCodec } from './draft.js';
import { type Evidence, evidenceCodec } from './evidence.js';
import type { Outbox } from './outbox.js';
import { MAX_FETCH } from './requests.js';
import { type DealingPart, dealingPartCodec, type Parcel, parcelCodec } from './slice-header.js';
import { REPEATABLE, type Statement, statementCodec, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** Why a signature was not made. */
export type JournalError =
  | { readonly code: 'JOURNAL_CONFLICT'; readonly type: string; readonly epoch: number }
  /** A succession for an epoch after `latest`: what is promised for so long may be lost with the log. */
  | { readonly code: 'JOURNAL_TOO_FAR_AHEAD'; readonly epoch: number; readonly latest: number };

/**
 * How many epochs after the first that is not known to be sealed a succession may be signed for. Statements of other types
 * are of that epoch. Whoever lost its log abstains for as many epochs more: see `Bank`.
 */
export const SUCCESSION_AHEAD = 1;

/** One durable entry of a bank's log. */
export type LogEntry = Decoded<ReturnType<typeof logEntryCodec>>;

/** One dealer's slices as they stand in the log. */
export interface HeldParcel {
  readonly dealer: number;
  readonly part: DealingPart;
  readonly parcel: Parcel;
}

const heldParcelCodec: Codec<HeldParcel> = struct<HeldParcel>({
  dealer: u16,
  part: dealingPartCodec,
  parcel: parcelCodec,
});

/** Encoding of log entries in a consortium of `banks` banks. */
export function logEntryCodec(banks: number) {
  return union<{
    /** A statement was about to be signed. */
    signed: { readonly statement: Statement };
    /** The bank's lock moved to this prepare certificate. */
    locked: { readonly certificate: Certificate };
    /** This bank voted for a value: it keeps what stands behind it until the seal. */
    kept: { readonly contents: Contents };
    /** This bank attested that it holds these slices under a draft: it gives them back when that draft is agreed. */
    held: { readonly epoch: number; readonly draft: Uint8Array; readonly slices: readonly HeldParcel[] };
    /** The epoch's inputs were agreed. */
    committed: { readonly certificate: Certificate };
    /** The epoch is sealed: nothing of the epochs before it is signed any more. */
    sealed: { readonly epoch: number };
    /** Raw records with some of these key ids are about to go to a bank that signed this request for them. */
    disclosed: {
      readonly to: number;
      readonly epoch: number;
      readonly value: Uint8Array;
      readonly ids: readonly Uint8Array[];
      readonly signature: Uint8Array;
    };
    /** A bank was proven faulty. */
    proven: { readonly evidence: Evidence };
    /** What an earlier log said is lost: nothing is signed before other banks were asked. */
    forgotten: object;
    /** They were: a statement of this epoch or an earlier one may have been signed, so none is. */
    abstained: { readonly through: number };
    /** What let this bank into a view above 0: after a restart it still takes those there who are behind. */
    entered: { readonly proof: TimeoutCertificate };
  }>({
    signed: struct({ statement: statementCodec }),
    locked: struct({ certificate: certificateCodec(banks) }),
    kept: struct({ contents: contentsCodec(banks) }),
    held: struct({
      epoch: u53,
      draft: fixed(32, 'draft'),
      slices: list(heldParcelCodec, banks, 'slices') as Codec<readonly HeldParcel[]>,
    }),
    committed: struct({ certificate: certificateCodec(banks) }),
    sealed: struct({ epoch: u53 }),
    disclosed: struct({
      to: u16,
      epoch: u53,
      value: fixed(32, 'value'),
      ids: list(fixed(KEY_ID_LENGTH, 'key id'), MAX_FETCH, 'ids') as Codec<readonly Uint8Array[]>,
      signature: fixed(64, 'signature'),
    }),
    proven: struct({ evidence: evidenceCodec }),
    forgotten: struct({}),
    abstained: struct({ through: u53 }),
    entered: struct({ proof: timeoutCertificateCodec(banks) }),
  });
}

/**
 * The log of a bank that may have signed what its log does not have, because its disk was lost: with this entry at the
 * end, nothing is signed until other banks have been heard. A host puts it into the new log in the step that makes it.
 */
export function logOfLost(banks: number): Uint8Array[] {
  return [encode(logEntryCodec(banks), { type: 'forgotten' })];
}

/** Whether an entry still counts when a later epoch has begun: of the others nothing is signed or asked for any more. */
export function outlivesItsEpoch(entry: LogEntry): boolean {
  if (entry.type === 'signed') return entry.statement.type === 'succession';
  return entry.type === 'proven' || entry.type === 'forgotten' || entry.type === 'abstained';
}

/**
 * The only way to a signature. Every statement goes into the log of the same step before it is signed, and of the
 * statements that must be unique a second, different one for the same type, epoch and slot is never signed: not after
 * a restart either, since {@link Journal.restore} replays the log.
 */
export class Journal {
  readonly #unique = new Map<string, Uint8Array>();
  /** What was signed in epochs before this one is forgotten, so nothing of them may be signed again. */
  #floor = 0;
  /** What an earlier log said is lost, and other banks have not been heard yet. */
  #forgotten = false;
  /** The last epoch that is known to be sealed. */
  #sealed = -1;
  /** The first epoch of the manifest's successor that was signed: of it and later ones nothing is signed any more. */
  #succession: number | null = null;
  /** In epochs up to this one an earlier log, now lost, may have had anything. */
  #abstained = -1;
  readonly #codec: Codec<LogEntry>;

  constructor(
    private readonly options: {
      readonly banks: number;
      readonly consortiumId: Uint8Array;
      readonly secrets: BankSecrets;
      readonly suite: Suite;
      readonly outbox: Outbox;
    },
  ) {
    this.#codec = logEntryCodec(options.banks) as Codec<LogEntry>;
  }

  /** Whether this statement could be signed: nothing different was signed in its place, as far back as is remembered. */
  permits(statement: Statement): boolean {
    if (REPEATABLE.has(statement.type)) return true;
    const earlier = this.#unique.get(place(statement));
    if (statement.epoch < this.#floor) return false;
    if (earlier !== undefined) return equalBytes(earlier, statement.body);
    if (this.mute(statement.epoch)) return false;
    return statement.type !== 'succession' || this.#isFree(statement.epoch);
  }

  /**
   * Whether nothing but requests is signed in an epoch: because a successor of the manifest was signed that is in force by
   * then, or this bank {@link abstains}.
   */
  mute(epoch: number): boolean {
    return this.abstains(epoch) || (this.#succession !== null && epoch >= this.#succession);
  }

  /** Whether an epoch is not sealed, nothing was signed in it or later, and no successor: then a succession may be. */
  #isFree(epoch: number): boolean {
    if (this.#succession !== null || epoch <= this.#sealed || this.#sealed < this.#abstained) return false;
    for (const key of this.#unique.keys()) if (Number(key.split('/')[0]) >= epoch) return false;
    return true;
  }

  /** Whether what an earlier log said is lost, and other banks have not been heard yet. */
  get forgotten(): boolean {
    return this.#forgotten;
  }

  /** Whether nothing but requests is signed in an epoch, because what was signed in it is lost. */
  abstains(epoch: number): boolean {
    return this.#forgotten || epoch <= this.#abstained;
  }

  /** Whether this could be a statement of this bank's own that its log does not know of. */
  isForeign(statement: Statement): boolean {
    if (REPEATABLE.has(statement.type)) return false;
    if (statement.epoch < this.#floor || this.abstains(statement.epoch)) return false;
    const known = this.#unique.get(place(statement));
    return known === undefined || !equalBytes(known, statement.body);
  }

  /**
   * A BLS signature (96 bytes) over the statement.
   * @throws {@link JournalError} when a different statement was signed in its place.
   */
  signVote(statement: Statement): Uint8Array {
    const { suite, secrets } = this.options;
    const digest = this.#record(statement);
    return secrets.use('bls', (key) => suite.bls.sign(key, digest));
  }

  /**
   * An Ed25519 signature (64 bytes) over the statement.
   * @throws {@link JournalError} when a different statement was signed in its place.
   */
  sign(statement: Statement): Uint8Array {
    const { suite, secrets } = this.options;
    const digest = this.#record(statement);
    return secrets.use('identity', (key) => suite.identity.sign(key, digest));
  }

  /** Puts an entry that is not a signature into the log. */
  write(entry: LogEntry): void {
    this.options.outbox.persist(encode(this.#codec, entry));
    this.#note(entry);
  }

  /** Takes over one entry of an earlier run's log. */
  restore(entry: LogEntry): void {
    if (entry.type === 'signed') this.#keep(entry.statement);
    this.#note(entry);
  }

  #note(entry: LogEntry): void {
    if (entry.type === 'sealed') this.#forget(entry.epoch);
    if (entry.type === 'forgotten') this.#forgotten = true;
    if (entry.type === 'abstained') {
      this.#forgotten = false;
      this.#abstained = Math.max(this.#abstained, entry.through);
    }
  }

  /** The bank goes on at this epoch: a log may have dropped what was signed in earlier ones, so nothing of them is. */
  beginAt(epoch: number): void {
    this.#floor = Math.max(this.#floor, epoch);
    this.#sealed = Math.max(this.#sealed, epoch - 1);
  }

  /** What was signed in this place, if anything. */
  signed(statement: Omit<Statement, 'body'>): Uint8Array | undefined {
    return this.#unique.get(place(statement));
  }

  #record(statement: Statement): Uint8Array {
    const latest = this.#sealed + 1 + SUCCESSION_AHEAD;
    if (statement.type === 'succession' && statement.epoch > latest)
      throw new ConcordatError<JournalError>(
        { code: 'JOURNAL_TOO_FAR_AHEAD', epoch: statement.epoch, latest },
        `a succession is signed for epoch ${latest} at the latest; ask again when epoch ${statement.epoch - 1 - SUCCESSION_AHEAD} is sealed`,
      );
    if (!this.permits(statement))
      throw new ConcordatError<JournalError>(
        { code: 'JOURNAL_CONFLICT', type: statement.type, epoch: statement.epoch },
        `a different ${statement.type} statement of epoch ${statement.epoch} was signed in this slot, or may have been`,
      );
    if (!REPEATABLE.has(statement.type) && !this.#unique.has(place(statement))) {
      this.options.outbox.persist(encode(this.#codec, { type: 'signed', statement }));
      this.#keep(statement);
    }
    return statementDigest(this.options.consortiumId, statement);
  }

  #keep(statement: Statement): void {
    this.#unique.set(place(statement), statement.body);
    if (statement.type === 'succession' && statement.epoch > this.#sealed) this.#succession = statement.epoch;
  }

  #forget(epoch: number): void {
    // Sealed under the old manifest all the same: no quorum signed that succession, or one honest bank had done both.
    this.#sealed = Math.max(this.#sealed, epoch);
    if (this.#succession !== null && this.#sealed >= this.#succession) this.#succession = null;
    this.#floor = Math.max(this.#floor, epoch);
    for (const key of this.#unique.keys()) if (Number(key.split('/')[0]) < epoch) this.#unique.delete(key);
  }
}

function place(statement: Omit<Statement, 'body'>): string {
  const slot = statement.slot === null ? '' : `${statement.slot.view}.${statement.slot.index}`;
  return `${statement.epoch}/${statement.type}/${slot}`;
}
