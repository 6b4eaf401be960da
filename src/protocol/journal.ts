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
import { type Certificate, certificateCodec } from './certificate.js';
import { type Contents, contentsCodec } from './draft.js';
import { type Evidence, evidenceCodec } from './evidence.js';
import type { Outbox } from './outbox.js';
import { MAX_FETCH } from './requests.js';
import { type DealingPart, dealingPartCodec, type Parcel, parcelCodec } from './slice-header.js';
import { REPEATABLE, type Statement, statementCodec, statementDigest } from './statement.js';
import type { Suite } from './suite.js';

/** Why a signature was not made. */
export type JournalError = {
  readonly code: 'JOURNAL_CONFLICT';
  readonly type: string;
  readonly epoch: number;
};

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
  });
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
    return statement.epoch >= this.#floor && (earlier === undefined || equalBytes(earlier, statement.body));
  }

  /**
   * A BLS signature (96 bytes) over the statement.
   * @throws {@link JournalError} when a different statement was signed in its place.
   */
  signVote(statement: Statement): Uint8Array {
    return this.options.suite.bls.sign(this.options.secrets.bls, this.#record(statement));
  }

  /**
   * An Ed25519 signature (64 bytes) over the statement.
   * @throws {@link JournalError} when a different statement was signed in its place.
   */
  sign(statement: Statement): Uint8Array {
    return this.options.suite.identity.sign(this.options.secrets.identity, this.#record(statement));
  }

  /** Puts an entry that is not a signature into the log. */
  write(entry: LogEntry): void {
    this.options.outbox.persist(encode(this.#codec, entry));
    if (entry.type === 'sealed') this.#forget(entry.epoch);
  }

  /** Takes over one entry of an earlier run's log. */
  restore(entry: LogEntry): void {
    if (entry.type === 'signed') this.#unique.set(place(entry.statement), entry.statement.body);
    if (entry.type === 'sealed') this.#forget(entry.epoch);
  }

  /** What was signed in this place, if anything. */
  signed(statement: Omit<Statement, 'body'>): Uint8Array | undefined {
    return this.#unique.get(place(statement));
  }

  #record(statement: Statement): Uint8Array {
    if (!this.permits(statement))
      throw new ConcordatError<JournalError>(
        { code: 'JOURNAL_CONFLICT', type: statement.type, epoch: statement.epoch },
        `a different ${statement.type} statement of epoch ${statement.epoch} was signed in this slot, or may have been`,
      );
    if (!REPEATABLE.has(statement.type) && !this.#unique.has(place(statement))) {
      this.options.outbox.persist(encode(this.#codec, { type: 'signed', statement }));
      this.#unique.set(place(statement), statement.body);
    }
    return statementDigest(this.options.consortiumId, statement);
  }

  #forget(epoch: number): void {
    this.#floor = Math.max(this.#floor, epoch);
    for (const key of this.#unique.keys()) if (Number(key.split('/')[0]) < epoch) this.#unique.delete(key);
  }
}

function place(statement: Omit<Statement, 'body'>): string {
  const slot = statement.slot === null ? '' : `${statement.slot.view}.${statement.slot.index}`;
  return `${statement.epoch}/${statement.type}/${slot}`;
}
