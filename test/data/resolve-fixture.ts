import type { Claim, ResolveContext, Resolver } from '../../src/data/resolve.js';
import type { Value } from '../../src/data/value.js';

/** Claims of banks 0, 1, … in this order. */
export const claim = (...values: Value[]): Claim[] => values.map((value, bank) => ({ value, banks: [bank] }));

export const context = (faults: number, more: Partial<ResolveContext> = {}): ResolveContext => ({
  faults,
  withheld: 0,
  tolerance: null,
  bankIds: Array.from({ length: 40 }, (_, i) => `bank-${i}`),
  ...more,
});

export const dated = (faults: number, ...instants: (bigint | null)[]): ResolveContext =>
  context(faults, { instants: (bank) => instants[bank] ?? null });

export const decidedBy = (
  rule: Resolver,
  claims: readonly Claim[],
  given: ResolveContext,
): Value | undefined => {
  const resolution = rule(claims, given);
  return resolution.state === 'decided' ? resolution.value : undefined;
};

export const sorted = (values: readonly bigint[]): bigint[] => [...values].sort((a, b) => Number(a - b));

export const least = (values: readonly bigint[]): bigint => sorted(values)[0]!;

export const greatest = (values: readonly bigint[]): bigint => sorted(values).at(-1)!;
