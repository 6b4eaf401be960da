import type { Value } from '../value.js';
import { canonicalClaims, decided, type Resolver, supportersOf, unresolved } from './claims.js';

interface Dated {
  readonly value: Value;
  readonly instant: bigint;
  /** Supporters that date their claim. */
  readonly support: number;
  /** Banks that claim exactly this value. */
  readonly exact: number;
}

/** Newest first, then most supporters, then most exact claimants. */
const byNewest = (a: Dated, b: Dated): number =>
  a.instant !== b.instant ? (a.instant > b.instant ? -1 : 1) : b.support - a.support || b.exact - a.exact;

/**
 * The newest value that at least f + 1 banks vouch for: they claim it (or a number within tolerance) and date it.
 *
 * A value is as new as the (f + 1)-th newest date among its supporters. One of the f + 1 is honest, so with at most f
 * liars:
 * - at least one honest bank supports the decided value, and dates it at least as new as it is taken to be: liars cannot
 *   date a value of their own newest, nor an old one of others newer than some honest supporter does;
 * - a value that f + 1 honest banks date t or newer is taken to be at least as new as t: liars cannot make it older.
 *
 * A newer value that f banks or fewer vouch for loses to an older one, or leaves the field unresolved: the price of not
 * trusting one bank's clock. Two values equally new: more supporters, then more exact claimants; still equal, unresolved.
 * Claims without a date vouch for nothing. Null is a value like others.
 *
 * A withheld version vouches for nothing. A version that an honest bank holds stays closed only when the network fails
 * it, so with up to f withheld holders all may be liars, who could as well have claimed anything: the field is decided,
 * or they could block it. The first guarantee then holds as it stands, the second for honest banks whose versions are
 * open. More than f withheld holders include an honest one, whose value may be the newest: the field stays unresolved,
 * or whoever delays messages could choose an older value.
 *
 * Margin: dated supporters beyond f + 1.
 */
export const latest: Resolver = (given, context) => {
  const claims = canonicalClaims(given);
  const needed = context.faults + 1;
  if (context.withheld > context.faults)
    return unresolved(`${context.withheld} holders are withheld, and one of them may have a newer value`);
  const dated: Dated[] = [];
  for (const { value, banks } of claims) {
    const instants = supportersOf(value, claims, context.tolerance)
      .map((bank) => context.instants?.(bank) ?? null)
      .filter((instant) => instant !== null)
      .sort((a, b) => (a === b ? 0 : a > b ? -1 : 1));
    const instant = instants[needed - 1];
    if (instant !== undefined) dated.push({ value, instant, support: instants.length, exact: banks.length });
  }
  const [newest, second] = dated.sort(byNewest);
  if (!newest) return unresolved(`no value is dated by ${needed} banks`);
  if (second && byNewest(newest, second) === 0) return unresolved('two values are equally new and supported');
  return decided('latest', newest.value, newest.support - needed, claims, context);
};
