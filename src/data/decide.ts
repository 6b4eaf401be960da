import { toHex } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import type { HostAnswer } from './decide-key.js';
import type { Field } from './field.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { canonicalClaims, decided, unresolved } from './resolve/claims.js';
import { type Claim, type HostFunctions, majority, type Resolution, resolveField } from './resolve.js';
import { checkValue, type Value } from './value.js';

/** How one field came to its value. */
export interface FieldDecision {
  /** Name of the field. */
  readonly field: string;
  /** The value that stands, in the form of its field's type; null for none. */
  readonly value: Value;
  /** `settled`, the rule of the schema that decided, or `function` for the host's. */
  readonly rule: string;
  /** Names of the inputs that say so, and of those that say otherwise. */
  readonly supporters: readonly string[];
  /** Names of the inputs that say otherwise. */
  readonly dissenters: readonly string[];
  /** Voices by which the decision holds beyond what it needs. */
  readonly margin: number;
}

/** A disputed key, decided field by field. */
export interface KeyDecision {
  /** SHA-256 of the key, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** `undefined` where a field stays open. */
  readonly values: readonly (Value | undefined)[];
  /** How each decided field came about. */
  readonly fields: readonly FieldDecision[];
  /** Fields that stay open. */
  readonly unresolved: readonly {
    /** The field's name. */
    readonly field: string;
    /** Why, in words. */
    readonly reason: string;
  }[];
}

/** Rules of the host, ready to be asked. */
export interface HostRules {
  readonly functions?: HostFunctions;
  readonly decide?: (row: ConflictRow, versions: readonly (Entry | null)[]) => HostAnswer;
}

/**
 * Decides a disputed key field by field, by the host's function and the rules of its schema, over the versions that are
 * open; null when none is. Every executor has the same versions open, so all decide alike. That some are missing blocks
 * nothing by itself, or liars could block a key by withholding theirs: each rule knows how many voices it does not hear,
 * and says what that means for its bounds.
 *
 * Key fields are not voted on: all holders, withheld or not, hold the record under one key id.
 */
export function decideFields(
  request: ReconcileRequest,
  row: ConflictRow,
  versions: readonly (Entry | null)[],
  rules: HostRules = {},
): KeyDecision | null {
  const open = ofOneKey(row, versions);
  const first = open.find((entry) => entry !== null);
  if (!first) return null;
  const answer = rules.decide?.(row, open);
  const closed = open.filter((entry) => entry === null).length;
  const suffix = closed === 0 ? '' : `; ${closed} of ${open.length} versions were not opened`;
  const values: (Value | undefined)[] = [];
  const fields: FieldDecision[] = [];
  const left: { field: string; reason: string }[] = [];
  request.schema.fields.forEach((field, f) => {
    const resolution = request.schema.keyIndexes.includes(f)
      ? keyOf(request, row, first.values[f]!)
      : checked(field, resolve({ request, row, open, rules }, f, answer));
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
      left.push({ field: field.name, reason: resolution.reason + suffix });
    }
  });
  return { keyDigest: first.keyDigest, values, fields, unresolved: left };
}

/**
 * The versions with the key that most holders have open, the first such in the row's order; the others count as not
 * opened. They differ only if somebody made a record whose 8-byte key id is that of another's key: a leader knows the
 * view's key before the banks fix their records, and among a million keys of its victim one collides after 2^44 tries.
 * At most f holders are liars, so as soon as more than f honest ones are open it is the liars' versions that do not count.
 */
function ofOneKey(row: ConflictRow, versions: readonly (Entry | null)[]): (Entry | null)[] {
  const holders = new Map<string, number>();
  const names = row.digests.map((_, v) => {
    const entry = versions[v] ?? null;
    const name = entry && toHex(entry.keyDigest);
    const support = row.column.filter((version) => version === v + 1).length;
    if (name !== null) holders.set(name, (holders.get(name) ?? 0) + support);
    return name;
  });
  const most = Math.max(...holders.values());
  const [chosen] = [...holders].find(([, support]) => support === most) ?? [];
  return names.map((name, v) => (name === chosen ? (versions[v] ?? null) : null));
}

/** All that a field of a row is resolved from. */
interface Dispute {
  readonly request: ReconcileRequest;
  readonly row: ConflictRow;
  readonly open: readonly (Entry | null)[];
  readonly rules: HostRules;
}

function resolve(dispute: Dispute, f: number, answer: HostAnswer | undefined): Resolution {
  const { request, row, open, rules } = dispute;
  const field = request.schema.fields[f]!;
  if (typeof answer === 'string') return unresolved(answer);
  const claims = claimsOf(dispute, f);
  if (answer?.has(field.name))
    return decided('function', answer.get(field.name) as Value, 0, canonicalClaims(claims), field);
  const versionOf = (input: number): Entry | null => open[(row.column[input] ?? 0) - 1] ?? null;
  const withholds = (input: number): boolean => (row.column[input] ?? 0) > 0 && versionOf(input) === null;
  return resolveField(field, claims, {
    faults: request.faults,
    bankIds: request.banks,
    withheld: row.column.filter((_, input) => withholds(input)).length,
    withholds,
    lacking: row.column.flatMap((version, input) => (version === 0 ? [input] : [])),
    instants: (name) => {
      const at = request.schema.fields.findIndex((other) => other.name === name);
      return (input) => {
        const instant = versionOf(input)?.values[at];
        return typeof instant === 'bigint' ? instant : null;
      };
    },
    ...(rules.functions && { functions: rules.functions }),
  });
}

/** Who says what about one field: inputs with the same value of it stand together, whatever else they differ in. */
function claimsOf({ row, open }: Dispute, field: number): Claim[] {
  const claims = new Map<Value, number[]>();
  row.column.forEach((version, input) => {
    const entry = open[version - 1];
    if (!entry) return;
    const value = entry.values[field]!;
    const banks = claims.get(value);
    if (banks) banks.push(input);
    else claims.set(value, [input]);
  });
  return [...claims].map(([value, banks]) => ({ value, banks }));
}

/** A value of the key, which all holders have: they are more than f, or the key would not be agreed to exist. */
function keyOf({ faults, banks }: ReconcileRequest, row: ConflictRow, value: Value): Resolution {
  const holders = banks.flatMap((_, input) => (row.column[input]! > 0 ? [input] : []));
  return majority([{ value, banks: holders }], { faults, bankIds: banks, withheld: 0, tolerance: null });
}

/** A decision by code of the host may be for a value that the field cannot have: then there is none. */
function checked(field: Field, resolution: Resolution): Resolution {
  if (resolution.state === 'unresolved') return resolution;
  try {
    checkValue(field, resolution.value);
    return resolution;
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return unresolved(`decided by ${resolution.rule}, but ${error.message}`);
  }
}
