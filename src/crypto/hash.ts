import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type BytesError, eraseBytes, expectAnyBytes, utf8 } from './bytes.js';
import { ConcordatError } from './error.js';

/**
 * Every domain a hash of this library is taken in, with what is hashed there. One list, so that no two purposes can share a
 * preimage; tests check that no tag is a prefix of another once its length stands before it. Where a domain has several
 * shapes they differ in the number of parts or in a first byte: which part stands where has one meaning.
 */
export const HASH_DOMAINS = [
  /** A schema's canonical bytes. */
  'schema',
  /** A schema's digest and a record's canonical bytes: the record digest. */
  'record',
  /** A schema's digest and the key fields' canonical bytes: the key digest. */
  'key',
  /** Keyed with a bank's vault: consortium, bank, epoch and records, the secret of one bank in one epoch. */
  'epoch-secret',
  /** Keyed with such a secret: a key digest, the salt of a leaf under the data root. */
  'leaf-salt',
  /** Consortium and VRF output of an Open's second proof: the key of a view. */
  'sketch-key',
  /** The key of a view: the SipHash key of its key ids, of its version digests, of its checksums. */
  'sketch-id',
  'sketch-version',
  'sketch-check',
  /** A manifest without its signatures. */
  'manifest',
  /**
   * Six parts: what is signed, with version, consortium, type, epoch, slot and body. One to three parts: a body too long to
   * stand in it, that of a sketch (symbols), a fetch (value, ids), an acknowledgement (draft, slices held) or an amendment
   * (digest of records, rows, symbols).
   */
  'statement',
  /**
   * One part, by its first byte: 0 a draft's header, 1 its signed Commitments. Two, the first a draft's salt, by the first
   * byte of the second: 2 its conflict table, 3 its symbols, 4 the plain root of its common records.
   */
  'draft',
  /** One part: the second proof of an Open, the salt of drafts. Two, with a purpose: a salt of its own for that. */
  'draft-salt',
  /** Draft digest, W and the summed dealers: what is agreed. */
  'value',
  /** Epoch, value and result root: the link of the next epoch to it. */
  'parent',
  /** Salt, root of the decided rows, root of the ids of undecided keys, totals, opened statistics: the result root. */
  'result',
  /** A key digest and what was decided of that key: a leaf under the root of the rows. */
  'result-row',
  /** A manifest's digest, before its shares of the seed are opened. */
  'proposal',
  /** A dealer's header. Keyed with a bank's secret of an epoch: purpose and context, the entropy of its dealings. */
  'slices',
  /** Header root, receiver, slice and share: what a dealer signs for one receiver. */
  'envelope',
  /** Key of the view and items that a dealer opens. */
  'claims',
  /** All items of a bank, sorted: what an amendment binds beside its symbols. */
  'sketched-records',
  /** Keyed with a bank's vault: a nonce and the bank's name, its share of the genesis seed. */
  'genesis-share',
  /** A bank's name and its share: the commitment to it. */
  'genesis-commit',
  /** All shares in the banks' order. */
  'genesis-seed',
  /** An epoch, and the VRF output or the genesis seed that its seed is made from. */
  'epoch-seed',
  /** An epoch's seed and a bank's index, or in the first epoch its VRF key: the order in which banks lead. */
  'ticket',
  /** Keyed with a bank's secret of an epoch: mode and half, the blinding of its statistics commitment. */
  'blinding',
  /** Label and counter: a generator of Pedersen commitments. */
  'generator',
  /** Context, shape and length of a dealing: what its fragments are bound to. */
  'dealing',
  /** Context and header of a dealing. */
  'dealing-root',
  /** Keyed with a dealer's entropy: binding and payload, the secret that all randomness of a dealing is made from. */
  'dealing-seed',
  /** Keyed with such a secret: one scalar. */
  'dealing-scalars',
  /** Binding and shared scalar: the key that encrypts a payload. */
  'dealing-key',
  /** Binding, index and fragment: a leaf under a fragment root. */
  'fragment',
  /** What a batch of signatures is checked for, chained; then seed and index of one weight. */
  'batch',
  /** Whatever a simulation draws or names. */
  'simulation',
] as const;

/** A purpose a hash is taken for. */
export type HashDomain = (typeof HASH_DOMAINS)[number];

const prefixes = new Map<HashDomain, Uint8Array>(
  HASH_DOMAINS.map((domain) => {
    const tag = utf8(`concordat/1/${domain}`);
    return [domain, Uint8Array.of(tag.length, ...tag)];
  }),
);

/**
 * `len(tag) ‖ tag ‖ (len64(part) ‖ part)*` in one piece: hashing it at once takes half the time of piecemeal updates. It is
 * overwritten when it is hashed, as some parts are secrets.
 */
function frame(domain: HashDomain, parts: readonly Uint8Array[]): Uint8Array {
  const prefix = prefixes.get(domain);
  // Text, or numbers of other widths, would be copied as zeros or cut: two things would have one hash.
  const odd = parts.findIndex((part) => !(part instanceof Uint8Array));
  if (!prefix || odd >= 0)
    throw new ConcordatError<BytesError>(
      { code: 'BYTES_NOT_BYTES', argument: prefix ? `part ${odd}` : 'domain' },
      prefix ? `part ${odd} of a hash is not a Uint8Array` : 'a hash is taken in a domain of the list',
    );
  const framed = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, prefix.length));
  framed.set(prefix);
  let offset = prefix.length;
  for (const part of parts) {
    for (let i = 7, rest = part.length; rest > 0; i--, rest = Math.floor(rest / 256))
      framed[offset + i] = rest % 256;
    framed.set(part, offset + 8);
    offset += 8 + part.length;
  }
  return framed;
}

/**
 * SHA-256 over a domain tag and length-prefixed parts: `len(tag) ‖ tag ‖ (len64(part) ‖ part)*`, so that neither
 * another domain nor another split of the same bytes gives the same preimage.
 *
 * @returns 32 bytes
 * @throws `BytesError` `BYTES_NOT_BYTES` for a part that is no Uint8Array, or a domain that is not of the list.
 * @example
 * ```ts
 * import { hash } from 'concordat/crypto';
 *
 * const digest = hash('record', Uint8Array.of(1, 2), Uint8Array.of(3));
 * const splitOtherwise = hash('record', Uint8Array.of(1), Uint8Array.of(2, 3));
 * console.log(digest.length, digest.every((byte, i) => byte === splitOtherwise[i])); // 32 false
 * ```
 */
export function hash(domain: HashDomain, ...parts: Uint8Array[]): Uint8Array {
  const framed = frame(domain, parts);
  const digest = sha256(framed);
  eraseBytes(framed);
  return digest;
}

/**
 * HMAC-SHA-256 (RFC 2104) under `key`, over the same framing as {@link hash}: a pseudo-random function of its parts.
 *
 * Not guaranteed: that the key leaves the memory. It stays the caller's, and is not overwritten.
 *
 * @returns 32 bytes
 * @throws `BytesError` `BYTES_NOT_BYTES`, as {@link hash} does, or for the key.
 */
export function keyedHash(domain: HashDomain, key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const framed = frame(domain, parts);
  const digest = hmac(sha256, expectAnyBytes(key, 'key'), framed);
  eraseBytes(framed);
  return digest;
}
