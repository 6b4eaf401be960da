import { expectList, expectObject } from './argument.js';
import { bisect } from './bisection.js';
import type { Bls, ProvenKey } from './bls.js';

/** Most claims of a batch. */
const MAX_CLAIMS = 2 ** 16;

/** A claim that the owner of a key signed a message. */
export interface SignedMessage {
  /** The owner's key, its possession proven. */
  readonly key: ProvenKey;
  /** Any length; many claims may be about one. */
  readonly message: Uint8Array;
  /** 96 bytes, untrusted. */
  readonly signature: Uint8Array;
}

/**
 * The indices of those claims that are false, ascending; none when all hold. Each is named exactly when
 * {@link Bls.verify} refuses it alone, but for the probability that {@link Bls.verifyBatch} errs with. Whatever is no
 * signature, key or claim at all is named too.
 *
 * All are checked at once, and only when that fails are the false ones searched for, by halving: k false ones among m
 * cost at most 2k·log₂(m/k) + 2k − 1 checks of a batch, and m of m cost 2m − 1. Callers that let strangers fill a batch
 * bound it.
 * @throws `ArgumentError` `ARGUMENT_WRONG_TYPE` when `batch` is no list, or one of more than 2^16 claims.
 */
export function findInvalid(bls: Bls, batch: readonly SignedMessage[]): number[] {
  expectObject(bls, 'bls', 'verifyBatch');
  const claims = Array.from(expectList(batch, 'batch', MAX_CLAIMS), (claim, index) => ({ claim, index }));
  const holds = (part: readonly (typeof claims)[number][]): boolean =>
    bls.verifyBatch(
      part.map(({ claim }) => claim?.key),
      part.map(({ claim }) => claim?.message),
      part.map(({ claim }) => claim?.signature),
    );
  return claims.length === 0 || holds(claims) ? [] : bisect(claims, holds).map(({ index }) => index);
}
