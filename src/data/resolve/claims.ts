import { ConcordatError } from '../../crypto/error.js';
import type { Value } from '../value.js';

/** One value of a field, and the banks that say so. */
export interface Claim {
  /** The value that they claim; null for none. */
  readonly value: Value;
  /** Places of the banks among the inputs. */
  readonly banks: readonly number[];
}

/** What a rule may know besides the claims. */
export interface ResolveContext {
  /** f: of the banks that hold the record, at most so many lie. */
  readonly faults: number;
  /**
   * How many more banks hold the record, in versions that were not opened: their voices exist, and support nothing that
   * is known. Liars can withhold what they alone hold; the network may have kept back versions of honest banks.
   */
  readonly withheld: number;
  /** How far two numbers may lie apart and still support each other, in the unit of the values; null for not at all. */
  readonly tolerance: bigint | null;
  /** Names of the inputs, by place. */
  readonly bankIds: readonly string[];
  /** When each bank dates its claim, null when it does not. Only `latest` reads it. */
  readonly instants?: (bank: number) => bigint | null;
  /** Whether a bank is one of the withheld; nobody is when it is left out. Only `authority` reads it. */
  readonly withholds?: (bank: number) => boolean;
  /**
   * Places of the inputs that lack the key, ascending: for rules of the host. Where absence is a vote they were outvoted,
   * where it is none they say nothing; in neither case do they claim anything of a field.
   */
  readonly lacking?: readonly number[];
}

/** What a rule makes of the claims of one field. */
export type Resolution =
  /** One value, and who is for it. */
  | {
      readonly state: 'decided';
      readonly value: Value;
      /** The rule that decided. */
      readonly rule: string;
      /** Banks whose value is the decided one or within tolerance of it, ascending. */
      readonly supporters: readonly number[];
      /** All other banks that claimed anything, ascending. */
      readonly dissenters: readonly number[];
      /** Voices beyond those the rule needs. */
      readonly margin: number;
    }
  /** The field stays open. */
  | {
      readonly state: 'unresolved';
      /** Why the rule does not decide, as a person reads it. */
      readonly reason: string;
    };

/**
 * A rule that resolves one field of a disputed record. It must be deterministic and must not depend on the order of the
 * claims: every executor has to come to the same result.
 */
export type Resolver = (claims: readonly Claim[], context: ResolveContext) => Resolution;

/** What {@link canonicalClaims} throws. */
export type ClaimError = { readonly code: 'CLAIM_BANK_TWICE'; readonly bank: number };

/** Kinds of values in the order they sort in. */
const rank = (value: Value): number =>
  value === null ? 0 : ['boolean', 'bigint', 'string'].indexOf(typeof value) + 1;

/**
 * A total order of values: null, false, true, numbers, then text by UTF-16 code units. Not by locale, which differs from
 * machine to machine.
 */
export function compareValues(a: Value, b: Value): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a === null || b === null || a === b ? 0 : a < b ? -1 : 1;
}

/**
 * The claims with equal values merged, in the order of {@link compareValues}, their banks ascending, claims of nobody
 * left out.
 * @throws `CLAIM_BANK_TWICE` when a bank claims two values: it would have two voices.
 */
export function canonicalClaims(claims: readonly Claim[]): Claim[] {
  const values = new Map<Value, Set<number>>();
  const seen = new Map<number, Value>();
  for (const { value, banks } of claims)
    for (const bank of banks) {
      if (seen.has(bank) && seen.get(bank) !== value)
        throw new ConcordatError<ClaimError>(
          { code: 'CLAIM_BANK_TWICE', bank },
          `bank ${bank} claims two values of one field`,
        );
      seen.set(bank, value);
      values.set(value, (values.get(value) ?? new Set()).add(bank));
    }
  return [...values]
    .map(([value, banks]) => ({ value, banks: [...banks].sort((a, b) => a - b) }))
    .sort((a, b) => compareValues(a.value, b.value));
}

/** h: how many banks claim anything. */
export const claimants = (claims: readonly Claim[]): number =>
  claims.reduce((sum, { banks }) => sum + banks.length, 0);

/** Whether two values support each other: they are equal, or numbers at most `tolerance` apart. */
export function agree(a: Value, b: Value, tolerance: bigint | null): boolean {
  if (tolerance === null || typeof a !== 'bigint' || typeof b !== 'bigint') return a === b;
  return a - b <= tolerance && b - a <= tolerance;
}

/** The banks whose value supports `value`, ascending. */
export const supportersOf = (value: Value, claims: readonly Claim[], tolerance: bigint | null): number[] =>
  claims
    .filter((claim) => agree(claim.value, value, tolerance))
    .flatMap(({ banks }) => banks)
    .sort((a, b) => a - b);

/** A decision for `value`, with those who support it and those who do not. */
export function decided(
  rule: string,
  value: Value,
  margin: number,
  claims: readonly Claim[],
  { tolerance }: Pick<ResolveContext, 'tolerance'>,
): Resolution {
  const supporters = supportersOf(value, claims, tolerance);
  const dissenters = claims
    .filter((claim) => !agree(claim.value, value, tolerance))
    .flatMap(({ banks }) => banks)
    .sort((a, b) => a - b);
  return { state: 'decided', value, rule, supporters, dissenters, margin };
}

/** No decision, and why. */
export const unresolved = (reason: string): Resolution => ({ state: 'unresolved', reason });
