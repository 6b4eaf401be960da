import { equalBytes } from '../crypto/bytes.js';
import type { ConflictRow } from './conflict.js';
import type { Entry } from './dataset.js';
import type { KeyDecision } from './decide.js';
import { existenceBound, settledBound } from './key-class.js';
import { anyRecord, knownRecord } from './known-records.js';
import type { ReconcileRequest } from './reconcile-request.js';
import { agree } from './resolve/claims.js';
import type { Value } from './value.js';

/** Inputs that hold the same version of a key. */
export interface Side {
  /** Their names. */
  readonly banks: readonly string[];
  /**
   * What they hold of what the break is about. `agreed`: what won, which may be that the key does not exist. `near`: a
   * number within the field's tolerance of it. `other`: another record, or another value. `empty`: no claim, where the
   * schema says that an empty field is none. `hidden`: a record that is not shown, in which the field may be anything.
   * `none`: they lack the key.
   */
  readonly holds: 'agreed' | 'near' | 'other' | 'empty' | 'hidden' | 'none';
  /** The record, where it is known here; else null. */
  readonly entry: Entry | null;
}

/** A key, or a field of one, that is not held by everyone as the result has it, or that the result leaves open. */
export interface Break {
  /** The key's id under the agreed draft's key. */
  readonly id: Uint8Array;
  /** Its digest and record where this bank knows them, else null. */
  readonly entry: Entry | null;
  /** The field, null when it is about the whole record. */
  readonly field: string | null;
  /** `existence`: whether the key exists. `record`: its whole record. `field`: the field. Left out where nobody said. */
  readonly about?: 'existence' | 'record' | 'field';
  /** `unvouched`: too few hold it; `unresolved`: it stays open; `divergent`: decided, and some input differs. */
  readonly state: 'unvouched' | 'unresolved' | 'divergent';
  /** Why, in a sentence for people that names banks. */
  readonly reason: string;
  /** The value that was agreed for the field; undefined where none was, or no field is meant. */
  readonly agreed?: Value | undefined;
  /** Names of the inputs that hold the key. */
  readonly holders: readonly string[];
  /** Names of the inputs that are known to differ from what won; empty where nothing did. */
  readonly dissenters: readonly string[];
  /** Every input is in one of them: those with a record in the order of the table's versions, then those without. */
  readonly sides: readonly Side[];
  /** Support of the best supported version. */
  readonly support: number;
}

/** Numbers that differ from the agreed one by no more than the field's tolerance: no break. */
export interface Tolerated {
  /** The key's id under the agreed draft's key. */
  readonly id: Uint8Array;
  /** The name of the field. */
  readonly field: string;
  /** Names of the inputs that hold them. */
  readonly banks: readonly string[];
}

/** What became of one row of the table. */
export type RowDecision =
  /** The record of the version that settled it. */
  | { readonly type: 'settled'; readonly winner: Entry }
  /** The key does not exist. */
  | { readonly type: 'absent' }
  /** Decided field by field, perhaps in part. */
  | { readonly type: 'decided'; readonly decision: KeyDecision }
  /** Nothing was decided. */
  | { readonly type: 'open' };

/** What there is to tell of one row. */
export interface Differences {
  readonly breaks: readonly Break[];
  readonly tolerated: readonly Tolerated[];
}

/** Names of the inputs in this version (0: absent) of a row. */
export function inVersion(
  request: ReconcileRequest,
  row: ConflictRow,
  test: (version: number) => boolean,
): string[] {
  return request.banks.filter((_, input) => test(row.column[input]!));
}

/**
 * The breaks of a row, whatever became of it: where two inputs differ, there is at least one. Exempt are numbers within
 * their field's tolerance of the agreed one, which are told apart, and, where absence is no say, that some lack the key.
 */
export function differencesIn(request: ReconcileRequest, row: ConflictRow, result: RowDecision): Differences {
  if (result.type === 'open') return { breaks: [openBreak(request, row)], tolerated: [] };
  if (result.type === 'absent') return { breaks: [absentBreak(request, row)], tolerated: [] };
  const found = new RowDifferences(request, row, result);
  return { breaks: found.breaks, tolerated: found.tolerated };
}

/** What all breaks of a row have in common. */
const commonOf = (request: ReconcileRequest, row: ConflictRow) => ({
  id: row.id,
  entry: anyRecord(request, row),
  holders: inVersion(request, row, (version) => version !== 0),
  support: row.standing.support,
});

/** One side for each version, with what is known of it, and one for who lacks the key. */
function sidesOf(
  request: ReconcileRequest,
  row: ConflictRow,
  holds: (version: number, entry: Entry | null) => Side['holds'],
): Side[] {
  const found = [...new Set(row.column)].sort((a, b) => (a || Infinity) - (b || Infinity));
  return found.map((version) => {
    const entry = version === 0 ? null : knownRecord(request, row, row.column.indexOf(version));
    return { banks: inVersion(request, row, (v) => v === version), holds: holds(version, entry), entry };
  });
}

/** A row of which nothing was decided. */
function openBreak(request: ReconcileRequest, row: ConflictRow): Break {
  const { standing } = row;
  const { banks, faults } = request;
  const common = {
    ...commonOf(request, row),
    field: null,
    dissenters: [],
    sides: sidesOf(request, row, (version) => (version === 0 ? 'none' : 'other')),
  };
  const whole = { ...common, about: 'record' as const, state: 'unresolved' as const };
  const voices = `best version has ${standing.support} of ${standing.holders} voices`;
  if (request.closed.has(row))
    return { ...whole, reason: `${voices}; it stays closed: the quota of forced disclosures is used up` };
  if (standing.class === 'unvouched')
    return {
      ...common,
      about: 'existence',
      state: 'unvouched',
      reason: `held by ${standing.held} of ${banks.length} banks; ${faults + 1} must hold it before an honest one is sure to`,
    };
  if (standing.exists === null)
    return {
      ...whole,
      about: 'existence',
      reason: `${standing.held} of ${banks.length} hold it, ${banks.length - standing.held} do not; ${existenceBound(banks.length, faults)} decide whether it exists`,
    };
  const bound = settledBound(standing.holders, faults);
  return { ...whole, reason: `${voices}, ${bound} settle it; its versions were not opened` };
}

/** The break of a key that was agreed not to exist: its holders differ. */
function absentBreak(request: ReconcileRequest, row: ConflictRow): Break {
  const common = commonOf(request, row);
  const absent = request.banks.length - row.standing.held;
  return {
    ...common,
    field: null,
    about: 'existence',
    state: 'divergent',
    reason: `${absent} of ${request.banks.length} do not hold it; ${verb(common.holders, 'holds', 'hold')} it`,
    dissenters: common.holders,
    sides: sidesOf(request, row, (version) => (version === 0 ? 'agreed' : 'other')),
  };
}

/** `a, b differ`. */
const verb = (names: readonly string[], one: string, many: string): string =>
  `${names.join(', ')} ${names.length === 1 ? one : many}`;

/** Who differs from the record that was agreed for a row, and in what. */
class RowDifferences {
  readonly breaks: Break[] = [];
  readonly tolerated: Tolerated[] = [];
  readonly #common: ReturnType<typeof commonOf>;
  readonly #keyDigest: Uint8Array;
  readonly #records = new Map<number, Entry | null>();

  constructor(
    private readonly request: ReconcileRequest,
    private readonly row: ConflictRow,
    private readonly result: Extract<RowDecision, { type: 'settled' | 'decided' }>,
  ) {
    this.#common = commonOf(request, row);
    this.#keyDigest = result.type === 'settled' ? result.winner.keyDigest : result.decision.keyDigest;
    request.schema.fields.forEach((_, f) => {
      if (!request.schema.keyIndexes.includes(f)) this.#field(f);
    });
    this.#hidden();
    this.#lacking();
  }

  /** The record of a version that is known and of this key: two keys may, with luck and work, have one id. */
  #record(version: number): Entry | null {
    if (version === 0) return null;
    const known = this.#records.get(version);
    if (known !== undefined) return known;
    const entry = knownRecord(this.request, this.row, this.row.column.indexOf(version));
    const own = entry && equalBytes(entry.keyDigest, this.#keyDigest) ? entry : null;
    this.#records.set(version, own);
    return own;
  }

  #agreed(f: number): Value | undefined {
    const { result } = this;
    return result.type === 'settled' ? result.winner.values[f]! : result.decision.values[f];
  }

  #holds(f: number, version: number): Side['holds'] {
    if (version === 0) return 'none';
    const entry = this.#record(version);
    if (!entry) return 'hidden';
    const field = this.request.schema.fields[f]!;
    const [value, agreed] = [entry.values[f]!, this.#agreed(f)];
    if (agreed === undefined) return 'other';
    if (value === agreed) return 'agreed';
    return agree(value, agreed, field.tolerance) ? 'near' : 'other';
  }

  #field(f: number): void {
    const { request, row, result } = this;
    const field = request.schema.fields[f]!;
    const named = (holds: Side['holds']): string[] =>
      inVersion(request, row, (version) => version !== 0 && this.#holds(f, version) === holds);
    const tell = (rest: Pick<Break, 'state' | 'reason' | 'dissenters' | 'agreed'>): void => {
      const sides = sidesOf(request, row, (version) => this.#holds(f, version));
      this.breaks.push({ ...this.#common, field: field.name, about: 'field', sides, ...rest });
    };
    const left =
      result.type === 'decided' ? result.decision.unresolved.find((each) => each.field === field.name) : null;
    if (left) {
      tell({ state: 'unresolved', reason: left.reason, dissenters: [] });
      return;
    }
    const near = named('near');
    if (near.length > 0) this.tolerated.push({ id: row.id, field: field.name, banks: near });
    const dissenters = named('other');
    if (dissenters.length === 0) return;
    const reason = `${named('agreed').length} of ${row.standing.held} hold the agreed value; ${verb(dissenters, 'differs', 'differ')}`;
    tell({ state: 'divergent', reason, dissenters, agreed: this.#agreed(f) });
  }

  /** Inputs whose records nobody here knows, where that is all that can be said of the row, or they are sure to differ. */
  #hidden(): void {
    const { request, row, result } = this;
    const { support, held, winner } = row.standing;
    const isHidden = (version: number) => version !== 0 && this.#record(version) === null;
    const hidden = inVersion(request, row, isHidden);
    const isSettled = result.type === 'settled';
    if (hidden.length === 0 || (!isSettled && this.breaks.length > 0)) return;
    this.breaks.push({
      ...this.#common,
      field: null,
      about: 'record',
      state: 'divergent',
      reason: isSettled
        ? `${support} of ${held} hold one version; ${verb(hidden, 'differs', 'differ')}`
        : `decided without what ${verb(hidden, 'holds', 'hold')}, which was not opened`,
      dissenters: isSettled ? hidden : [],
      sides: sidesOf(request, row, (version) => {
        if (version === 0) return 'none';
        if (isSettled) return version === winner ? 'agreed' : 'other';
        return isHidden(version) ? 'hidden' : 'other';
      }),
    });
  }

  /** Where absence is a vote, those who lack a key that exists differ. */
  #lacking(): void {
    const { request, row } = this;
    const lacking = inVersion(request, row, (version) => version === 0);
    if (request.schema.absence !== 'vote' || lacking.length === 0) return;
    this.breaks.push({
      ...this.#common,
      field: null,
      about: 'existence',
      state: 'divergent',
      reason: `${row.standing.held} of ${request.banks.length} hold it; ${verb(lacking, 'lacks', 'lack')} it`,
      dissenters: lacking,
      sides: sidesOf(request, row, (version) => (version === 0 ? 'none' : 'agreed')),
    });
  }
}
