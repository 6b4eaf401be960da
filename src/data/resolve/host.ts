import { type Claim, type Resolution, type ResolveContext, type Resolver, unresolved } from './claims.js';

/**
 * Rules of the host, by the name a schema calls them by. Each must be deterministic, and the same at every bank: no
 * clock, no chance, no float, no order but that of its arguments. Where it is not, executors come to different results,
 * and if too few of them agree the epoch has no seal. It must also end: nothing stops one that does not.
 */
export type HostFunctions = ReadonlyMap<string, Resolver>;

/** UTF-16 units of a foreign error's message that a reason shows. */
const MAX_MESSAGE = 200;

/**
 * Runs code of the host. Whatever it throws, `failed` makes an answer of, from a text that a person reads: an error of
 * the host must not stop the epoch.
 */
export function guarded<T>(name: string, run: () => T, failed: (reason: string) => T): T {
  try {
    return run();
  } catch (error) {
    return failed(`${name} failed: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    return String(message).slice(0, MAX_MESSAGE).toWellFormed();
  } catch {
    return 'it threw what has no text';
  }
}

/**
 * Resolves by a rule of the host. It gets copies, so that it cannot change what later fields are resolved from; if it
 * throws, or what it returns is no resolution over these inputs, the field is unresolved.
 */
export function resolveByHost(
  name: string,
  rule: Resolver,
  claims: readonly Claim[],
  context: ResolveContext,
): Resolution {
  const title = `function "${name}"`;
  return guarded(
    title,
    () => {
      const copies = claims.map(({ value, banks }) => ({ value, banks: [...banks] }));
      const inputs = context.bankIds.length;
      const answer: unknown = rule(copies, {
        ...context,
        bankIds: [...context.bankIds],
        lacking: [...(context.lacking ?? [])],
      });
      return readResolution(answer, inputs) ?? unresolved(`${title} returned no resolution`);
    },
    unresolved,
  );
}

/** A copy of a resolution whose parts are of the types they should be, else null. Getters may throw. */
function readResolution(answer: unknown, inputs: number): Resolution | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { state, reason, value, rule, supporters, dissenters, margin } = answer as Record<string, unknown>;
  if (state === 'unresolved') return typeof reason === 'string' ? unresolved(reason) : null;
  if (state !== 'decided' || !isValue(value)) return null;
  if (typeof rule !== 'string' || typeof margin !== 'number' || !Number.isSafeInteger(margin)) return null;
  if (!arePlaces(supporters, inputs) || !arePlaces(dissenters, inputs)) return null;
  return { state, value, rule, supporters: [...supporters], dissenters: [...dissenters], margin };
}

const isValue = (value: unknown): value is bigint | string | boolean | null =>
  value === null || ['bigint', 'string', 'boolean'].includes(typeof value);

const arePlaces = (places: unknown, inputs: number): places is number[] =>
  Array.isArray(places) &&
  places.length <= inputs &&
  places.every((place) => Number.isInteger(place) && place >= 0 && place < inputs);
