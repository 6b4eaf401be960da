import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import type { Field } from './field.js';
import type { ReconcileRequest } from './reconcile-request.js';
import type { Claim, Resolution } from './resolve.js';
import { resolveField } from './resolve.js';
import type { Value } from './value.js';

/** How one field came to its value. */
export interface FieldDecision {
  readonly field: string;
  readonly value: Value;
  /** `settled`, or the rule of the schema that decided. */
  readonly rule: string;
  /** Names of the inputs that say so, and of those that say otherwise. */
  readonly supporters: readonly string[];
  readonly dissenters: readonly string[];
  /** Voices by which the decision holds beyond what it needs. */
  readonly margin: number;
}

/** A disputed key, decided field by field. */
export interface KeyDecision {
  readonly keyDigest: Uint8Array;
  /** `undefined` where a field stays open. */
  readonly values: readonly (Value | undefined)[];
  readonly fields: readonly FieldDecision[];
  readonly unresolved: readonly { readonly field: string; readonly reason: string }[];
}

/**
 * Decides a disputed key field by field, by the rules of its schema; null while not all of its versions are open to
 * everyone, for then two executors could decide differently.
 */
export function decideFields(
  request: ReconcileRequest,
  row: ConflictRow,
  versions: readonly (Entry | null)[],
): KeyDecision | null {
  const known = versions.filter((entry) => entry !== null);
  const first = known[0];
  if (!first || known.length !== row.digests.length) return null;
  const values: (Value | undefined)[] = [];
  const fields: FieldDecision[] = [];
  const unresolved: { field: string; reason: string }[] = [];
  request.schema.fields.forEach((field, f) => {
    const resolution = resolve(request, field, claimsOf(row, known, f), row, known);
    if (resolution.state === 'decided') {
      const names = (inputs: readonly number[]): string[] => inputs.map((input) => request.banks[input]!);
      values.push(resolution.value);
      fields.push({
        field: field.name,
        value: resolution.value,
        rule: resolution.rule,
        supporters: names(resolution.supporters),
        dissenters: names(resolution.dissenters),
        margin: resolution.margin,
      });
    } else {
      values.push(undefined);
      unresolved.push({ field: field.name, reason: resolution.reason });
    }
  });
  return { keyDigest: first.keyDigest, values, fields, unresolved };
}

/** Who says what about one field: inputs with the same value of it stand together, whatever else they differ in. */
function claimsOf(row: ConflictRow, versions: readonly Entry[], field: number): Claim[] {
  const claims = new Map<Value, number[]>();
  row.column.forEach((version, input) => {
    if (version === 0) return;
    const value = versions[version - 1]!.values[field]!;
    claims.set(value, [...(claims.get(value) ?? []), input]);
  });
  return [...claims].map(([value, banks]) => ({ value, banks }));
}

function resolve(
  request: ReconcileRequest,
  field: Field,
  claims: readonly Claim[],
  row: ConflictRow,
  versions: readonly Entry[],
): Resolution {
  return resolveField(field, claims, {
    faults: request.faults,
    bankIds: request.banks,
    instants: (name) => (input) => {
      const at = request.schema.fields.findIndex((other) => other.name === name);
      const instant = versions[row.column[input]! - 1]?.values[at];
      return typeof instant === 'bigint' ? instant : null;
    },
  });
}
