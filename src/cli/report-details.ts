import type { OutcomeDetails } from '../sim/outcome-details.js';
import { contested, shownKey, sortedBreaks } from './artifacts.js';
import type { ReportPage } from './report-html.js';

/** What a page shows of a run record by record; nulls for a run that has none, which is naive broadcast alone. */
export function pageDetails(
  details: OutcomeDetails | null,
): Pick<ReportPage, 'timeline' | 'breaks' | 'decided'> {
  if (details === null) return { timeline: null, breaks: null, decided: null };
  const { schema, breaks, explanations, timeline } = details;
  return {
    timeline,
    breaks: sortedBreaks(breaks).map((each) => ({ ...each, key: shownKey(each) })),
    decided: contested(schema, explanations),
  };
}
