import {
  canonicalClaims,
  claimants,
  decided,
  type Resolution,
  type ResolveContext,
  type Resolver,
  unresolved,
} from './claims.js';
import { majority } from './majority.js';

/**
 * A rule over the sorted numbers that are claimed, one for each bank.
 *
 * Null first: when most claimants say null by the rule of `majority`, null is decided (and `rule` says `majority`); else
 * nulls are put aside and count as no number. So null is decided only if an honest bank says null, a number only if
 * there are at least 2f + 1 numbers: liars who say null may leave the field open, but 2f + 1 honest numbers decide it.
 *
 * A withheld version is no number, and for null a voice against, as `majority` has it. The numbers that are open are at
 * least 2f + 1 with at most f liars' among them, whatever is withheld, and that is all the argument at {@link median}
 * needs: versions kept back narrow the range of the honest numbers, and cannot leave it.
 */
function orderRule(rule: string, pick: (sorted: readonly bigint[], faults: number) => bigint): Resolver {
  return (given, context): Resolution => {
    const claims = canonicalClaims(given);
    const sorted: bigint[] = [];
    for (const { value, banks } of claims) {
      if (value === null) continue;
      if (typeof value !== 'bigint') return unresolved(`${rule} needs numbers`);
      for (let i = 0; i < banks.length; i++) sorted.push(value);
    }
    if (sorted.length < claimants(claims)) {
      const absence = majority(claims, context);
      if (absence.state === 'decided' && absence.value === null) return absence;
    }
    const bound = leastNumbers(context);
    if (sorted.length < bound)
      return unresolved(`${rule} needs ${bound} numbers, ${sorted.length} are claimed`);
    return decided(rule, pick(sorted, context.faults), sorted.length - bound, claims, context);
  };
}

/** 2f + 1: fewer numbers and the liars could be half of them. */
const leastNumbers = ({ faults }: ResolveContext): number => 2 * faults + 1;

/**
 * The median of the claimed numbers; of an even number of them the lower of the middle two, so that it is a claimed one.
 *
 * It lies between the smallest and the largest honest number, whatever f liars claim: sorted from 0 it has place
 * ⌊(h − 1)/2⌋, which with h ≥ 2f + 1 has at least f numbers below it and at least f above. If it were below every honest
 * number, it and the f below would all be liars', one too many; and likewise above. Liars can move it within that range,
 * by claiming or by withholding a number.
 *
 * Null: see {@link trimmedMean}. Margin: numbers beyond 2f + 1.
 */
export const median: Resolver = orderRule('median', (sorted) => sorted[(sorted.length - 1) >> 1]!);

/**
 * The mean of the claimed numbers without the f smallest and the f largest, rounded half to even to a whole unit.
 *
 * It lies between the smallest and the largest honest number: each of the h − 2f ≥ 1 numbers kept has f below and f above
 * it and so lies there, by the argument at {@link median}; a mean does not leave the range of its terms, and rounding
 * does not pass a whole number. Liars can move it within that range.
 *
 * Null claims: when most claimants say null, by the rule of `majority`, null is decided and `rule` says so; else they
 * are put aside. Margin: numbers beyond 2f + 1.
 */
export const trimmedMean: Resolver = orderRule('trimmed-mean', (sorted, faults) => {
  const kept = sorted.slice(faults, sorted.length - faults);
  return divideHalfEven(
    kept.reduce((sum, value) => sum + value, 0n),
    BigInt(kept.length),
  );
});

/** The whole number nearest to dividend / divisor, the even one of two. The divisor is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const remainder = ((dividend % divisor) + divisor) % divisor;
  const floor = (dividend - remainder) / divisor;
  const roundsUp = 2n * remainder > divisor || (2n * remainder === divisor && floor % 2n !== 0n);
  return roundsUp ? floor + 1n : floor;
}
