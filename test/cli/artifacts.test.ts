import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaksCsv, contested, explainJsonl, reconciledCsv } from '../../src/cli/artifacts.js';
import { csvLine } from '../../src/cli/csv-text.js';
import { parseCsv } from '../../src/data/csv.js';
import { defineSchema } from '../../src/data/schema-json.js';

const schema = defineSchema({
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: {
    name: { type: 'string', optional: true },
    id: { type: 'integer' },
    balance: { type: 'decimal', scale: 2, optional: true },
  },
});
const text = (pieces: Iterable<string>): string => [...pieces].join('');
const keyDigest = new Uint8Array(32);

describe('a line of CSV', () => {
  it('quotes commas, quotes, line ends and outer space, and nothing else', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', ' x', '', 'ü;'])).toBe(
      'a,"b,c","say ""hi""","two\nlines"," x",,ü;\n',
    );
  });

  it('is read back as it was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        expect([...parseCsv(rows.map(csvLine).join(''))].map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });
});

describe('reconciled.csv', () => {
  it('has the schema’s fields in its order and rows by the value of their key', () => {
    const rows = [
      { keyDigest, values: ['Ten, Inc', 10n, 1250n] },
      { keyDigest, values: [null, 9n, -5n] },
      { keyDigest, values: ['Minus', -1n, undefined] },
    ];
    expect(text(reconciledCsv(schema, rows))).toBe(
      'name,id,balance\nMinus,-1,\n,9,-0.05\n"Ten, Inc",10,12.50\n',
    );
    expect(rows[0]!.values[1]).toBe(10n);
  });
});

describe('contested fields', () => {
  it('are those of disputed keys that somebody has otherwise, in order, values as in reconciled.csv', () => {
    const each = {
      key: '10',
      field: 'balance',
      value: 1250n,
      rule: 'median',
      supporters: ['a'],
      dissenters: ['b'],
      margin: 1,
      class: 'disputed' as const,
    };
    const { class: _, ...decision } = each;
    const explanations = [
      each,
      { ...each, class: 'settled' as const },
      { ...each, field: 'name', value: null, dissenters: [] },
      { ...each, key: '9', field: 'name', value: null },
    ];
    expect(contested(schema, explanations)).toEqual([
      { ...decision, key: '9', field: 'name', value: '' },
      { ...decision, value: '12.50' },
    ]);
  });
});

describe('breaks.csv', () => {
  const common = {
    id: 'ff00',
    field: null,
    reason: 'r',
    holders: ['a', 'b'],
    dissenters: [],
    sides: [],
    support: 2,
  };
  it('has what needs a person first, then goes by key, and joins holders by semicolons', () => {
    const breaks = [
      { ...common, key: '10', state: 'unresolved' as const, field: 'name' },
      { ...common, key: '9', state: 'unresolved' as const },
      { ...common, key: '1', state: 'divergent' as const, reason: 'says "x"' },
    ];
    expect(text(breaksCsv(breaks))).toBe(
      'key,field,state,reason,holders,support,about,agreed,dissenters,sides\n' +
        '9,,unresolved,r,a;b,2,,,,\n10,name,unresolved,r,a;b,2,,,,\n1,,divergent,"says ""x""",a;b,2,,,,\n',
    );
  });

  it('shows an unvouched key by its id only, even when the key is known', () => {
    const breaks = [{ ...common, key: '4711', state: 'unvouched' as const }];
    expect(text(breaksCsv(breaks))).toContain('ff00,,unvouched');
    expect(text(breaksCsv(breaks))).not.toContain('4711');
  });

  it('shows a key that nobody can name by its id', () =>
    expect(text(breaksCsv([{ ...common, key: null, state: 'unresolved' }]))).toContain('ff00,,unresolved'));
});

describe('explain.jsonl', () => {
  it('has one object a line, by key and field, with values as text', () => {
    const common = {
      rule: 'settled',
      supporters: ['a'],
      dissenters: ['b'],
      margin: 1,
      class: 'settled' as const,
    };
    const lines = text(
      explainJsonl(schema, [
        { ...common, key: '10', field: 'balance', value: 1250n },
        { ...common, key: '10', field: 'name', value: 'line\nbreak' },
        { ...common, key: '9', field: 'name', value: null },
      ]),
    ).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { key: '9', field: 'name', value: null, ...common },
      { key: '10', field: 'name', value: 'line\nbreak', ...common },
      { key: '10', field: 'balance', value: '12.50', ...common },
    ]);
  });
});
