import { decode, encode } from '../crypto/encoding.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { guarded, type HostFunctions } from './resolve/host.js';
import { type Schema, schemaCodec } from './schema.js';
import type { OpenedStatistics } from './statistics.js';
import type { Value } from './value.js';

/** What the host brings to reconciling. All of it must be the same at every bank. */
export interface ReconcileRules {
  /** For the fields whose schema names a function. */
  readonly functions?: HostFunctions;
  /** Asked first, about every disputed key. */
  readonly decide?: DecideKey;
}

/** One disputed key, as a function of the host sees it: copies, which it may keep but not change. */
export interface DisputedKey {
  /** What the values are, field by field. */
  readonly schema: Schema;
  /** f: of the banks named here, at most so many lie. */
  readonly faults: number;
  /** The opened versions, most supported first: values in the order of the schema's fields, and who holds them. */
  readonly versions: readonly { readonly values: readonly Value[]; readonly banks: readonly string[] }[];
  /** Names of the banks that hold the key in versions that were not opened. */
  readonly withheld: readonly string[];
  /**
   * Names of the inputs that lack the key. Where absence is a vote they say that it does not exist, and were outvoted;
   * where it is none, they say nothing.
   */
  readonly lacking: readonly string[];
  /** What was opened of the banks' column statistics, or null. */
  readonly statistics: OpenedStatistics | null;
}

/** Values by field name. A field that is undefined or left out is left to the schema's rule. */
export type KeyAnswer = Readonly<Record<string, Value | undefined>>;

/**
 * A function of the host that decides a disputed key; undefined leaves all of it to the schema's rules.
 *
 * It is asked about disputed keys that are agreed to exist only: what is unanimous, settled or unvouched is so whatever
 * it thinks, and so is which keys there are. Within a
 * disputed key nothing bounds it: that f liars cannot move its decision is for it to see to.
 *
 * It must be deterministic, the same at every bank, and end: it may read nothing but its argument, so no clock, no
 * chance, no float whose last digit depends on the machine, no state kept between calls. Where it is not, executors come
 * to different results, and if too few of them agree the epoch has no seal; no two results are ever sealed.
 *
 * When it throws, names a field the schema lacks, or gives a key field another value, nothing of its answer is used and
 * every field outside the key is unresolved; a value that is not its field's leaves that field unresolved.
 */
export type DecideKey = (key: DisputedKey) => KeyAnswer | undefined;

/** What a host's function said about a key: values by field name, or why there are none. */
export type HostAnswer = ReadonlyMap<string, unknown> | string;

/**
 * Asks `decide` about rows of one request.
 * @returns a function of a row and its versions as far as they are open, at least one
 */
export function hostDecider(
  request: ReconcileRequest,
  decide: DecideKey,
): (row: ConflictRow, versions: readonly (Entry | null)[]) => HostAnswer {
  // Through its bytes: a copy that shares nothing with the schema that digests are taken under.
  const schema = decode(schemaCodec, encode(schemaCodec, request.schema));
  const statistics = frozenCopy(request.statistics);
  const holders = (row: ConflictRow, test: (version: number) => boolean): readonly string[] =>
    Object.freeze(request.banks.filter((_, input) => row.column[input]! > 0 && test(row.column[input]!)));
  return (row, versions) =>
    guarded<HostAnswer>(
      'function',
      () => {
        const open = versions.flatMap((entry, v) =>
          entry
            ? [
                Object.freeze({
                  values: Object.freeze([...entry.values]),
                  banks: holders(row, (version) => version === v + 1),
                }),
              ]
            : [],
        );
        const key: DisputedKey = Object.freeze({
          schema,
          faults: request.faults,
          versions: Object.freeze(open),
          withheld: holders(row, (version) => !versions[version - 1]),
          lacking: Object.freeze(request.banks.filter((_, input) => row.column[input] === 0)),
          statistics,
        });
        return readAnswer(decide(key), request.schema, open[0]!.values);
      },
      (reason) => reason,
    );
}

function frozenCopy(statistics: OpenedStatistics | null): OpenedStatistics | null {
  if (!statistics) return null;
  const { banks, totals, each } = statistics;
  return Object.freeze({
    banks: Object.freeze([...banks]),
    totals: Object.freeze([...totals]),
    each: each && Object.freeze(each.map((own) => Object.freeze([...own]))),
  });
}

/** Reads foreign properties, so it runs where a throw is caught. Values are checked when a field takes them. */
function readAnswer(answer: unknown, schema: Schema, values: readonly Value[]): HostAnswer {
  if (answer === undefined) return new Map();
  // A promise, a map or an array has none of the fields, and would pass for an answer that leaves all of them open.
  if (Object.prototype.toString.call(answer) !== '[object Object]')
    return 'function returned no object of values';
  const read = new Map<string, unknown>();
  for (const [name, value] of Object.entries(answer as object)) {
    if (value === undefined) continue;
    const at = schema.fields.findIndex((field) => field.name === name);
    if (at < 0) return `function names no field of the schema: ${JSON.stringify(name.slice(0, 64))}`;
    if (schema.keyIndexes.includes(at) && value !== values[at])
      return `function changes the key field "${name}"`;
    read.set(name, value);
  }
  return read;
}
