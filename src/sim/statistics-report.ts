import type { Outcome } from '../data/outcome.js';
import { statisticsOutliers } from '../data/outliers.js';
import { divideHalfEven } from '../data/resolve/order.js';
import { FIGURES, type OpenedStatistics, statisticsFields } from '../data/statistics.js';
import { formatValue } from '../data/value.js';
import type { Manifest } from '../protocol/manifest.js';
import { leastSummed } from '../protocol/value.js';
import type { StatisticsReport } from './report.js';

/** Why a sealed epoch has no totals where they were to be opened, as a sentence; null where it has, or was to have none. */
export function statisticsWithheld(
  manifest: Pick<Manifest, 'parameters' | 'schema' | 'banks' | 'quorum' | 'faults'>,
  outcome: Pick<Outcome, 'statistics'> | null,
): string | null {
  const { parameters, schema, banks } = manifest;
  const mode = statisticsFields(schema).length > 0 ? parameters.statistics : 'none';
  if (mode !== 'aggregate' || !outcome || outcome.statistics) return null;
  const least = leastSummed(manifest);
  return banks.length < least
    ? `no totals: of ${banks.length} banks they would tell what one of them has; they are opened over ${least} or more`
    : `no totals: the statistics of fewer than ${least} banks were there to add up, and would tell what one of them has`;
}

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
