import type { DecideKey } from '../data/decide-key.js';
import { type Outcome, reconcileOutcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Resolver } from '../data/resolve.js';
import type { Schema } from '../data/schema.js';
import { optionError } from './option-error.js';

/** Computes the result of an epoch from its agreed inputs. */
export type Reconcile = (request: ReconcileRequest) => Outcome;

/**
 * How the result is computed from the agreed inputs; without any of these, by the rules of the schema alone.
 *
 * All of it runs as the host's effect, outside the protocol core, once for each bank and epoch. It must be deterministic
 * and the same at every bank. A function that is not costs termination, never agreement: executors come to different
 * results, and where fewer than 2f + 1 of them agree nothing is sealed.
 */
export interface ResultRules {
  /**
   * Rules for the fields whose schema says `{ "function": NAME }`, by that name. What one throws, or returns that is no
   * resolution, leaves its field unresolved.
   */
  readonly functions?: Readonly<Record<string, Resolver>>;
  /** Asked first, about every disputed key: see {@link DecideKey}. Unanimous, settled and unvouched keys stay as they are. */
  readonly decide?: DecideKey;
  /**
   * Computes the whole result, instead of the built-in rules and of `functions` and `decide`, which may not be given
   * beside it. Every bound that the built-in rules keep against f liars is then its author's duty, as is a `root` that
   * commits to all that is decided: banks sign that root and nothing else. What it throws comes out of the run.
   */
  readonly reconcile?: Reconcile;
}

/**
 * The function that these rules make.
 * @throws `OPTION_INVALID` for rules beside a `reconcile` that would ignore them
 */
export function reconcileBy({ functions, decide, reconcile }: ResultRules): Reconcile {
  if (reconcile) {
    for (const [option, rule] of Object.entries({ functions, decide }))
      if (rule) optionError(option, 'has no effect beside reconcile, which computes the whole result');
    return reconcile;
  }
  const rules = {
    ...(functions && { functions: new Map(Object.entries(functions)) }),
    ...(decide && { decide }),
  };
  return (request) => reconcileOutcome(request, rules);
}

/** The rules among these options, and nothing else. */
export function resultRules({ functions, decide, reconcile }: ResultRules): ResultRules {
  return { ...(functions && { functions }), ...(decide && { decide }), ...(reconcile && { reconcile }) };
}

/** The host's rules as parameters of a report: which there are, since code cannot be shown. None for none. */
export function describeRules(rules: ResultRules): Readonly<Record<string, string>> {
  const { functions = {}, decide, reconcile } = rules;
  const given = [
    ...Object.keys(functions),
    ...(decide ? ['decide'] : []),
    ...(reconcile ? ['reconcile'] : []),
  ];
  return given.length === 0 ? {} : { rules: given.join(', ') };
}

/**
 * Refuses a function that no field of the schema names: it would have no effect, and its name is misspelt.
 * @throws `OPTION_INVALID`
 */
export function expectFunctions(schema: Schema, functions: ResultRules['functions'] = {}): void {
  const named = schema.fields.flatMap(({ resolve }) =>
    typeof resolve === 'object' && 'function' in resolve ? [resolve.function] : [],
  );
  for (const name of Object.keys(functions))
    if (!named.includes(name)) optionError('functions', `has "${name}", which no field of the schema names`);
}
