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
const majorityBound = (holders: number, faults: number): number =>
  Math.max(Math.floor(holders / 2), faults) + 1;

/**
 * The value that more than half of the h claimants support, and more than f.
 *
 * What holds with at most f liars among the claimants:
 * - at least one honest bank supports the decided value, since its supporters outnumber the liars;
 * - when honest banks that are more than half of all claimants, and more than f, agree on a value, it is decided, or with
 *   a tolerance one within it: any two majorities share a bank. With h ≥ 2f + 1 that is so whenever all honest banks agree;
 * - when the honest banks are split, the liars may tip the balance between values that honest banks support.
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
  const holders = claimants(claims);
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
