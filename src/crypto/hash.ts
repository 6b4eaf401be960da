import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type BytesError, eraseBytes, expectAnyBytes, utf8 } from './bytes.js';
import { ConcordatError } from './error.js';

/**
 * Every domain a hash of this library is taken in. One list, so that no two purposes can share a preimage; tests check
 * that no tag is a prefix of another once its length stands before it.
 */
export const HASH_DOMAINS = [
  'schema',
  'record',
  'key',
  'leaf-salt',
  'sketch-key',
  'sketch-id',
  'sketch-version',
  'sketch-check',
  'manifest',
  'statement',
  'draft',
  'value',
  'parent',
  'result',
  'result-row',
  'proposal',
  'slices',
  'envelope',
  'claims',
  'sketched-records',
  'genesis-share',
  'genesis-commit',
  'genesis-seed',
  'epoch-seed',
  'ticket',
  'blinding',
  'generator',
  'dealing',
  'dealing-root',
  'dealing-seed',
  'dealing-scalars',
  'dealing-key',
  'fragment',
  'batch',
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
