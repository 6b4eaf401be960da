import { toHex } from '../crypto/bytes.js';
import type { ConflictRow, ConflictTable } from '../data/conflict.js';
import type { Dataset, Entry } from '../data/dataset.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import { nameKey, type OracleFacts } from './oracle-facts.js';

/** What the inputs make of a key: the same classes as the protocol's, worked out anew. */
export interface Standing {
  readonly class: 'unanimous' | 'settled' | 'unvouched' | 'disputed';
  /** The version of a unanimous or settled key; null for none, and for absence. */
  readonly winner: string | null;
  /** Inputs in that version, or without the record where absence won. */
  readonly support: number;
  /**
   * Whether the key exists: most inputs, and more than f, say so or the contrary where absence is a vote; where it is none,
   * true with more than f holders. Null where it is open.
   */
  readonly exists: boolean | null;
}

/** One key of the union of the honest inputs. */
export interface TrueKey extends Standing {
  /** What each input holds, in the order of the inputs: the digest of its record (hex), null when it lacks the key. */
  readonly held: readonly (string | null)[];
  /** The versions that honest inputs hold, by digest. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Its row in the table; null where the inputs are unanimous, or nobody told of a table. */
  readonly row: ConflictRow | null;
  /** Whether the quota of forced disclosures keeps it shut. */
  readonly closed: boolean;
}

/** What the oracle knows of an epoch when it ends. */
export interface EpochFacts {
  /** What each bank committed to, by index. */
  readonly datasets: readonly Dataset[];
  /** Indices of the inputs, ascending. */
  readonly inputs: readonly number[];
  /** What honest banks were to reconcile, by index. */
  readonly requests: ReadonlyMap<number, ReconcileRequest>;
}

/**
 * The truth of an epoch: what the inputs hold under every key, and what must become of it.
 *
 * Honest banks hold what they committed to. A liar holds what the agreed table says it claims, which may be neither what
 * it committed to nor what it has; where no table was told of, what it committed to. The table is believed about liars
 * only: what it says of honest banks is checked against their data, and a key that it conceals is found.
 */
export class Keys {
  /** By key digest (hex): all keys that an honest input holds, and without a table all keys. */
  readonly keys: ReadonlyMap<string, TrueKey>;
  /** Key digests (hex) by row id (hex), as far as honest banks' records tell. */
  readonly keyOfRow: ReadonlyMap<string, string>;
  /** Ids (hex) of the rows that the quota closes. */
  readonly closed: ReadonlySet<string>;
  /** What is wrong with the table. */
  readonly faults: readonly string[];

  constructor(facts: OracleFacts, epoch: EpochFacts) {
    const { faults, schema, honest } = facts;
    const { inputs, datasets, requests } = epoch;
    const table = [...requests.values()][0]?.table ?? null;
    const wrong: string[] = [];
    const rows = new Map(table?.rows.map((row) => [toHex(row.id), row]));
    this.keyOfRow = keysOfRows([...requests.values()]);
    this.closed = table ? closedRows(table, facts) : new Set();
    const rowOfKey = new Map([...this.keyOfRow].map(([id, key]) => [key, rows.get(id) ?? null]));
    const isTrusted = inputs.map((bank) => honest.includes(bank));
    const keys = new Map<string, TrueKey>();
    for (const [key, { held, entries }] of heldKeys(
      datasets,
      inputs,
      (place) => !table || isTrusted[place]!,
    )) {
      const row = rowOfKey.get(key) ?? null;
      if (row && !isListed(row, held, isTrusted))
        wrong.push(`the table has ${nameKey(key)} otherwise than honest banks`);
      const claimed = table
        ? held.map((own, place) => (isTrusted[place] ? own : claimOf(row, held, isTrusted, place)))
        : held;
      const standing = standingOf(claimed, faults, schema.absence);
      const told = [...requests.keys()].some((bank) => claimed[inputs.indexOf(bank)]);
      if (table && told && !row && standing.class !== 'unanimous')
        wrong.push(`the table conceals ${nameKey(key)}`);
      const closed = row !== null && this.closed.has(toHex(row.id));
      keys.set(key, { ...standing, held: claimed, entries, row, closed });
    }
    this.keys = keys;
    this.faults = wrong;
  }
}

/** Classifies a key from what each input holds under it. */
export function standingOf(
  held: readonly (string | null)[],
  faults: number,
  absence: 'vote' | 'abstain',
): Standing {
  const support = new Map<string | null, number>();
  for (const version of held) support.set(version, (support.get(version) ?? 0) + 1);
  if (support.size === 1 && held[0] !== null)
    return { class: 'unanimous', winner: held[0]!, support: held.length, exists: true };
  const holders = held.length - (support.get(null) ?? 0);
  const exists = existenceOf(held.length, holders, faults, absence);
  const voices = absence === 'vote' ? held.length : holders;
  for (const [winner, count] of support)
    if ((winner !== null || absence === 'vote') && 2 * count > voices + faults && count > faults)
      return { class: 'settled', winner, support: count, exists };
  return { class: holders <= faults ? 'unvouched' : 'disputed', winner: null, support: 0, exists };
}

function existenceOf(
  inputs: number,
  holders: number,
  faults: number,
  absence: 'vote' | 'abstain',
): boolean | null {
  const decides = (voices: number): boolean => voices > faults && 2 * voices > inputs;
  if (absence === 'abstain') return holders > faults ? true : null;
  if (decides(holders)) return true;
  return decides(inputs - holders) ? false : null;
}

/** Whether the versions of a key are opened: it is disputed, and exists. */
export const isOpenable = ({ class: keyClass, exists }: Standing): boolean =>
  keyClass === 'disputed' && exists === true;

/** The places of the banks that a row makes disclose a record, when it is opened; f + 1 at most of each disputed version. */
export function exposedIn(column: readonly number[], { faults, schema }: OracleFacts): number[] {
  const held = column.map((version) => (version === 0 ? null : `${version}`));
  const standing = standingOf(held, faults, schema.absence);
  const inVersion = (version: string) => held.flatMap((own, place) => (own === version ? [place] : []));
  if (isOpenable(standing))
    return [...new Set(held)].flatMap((own) => (own === null ? [] : inVersion(own).slice(0, faults + 1)));
  const { winner, support } = standing;
  return standing.class === 'settled' && winner !== null && support < 2 * faults + 1 ? inVersion(winner) : [];
}

/** In order of key id, whole rows at a time: a row that charges a bank whose quota is used up stays shut. */
function closedRows(table: ConflictTable, facts: OracleFacts): Set<string> {
  const closed = new Set<string>();
  const spent = new Array<number>(table.inputs).fill(0);
  const ordered = table.rows
    .map((row) => ({ row, id: toHex(row.id) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { row, id } of ordered) {
    const exposed = exposedIn(row.column, facts);
    if (exposed.some((place) => spent[place]! >= facts.quota)) closed.add(id);
    else for (const place of exposed) spent[place]!++;
  }
  return closed;
}

function keysOfRows(requests: readonly ReconcileRequest[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { local, versions } of requests) {
    for (const [row, entry] of local) keys.set(toHex(row.id), toHex(entry.keyDigest));
    for (const [row, entries] of versions)
      for (const entry of entries) if (entry) keys.set(toHex(row.id), toHex(entry.keyDigest));
  }
  return keys;
}

/** Who of these inputs holds what, by key digest (hex). Banks share most of their entries: each is named once. */
function heldKeys(
  datasets: readonly Dataset[],
  inputs: readonly number[],
  counts: (place: number) => boolean,
) {
  const names = new Map<Entry, { key: string; digest: string }>();
  const keys = new Map<string, { held: (string | null)[]; entries: Map<string, Entry> }>();
  for (const [place, bank] of inputs.entries())
    for (const entry of counts(place) ? datasets[bank]!.entries : []) {
      const name = names.get(entry) ?? { key: toHex(entry.keyDigest), digest: toHex(entry.digest) };
      names.set(entry, name);
      const known = keys.get(name.key) ?? { held: inputs.map(() => null), entries: new Map() };
      keys.set(name.key, known);
      known.held[place] = name.digest;
      known.entries.set(name.digest, entry);
    }
  return keys;
}

/** Whether a row says of honest banks what they hold: who holds nothing, and who holds the same. */
function isListed(
  { column }: ConflictRow,
  held: readonly (string | null)[],
  isTrusted: readonly boolean[],
): boolean {
  const places = [...held.keys()].filter((place) => isTrusted[place]);
  return places.every(
    (a) =>
      (column[a] === 0) === (held[a] === null) &&
      places.every((b) => (column[a] === column[b]) === (held[a] === held[b])),
  );
}

/** What a liar claims under a key: a version of honest banks, one of its own, nothing; what all hold, if there is no row. */
function claimOf(
  row: ConflictRow | null,
  held: readonly (string | null)[],
  isTrusted: readonly boolean[],
  place: number,
): string | null {
  if (!row) return held.find((own, other) => isTrusted[other] && own !== null) ?? null;
  const version = row.column[place]!;
  if (version === 0) return null;
  const honest = row.column.findIndex((other, i) => isTrusted[i] && other === version);
  return honest < 0 ? `liars/${version}` : held[honest]!;
}
