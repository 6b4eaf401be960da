import { FIGURES } from './statistics.js';

/** Which of a column's figures is unusual: how many values it has, or their mean. */
export type OutlierFigure = 'count' | 'mean';

/** One figure of one bank that lies far from those of the others. */
export interface StatisticsOutlier {
  /** The bank's place in what was given. */
  readonly bank: number;
  /** Name of the field. */
  readonly field: string;
  /** Which of the bank's figures it is. */
  readonly figure: OutlierFigure;
}

/** n / d, d positive. A mean of amounts is no integer, and a float of it would differ from machine to machine. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** How many spreads a figure may lie from the median. */
const SPREADS = 5n;
/** The spread is at least one part in so many of the median: copies that nearly agree have a MAD of zero. */
const TOLERANCE = 1000n;
/** And at least this much, whatever the median. */
const LEAST: Readonly<Record<OutlierFigure, bigint>> = { count: 2n, mean: 1n };

/**
 * Banks whose column statistics are outliers: for each column, those whose count of values or mean lies farther from the
 * median of all banks than five times the median absolute deviation (MAD), which is taken to be at least a thousandth of
 * the median and at least 2 for counts, one unit of the field's last digit for means. Exact and deterministic; in order
 * of field, count before mean, then bank.
 *
 * With figures of at least 2f + 1 banks both medians lie between those of honest banks, whatever f liars say; with fewer
 * the liars choose them. Of fewer than three figures none is far from the others, and nothing is flagged. A bank without
 * values in a column has no mean of it.
 *
 * For a report only: an outlier may be honest and a liar none, so this accuses nobody, and decides nothing.
 *
 * @param each for every bank its numbers as `columnStatistics` orders them, 0 where one is missing
 * @param fields the fields they are of, see `statisticsFields`
 */
export function statisticsOutliers(
  each: readonly (readonly bigint[])[],
  fields: readonly { readonly name: string }[],
): StatisticsOutlier[] {
  return fields.flatMap(({ name }, f) => {
    const count = each.map((own): Fraction => ({ n: own[FIGURES * f] ?? 0n, d: 1n }));
    const mean = each.map((own, bank): Fraction | null => {
      const { n: values } = count[bank]!;
      return values > 0n ? { n: own[FIGURES * f + 1] ?? 0n, d: values } : null;
    });
    const flag = (figures: readonly (Fraction | null)[], figure: OutlierFigure): StatisticsOutlier[] =>
      farFromMedian(figures, LEAST[figure]).map((bank) => ({ bank, field: name, figure }));
    return [...flag(count, 'count'), ...flag(mean, 'mean')];
  });
}

/** Places of the figures that are farther from the median than is usual, ascending. */
function farFromMedian(figures: readonly (Fraction | null)[], least: bigint): number[] {
  const present = figures.filter((figure) => figure !== null);
  if (present.length < 3) return [];
  const middle = median(present);
  const deviations = figures.map((figure) => figure && distance(figure, middle));
  const spread = [
    median(deviations.filter((deviation) => deviation !== null)),
    { n: middle.n < 0n ? -middle.n : middle.n, d: middle.d * TOLERANCE },
    { n: least, d: 1n },
  ].reduce((a, b) => (compare(a, b) < 0 ? b : a));
  const bound = { n: SPREADS * spread.n, d: spread.d };
  return deviations.flatMap((deviation, i) => (deviation && compare(deviation, bound) > 0 ? [i] : []));
}

/** The middle fraction, the lower of two. */
const median = (fractions: readonly Fraction[]): Fraction =>
  [...fractions].sort(compare)[(fractions.length - 1) >> 1]!;

function compare(a: Fraction, b: Fraction): number {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left === right ? 0 : left < right ? -1 : 1;
}

function distance(a: Fraction, b: Fraction): Fraction {
  const n = a.n * b.d - b.n * a.d;
  return { n: n < 0n ? -n : n, d: a.d * b.d };
}
