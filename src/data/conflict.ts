import { compareBytes, equalBytes, toHex } from '../crypto/bytes.js';
import {
  type Codec,
  encode,
  encodingError,
  fixed,
  list,
  type Reader,
  varint,
  type Writer,
} from '../crypto/encoding.js';
import { type ClassRule, classify, isOpened, type Standing } from './key-class.js';

/** Bytes of a keyed key id. */
export const KEY_ID_LENGTH = 8;
/** Bytes of a keyed version digest. */
export const VERSION_DIGEST_LENGTH = 16;

/** One key on which the inputs are not unanimous. */
export interface ConflictRow {
  /** The key's id under the view's key, 8 bytes. */
  readonly id: Uint8Array;
  /** For each input, by its place in C: 0 when it lacks the key, else the number (from 1) of the version it holds. */
  readonly column: readonly number[];
  /**
   * The keyed digest (16 bytes) of version v at `v − 1`, or null where the table withholds it: keys that are unvouched or
   * not agreed to exist, and the minority versions of settled keys, show none, so that nobody can test a guess against
   * them.
   */
  readonly digests: readonly (Uint8Array | null)[];
  /** What the columns say about this key. */
  readonly standing: Standing;
}

/** The conflict table T: every key on which the inputs differ, in order of id. All else they hold is identical. */
export interface ConflictTable {
  /** How many banks are inputs, |C|. */
  readonly inputs: number;
  /** By key id ascending, each id once. */
  readonly rows: readonly ConflictRow[];
}

/** What each input holds under one key id: a keyed version digest, or null for absence. */
export type Holdings = readonly (Uint8Array | null)[];

/**
 * Numbers the versions of a key canonically: by support, most first, then by the first input that holds it. The same
 * holdings give the same row whoever writes the table.
 */
function numberVersions(holdings: Holdings): { column: number[]; versions: Uint8Array[] } {
  const groups = new Map<string, { digest: Uint8Array; support: number; first: number }>();
  holdings.forEach((digest, input) => {
    if (digest === null) return;
    const group = groups.get(toHex(digest));
    if (group) group.support++;
    else groups.set(toHex(digest), { digest, support: 1, first: input });
  });
  const ordered = [...groups.values()].sort((a, b) => b.support - a.support || a.first - b.first);
  const numbers = new Map(ordered.map((group, i) => [toHex(group.digest), i + 1]));
  return {
    column: holdings.map((digest) => (digest === null ? 0 : numbers.get(toHex(digest))!)),
    versions: ordered.map((group) => group.digest),
  };
}

/** Which versions of a row the table must show a digest of: all of a key that is opened, the winner of a settled one. */
function showsDigest(standing: Standing, version: number): boolean {
  return isOpened(standing) || (standing.class === 'settled' && standing.winner === version);
}

/**
 * Builds the table from what each input holds under every key id on which some pair differs. Keys on which the inputs
 * turn out unanimous are left out.
 *
 * @param inputs |C|; every holdings array has this length
 */
export function buildConflictTable(
  inputs: number,
  holdings: Iterable<readonly [id: Uint8Array, holdings: Holdings]>,
  rule: ClassRule,
): ConflictTable {
  const rows: ConflictRow[] = [];
  for (const [id, held] of holdings) {
    const { column, versions } = numberVersions(held);
    if (column.every((version) => version === column[0])) continue;
    const standing = classify(column, rule);
    rows.push({
      id,
      column,
      digests: versions.map((digest, v) => (showsDigest(standing, v + 1) ? digest : null)),
      standing,
    });
  }
  rows.sort((a, b) => compareBytes(a.id, b.id));
  return { inputs, rows };
}

const id = fixed(KEY_ID_LENGTH, 'key id');
const digest = fixed(VERSION_DIGEST_LENGTH, 'version digest');

/**
 * Strict encoding of a table of `inputs` columns. A row is its id, the number of versions, the largest group of inputs
 * that agree, then the exceptions: most rows have one to three, so a row costs about 30 bytes however many banks there
 * are. Digests are present exactly where the class of the key shows them.
 *
 * @param rule decides the classes, and so which digests belong in a row
 * @param maxRows rows above this are refused before they are read
 */
export function conflictTableCodec(inputs: number, rule: ClassRule, maxRows: number): Codec<ConflictTable> {
  const writeRow = (writer: Writer, row: ConflictRow): void => {
    id.write(writer, row.id);
    varint.write(writer, row.digests.length);
    const base = largestGroup(row.column, row.digests.length);
    varint.write(writer, base);
    const exceptions = row.column.flatMap((version, input) =>
      version === base ? [] : [[input, version] as const],
    );
    varint.write(writer, exceptions.length);
    for (const [input, version] of exceptions) {
      varint.write(writer, input);
      varint.write(writer, version);
    }
    for (const shown of row.digests) if (shown !== null) digest.write(writer, shown);
  };

  const readRow = (reader: Reader): ConflictRow => {
    const offset = reader.offset;
    const refuse = (): never =>
      encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'conflict row', offset });
    const rowId = id.read(reader);
    const versions = varint.read(reader);
    if (versions < 1 || versions > inputs) refuse();
    const base = varint.read(reader);
    if (base > versions) refuse();
    const column = new Array<number>(inputs).fill(base);
    const exceptions = varint.read(reader);
    if (exceptions < 1 || exceptions > inputs) refuse();
    for (let i = 0, previous = -1; i < exceptions; i++) {
      const input = varint.read(reader);
      const version = varint.read(reader);
      if (input <= previous || input >= inputs || version > versions || version === base) refuse();
      column[input] = version;
      previous = input;
    }
    if (base !== largestGroup(column, versions) || !isCanonicalNumbering(column, versions)) refuse();
    const standing = classify(column, rule);
    const digests = Array.from({ length: versions }, (_, v) =>
      showsDigest(standing, v + 1) ? digest.read(reader) : null,
    );
    return { id: rowId, column, digests, standing };
  };

  const rows = list<ConflictRow>({ write: writeRow, read: readRow }, maxRows, 'conflict rows');
  return {
    write: (writer, table) => rows.write(writer, [...table.rows]),
    read: (reader) => {
      const read = rows.read(reader);
      for (let i = 1; i < read.length; i++)
        if (compareBytes(read[i - 1]!.id, read[i]!.id) >= 0)
          encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'conflict rows', offset: reader.offset });
      return { inputs, rows: read };
    },
  };
}

/** The version (or absence, 0) that most inputs have; the smallest number among equals. */
function largestGroup(column: readonly number[], versions: number): number {
  const support = supports(column, versions);
  return support.indexOf(Math.max(...support));
}

function supports(column: readonly number[], versions: number): number[] {
  const counts = new Array<number>(versions + 1).fill(0);
  for (const version of column) counts[version]!++;
  return counts;
}

/** Whether versions are numbered by support, then by first holder, each at least once. */
function isCanonicalNumbering(column: readonly number[], versions: number): boolean {
  const support = supports(column, versions);
  for (let version = 1; version <= versions; version++) {
    if (support[version] === 0) return false;
    if (version === 1) continue;
    const difference = support[version - 1]! - support[version]!;
    if (difference < 0 || (difference === 0 && column.indexOf(version - 1) > column.indexOf(version)))
      return false;
  }
  return true;
}

/** Why an input refuses a table. */
export type ColumnRefusal = 'equal-digests' | 'column-wrong' | 'digest-outside-class';

/**
 * Checks the rows of a table against what one input really holds: its class must be its own in every row, its own
 * digest must stand in its own class wherever that class shows one and in no other, and no two versions of a row may
 * show the same digest.
 *
 * @param input the checking bank's place in C
 * @param held its own keyed version digest for a key id, or null
 */
export function checkColumn(
  table: ConflictTable,
  input: number,
  held: (id: Uint8Array) => Uint8Array | null,
): ColumnRefusal | null {
  for (const row of table.rows) {
    const own = held(row.id);
    const version = row.column[input]!;
    if ((own === null) !== (version === 0)) return 'column-wrong';
    const seen = new Set<string>();
    for (const [v, shown] of row.digests.entries()) {
      if (shown === null) continue;
      if (seen.has(toHex(shown))) return 'equal-digests';
      seen.add(toHex(shown));
      if (own !== null && equalBytes(own, shown) !== (v + 1 === version)) return 'digest-outside-class';
    }
  }
  return null;
}

/** Bytes of the table on the wire. */
export function encodeConflictTable(table: ConflictTable, rule: ClassRule): Uint8Array {
  return encode(conflictTableCodec(table.inputs, rule, Number.MAX_SAFE_INTEGER), table);
}
