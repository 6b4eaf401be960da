import { majorityBound } from './resolve/majority.js';

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
  /**
   * Whether the key exists, which is decided before anything that is in its records. Where absence is a vote, by all
   * inputs: more than half of them, and more than f, say so, see {@link existenceBound}; null when neither side has as
   * many. Where absence is no say, true for a key with more than f holders, and null for any other.
   */
  readonly exists: boolean | null;
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
 * The inputs that must say that a key exists, or that it does not, where absence is a vote: more than half of them and
 * more than f. So an honest one is among them, whoever the liars are; and what more than half of the inputs are honest
 * and agree on is decided, whatever the others say. Where the honest inputs are split so that neither side is so many,
 * liars can tip the balance between them, or leave the key open.
 */
export const existenceBound = (inputs: number, faults: number): number => majorityBound(inputs, faults);

/** Whether versions of a key are opened to be decided field by field: it is disputed, and it is agreed to exist. */
export const isOpened = ({ class: keyClass, exists }: Pick<Standing, 'class' | 'exists'>): boolean =>
  keyClass === 'disputed' && exists === true;

function existence(held: number, inputs: number, { faults, absence }: ClassRule): boolean | null {
  if (absence === 'abstain') return held > faults ? true : null;
  const bound = existenceBound(inputs, faults);
  if (held >= bound) return true;
  return inputs - held >= bound ? false : null;
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
  const exists = existence(held, column.length, rule);
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
    return { class: 'settled', winner, holders, held, support, exists };
  const unsettled = held <= rule.faults ? 'unvouched' : 'disputed';
  return { class: unsettled, winner: null, holders, held, support, exists };
}
