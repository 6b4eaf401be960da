import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../src/cli/html.js';
import { reportPage } from '../../src/cli/report-html.js';
import type { Report } from '../../src/sim/report.js';
import { sampleBank, sampleReport } from './sample-report.js';

const INJECTION = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
const page = (report: Report = sampleReport(), changes: object = {}): string =>
  reportPage({
    title: 'accounts',
    report,
    command: 'npx concordat simulate',
    breaks: [],
    decided: [],
    notices: [],
    ...changes,
  });
const aDecision = {
  key: '1',
  field: 'amount',
  value: '2.50',
  rule: 'median',
  supporters: ['a', 'b'],
  dissenters: ['c'],
  margin: 1,
};
const statistics = {
  mode: 'open',
  banks: ['a', 'b', 'c'],
  fields: [{ field: 'amount', count: '3000', sum: '-1234567.80', mean: '-411.52' }],
  outliers: [{ bank: 'b', field: 'amount', figure: 'mean' }],
} as const;
const aBreak = { key: '1', field: null, state: 'divergent', reason: 'r', holders: ['a'], support: 1 };

/** Every tag's name in the page, in order of appearance. */
const tags = (markup: string): string[] => [...markup.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name!);

describe('the HTML report', () => {
  it.each([
    ['the title', page(undefined, { title: INJECTION })],
    ['a bank', page(sampleReport({ perBank: [sampleBank(INJECTION, { adversary: INJECTION })] }))],
    [
      'evidence',
      page(
        sampleReport({ perBank: [sampleBank('a', { evidence: [{ kind: INJECTION, verified: false }] })] }),
      ),
    ],
    ['a step', page(sampleReport({ bytes: { total: 1, maxPerBank: 1, byStep: { [INJECTION]: 1 } } }))],
    ['a violation', page(sampleReport({ violations: [INJECTION] }))],
    [
      'a parameter',
      page(sampleReport({ parameters: { [INJECTION]: INJECTION }, network: { x: INJECTION } })),
    ],
    [
      'a break',
      page(undefined, {
        breaks: [{ ...aBreak, key: INJECTION, field: INJECTION, reason: INJECTION, holders: [INJECTION] }],
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
  ])('keeps markup in %s text', (_, markup) => {
    expect(tags(markup)).not.toContain('script');
    expect(tags(markup)).not.toContain('img');
    expect(markup).toContain('&lt;script&gt;alert(1)');
    expect(markup).not.toMatch(/<[^>]*\sonerror/);
  });

  it('escapes any text so that no tag, quote or reference of it is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const inside = html`${text}`.markup;
        expect(inside).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(html`${html`${text}`}`.markup).toBe(inside);
      }),
    );
  });

  it('asks for nothing from anywhere, and forbids it', () => {
    const markup = page(undefined, { breaks: [aBreak] });
    expect(markup).not.toMatch(/https?:|\bsrc=|\bhref=|url\(|@import|<link|<script/);
    expect(markup).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('is well-formed: every element is closed in order', () => {
    const open: string[] = [];
    const empty = new Set(['meta', 'rect', 'line', 'circle']);
    const markup = page(
      sampleReport({
        byEpoch: [sampleReport().byEpoch[0]!, sampleReport().byEpoch[0]!],
        statistics,
        suspicions: [{ bank: 'c', reason: 'r', by: ['a'] }],
      }),
      {
        breaks: [aBreak],
        decided: [aDecision],
        notices: ['n'],
      },
    );
    for (const [tag, slash, name] of markup
      .replace('<!doctype html>', '')
      .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (
        !tag.endsWith('/>') &&
        (!empty.has(name!) || name === 'rect' || name === 'circle') &&
        name !== 'meta'
      )
        open.push(name!);
    }
    expect(open).toEqual([]);
  });

  it('shows states, evidence in words, every parameter and the command', () => {
    const markup = page();
    for (const text of [
      'proven to have broken the protocol: signed two different Commitments in one epoch',
      'latencyMinMs',
      'divergence',
      'npx concordat simulate',
      '43× less than naive broadcast',
      'prefers-color-scheme: dark',
    ])
      expect(markup).toContain(text);
  });

  it('shows statistics, outliers, suspicions, the quota and how disputed fields were decided', () => {
    const markup = page(
      sampleReport({ statistics, suspicions: [{ bank: 'c', reason: 'false share', by: ['a'] }] }),
      { decided: [aDecision] },
    );
    for (const text of [
      '-1,234,567.80',
      'its mean of amount lies far from the others’',
      'opened bank by bank',
      'c: false share, say a; this is no proof',
      'Disputed fields, decided (1)',
      '<td class="word">median</td><td>a, b</td><td>c</td>',
      '<td>quota</td><td><code>16384</code></td>',
    ])
      expect(markup).toContain(text);
  });

  it('has no section for what a run does not have', () => {
    expect(page()).not.toMatch(/Column statistics|Suspicions|Disputed fields/);
    expect(page(sampleReport({ statistics: { ...statistics, fields: [], outliers: [] } }))).toContain(
      'No field outside the key is a number',
    );
  });

  it('does not call a run good that was not', () => {
    expect(page()).toContain('Agreed, all guarantees held');
    expect(page(sampleReport({ agreement: false }))).toContain('No agreement');
    expect(page(sampleReport({ violations: ['x'] }))).toContain('A guarantee was broken');
  });

  it('draws a run in which nothing happened, without NaN or Infinity', () => {
    const nothing = sampleReport({
      bytes: { total: 0, maxPerBank: 0, byStep: {} },
      messages: { total: 0, byStep: {} },
      naive: { messages: 0, bytes: 0 },
      lowerBoundBytes: 0,
      keys: { total: 0, unanimous: 0, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 },
      perBank: [],
      accuracy: null,
      agreement: false,
    });
    for (const report of [nothing, sampleReport({ lowerBoundBytes: 1, naive: { messages: 0, bytes: 1 } })])
      expect(page(report)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('stays small for a hundred banks and many breaks', () => {
    const perBank = Array.from({ length: 100 }, (_, i) => sampleBank(`bank-${i}`));
    const markup = page(sampleReport({ perBank }), {
      breaks: Array(100_000).fill(aBreak),
      decided: Array(100_000).fill(aDecision),
    });
    expect(markup).toContain('99,500 more in explain.jsonl');
    expect(markup).toContain('99,500 more in breaks.csv');
    expect(markup.length).toBeLessThan(1_000_000);
  });
});
