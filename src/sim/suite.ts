import { sha256 } from '@noble/hashes/sha2.js';
import type { Bls, ProvenKey } from '../crypto/bls.js';
import { toHex, uint64 } from '../crypto/bytes.js';
import { headerCodec } from '../crypto/dealing.js';
import { encode } from '../crypto/encoding.js';
import { isConcordatError } from '../crypto/error.js';
import type { DispersalScheme, Suite } from '../protocol/suite.js';
import type { Report } from './report.js';

/** How often a bank signed and verified. A check of an aggregate counts once. */
export interface Work {
  /** Signatures and VRF proofs made. */
  signatures: number;
  /** Signatures, aggregates and VRF proofs checked. */
  verifications: number;
}

/**
 * A suite whose pure verifications are computed once for all simulated banks: each is a function of its arguments, so
 * the tenth bank to check a certificate would compute what the first did. Every bank's count still goes up.
 */
export function memoisedSuite(suite: Suite): Suite {
  const known = new Map<string, unknown>();
  const once = <T>(operation: string, parts: readonly Uint8Array[], compute: () => T): T => {
    const state = sha256.create();
    for (const part of parts) state.update(uint64(part.length)).update(part);
    const key = operation + toHex(state.digest());
    if (!known.has(key)) known.set(key, compute());
    return known.get(key) as T;
  };
  const { bls, vrf, identity, dispersal } = suite;
  const keyBytes = new WeakMap<ProvenKey, Uint8Array>();
  const bytesOf = (key: ProvenKey): Uint8Array => {
    const bytes = keyBytes.get(key) ?? key.bytes;
    keyBytes.set(key, bytes);
    return bytes;
  };
  return {
    bls: {
      ...methodsOf(bls),
      verify: (key, message, signature) =>
        once('bls', [bytesOf(key), message, signature], () => bls.verify(key, message, signature)),
      fastAggregateVerify: (keys, message, signature) =>
        once('fast', [...keys.map(bytesOf), message, signature], () =>
          bls.fastAggregateVerify(keys, message, signature),
        ),
      aggregateVerify: (keys, messages, signature) =>
        once('aggregate', [...keys.map(bytesOf), ...messages, signature], () =>
          bls.aggregateVerify(keys, messages, signature),
        ),
    },
    vrf: {
      suite: vrf.suite,
      publicKey: (secret) => vrf.publicKey(secret),
      prove: (secret, alpha) => vrf.prove(secret, alpha),
      proofToHash: (proof) => vrf.proofToHash(proof),
      verify: (key, alpha, proof) => once('vrf', [key, alpha, proof], () => vrf.verify(key, alpha, proof)),
    },
    identity: {
      sign: (secret, message) => identity.sign(secret, message),
      verify: (key, message, signature) =>
        once('identity', [key, message, signature], () => identity.verify(key, message, signature)),
    },
    dispersal: rememberedDispersal(dispersal, once),
  };
}

/** Decodes each header once, the refused ones too: refusing one is as dear as taking it. */
function rememberedDispersal(
  dispersal: DispersalScheme,
  once: <T>(operation: string, parts: readonly Uint8Array[], compute: () => T) => T,
): DispersalScheme {
  const decoded = <T>(operation: string, parts: readonly Uint8Array[], compute: () => T): T => {
    const outcome = once(operation, parts, () => settled(compute));
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.value;
  };
  return {
    dealing: (header, context, shape, maxLength) =>
      decoded(
        'dealing',
        [encode(headerCodec, header), context, ...[shape.n, shape.k, shape.f, maxLength].map(uint64)],
        () => dispersal.dealing(header, context, shape, maxLength),
      ),
    statistics: (threshold, width, commitments) =>
      decoded('statistics', [uint64(threshold), uint64(width), ...commitments], () =>
        dispersal.statistics(threshold, width, commitments),
      ),
  };
}

/** What `compute` returned, or the typed error that it threw. */
function settled<T>(compute: () => T): { readonly value: T } | { readonly refusal: Error } {
  try {
    return { value: compute() };
  } catch (refusal) {
    if (isConcordatError(refusal)) return { refusal };
    throw refusal;
  }
}

/** A suite that counts one bank's work. */
export function countingSuite(suite: Suite, work: Work): Suite {
  const signed = <T>(result: T): T => {
    work.signatures++;
    return result;
  };
  const checked = <T>(result: T): T => {
    work.verifications++;
    return result;
  };
  const { bls, vrf, identity, dispersal } = suite;
  return {
    bls: {
      ...methodsOf(bls),
      sign: (secret, message) => signed(bls.sign(secret, message)),
      verify: (key, message, signature) => checked(bls.verify(key, message, signature)),
      fastAggregateVerify: (keys, message, signature) =>
        checked(bls.fastAggregateVerify(keys, message, signature)),
      aggregateVerify: (keys, messages, signature) => checked(bls.aggregateVerify(keys, messages, signature)),
    },
    vrf: {
      suite: vrf.suite,
      publicKey: (secret) => vrf.publicKey(secret),
      prove: (secret, alpha) => signed(vrf.prove(secret, alpha)),
      proofToHash: (proof) => vrf.proofToHash(proof),
      verify: (key, alpha, proof) => checked(vrf.verify(key, alpha, proof)),
    },
    identity: {
      sign: (secret, message) => signed(identity.sign(secret, message)),
      verify: (key, message, signature) => checked(identity.verify(key, message, signature)),
    },
    dispersal,
  };
}

/** What a report says of the cryptography that ran. */
export function cryptographyOf({ bls: { name, fallback } }: Suite): Report['cryptography'] {
  return fallback === undefined ? { bls: name } : { bls: name, fallback };
}

/** A copy of which single methods can be replaced. */
export function methodsOf(bls: Bls): Bls {
  return {
    name: bls.name,
    ...(bls.fallback === undefined ? {} : { fallback: bls.fallback }),
    publicKey: (secret) => bls.publicKey(secret),
    sign: (secret, message) => bls.sign(secret, message),
    provePossession: (secret) => bls.provePossession(secret),
    proveKey: (key, possession) => bls.proveKey(key, possession),
    verify: (key, message, signature) => bls.verify(key, message, signature),
    aggregate: (signatures) => bls.aggregate(signatures),
    fastAggregateVerify: (keys, message, signature) => bls.fastAggregateVerify(keys, message, signature),
    aggregateVerify: (keys, messages, signature) => bls.aggregateVerify(keys, messages, signature),
    verifyBatch: (keys, messages, signatures) => bls.verifyBatch(keys, messages, signatures),
  };
}
