import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../src/cli/html.js';
import { pageScripts, scriptJson } from '../../src/cli/report-scripts.js';
import { aBreak, aDecision, outside, page, scripts, statistics } from './report-page-fixture.js';
import { sampleBank, sampleReport, sampleTimeline } from './sample-report.js';

const INJECTION = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

/** Every tag's name in the page, in order of appearance. */
const tags = (markup: string): string[] => [...markup.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name!);

const hostile: [string, string][] = [
  ['the title', page(undefined, { title: INJECTION })],
  ['a bank', page(sampleReport({ perBank: [sampleBank(INJECTION, { adversary: INJECTION })] }))],
  [
    'evidence',
    page(sampleReport({ perBank: [sampleBank('a', { evidence: [{ kind: INJECTION, verified: false }] })] })),
  ],
  ['a step', page(sampleReport({ bytes: { total: 1, maxPerBank: 1, byStep: { [INJECTION]: 1 } } }))],
  [
    'a message of the timeline',
    page(undefined, {
      timeline: sampleTimeline({ flows: [{ ...sampleTimeline().flows[0]!, step: INJECTION }] }),
    }),
  ],
  ['a violation', page(sampleReport({ violations: [INJECTION] }))],
  ['a parameter', page(sampleReport({ parameters: { [INJECTION]: INJECTION }, network: { x: INJECTION } }))],
  [
    'a break',
    page(undefined, {
      breaks: [
        {
          ...aBreak,
          key: INJECTION,
          field: INJECTION,
          reason: INJECTION,
          sides: [{ banks: [INJECTION], holds: 'other', hasRecord: true, value: INJECTION }],
        },
      ],
    }),
  ],
  [
    'a decision',
    page(undefined, {
      decided: [
        { ...aDecision, key: INJECTION, field: INJECTION, value: INJECTION, rule: INJECTION },
        { ...aDecision, supporters: [INJECTION], dissenters: [INJECTION] },
      ],
    }),
  ],
  [
    'a suspicion',
    page(sampleReport({ suspicions: [{ bank: INJECTION, reason: INJECTION, by: [INJECTION] }] })),
  ],
  [
    'statistics',
    page(
      sampleReport({
        statistics: {
          ...statistics,
          fields: [{ field: INJECTION, count: INJECTION, sum: INJECTION, mean: INJECTION }],
          outliers: [{ bank: INJECTION, field: INJECTION, figure: 'count' }],
        },
      }),
    ),
  ],
  ['a notice', page(undefined, { notices: [INJECTION] })],
  ['the command', page(undefined, { command: INJECTION })],
];

describe('text of others', () => {
  it.each(hostile)('stays text in %s', (_, markup) => {
    const code = scripts(markup).filter(({ attributes }) => !attributes.includes('json'));
    expect(code.map(({ text }) => text)).toEqual(pageScripts().map(({ text }) => text));
    expect(tags(outside(markup)).filter((name) => name === 'script')).toHaveLength(code.length + 1);
    expect(tags(outside(markup))).not.toContain('img');
    expect(markup).toContain('&lt;script&gt;alert(1)');
    expect(outside(markup).replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonerror/);
  });

  it('is escaped so that no tag, quote or reference of it is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const inside = html`${text}`.markup;
        expect(inside).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(html`${html`${text}`}`.markup).toBe(inside);
      }),
      { numRuns: 50 },
    );
  });

  it('cannot end the data of the figures, and is the same when read back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(INJECTION)), (text) => {
        expect(scriptJson({ text })).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(scriptJson({ text }))).toEqual({ text });
      }),
      { numRuns: 50 },
    );
  });

  it('cannot make a page that no browser opens', () => {
    const perBank = Array.from({ length: 100 }, (_, i) => sampleBank(`bank-${i}`));
    const huge = '<'.repeat(10_000);
    const sides = [{ banks: perBank.map(({ id }) => id), holds: 'other', hasRecord: true, value: huge }];
    for (const [key, value] of [
      ['1', '2'],
      [huge, huge],
    ]) {
      const markup = page(sampleReport({ perBank }), {
        breaks: Array(100_000).fill({ ...aBreak, key, reason: value, sides }),
        decided: Array(100_000).fill({ ...aDecision, key, value }),
      });
      expect(markup).toMatch(/and [0-9,]+ more in explain.jsonl/);
      expect(markup).toMatch(/and [0-9,]+ more in breaks.csv/);
      expect(markup.length).toBeLessThan(2_000_000);
    }
  });
});
