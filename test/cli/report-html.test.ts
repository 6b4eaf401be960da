import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesInShort } from '../../src/cli/report-breaks.js';
import { stepOf } from '../../src/cli/report-phases.js';
import { hashSource } from '../../src/cli/report-scripts.js';
import { STATE_MEANING } from '../../src/cli/verdict.js';
import { messageTypeOf } from '../../src/protocol/message-codec.js';
import { aBreak, aDecision, outside, page, scripts, statistics } from './report-page-fixture.js';
import { sampleBank, sampleReport, sampleTimeline } from './sample-report.js';

const everything = (): string =>
  page(
    sampleReport({
      byEpoch: [sampleReport().byEpoch[0]!, sampleReport().byEpoch[0]!],
      statistics,
      suspicions: [{ bank: 'c', reason: 'r', by: ['a'] }],
    }),
    { breaks: [aBreak], decided: [aDecision], notices: ['n'] },
  );

const figures = (markup: string) =>
  JSON.parse(scripts(markup).find(({ attributes }) => attributes.includes('json'))!.text);

describe('the page', () => {
  it('asks for nothing from anywhere, and its policy forbids it', () => {
    const markup = everything();
    expect(outside(markup)).not.toMatch(/https?:|\bsrc=|url\(|@import|<link|\shref="(?!#)|\sstyle=/);
    expect(markup).not.toMatch(/sourceMappingURL/);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(markup)![1]!.replaceAll('&#39;', "'");
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^ ]+' 'sha256-[^ ]+' 'sha256-[^ ]+'; /);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('names its scripts and its style in the policy by what they are', () => {
    const markup = everything();
    const policy = markup.replaceAll('&#39;', "'");
    const code = scripts(markup).filter(({ attributes }) => !attributes.includes('json'));
    expect(code).toHaveLength(3);
    for (const { text } of code) expect(policy).toContain(hashSource(text));
    expect(policy).toContain(hashSource(/<style>([\s\S]*)<\/style>/.exec(markup)![1]!));
    expect(hashSource('alert(1)')).toBe("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='");
  });

  it('is well-formed: every element is closed in order', () => {
    const open: string[] = [];
    const empty = new Set(['meta', 'input']);
    for (const [, slash, name] of outside(everything())
      .replace('<!doctype html>', '')
      .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!empty.has(name!)) open.push(name!);
    }
    expect(open).toEqual([]);
  });

  it('has no section and no bank state that the guide does not explain', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/reading-a-report.md'), 'utf8');
    const explained = [...guide.matchAll(/^## (.*)$/gm)].flatMap(([, heading]) => [
      heading!,
      ...heading!.split(', '),
    ]);
    const titles = [...outside(everything()).matchAll(/<h2[^>]*>([^<]*)</g)].map(([, title]) => title!);
    expect(titles).toHaveLength(14);
    for (const title of titles) expect(explained).toContain(title.replace(/ \([0-9,]+\)$/, ''));
    for (const state of Object.keys(STATE_MEANING)) expect(guide).toContain(`| ${state} |`);
  });

  it('has every id once, and labels and links lead to one', () => {
    const markup = outside(everything());
    const ids = [...markup.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of markup.matchAll(
      /(?:href="#|aria-labelledby="|data-searches="|data-copies=")([^"]*)"/g,
    ))
      expect(ids).toContain(id);
  });

  it('shows states, evidence in words, every parameter and the command', () => {
    const markup = page();
    for (const text of [
      'proven to have broken the protocol: signed two different Commitments in one epoch',
      'latencyMinMs',
      'divergence',
      'npx concordat simulate',
      '43× less than naive broadcast',
    ])
      expect(markup).toContain(text);
  });

  it('shows statistics, outliers, suspicions, the quota and how disputed fields were decided', () => {
    const markup = page(
      sampleReport({ statistics, suspicions: [{ bank: 'c', reason: 'false share', by: ['a'] }] }),
      { decided: [aDecision] },
    );
    for (const text of [
      '<td class="number" data-value="-1234567.8">-1,234,567.80</td>',
      'its mean of amount lies far from the others’',
      'opened bank by bank',
      'c: false share, say a; this is no proof',
      'Disputed fields, decided (1)',
      '<td>quota</td><td><code>16384</code></td>',
    ])
      expect(markup).toContain(text);
  });

  it('has no section for what a run does not have', () => {
    const bare = page(undefined, { timeline: null, breaks: null, decided: null });
    expect(outside(bare)).not.toMatch(
      /Column statistics|Suspicions|Disputed fields|Breaks|What went between/,
    );
    expect(page(sampleReport({ statistics: { ...statistics, fields: [], outliers: [] } }))).toContain(
      'No field outside the key is a number',
    );
  });

  it('does not call a run good that was not', () => {
    expect(page()).toContain('Agreed, all guarantees held');
    expect(page(sampleReport({ agreement: false }))).toContain('No agreement');
    expect(page(sampleReport({ violations: ['x'] }))).toContain('A guarantee was broken');
  });

  it('does not blame the protocol when more lie than may, nor praise it for what was not reached', () => {
    const perBank = ['a', 'b', 'c', 'd'].map((id, i) =>
      sampleBank(id, { adversary: i < 2 ? 'silent' : null }),
    );
    const broken = page(sampleReport({ perBank, violations: ['x'] }));
    expect(broken).toContain('✘ More banks lied than may');
    expect(broken).toContain('2 banks lie and 1 may, so nothing was promised.');
    expect(broken).not.toContain('A guarantee was broken');
    const none = page(sampleReport({ agreement: false, certificateBytes: 0, resultRoot: '', accuracy: 0 }));
    expect(outside(none)).not.toMatch(/than naive broadcast|in the certificate|true cells/);
    expect(page(sampleReport({ faults: 0 }))).toContain('4 banks, none of which may lie: all are trusted');
  });

  it('compares naive broadcast with nothing but the lower bound', () => {
    const naive = page(sampleReport({ protocol: 'naive', lowerBoundBytes: 0 }), { timeline: null });
    expect(outside(naive)).not.toContain('than naive broadcast');
    expect(outside(naive)).not.toMatch(/guarantees held|in the colours of the timeline/);
    expect(figures(naive).steps.lines).toEqual([]);
  });
});

describe('the figures', () => {
  it('are drawn for eyes, told in a sentence for who has none, and given as a table', () => {
    const markup = outside(everything());
    const canvases = [...markup.matchAll(/<canvas data-figure="([a-z]+)" role="img" aria-label="([^"]+)">/g)];
    expect(canvases.map(([, name]) => name)).toEqual(['timeline', 'keys', 'steps', 'banks']);
    expect(Object.keys(figures(everything()))).toEqual(['timeline', 'keys', 'steps', 'banks']);
    for (const [, , finding] of canvases) expect(finding).toMatch(/[0-9].*\.$/);
    expect(markup.match(/<\/canvas><\/div>\s*<noscript>.+<\/noscript>\s*<details>.*?<table/g)).toHaveLength(
      4,
    );
  });

  it('place every message by its sender, receiver and times', () => {
    const { timeline } = figures(page());
    expect(timeline).toMatchObject({ deltaMs: 100, endMs: 250, linked: true });
    expect(timeline.steps).toEqual([
      { name: 'open', phase: 'inputs' },
      { name: 'commitment', phase: 'inputs' },
      { name: 'draft', phase: 'draft' },
    ]);
    expect(timeline.flows).toEqual([
      [0, 0, 1, 0, 40, 1, 158],
      [0, 0, 2, 0, 50, 1, 158],
      [1, 1, 0, 40, 90, 1, 4000],
      [2, 0, 1, 100, 250, 1, 2000],
    ]);
    // By bank, too: when it first and last sent what.
    expect(outside(page())).toMatch(
      /<b>bank-01<\/b><\/td><td class="number" data-value="0">0\.00<\/td><td class="number" data-value="1">1\.00<.*?>3<.*?data-value="2316"/,
    );
    expect(outside(page())).toMatch(
      /<b>bank-03<\/b><\/td><td class="number"><\/td><td class="number"><\/td>/,
    );
    expect(page()).toContain('4 messages of 3 types went between 4 banks in 2.50 Δ, which is 250 ms.');
  });

  it('do not claim receivers where they were merged', () => {
    const flows = sampleTimeline().flows.map((flow) => ({ ...flow, to: null }));
    const merged = page(undefined, { timeline: sampleTimeline({ flows, resolutionMs: 3 }) });
    expect(figures(merged).timeline.linked).toBe(false);
    expect(merged).toContain('Receivers are merged');
    expect(page()).not.toContain('Receivers are merged');
  });

  it('divide all keys, and those that are not unanimous, without a rest', () => {
    const { bars, parts } = figures(page()).keys as { bars: string[]; parts: { shares: number[] }[] };
    expect(bars).toEqual(['all keys', 'not unanimous']);
    for (const i of [0, 1])
      expect(parts.reduce((sum, { shares }) => sum + shares[i]!, 0)).toBeCloseTo(100, 9);
    const same = { total: 5, unanimous: 5, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
    expect(figures(page(sampleReport({ keys: same }))).keys.bars).toEqual(['all keys']);
  });

  it('set bytes beside naive broadcast and the lower bound, in all and for every bank', () => {
    const { steps, banks } = figures(page());
    expect(steps.rows.map(({ name }: { name: string }) => name)).toEqual([
      'all steps',
      'draft',
      'commit-vote',
      'open',
    ]);
    expect(steps.lines.map(({ bytes }: { bytes: number }) => bytes)).toEqual([24_400_000, 12_000]);
    expect(banks.names).toEqual(['bank-01', 'bank-02', 'bank-03', 'bank-04']);
    expect(banks.marks).toEqual(['', '', '', '✘']);
    expect(figures(page()).timeline.marks).toEqual(banks.marks);
    expect(banks.series.map(({ sizes }: { sizes: number[] }) => sizes)).toEqual([
      Array(4).fill(12_345 + 67_890),
      Array(4).fill(12_200_000),
      [4000, 4000, 4000, 0],
    ]);
  });

  it('of a run in which nothing happened are left out, without NaN or Infinity', () => {
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
    const bare = page(nothing, { timeline: sampleTimeline({ flows: [], endMs: 0, deltaMs: 0 }) });
    expect(figures(bare)).toEqual({});
    for (const markup of [bare, page(sampleReport({ lowerBoundBytes: 1, naive: { messages: 0, bytes: 1 } }))])
      expect(outside(markup)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('know every type of message that there is', () => {
    const types = new Set(Array.from({ length: 256 }, (_, tag) => messageTypeOf(Uint8Array.of(tag))));
    types.delete('unknown');
    expect(types.size).toBeGreaterThan(20);
    for (const type of types) expect(stepOf(type).meaning, type).not.toBe(stepOf('unknown').meaning);
    expect(stepOf('constructor').meaning).toBe(stepOf('unknown').meaning);
    expect(stepOf('records', 'naive').meaning).not.toBe(stepOf('records').meaning);
  });
});

describe('the breaks', () => {
  /** The text of "Who holds what" of one break. */
  const sidesOf = (changes: object): string => {
    const markup = outside(page(undefined, { breaks: [{ ...aBreak, ...changes }] }));
    return /<ul class="sides">(.*?)<\/ul>/
      .exec(markup)![1]!
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  };

  it('tell every side of each', () => {
    const sides = [
      { banks: ['a', 'b'], holds: 'other', hasRecord: true, value: '2.50' },
      { banks: ['c'], holds: 'none', hasRecord: false, value: null },
    ];
    expect(sidesOf({ field: 'amount', state: 'unresolved', sides })).toBe('2.50 : a , b no record: c');
  });

  it('say of who holds a record that it is another one only where there is one besides', () => {
    const side = (bank: string, holds: string, hasRecord: boolean) => ({
      banks: [bank],
      holds,
      hasRecord,
      value: null,
    });
    const gone = [side('a', 'other', true), side('b', 'agreed', false)];
    expect(sidesOf({ sides: gone })).toBe('a record: a no record, as agreed: b');
    const late = [side('a', 'other', true), side('b', 'agreed', true), side('c', 'none', false)];
    expect(sidesOf({ sides: late })).toBe('another record: a the agreed record: b no record: c');
    const open = [side('a', 'other', true), side('b', 'other', true)];
    expect(sidesOf({ state: 'unresolved', sides: open })).toBe('a record: a another record: b');
  });

  it('count for each bank the settled keys on which it differs', () => {
    const perBank = [sampleBank('a'), sampleBank('b', { state: 'divergent' })];
    const unresolved = { ...aBreak, state: 'unresolved', dissenters: ['b'] };
    const text = outside(page(sampleReport({ perBank }), { breaks: [aBreak, aBreak, unresolved] }));
    expect(text).toMatch(/lost on unusually many settled keys[^<]*; differs on 2 settled keys</);
    expect(text.match(/differs on/g)).toHaveLength(1);
  });

  it('are sorted by state, and say which of the keys are ids', () => {
    const text = outside(page(undefined, { breaks: [{ ...aBreak, isId: true }] }));
    expect(text).toContain('<th scope="col" aria-sort="ascending">State</th>');
    expect(text).toContain('<td data-id><code>1</code></td>');
    expect(outside(page(undefined, { breaks: [aBreak] }))).not.toContain('data-id');
  });

  it('are searched by a labelled box that tells how many it shows', () => {
    const markup = page(undefined, { breaks: [aBreak] });
    expect(markup).toMatch(/<form class="search" role="search" data-searches="breaks" hidden>/);
    expect(markup).toMatch(/<label>Search the breaks <input type="search"/);
    expect(markup).toContain('<output role="status" aria-live="polite">');
    expect(page(undefined, { breaks: [] })).toContain(
      'no bank holds another record of a key than the agreed one',
    );
  });

  it('name few banks, and count many', () => {
    const names = Array.from({ length: 100 }, (_, i) => `b${i}`);
    const short = (count: number, total: number, banks = total, scope: 'all inputs' | 'some' = 'some') =>
      namesInShort(names.slice(0, count), names.slice(count, total), banks, scope).markup.replace(
        /<[^>]+>/g,
        '',
      );
    expect(short(2, 4)).toBe('b0, b1');
    expect(short(6, 6)).toBe('b0, b1, b2, b3, b4, b5');
    expect(short(97, 100)).toBe('all but b97, b98, b99');
    expect(short(100, 100)).toBe('all 100 banks');
    expect(short(40, 100)).toBe('b0, b1, b2, b3, b4 and 35 more');
    // Banks that were no inputs hold nothing that is known: "all but" would count them.
    expect(short(88, 89, 100, 'all inputs')).toBe('all other inputs (88)');
    expect(short(89, 89, 100, 'all inputs')).toBe('all inputs (89)');
    expect(short(8, 9, 100)).toBe('b0, b1, b2, b3, b4 and 3 more');
  });
});
