import { type GroupPoint, ZERO } from './babyjubjub.js';
import { generators } from './pedersen.js';

/** The generators that a vector of scalars is committed with, one for each. From {@link feldman} or {@link pedersen}. */
export type Basis = readonly GroupPoint[];

/** Generators that keep a table of multiples, 500 kB each; multiplying the others takes about eight times as long. */
const TABLES = 64;
/** Bits of a scalar that one addition takes care of. Each more would double the tables and save a tenth of the time. */
const WINDOW = 7;
let prepared = -1;

function prepare(count: number): { blinding: GroupPoint; values: readonly GroupPoint[] } {
  const { blinding, values } = generators(count);
  // Once for each: asking again would throw the table away.
  if (prepared < 0) {
    blinding.precompute(WINDOW);
    prepared = 0;
  }
  for (; prepared < Math.min(count, TABLES); prepared++) values[prepared]!.precompute(WINDOW);
  return { blinding, values };
}

/**
 * Feldman 1987: `count` scalars, committed without a blinding. For secrets nobody can guess, as keys are: the
 * commitment s·G hides s only as far as discrete logarithms are hard (about 2^125 operations here, and not against a
 * quantum computer), and anyone confirms a guess. With one scalar it binds whatever the dealer's computing power: there
 * is only one s. With several it binds as {@link pedersen} does.
 */
export const feldman = (count = 1): Basis => prepare(count).values;

/**
 * Pedersen 1991: `count` scalars and, last, a blinding. The commitments are those of `pedersen.commit`, and hide the
 * scalars perfectly when the blinding is uniform, however few values they can have: for amounts and statistics. Binding
 * is computational: who finds discrete logarithms between the generators opens to anything.
 */
export function pedersen(count: number): Basis {
  const { blinding, values } = prepare(count);
  return [...values, blinding];
}

/**
 * Σ scalars[i]·basis[i], the scalars in range and as many as there are generators.
 *
 * Not constant-time: zeros are skipped, and a generator without a table is multiplied in a time that depends on the
 * scalar. With a table `multiplyUnsafe` takes the very steps of `multiply`, but for a division after each product.
 */
export const combination = (basis: Basis, scalars: readonly bigint[]): GroupPoint =>
  basis.reduce((sum, g, i) => sum.add(g.multiplyUnsafe(scalars[i]!)), ZERO);
