import { statisticsOutliers } from '../data/outliers.js';
import { divideHalfEven } from '../data/resolve/order.js';
import { FIGURES, type OpenedStatistics, statisticsFields } from '../data/statistics.js';
import { formatValue } from '../data/value.js';
import type { Manifest } from '../protocol/manifest.js';
import type { StatisticsReport } from './report.js';

/** What was opened, as people read it; null when nothing was. */
export function statisticsReport(
  { schema, parameters }: Pick<Manifest, 'parameters' | 'schema'>,
  opened: OpenedStatistics | null,
): StatisticsReport | null {
  if (!opened) return null;
  const fields = statisticsFields(schema);
  const outliers = opened.each ? statisticsOutliers(opened.each, fields) : [];
  return {
    mode: parameters.statistics,
    banks: opened.banks,
    fields: fields.map((field, f) => {
      const [count = 0n, sum = 0n] = opened.totals.slice(FIGURES * f);
      return {
        field: field.name,
        count: String(count),
        sum: formatValue(field, sum),
        mean: count > 0n ? formatValue(field, divideHalfEven(sum, count)) : null,
      };
    }),
    outliers: outliers.map(({ bank, field, figure }) => ({ bank: opened.banks[bank]!, field, figure })),
  };
}
