/**
 * What an absent record means. `vote`: the table is replicated, so a bank that lacks a key says that it should not be
 * there. `abstain`: views are partial, so a bank that lacks a key says nothing about it.
 */
export type Absence = 'vote' | 'abstain';

/** What decides the class of a key. */
export interface ClassRule {
  /** f, the number of Byzantine banks to bear. */
  readonly faults: number;
  /** What it means that a bank lacks a record: a vote for absence, or no say. */
  readonly absence: Absence;
}

/**
 * Class of a key on which the inputs differ.
 * - `settled`: more than half of the honest holders have one version, whoever the liars are;
 * - `unvouched`: at most f banks hold the key, so perhaps no honest one does;
 * - `disputed`: the rest.
 */
export type KeyClass = 'settled' | 'unvouched' | 'disputed';

/** What the columns of the conflict table say about one key. */
export interface Standing {
  /** `unanimous` never: such keys are not in the table. */
  readonly class: KeyClass;
  /** The winning version's number, 0 when absence won, null when nothing did. */
  readonly winner: number | null;
  /** h: the banks whose word counts, by the schema's absence rule. */
  readonly holders: number;
  /** Inputs that have the record in any version. */
  readonly held: number;
  /** Support of the best supported version. */
  readonly support: number;
}

/**
 * The support that settles a key with `holders` voices: ⌈(h + f + 1)/2⌉, and above f. With L ≤ f liars among the h
 * holders, s supporters include at least s − L honest ones of h − L; s > (h + f)/2 ≥ (h + L)/2 gives
 * s − L > (h − L)/2: the winner has more than half of the honest holders, whoever the liars are.
 */
export function settledBound(holders: number, faults: number): number {
  return Math.max(Math.ceil((holders + faults + 1) / 2), faults + 1);
}

/**
 * Classifies a key from its column.
 * @param column for each input 0 (absent) or the number of its version
 */
export function classify(column: readonly number[], rule: ClassRule): Standing {
  const counts = new Map<number, number>();
  for (const version of column) counts.set(version, (counts.get(version) ?? 0) + 1);
  const held = column.length - (counts.get(0) ?? 0);
  const holders = rule.absence === 'vote' ? column.length : held;
  let winner = -1;
  let support = 0;
  for (const [version, count] of counts) {
    if (version === 0 && rule.absence === 'abstain') continue;
    if (count > support || (count === support && version < winner)) {
      winner = version;
      support = count;
    }
  }
  if (support >= settledBound(holders, rule.faults))
    return { class: 'settled', winner, holders, held, support };
  const unsettled = held <= rule.faults ? 'unvouched' : 'disputed';
  return { class: unsettled, winner: null, holders, held, support };
}
