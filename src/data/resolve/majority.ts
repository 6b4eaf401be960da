import {
  type Claim,
  canonicalClaims,
  claimants,
  decided,
  type Resolver,
  supportersOf,
  unresolved,
} from './claims.js';

/** The voices a majority of `holders` needs: more than half of them, and more than `faults`. */
export const majorityBound = (holders: number, faults: number): number =>
  Math.max(Math.floor(holders / 2), faults) + 1;

/**
 * The value that more than half of the h holders support, and more than f. The holders are the banks that claim anything
 * and those whose version is withheld.
 *
 * What holds with at most f liars among the holders:
 * - at least one honest bank supports the decided value, since its supporters outnumber the liars;
 * - when honest banks that are more than half of all holders, and more than f, agree on a value and their versions are
 *   open, it is decided, or with a tolerance one within it: any two majorities share a bank. With h ≥ 2f + 1 that is so
 *   whenever all honest banks agree;
 * - when the honest banks are split, the liars may tip the balance between values that honest banks support.
 *
 * A withheld version supports nothing, and raises the bound: were it left out of h, whoever keeps versions back could
 * turn a minority into a majority of what is open. So the decided value has more than half of all holders whatever the
 * withheld ones have; and a liar that withholds does no more than one that claims a value of its own.
 *
 * With a tolerance t a bank supports every number within t of its own, and the candidates are the claimed numbers: so
 * the decided number is within t of an honest bank's, though the bank that claimed it may be a liar. Among several
 * candidates with a majority the one with most supporters wins, then the one most banks claim exactly, then the smallest.
 * Null (an absent optional field) is a value like others, at no distance from a number.
 *
 * Margin: supporters beyond the bound.
 */
export const majority: Resolver = (given, context) => {
  const claims = canonicalClaims(given);
  const holders = claimants(claims) + context.withheld;
  const best = bestSupported(claims, context.tolerance);
  if (!best) return unresolved('nobody claims a value');
  const bound = majorityBound(holders, context.faults);
  if (best.support < bound)
    return unresolved(`best value has ${best.support} of ${holders} voices, ${bound} decide`);
  return decided('majority', best.claim.value, best.support - bound, claims, context);
};

/** The claim with most support, then most exact claimants, then the smallest value. Claims are canonical. */
function bestSupported(
  claims: readonly Claim[],
  tolerance: bigint | null,
): { readonly claim: Claim; readonly support: number } | null {
  let best: { claim: Claim; support: number } | null = null;
  for (const claim of claims) {
    const support = supportersOf(claim.value, claims, tolerance).length;
    const better =
      !best ||
      support > best.support ||
      (support === best.support && claim.banks.length > best.claim.banks.length);
    if (better) best = { claim, support };
  }
  return best;
}
