import { expectList, expectObject } from './argument.js';
import { bisect } from './bisection.js';
import { areAscending, bitmapCodec } from './bitmap.js';
import { type Bls, type BlsError, ProvenKey } from './bls.js';
import { toHex } from './bytes.js';
import { type Codec, encodingError, fixed, u16 } from './encoding.js';
import { ConcordatError } from './error.js';

/** Constant-size proof that many signed one message: an aggregate signature and whose signatures are in it. */
export interface Certificate {
  /** Ascending indices into the list of keys that it is checked against. */
  readonly signers: readonly number[];
  /** Aggregate BLS signature, 96 bytes. */
  readonly signature: Uint8Array;
}

/** Most keys that signers of a certificate are chosen from. */
export const MAX_MEMBERS = 2 ** 16 - 1;

/**
 * The strict encoding of a certificate whose signers are among `members`: their number in two bytes, big-endian, the
 * bitmap of the signers in ⌈members/8⌉, the signature in 96. One made for another number is refused, as is a padding
 * bit. That the signature is one, and the signers are enough, is for {@link verifyCertificate} to say.
 * @throws `EncodingError` `ENCODING_OUT_OF_RANGE` unless `members` is from 1 to {@link MAX_MEMBERS}.
 */
export function certificateCodec(members: number): Codec<Certificate> {
  if (!(Number.isInteger(members) && members >= 1 && members <= MAX_MEMBERS))
    encodingError({ code: 'ENCODING_OUT_OF_RANGE', what: 'members' });
  const [bitmap, signature] = [bitmapCodec(members), fixed(96, 'signature')];
  return {
    write: (writer, certificate) => {
      expectObject(certificate, 'certificate');
      u16.write(writer, members);
      bitmap.write(writer, certificate.signers as number[]);
      signature.write(writer, certificate.signature);
    },
    read: (reader) => {
      const { offset } = reader;
      if (u16.read(reader) !== members)
        encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'members', offset });
      return { signers: bitmap.read(reader), signature: signature.read(reader) };
    },
  };
}

/** Encoding a key takes a copy; the keys of a consortium come back every time. */
const names = new WeakMap<ProvenKey, string>();

function nameOf(key: ProvenKey): string {
  const name = names.get(key) ?? toHex(key.bytes);
  names.set(key, name);
  return name;
}

/** So put that a threshold which is no number is never reached. */
const isReached = (threshold: number, count: number): boolean =>
  typeof threshold === 'number' && count >= threshold;

/**
 * Whether at least `threshold` owners of `keys`, each with a key of its own, all signed `message`. False on anything
 * malformed: signers that are not ascending indices of `keys`, too few of them, two with one key, a signature that is
 * none.
 *
 * Not guaranteed: that each signer's own signature is in it. Signers who collude can exchange parts among each other;
 * that all of them stand behind the message together is what the aggregate proves.
 * @throws `ArgumentError` `ARGUMENT_WRONG_TYPE` when `bls` is no backend, and nothing else.
 */
export function verifyCertificate(
  bls: Bls,
  keys: readonly ProvenKey[],
  threshold: number,
  message: Uint8Array,
  certificate: Certificate,
): boolean {
  const signers = certificate?.signers;
  if (!Array.isArray(keys) || !areAscending(signers, keys.length)) return false;
  if (!isReached(threshold, signers.length)) return false;
  const signing = signers.map((signer) => keys[signer] as ProvenKey);
  if (!signing.every(ProvenKey.is) || new Set(signing.map(nameOf)).size < signing.length) return false;
  return expectObject(bls, 'bls', 'fastAggregateVerify').fastAggregateVerify(
    signing,
    message,
    certificate.signature,
  );
}

/**
 * Gathers many signatures over one message and checks them lazily: one aggregate check when enough are there. Only when
 * that fails are the bad ones searched for, by halving, and dropped for good: k bad ones among m cost at most
 * 2k·log₂(m/k) + 2k aggregate checks, the one of the rest included.
 *
 * Bad is what makes the sum bad. Errors that cancel out, which only signers who collude can make, leave a sum that holds
 * for all of them, and nobody is named; `findInvalid` checks each signature for itself.
 */
export class SignatureCollector {
  readonly #signatures = new Map<number, Uint8Array>();
  readonly #bad = new Set<number>();
  #good = new Set<number>();

  /**
   * @param keys everybody who may sign; signers are indices into it
   * @param message what all of them sign
   * @throws `ArgumentError` `ARGUMENT_WRONG_TYPE` when `bls` is no backend or `keys` no list.
   */
  constructor(
    private readonly bls: Bls,
    private readonly keys: readonly ProvenKey[],
    private readonly message: Uint8Array,
  ) {
    expectObject(bls, 'bls', 'aggregate', 'fastAggregateVerify');
    expectList(keys, 'keys');
  }

  /**
   * Keeps the first signature of each signer, and none of one whose first was found bad.
   * @param signature untrusted
   * @throws {@link BlsError} `BLS_SIGNER_UNKNOWN` when no key has this index.
   */
  add(signer: number, signature: Uint8Array): void {
    if (!Number.isSafeInteger(signer) || this.keys[signer] === undefined)
      throw new ConcordatError<BlsError>(
        { code: 'BLS_SIGNER_UNKNOWN' },
        'no key has the index of this signer',
      );
    if (!this.#bad.has(signer) && !this.#signatures.has(signer)) this.#signatures.set(signer, signature);
  }

  /** Signers whose signature is here and not known to be bad, ascending. */
  get signers(): number[] {
    return [...this.#signatures.keys()].sort((a, b) => a - b);
  }

  /** Signers whose signature does not verify, ascending. Not a proof: a link may have done it. */
  get bad(): number[] {
    return [...this.#bad].sort((a, b) => a - b);
  }

  /** A certificate by all whose good signatures are here, at least `needed`; null while there are not so many. */
  aggregate(needed: number): Certificate | null {
    for (;;) {
      const { signers } = this;
      if (!isReached(needed, signers.length)) return null;
      const signature = this.#verifiedSum(signers);
      if (signature) {
        this.#good = new Set(signers);
        return { signers, signature };
      }
      // What held before holds still: the bad ones are among the others. Were there none, nobody could be dropped.
      const suspects = signers.filter((signer) => !this.#good.has(signer));
      if (suspects.length === 0) return null;
      // Two halves that hold and do not together have keys that cancel out, all of them liars': none honest is dropped.
      for (const signer of bisect(suspects, (part) => this.#verifiedSum(part) !== null)) {
        this.#signatures.delete(signer);
        this.#bad.add(signer);
      }
    }
  }

  /** The sum of these signers' signatures; null when it does not verify. */
  #verifiedSum(signers: readonly number[]): Uint8Array | null {
    let sum: Uint8Array;
    try {
      sum = this.bls.aggregate(signers.map((signer) => this.#signatures.get(signer)!));
    } catch {
      return null; // a signature that is no point of the group: found by halving, too
    }
    const keys = signers.map((signer) => this.keys[signer]!);
    return this.bls.fastAggregateVerify(keys, this.message, sum) ? sum : null;
  }
}
