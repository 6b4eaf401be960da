import { ConcordatError } from '../crypto/error.js';

/** Why a consortium's size was refused. */
export type QuorumError = {
  readonly code: 'TOO_MANY_FAULTS';
  /** n, the banks there are. */
  readonly banks: number;
  /** f, which 3f + 1 banks would bear. */
  readonly faults: number;
};

/** The largest number of Byzantine banks that `banks` banks can bear: ⌊(n − 1)/3⌋. */
export function maxFaults(banks: number): number {
  return Math.max(0, Math.floor((banks - 1) / 3));
}

/**
 * Refuses a consortium that cannot bear its faults.
 * @throws {@link QuorumError} unless n ≥ 3f + 1, n ≥ 1 and f ≥ 0.
 */
export function expectTolerance(banks: number, faults: number): void {
  const sane = Number.isSafeInteger(banks) && Number.isSafeInteger(faults) && banks >= 1 && faults >= 0;
  if (!sane || banks < 3 * faults + 1)
    throw new ConcordatError<QuorumError>(
      { code: 'TOO_MANY_FAULTS', banks, faults },
      `${banks} banks bear at most ${maxFaults(banks)} Byzantine ones, not ${faults}: n ≥ 3f + 1 is needed`,
    );
}

/**
 * q = ⌈(n + f + 1)/2⌉: any two quorums share an honest bank, and the n − f honest banks are one. It is 2f + 1 when
 * n = 3f + 1; "2f + 1" alone would let two quorums miss each other's honest banks at n = 6, f = 1.
 */
export function quorum(banks: number, faults: number): number {
  return Math.ceil((banks + faults + 1) / 2);
}

/** How many banks are asked to sign the result: 3f + 1, of which 2f + 1 are honest whoever they are. */
export function executorCount(faults: number): number {
  return 3 * faults + 1;
}

/** Result votes a seal needs among its 3f + 1 executors: 2f + 1, so that two seals share an honest executor. */
export function sealQuorum(faults: number): number {
  return 2 * faults + 1;
}
