import { compareBytes, concatBytes } from '../crypto/bytes.js';
import { type Codec, encode, struct, u53 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import * as merkle from '../crypto/merkle.js';
import { type Break, differencesIn, inVersion, type RowDecision, type Tolerated } from './breaks.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import { decideFields, type FieldDecision, type HostRules } from './decide.js';
import { hostDecider, type ReconcileRules } from './decide-key.js';
import { isOpened, type KeyClass, settledBound } from './key-class.js';
import { knownRecord } from './known-records.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { encodePartialRecord } from './record.js';
import { agree } from './resolve/claims.js';
import { encodeStatistics, type OpenedStatistics } from './statistics.js';
import type { Value } from './value.js';

export type { Break, Side, Tolerated } from './breaks.js';

/** How many keys of the union fell into which class. `unresolved` counts the disputed keys left without a decision. */
export interface Totals {
  /** All inputs hold one version. */
  readonly unanimous: number;
  /** One version, or absence, has the support that settles a key. */
  readonly settled: number;
  /** Held by more than f banks and not settled, or closed for the quota of forced disclosures. */
  readonly disputed: number;
  /** Held by f banks or fewer. */
  readonly unvouched: number;
  /** Disputed keys of which a field, or all, stayed open. */
  readonly unresolved: number;
}

/** Strict encoding of totals; they are signed with the result root. */
export const totalsCodec: Codec<Totals> = struct<Totals>({
  unanimous: u53,
  settled: u53,
  disputed: u53,
  unvouched: u53,
  unresolved: u53,
});

/** A key with its decided record. */
export interface OutcomeRow {
  /** SHA-256 of the key's canonical bytes, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** Values in the schema's order; `undefined` where a field could not be decided. */
  readonly values: readonly (Value | undefined)[];
}

/** Why a value came out as it did. */
export interface Explanation extends FieldDecision {
  /** The digest of the key it is about, 32 bytes. */
  readonly keyDigest: Uint8Array;
  /** The class that the key had before it was decided. */
  readonly class: KeyClass;
  /** Names of the inputs that hold the key in a version that is not shown here: what they say of the field is not known. */
  readonly hidden?: readonly string[];
}

/** The result of an epoch. Two executors with the same request compute the same root. */
export interface Outcome {
  /** Commits to rows, undecided keys, totals and opened statistics, 32 bytes. */
  readonly root: Uint8Array;
  /**
   * What the root is salted with, 32 bytes. Whoever is to compute the root again needs it; whoever has it, the root and all
   * rows but a few can test guesses of these.
   */
  readonly salt: Uint8Array;
  /** How many keys of the union fell into which class. */
  readonly totals: Totals;
  /** What was opened of the banks' column statistics; null when nothing was. */
  readonly statistics: OpenedStatistics | null;
  /** In key-digest order. */
  readonly rows: readonly OutcomeRow[];
  /**
   * Every key on which inputs differ, decided or not, in the table's order. What a bank may know of the others' records is
   * in it, and nothing more.
   */
  readonly breaks: readonly Break[];
  /** Numbers that are not the agreed ones and within their field's tolerance of them: no breaks, and counted apart. */
  readonly tolerated?: readonly Tolerated[];
  /** What became of each row of the table: what breaks are told from. */
  readonly decisions?: ReadonlyMap<ConflictRow, RowDecision>;
  /** How the fields of settled and disputed keys came to their values; nothing of unanimous keys. */
  readonly explanations: readonly Explanation[];
}

/**
 * Computes the result from the agreed inputs: unanimous records stand, settled keys take their winner. Of the others it
 * is decided first whether the key exists; those that do are decided field by field where versions of them are open, by
 * the host's function and the schema's rules; and what remains is open. Closed rows remain, whatever is known of them
 * here.
 *
 * Pure, and as deterministic as the rules of the host are, whose errors become breaks and never come out of it;
 * expensive for large tables: run it outside the protocol core.
 */
export function reconcileOutcome(request: ReconcileRequest, rules: ReconcileRules = {}): Outcome {
  const { schema, table, statistics } = request;
  const rows: OutcomeRow[] = [];
  const leaves: { readonly keyDigest: Uint8Array; readonly leaf: Uint8Array }[] = [];
  const undecided: Uint8Array[] = [];
  const decisions = new Map<ConflictRow, RowDecision>();
  const totals = { unanimous: request.common.length, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
  const host: HostRules = {
    ...(rules.functions && { functions: rules.functions }),
    ...(rules.decide && { decide: hostDecider(request, rules.decide) }),
  };

  const addRow = (
    keyDigest: Uint8Array,
    values: readonly (Value | undefined)[],
    entry: Entry | null,
  ): void => {
    rows.push({ keyDigest, values });
    const content = entry ? entry.digest : encodePartialRecord(schema, values);
    leaves.push({ keyDigest, leaf: merkle.leafHash(hash('result-row', keyDigest, content)) });
  };

  for (const entry of request.common) addRow(entry.keyDigest, entry.values, entry);
  for (const row of table.rows) {
    const keyClass = request.closed.has(row) ? 'disputed' : row.standing.class;
    const result = decideRow(request, row, host);
    decisions.set(row, result);
    totals[keyClass]++;
    if (result.type === 'settled') addRow(result.winner.keyDigest, result.winner.values, result.winner);
    if (result.type === 'decided') addRow(result.decision.keyDigest, result.decision.values, null);
    if (result.type === 'open')
      undecided.push(concatBytes(row.id, Uint8Array.of(keyClass === 'unvouched' ? 0 : 1)));
    const isOpen =
      result.type === 'open' || (result.type === 'decided' && result.decision.values.includes(undefined));
    if (keyClass === 'disputed' && isOpen) totals.unresolved++;
  }

  rows.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  leaves.sort((a, b) => compareBytes(a.keyDigest, b.keyDigest));
  const root = hash(
    'result',
    request.salt,
    merkle.root(leaves.map(({ leaf }) => leaf)),
    merkle.root(undecided.map((leaf) => merkle.leafHash(leaf))),
    encode(totalsCodec, totals),
    encodeStatistics(statistics),
  );
  return {
    root,
    salt: request.salt,
    totals,
    statistics,
    rows,
    decisions,
    ...tellOutcome(request, decisions),
  };
}

/**
 * What there is to tell of a result, by what is known to whoever asks: breaks, what is tolerated, and explanations. The
 * result itself does not depend on it.
 */
export function tellOutcome(
  request: ReconcileRequest,
  decisions: ReadonlyMap<ConflictRow, RowDecision>,
): Pick<Outcome, 'breaks' | 'explanations'> & { readonly tolerated: readonly Tolerated[] } {
  const differences = [...decisions].map(([row, result]) => differencesIn(request, row, result));
  return {
    breaks: differences.flatMap(({ breaks }) => breaks),
    tolerated: differences.flatMap(({ tolerated }) => tolerated),
    explanations: [...decisions].flatMap(([row, result]) => explain(request, row, result)),
  };
}

function decideRow(request: ReconcileRequest, row: ConflictRow, host: HostRules): RowDecision {
  const { standing } = row;
  if (request.closed.has(row)) return { type: 'open' };
  if (standing.exists === false) return { type: 'absent' };
  const versions = request.versions.get(row) ?? [];
  if (standing.class === 'settled') {
    const winner = versions[standing.winner! - 1];
    return winner ? { type: 'settled', winner } : { type: 'open' };
  }
  const decision = isOpened(standing) ? decideFields(request, row, versions, host) : null;
  return decision ? { type: 'decided', decision } : { type: 'open' };
}

function explain(request: ReconcileRequest, row: ConflictRow, result: RowDecision): Explanation[] {
  if (result.type === 'settled') return explainSettled(request, row, result.winner);
  if (result.type !== 'decided') return [];
  const { keyDigest, fields } = result.decision;
  const { versions } = request;
  const hidden = inVersion(request, row, (v) => v !== 0 && !versions.get(row)?.[v - 1]);
  const { keyIndexes } = request.schema;
  return fields.map((field, f) => ({
    ...field,
    keyDigest,
    class: 'disputed',
    hidden: keyIndexes.includes(f) ? [] : hidden,
  }));
}

/** Field by field: who holds a record of the same value of it is for that value, whatever else it differs in. */
function explainSettled(request: ReconcileRequest, row: ConflictRow, winner: Entry): Explanation[] {
  const { schema, faults, banks } = request;
  return schema.fields.map((field, f) => {
    const isKey = schema.keyIndexes.includes(f);
    const supporters: string[] = [];
    const dissenters: string[] = [];
    const hidden: string[] = [];
    for (const [input, version] of row.column.entries()) {
      if (version === 0) continue;
      const entry = version === row.standing.winner ? winner : knownRecord(request, row, input);
      const side = isKey
        ? supporters
        : !entry
          ? hidden
          : agree(entry.values[f]!, winner.values[f]!, field.tolerance)
            ? supporters
            : dissenters;
      side.push(banks[input]!);
    }
    return {
      keyDigest: winner.keyDigest,
      class: 'settled' as const,
      field: field.name,
      value: winner.values[f]!,
      rule: 'settled',
      supporters,
      dissenters,
      hidden,
      margin: row.standing.support - settledBound(row.standing.holders, faults),
    };
  });
}
