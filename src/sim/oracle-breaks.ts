import { toHex } from '../crypto/bytes.js';
import type { ConflictRow } from '../data/conflict.js';
import type { Break, Outcome } from '../data/outcome.js';
import type { ReconcileRequest } from '../data/reconcile-request.js';
import type { Value } from '../data/value.js';
import type { OracleFacts } from './oracle-facts.js';
import { type Keys, standingOf, type TrueKey } from './oracle-keys.js';

/** One row of the table with all that there is to compare its breaks with. */
interface Subject {
  readonly facts: OracleFacts;
  readonly request: ReconcileRequest;
  readonly row: ConflictRow;
  /** The truth about its key, as far as an honest input holds it. */
  readonly truth: TrueKey | undefined;
  /** The decided record; undefined for none. */
  readonly values: readonly (Value | undefined)[] | undefined;
  readonly breaks: readonly Break[];
}

/**
 * What is wrong with the breaks that a bank tells its people, in words: every row of the table on which inputs differ must
 * be in one, with every input on one side; whoever is called a dissenter must differ, and an honest input whose record is
 * open and differs must be called one. It is not asked how a reason is put.
 *
 * @param truth by key digest (hex), and the key digests of the rows
 */
export function faultsOfBreaks(
  facts: OracleFacts,
  { keys, keyOfRow }: Pick<Keys, 'keys' | 'keyOfRow'>,
  request: ReconcileRequest,
  outcome: Outcome,
): string[] {
  const faults: string[] = [];
  const byRow = new Map<string, Break[]>();
  for (const each of outcome.breaks) {
    const id = toHex(each.id);
    byRow.set(id, [...(byRow.get(id) ?? []), each]);
  }
  const decided = new Map(outcome.rows.map(({ keyDigest, values }) => [toHex(keyDigest), values]));
  for (const row of request.table.rows) {
    const id = toHex(row.id);
    const key = keyOfRow.get(id) ?? '';
    const breaks = byRow.get(id) ?? [];
    byRow.delete(id);
    const subject = { facts, request, row, truth: keys.get(key), values: decided.get(key), breaks };
    for (const fault of [...missing(subject), ...breaks.flatMap((each) => wrongly(subject, each))])
      faults.push(`${fault} (row ${id})`);
  }
  for (const id of byRow.keys()) faults.push(`tells of a break that is not in the table (row ${id})`);
  return faults;
}

const standingIn = ({ facts, row }: Subject) =>
  standingOf(
    row.column.map((version) => (version === 0 ? null : `${version}`)),
    facts.faults,
    facts.schema.absence,
  );

/** An honest input's values in a row, undefined for a liar, null where it lacks the key. */
function valuesOf(
  { facts, request, row, truth }: Subject,
  place: number,
): readonly Value[] | null | undefined {
  if (row.column[place] === 0) return null;
  const bank = facts.ids.indexOf(request.banks[place]!);
  const digest = truth?.held[place];
  return facts.honest.includes(bank) && digest ? truth.entries.get(digest)?.values : undefined;
}

const isNear = (a: Value, b: Value, tolerance: bigint | null): boolean =>
  a === b ||
  (tolerance !== null &&
    typeof a === 'bigint' &&
    typeof b === 'bigint' &&
    a - b <= tolerance &&
    b - a <= tolerance);

/** Whether a bank's value of a field is not the decided one, nor within tolerance of it, nor an empty cell that is no claim. */
function differs({ facts, values }: Subject, f: number, own: readonly Value[]): boolean {
  const agreed = values?.[f];
  const { tolerance } = facts.schema.fields[f]!;
  return agreed !== undefined && !isNear(own[f]!, agreed, tolerance);
}

/** Differences that no break tells. */
function missing(subject: Subject): string[] {
  const { facts, request, row, values, breaks } = subject;
  const { exists } = standingIn(subject);
  const closed = request.closed.has(row);
  const named = (about: Break['about'], field: string | null): ReadonlySet<string> =>
    new Set(breaks.flatMap((each) => (each.about === about && each.field === field ? each.dissenters : [])));
  const faults: string[] = [];
  const isOpen = closed || (exists !== false && !values);
  if (isOpen && breaks.length === 0) faults.push('tells nothing of a key that stays open');
  if (isOpen) return faults;
  const voted = facts.schema.absence === 'vote';
  row.column.forEach((version, place) => {
    const bank = request.banks[place]!;
    const isOdd = exists === false ? version !== 0 : version === 0 && voted;
    if (isOdd && !named('existence', null).has(bank))
      faults.push(`does not say that ${bank} differs on whether a key exists`);
    const own = version === 0 || exists === false ? null : valuesOf(subject, place);
    if (!own) return;
    const isShown = Boolean(request.versions.get(row)?.[version - 1]) || place === request.self;
    facts.schema.fields.forEach((field, f) => {
      const isTold = named('field', field.name).has(bank) || (!isShown && named('record', null).has(bank));
      // A version that is not shown is told as such, or its holder is on a hidden side of another break of the key.
      const isHidden =
        !isShown &&
        breaks.some(({ sides }) =>
          sides.some(({ holds, banks }) => holds === 'hidden' && banks.includes(bank)),
        );
      if (differs(subject, f, own) && !isTold && !isHidden)
        faults.push(`does not say that ${bank} differs in ${field.name}`);
    });
  });
  return faults;
}

/** What a break says that is not so. */
function wrongly(subject: Subject, { about, field, dissenters, sides }: Break): string[] {
  const { facts, request, row, values } = subject;
  const faults: string[] = [];
  const listed = sides.flatMap(({ banks }) => banks);
  if (listed.length !== request.banks.length || new Set([...listed, ...request.banks]).size !== listed.length)
    faults.push('tells a break in which not every input has its one side');
  const { exists, class: keyClass, winner } = standingIn(subject);
  const f = facts.schema.fields.findIndex(({ name }) => name === field);
  for (const bank of dissenters) {
    const place = request.banks.indexOf(bank);
    const version = row.column[place];
    const own = valuesOf(subject, place);
    const isRight =
      version !== undefined &&
      (about === 'existence'
        ? exists === (version === 0)
        : about === 'record'
          ? keyClass === 'settled' && version !== 0 && `${version}` !== winner
          : values?.[f] !== undefined && (own === undefined || (own !== null && differs(subject, f, own))));
    if (!isRight) faults.push(`calls ${bank} a dissenter where it is none`);
  }
  return faults;
}
