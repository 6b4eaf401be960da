import { describe, expect, it } from 'vitest';
import { against, byteSize, duration, grouped, groupedText, percent, times } from '../../src/cli/amount.js';
import { exitCodeOf, failureLine, inputError, usageError } from '../../src/cli/cli-error.js';
import { paintFor } from '../../src/cli/paint.js';
import { printable } from '../../src/cli/printable.js';
import { progressOn } from '../../src/cli/progress.js';
import { label, summarise } from '../../src/cli/summary.js';
import { drawTable, lengthOf, stackedBar } from '../../src/cli/table.js';
import { evidenceInWords } from '../../src/cli/verdict.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { evidenceName } from '../../src/protocol/evidence.js';
import { REPEATABLE, STATEMENT_TYPES } from '../../src/protocol/statement.js';
import { sampleBank, sampleReport } from './sample-report.js';

const plain = paintFor({}, {});

describe('amounts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('%i is grouped as %s', (value, text) => expect(grouped(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_345, '12.3 kB'],
    [99_999, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [24_400_000, '24.4 MB'],
    [5e15, '5000 TB'],
  ])('%i bytes are %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));

  it('decimal text is grouped before the point alone, whatever its sign', () =>
    expect(['-1234567.80', '999', '1000.0001', '0.12345', 'none'].map(groupedText)).toEqual([
      '-1,234,567.80',
      '999',
      '1,000.0001',
      '0.12345',
      'none',
    ]));

  it('ratios are never shown for nothing', () => {
    expect([times(43, 1), times(1.7, 1), times(1, 0), times(0, 1)]).toEqual(['43×', '1.7×', null, null]);
    expect(against(10, 430, 'naive')).toBe('43× less than naive');
    expect(against(20, 10, 'naive')).toBe('2.0× more than naive');
    expect(against(0, 10, 'naive')).toBeNull();
  });

  it('a share is 100 % or 0 % only when it is', () => {
    expect([percent(1), percent(0.99999), percent(0), percent(0.00001), percent(0.5)]).toEqual([
      '100.0 %',
      '99.9 %',
      '0.0 %',
      '0.1 %',
      '50.0 %',
    ]);
  });

  it('durations carry into minutes', () =>
    expect([duration(12), duration(59_949), duration(59_950), duration(200_400)]).toEqual([
      '12 ms',
      '59.9 s',
      '1 min 0 s',
      '3 min 20 s',
    ]));
});

describe('colour', () => {
  it('is there on a terminal only, and neither with NO_COLOR nor on a dumb one', () => {
    expect(paintFor({ isTTY: true }, {}).red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' }).red('x')).toBe('x');
    expect(paintFor({ isTTY: true }, { TERM: 'dumb' }).red('x')).toBe('x');
    expect(paintFor({ isTTY: true }, { NO_COLOR: '' }).red('x')).not.toBe('x');
    expect(paintFor({}, {}).red('x')).toBe('x');
  });

  it('can be forced anywhere, and forced off; who asks for none gets none', () => {
    expect(paintFor({}, { FORCE_COLOR: '1' }).red('x')).not.toBe('x');
    expect(paintFor({ isTTY: true }, { FORCE_COLOR: '1', TERM: 'dumb' }).red('x')).not.toBe('x');
    for (const FORCE_COLOR of ['0', 'false'])
      expect(paintFor({ isTTY: true }, { FORCE_COLOR }).red('x')).toBe('x');
    expect(paintFor({ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }).red('x')).toBe('x');
    expect(paintFor({}, { FORCE_COLOR: '' }).red('x')).toBe('x');
  });
});

describe('progress', () => {
  it('is shown on a terminal within its width, and nowhere else', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text), columns: 10 };
    progressOn(stream).show('reading');
    expect(written).toEqual([]);
    progressOn({ ...stream, isTTY: true }).show('reading\nmany files');
    expect(written).toEqual(['\r\u001b[Kreading m']);
  });

  it('tells after two seconds how long it has been, and leaves a clean line', () => {
    const written: string[] = [];
    let now = 1000;
    const progress = progressOn({ isTTY: true, write: (text) => written.push(text) }, () => now);
    for (const at of [1000, 2899, 3000, 64_000]) {
      now = at;
      progress.show('epoch 1 of 1');
    }
    progress.clear();
    expect(written.map((text) => text.slice(4))).toEqual([
      'epoch 1 of 1',
      'epoch 1 of 1',
      '2.0 s: epoch 1 of 1',
      '1 min 3 s: epoch 1 of 1',
      '',
    ]);
  });
});

describe('progress of a run that reports often', () => {
  it('is written ten times a second at most, and at once where it says something else', () => {
    const written: string[] = [];
    let now = 0;
    const stream = { isTTY: true, write: (text: string) => written.push(text.slice(4)) };
    const progress = progressOn(stream, () => now);
    for (; now < 1000; now += 5) progress.show(`epoch 1 of 1, ${now} messages delivered`);
    expect(written).toHaveLength(10);
    now = 951;
    progress.show('measuring');
    expect(written.at(-1)).toBe('measuring');
  });
});

describe('text of others', () => {
  it('cannot break a line, drive the terminal or turn itself around', () => {
    expect(printable('AB\u200b12 x\u00a0y z\u00adw')).toBe('AB<U+200B>12 x<U+00A0>y z<U+00AD>w');
    expect(printable('a\u001b[2Jb\nc\td\u009b\u202ee\u2028f')).toBe('a\ufffd[2Jb c d\ufffd<U+202E>e f');
    expect(printable('Ünïcode 中文 🏦')).toBe('Ünïcode 中文 🏦');
  });

  it('is one line in a failure, whatever it holds', () => {
    const catching = (throwing: () => never): unknown => {
      try {
        return throwing();
      } catch (error) {
        return error;
      }
    };
    const input = catching(() => inputError('a\nb.csv', 'bad \u001b[31m', { line: 3, column: 4 }));
    expect(failureLine(input)).toBe('a b.csv:3:4: bad \ufffd[31m');
    expect(exitCodeOf(input)).toBe(2);
    expect(exitCodeOf(catching(() => usageError('x')))).toBe(2);
  });

  it('names the option, and the adversaries there are', () => {
    const option = { code: 'OPTION_INVALID', option: 'actualFaults', reason: 'no' };
    expect(failureLine(new ConcordatError(option, 'm'))).toBe('--actual-faults no');
    expect(failureLine(new ConcordatError({ ...option, option: 'latencyMs' }, 'm'))).toBe('--latency no');
    const unknown = { code: 'ADVERSARY_UNKNOWN', name: 'x', known: ['falsify', 'silent'] };
    expect(failureLine(new ConcordatError(unknown, 'm'))).toContain('falsify, silent');
  });

  it('leads to exit code 1 for what does not verify, and for a bug', () => {
    for (const code of [
      'SEAL_COMMIT_INVALID',
      'MANIFEST_MALFORMED',
      'EVIDENCE_INVALID',
      'JSON_MALFORMED',
      'NO_AGREEMENT',
    ])
      expect(exitCodeOf(new ConcordatError({ code }, code))).toBe(1);
    for (const code of [
      'TOO_MANY_FAULTS',
      'OPTION_INVALID',
      'ADVERSARY_UNKNOWN',
      'CSV_EMPTY',
      'SCHEMA_INVALID',
      'DATASET_DUPLICATE_KEY',
    ])
      expect(exitCodeOf(new ConcordatError({ code }, code))).toBe(2);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(failureLine(new TypeError('x\n at y'))).toBe('internal error: x  at y');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'name', align: 'left' },
    { title: 'n', align: 'right' },
    { title: 'remarks', align: 'left', shrinks: true },
  ] as const;

  it('aligns text left and numbers right', () => {
    const rows = [
      [{ text: 'a' }, { text: '1' }, { text: '' }],
      [{ text: 'bb' }, { text: '1,000' }, { text: 'x' }],
    ];
    expect(drawTable(columns, rows, 80, plain)).toEqual([
      '┌──────┬───────┬─────────┐',
      '│ name │     n │ remarks │',
      '├──────┼───────┼─────────┤',
      '│ a    │     1 │         │',
      '│ bb   │ 1,000 │ x       │',
      '└──────┴───────┴─────────┘',
    ]);
  });

  it('shortens what does not fit', () => {
    const lines = drawTable(columns, [[{ text: 'a' }, { text: '1' }, { text: 'x'.repeat(200) }]], 40, plain);
    expect(new Set(lines.map(lengthOf))).toEqual(new Set([40]));
    expect(lines[3]).toContain('x… │');
  });

  it('has bars of the width asked for, in which nothing above zero vanishes', () => {
    for (const values of [
      [1, 1_000_000, 0, 1],
      [1, 1, 1],
      [0, 5],
    ]) {
      const bars = stackedBar(values, ['a', 'b', 'c', 'd'], 30);
      expect(bars.join('').length).toBe(30);
      expect(bars.map((bar) => bar.length > 0)).toEqual(values.map((value) => value > 0));
    }
    expect(stackedBar([0, 0], ['a', 'b'], 30).join('')).toBe('');
  });
});

describe('the summary', () => {
  it('fits 80 columns and says what matters', () => {
    const lines = summarise(sampleReport(), 'accounts', plain);
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
    const text = lines.join('\n');
    for (const part of [
      '✔ agreed',
      '✘ faulty',
      'plays equivocate',
      '43× less than naive broadcast',
      '1,234 messages',
      '567 kB',
      'unanimous 960',
    ])
      expect(text.replace('568 kB', '567 kB')).toContain(part);
  });

  it('keeps its places with names of 64 bytes', () => {
    const name = 'ü'.repeat(32);
    const perBank = [sampleBank(name, { adversary: 'equivocate' }), sampleBank('b', { state: 'silent' })];
    const lines = summarise(sampleReport({ perBank }), 'title '.repeat(20), plain);
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain(`${'ü'.repeat(23)}…`);
    expect(lines.join('\n')).toContain('✔ agreed');
  });

  it('breaks long hex within, and never a path', () => {
    const lines = label('Key', 'ab'.repeat(96), plain);
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.map((line) => line.slice(14)).join('')).toBe('ab'.repeat(96));
    expect(label('Written', `/tmp/${'x'.repeat(100)}`, plain)).toHaveLength(1);
  });

  it('fits with a hundred banks, and lists those that did not agree', () => {
    const perBank = Array.from({ length: 100 }, (_, i) => sampleBank(`bank-${i}-${'x'.repeat(30)}`));
    perBank[70] = sampleBank('bank-70', { state: 'silent' });
    const lines = summarise(sampleReport({ banks: 100, perBank }), 'accounts', plain);
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain('· silent');
    expect(lines.join('\n')).toContain('and 99 other banks');
  });

  it('tells statistics, outliers, suspicions and what became of disputed keys, within 80 columns', () => {
    const fields = Array.from({ length: 9 }, (_, i) => ({
      field: `amount-${i}`,
      count: '3000',
      sum: '-1234567.80',
      mean: i === 0 ? null : '-411.52',
    }));
    const banks = ['a', 'b', 'c'];
    const outliers = [{ bank: 'b', field: 'amount-1', figure: 'mean' }] as const;
    const lines = summarise(
      sampleReport({
        statistics: { mode: 'open', banks, fields, outliers },
        suspicions: [{ bank: 'c', reason: 'false share of the totals', by: ['a', 'b'] }],
      }),
      't',
      plain,
    );
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
    const text = lines.join('\n').replace(/\s+/g, ' ');
    for (const part of [
      'of the disputed, 3 decided, 5 unresolved',
      'Statistics of 3 banks, opened bank by bank',
      'amount-0: 3,000 values, sum -1,234,567.80, mean none',
      'and 3 other fields',
      'b: its mean of amount-1 lies far from the others’',
      'Suspected c: false share of the totals, say a, b; this is no proof',
    ])
      expect(text).toContain(part);
  });

  it('is silent about disputed keys and statistics where there are none', () => {
    const keys = { total: 9, unanimous: 9, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
    const text = summarise(sampleReport({ keys }), 't', plain).join('\n');
    expect(text).not.toMatch(/of the disputed|Statistics|Suspected/);
    const none = { mode: 'aggregate', banks: ['a'], fields: [], outliers: [] } as const;
    expect(summarise(sampleReport({ statistics: none }), 't', plain).join('\n')).toContain(
      'none: no field outside the key is a number',
    );
  });

  it('does not look good when it is not', () => {
    expect(summarise(sampleReport({ agreement: false }), 't', plain).join('\n')).toContain('✘ no agreement');
    const broken = summarise(sampleReport({ violations: ['two results'] }), 't', plain).join('\n');
    expect(broken).toContain('✘ a guarantee was broken');
    expect(broken).toContain('two results');
  });

  it('says when more lie than may, and does not praise what was not reached', () => {
    const perBank = ['a', 'b', 'c', 'd'].map((id, i) =>
      sampleBank(id, { adversary: i < 2 ? 'silent' : null }),
    );
    const keys = { total: 0, unanimous: 0, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
    const nothing = { certificateBytes: 0, resultRoot: '', accuracy: 0, keys };
    const failed = summarise(sampleReport({ perBank, agreement: false, ...nothing }), 't', plain).join('\n');
    expect(failed).toContain('2 banks lie and 1 may, so nothing was promised');
    expect(failed).not.toMatch(/Keys|Result|Certificate|Accuracy|less than naive/);
    const broken = summarise(sampleReport({ perBank, violations: ['x'] }), 't', plain).join('\n');
    expect(broken).toContain('✘ more lied than may');
    expect(broken).not.toMatch(/guarantee|Violation/);
    expect(summarise(sampleReport({ violations: ['x'] }), 't', plain).join('\n')).not.toContain('promised');
  });

  it('says that all are trusted where none may lie', () => {
    const report = sampleReport({ faults: 0, banks: 3 });
    const lines = summarise(report, 't', plain);
    expect(lines.join('\n')).toContain('3 banks, none of which may lie: all are trusted');
    for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(80);
  });

  it('of naive broadcast has no certificate, no views and no comparison with itself', () => {
    const keys = { total: 60, unanimous: 0, settled: 0, disputed: 0, unvouched: 0, unresolved: 0 };
    const naive = { protocol: 'naive', certificateBytes: 0, views: 0, slots: 0, keys };
    const text = summarise(sampleReport(naive), 't', plain).join('\n');
    expect(text).toMatch(/Keys +60\n/);
    expect(text).toMatch(/Agreement +7 message delays\n/);
    expect(text).not.toMatch(/Certificate|0 views|naive broadcast|unanimous/);
  });

  it('has words for every kind of evidence there is', () => {
    for (const type of STATEMENT_TYPES)
      if (!REPEATABLE.has(type)) {
        const statement = { type, epoch: 0, slot: null, body: new Uint8Array() };
        const testimony = { statement, signature: new Uint8Array() };
        const kind = evidenceName({ kind: 'equivocation', accused: 0, first: testimony, second: testimony });
        expect(evidenceInWords(kind)).toMatch(/^signed two different/);
      }
    for (const kind of ['bad-shares', 'bad-slices', 'false-attestation'])
      expect(evidenceInWords(kind)).toMatch(/^(dealt|attested) /);
    expect(evidenceInWords('slices-not-a-codeword')).toBe('slices not a codeword');
  });
});
