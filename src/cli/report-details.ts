import { toHex } from '../crypto/bytes.js';
import type { OutcomeDetails } from '../sim/outcome-details.js';
import { contested, shownKey, sortedBreaks } from './artifacts.js';
import type { ReportPage } from './report-html.js';

/**
 * What a page shows of a run beside its report; nulls for a run that has no such thing, which is naive broadcast alone.
 * @param chosen what was asked for and is not in the report, by name
 */
export function pageDetails(
  details: OutcomeDetails | null,
  chosen: NonNullable<ReportPage['parameters']>,
): Pick<ReportPage, 'timeline' | 'breaks' | 'decided' | 'parameters'> {
  if (details === null) return { timeline: null, breaks: null, decided: null, parameters: chosen };
  const { schema, breaks, explanations, timeline, parameters } = details;
  return {
    timeline,
    breaks: sortedBreaks(breaks).map((each) => {
      const key = shownKey(each);
      return { ...each, key, isId: key === each.id };
    }),
    decided: contested(schema, explanations),
    parameters: {
      ...chosen,
      ...parameters,
      schema: `${schema.name} ${schema.version}`,
      schemaDigest: toHex(schema.digest),
      absence: schema.absence,
    },
  };
}
