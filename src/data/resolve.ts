import type { Field } from './field.js';
import { authority } from './resolve/authority.js';
import { type Claim, type Resolution, type ResolveContext, unresolved } from './resolve/claims.js';
import { type HostFunctions, resolveByHost } from './resolve/host.js';
import { latest } from './resolve/latest.js';
import { majority } from './resolve/majority.js';
import { median, trimmedMean } from './resolve/order.js';

export type { Claim, ClaimError, Resolution, ResolveContext, Resolver } from './resolve/claims.js';
export type { HostFunctions } from './resolve/host.js';
export { authority, latest, majority, median, trimmedMean };

/** What resolving the fields of a record needs besides the claims. */
export interface ResolveEnvironment {
  /** f. */
  readonly faults: number;
  /** How many holders' versions were not opened, and which they are, see {@link ResolveContext}. */
  readonly withheld: number;
  /** Whether a bank, by place, is one of them. */
  readonly withholds?: (bank: number) => boolean;
  /** Places of the inputs that lack the key; none when it is left out. */
  readonly lacking?: readonly number[];
  /** Names of the inputs, by place. */
  readonly bankIds: readonly string[];
  /** For a field that dates records, when each bank dates its own; null when it does not. */
  readonly instants: (field: string) => (bank: number) => bigint | null;
  /** Rules of the host, by the name a schema calls them by, see {@link HostFunctions}. */
  readonly functions?: HostFunctions;
}

/**
 * Resolves one field by its schema's rule. Field by field, so that two banks with different errors in one record do not
 * leave all of it open; the decided record may then be one that no bank holds as a whole.
 *
 * A rule of the host that is not among `functions`, throws, or returns something that is no resolution leaves the field
 * unresolved: better a break than a guess. Whether the value it decides for is one of the field's is for the caller to
 * check.
 *
 * @throws `CLAIM_BANK_TWICE` when a bank claims two values
 */
export function resolveField(
  field: Pick<Field, 'resolve' | 'tolerance'>,
  claims: readonly Claim[],
  environment: ResolveEnvironment,
): Resolution {
  const { resolve, tolerance } = field;
  const { faults, bankIds, withheld, withholds, lacking } = environment;
  const context: ResolveContext = {
    faults,
    bankIds,
    withheld,
    tolerance,
    ...(withholds && { withholds }),
    ...(lacking && { lacking }),
  };
  if (resolve === 'majority') return majority(claims, context);
  if (resolve === 'median') return median(claims, context);
  if (resolve === 'trimmed-mean') return trimmedMean(claims, context);
  if ('latest' in resolve)
    return latest(claims, { ...context, instants: environment.instants(resolve.latest) });
  if ('authority' in resolve) return authority(resolve.authority)(claims, context);
  const rule = environment.functions?.get(resolve.function);
  return rule
    ? resolveByHost(resolve.function, rule, claims, context)
    : unresolved(`no function "${resolve.function}" is registered`);
}
