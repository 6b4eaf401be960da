import { reportPage } from '../../src/cli/report-html.js';
import type { Report } from '../../src/sim/report.js';
import { sampleReport, sampleTimeline } from './sample-report.js';

export const page = (report: Report = sampleReport(), changes: object = {}): string =>
  reportPage({
    title: 'accounts',
    report,
    command: 'npx concordat simulate',
    timeline: sampleTimeline(),
    breaks: [],
    decided: [],
    notices: [],
    hasFiles: true,
    ...changes,
  });
export const aDecision = {
  key: '1',
  field: 'amount',
  value: '2.50',
  rule: 'median',
  supporters: ['a', 'b'],
  dissenters: ['c'],
  margin: 1,
};
export const statistics = {
  mode: 'open',
  banks: ['a', 'b', 'c'],
  fields: [{ field: 'amount', count: '3000', sum: '-1234567.80', mean: '-411.52' }],
  outliers: [{ bank: 'b', field: 'amount', figure: 'mean' }],
} as const;
export const aBreak = {
  key: '1',
  isId: false,
  field: null,
  state: 'divergent',
  reason: 'r',
  holders: ['a', 'b'],
  dissenters: ['b'],
  sides: [
    { banks: ['a'], holds: 'agreed', hasRecord: true, value: null },
    { banks: ['b'], holds: 'other', hasRecord: true, value: null },
  ],
  support: 1,
};

const SCRIPT = /<script([^>]*)>([\s\S]*?)<\/script>/g;
/** The script elements as a browser finds them: each ends at the first end tag. */
export const scripts = (markup: string) =>
  [...markup.matchAll(SCRIPT)].map(([, attributes, text]) => ({ attributes: attributes!, text: text! }));
/** The page without the text of its scripts. */
export const outside = (markup: string): string => markup.replace(SCRIPT, '<script$1></script>');
