import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/crypto/bytes.js';
import { readCell } from '../../src/data/cell.js';
import { type Dialect, defineDialect, PLAIN_DIALECT, plainNumber } from '../../src/data/dialect.js';
import type { Field } from '../../src/data/field.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { readCsv } from '../../src/data/table-reader.js';
import { formatValue } from '../../src/data/value.js';

const field = (json: object): Field =>
  defineSchema({
    name: 's',
    version: 1,
    absence: 'vote',
    key: ['key'],
    fields: { key: { type: 'integer' }, it: { optional: true, ...json } },
  }).fields[1]!;
const DECIMAL = field({ type: 'decimal', scale: 2 });
const DATE = field({ type: 'date', formats: ['d.M.yyyy'] });
const TIMESTAMP = field({ type: 'timestamp' });
const shown = (of: Field, text: string, dialect: Dialect): string =>
  formatValue(of, readCell(of, text, dialect));

const german = defineDialect({ delimiter: ';', decimal: ',', thousands: '.' });
const french = defineDialect({ decimal: ',', thousands: ' ' });
const swiss = defineDialect({ thousands: "'" });
const ledger = defineDialect({
  thousands: ',',
  negative: ['parentheses', 'trailing'],
  nulls: ['n/a', '-', 'NULL'],
});
const oracle = defineDialect({ dateFormats: ['dd-MMM-yy'], zone: 'Z', dateFromMidnight: true });
const sheet = defineDialect({ dateFormats: ['M/d/yyyy'], zone: '+01:00', dateFromMidnight: true });

describe('numbers', () => {
  it.each<[Dialect, string, string]>([
    [german, '1.234,50', '1234.50'],
    [german, '1234,5', '1234.50'],
    [german, '-1.234.567,89', '-1234567.89'],
    [german, '+7', '7.00'],
    [german, ',5', '0.50'],
    [french, '1 234,50', '1234.50'],
    [french, '1\u00a0234,50', '1234.50'],
    [french, '1\u202f234\u2009567,50', '1234567.50'],
    [swiss, "12'345.60", '12345.60'],
    [ledger, '(1,234.50)', '-1234.50'],
    [ledger, '( 7 )', '-7.00'],
    [ledger, '12.50-', '-12.50'],
    [ledger, 'n/a', ''],
    [ledger, ' NULL ', ''],
    [ledger, '-', ''],
    [ledger, '0', '0.00'],
  ])('%# %j is read as %s', (dialect, text, value) => expect(shown(DECIMAL, text, dialect)).toBe(value));

  it.each<[Dialect, string]>([
    [german, '1,234.50'],
    [german, '1.23,50'],
    [german, '1.2345,00'],
    [german, '.123,00'],
    [german, '1..234,00'],
    [german, '1,2,3'],
    [german, '1 234'],
    [german, '(12)'],
    [german, '12-'],
    [german, '1,505'],
    [german, '12,'],
    [french, '1  234'],
    [french, '12 34'],
    [swiss, "1'23"],
    [ledger, '(-12)'],
    [ledger, '-(12)'],
    [ledger, '-12-'],
    [ledger, '(12'],
    [ledger, '()'],
    [ledger, '--'],
    [ledger, '1,234,5'],
    [ledger, '1e5'],
    [ledger, '١٢'],
    [ledger, 'N/A'],
  ])('%# %j is refused, not read as something near it', (dialect, text) =>
    expect(() => readCell(DECIMAL, text, dialect)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    ),
  );

  it('are what was written, whatever the marks', () => {
    const marks = fc.record({
      decimal: fc.constantFrom('.', ','),
      thousands: fc.constantFrom('.', ',', "'", ' ', null),
    });
    fc.assert(
      fc.property(
        marks.filter((m) => m.decimal !== m.thousands),
        fc.bigInt(),
        (m, cents) => {
          const plain = formatValue(DECIMAL, cents);
          const [whole, fraction] = plain.split('.') as [string, string];
          const grouped = m.thousands === null ? whole : whole.replace(/\B(?=([0-9]{3})+$)/g, m.thousands);
          expect(plainNumber(defineDialect(m), grouped + m.decimal + fraction)).toBe(plain);
        },
      ),
    );
  });

  it('have one reading at most: no text is a number in two values of one dialect', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+(]?[0-9.,' ]{0,9}[-)]?$/), (text) => {
        for (const dialect of [german, french, swiss, ledger]) {
          const plain = plainNumber(dialect, text);
          if (plain !== null) expect(plain).toMatch(/^-?[0-9]*(\.[0-9]+)?$/);
        }
      }),
    );
  });
});

describe('times', () => {
  it.each<[Dialect, string, string]>([
    [oracle, '15-DEC-17 08.30.00.000000 AM', '2017-12-15T08:30:00Z'],
    [oracle, '15-DEC-17 12.00.00 AM', '2017-12-15T00:00:00Z'],
    [oracle, '15-DEC-17 11.59.59.500 PM +02:00', '2017-12-15T21:59:59.500Z'],
    [sheet, '12/15/2017 8:30', '2017-12-15T07:30:00Z'],
    [sheet, '12/15/2017 8:30 PM', '2017-12-15T19:30:00Z'],
    [sheet, '2017-12-15 08:30:00', '2017-12-15T07:30:00Z'],
    [sheet, '2017-12-15 08:30:00+00', '2017-12-15T08:30:00Z'],
  ])('%# %j is %s', (dialect, text, value) => expect(shown(TIMESTAMP, text, dialect)).toBe(value));

  it.each<[Dialect, string]>([
    [defineDialect({ dateFormats: ['M/d/yyyy'] }), '12/15/2017 8:30'],
    [defineDialect({ zone: 'Z' }), '12/15/2017 8:30'],
    [defineDialect({ zone: 'Z', dateFormats: ['M/d/yyyy', 'd/M/yyyy'] }), '11/12/2017 8:30'],
    [sheet, '15/12/2017 8:30'],
    [sheet, '12/15/2017'],
    [sheet, '12/15/2017 13:30 PM'],
    [oracle, '15-DEC-17 08.30.00.000001 AM'],
  ])('%# %j is none', (dialect, text) =>
    expect(() => readCell(TIMESTAMP, text, dialect)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    ),
  );
});

describe('dates of a moment at midnight', () => {
  it.each([
    '2017-12-15 00:00:00',
    '2017-12-15T00:00:00.000Z',
    '15.12.2017 0:00',
    '2017-12-15 12:00:00 AM',
    '2017-12-15 00:00:00+00',
  ])('%j is the day, where that is declared', (text) => {
    expect(shown(DATE, text, sheet)).toBe('2017-12-15');
    expect(() => readCell(DATE, text, PLAIN_DIALECT)).toThrow(/is not a date/);
    expect(() => readCell(DATE, text, german)).toThrow(/is not a date/);
  });

  it.each(['2017-12-15 00:00:01', '2017-12-15 12:00', '2017-12-15 12:00 PM', '2017-12-15T23:59:59.999Z'])(
    '%j is none: it has a time of day',
    (text) => expect(() => readCell(DATE, text, sheet)).toThrow(/has a time of day/),
  );

  it('are not moved by a zone: an offset other than zero is refused', () =>
    expect(() => readCell(DATE, '2017-12-15 00:00:00+02', sheet)).toThrow(/is not a date/));
});

describe('a dialect', () => {
  it.each<[string, unknown]>([
    ['', null],
    ['', []],
    ['delimeter', { delimeter: ';' }],
    ['delimiter', { delimiter: ':' }],
    ['delimiter', { delimiter: ';;' }],
    ['quote', { quote: '`' }],
    ['decimal', { decimal: '/' }],
    ['thousands', { decimal: ',', thousands: ',' }],
    ['thousands', { thousands: '.' }],
    ['negative', { negative: ['minus'] }],
    ['negative', { negative: 'trailing' }],
    ['encoding', { encoding: 'latin1' }],
    ['skipLines', { skipLines: -1 }],
    ['skipLines', { skipLines: 1e9 }],
    ['footerRows', { footerRows: 0.5 }],
    ['nulls', { nulls: [''] }],
    ['nulls', { nulls: [' x'] }],
    ['nulls', { nulls: ['x', 'x'] }],
    ['dateFromMidnight', { dateFromMidnight: 1 }],
    ['dateFormats', { dateFormats: ['yyyy-dd-MM'] }],
    ['dateFormats', { dateFormats: [7] }],
    ['zone', { zone: 'Europe/Zurich' }],
    ['zone', { zone: '+25:00' }],
    ['constructor', JSON.parse('{"constructor": 1}')],
    ['__proto__', JSON.parse('{"__proto__": {"delimiter": ";"}}')],
  ])('is refused at %j: %j', (member, json) =>
    expect(() => defineDialect(json)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ code: 'DIALECT_INVALID', member }) }),
    ),
  );

  it('is the plain one where nothing is declared', () => expect(defineDialect({})).toEqual(PLAIN_DIALECT));
});

describe('a table in a dialect', () => {
  const schema = defineSchema({
    name: 'accounts',
    version: 1,
    absence: 'vote',
    key: ['id'],
    fields: {
      id: { type: 'integer' },
      amount: { type: 'decimal', scale: 2 },
      name: { type: 'string', optional: true },
    },
  });
  const read = (text: string, json: object = {}) =>
    readCsv(schema, utf8(text), { file: 'b.csv', dialect: defineDialect(json) });
  const rows = (text: string, json: object = {}) =>
    read(text, json)
      .dataset.entries.map(({ values }) => values)
      .sort((a, b) => Number(a[0]) - Number(b[0]));

  it('has lines before its header and rows after its records', () => {
    const text =
      'Balances of the day\n"as of, today"\nid;amount;name\n1;1.000,50;Ann\n2;-7,00;NULL\nTotal;993,50;\n';
    const declared = {
      delimiter: ';',
      decimal: ',',
      thousands: '.',
      skipLines: 2,
      footerRows: 1,
      nulls: ['NULL'],
    };
    expect(rows(text, declared)).toEqual([
      [1n, 100_050n, 'Ann'],
      [2n, -700n, null],
    ]);
    expect(() => read(text, { ...declared, footerRows: 0 })).toThrow(/^b\.csv:6: column "id": "Total"/);
    expect(read(text, { ...declared, footerRows: 3 }).dataset.size).toBe(0);
  });

  it('has quotes of its own, or none', () => {
    expect(rows("id,amount,name\n1,'7.00','O''Hara, Ann'\n", { quote: "'" })).toEqual([
      [1n, 700n, "O'Hara, Ann"],
    ]);
    expect(rows('id,amount,name\n1,7.00,"A\n', { quote: null })).toEqual([[1n, 700n, '"A']]);
  });

  it.each<[string, RegExp]>([
    ['id;amount;name\n1;2;A\n', /line 1 looks like the header: declare "delimiter": ";" in a dialect/],
    ['id\tamount\tname\n1\t2\tA\n', /declare "delimiter": "\\t" in a dialect/],
    ['id|amount|name\n', /declare "delimiter": "\|" in a dialect/],
    [
      'Report\n\nid,amount,name\n1,2,A\n',
      /line 3 looks like the header: declare "skipLines": 2 in a dialect/,
    ],
    [
      'Report\nid;amount\n',
      /line 2 looks like the header: declare "delimiter": ";" and "skipLines": 1 in a dialect/,
    ],
    [
      'sep=;\nid;amount\n',
      /the first line is a spreadsheet's "sep=": declare "skipLines": 1 and "delimiter": ";"/,
    ],
  ])('that was not declared is named: %j', (text, hint) => expect(() => read(text)).toThrow(hint));

  it('has no hint where nothing looks like the header', () =>
    expect(() => read('a,b\n1,2\n')).toThrow(/^b\.csv:1: no column for "id" \(looked for "id"\)$/));

  it('says how each column was read, and what may be meant otherwise', () => {
    const { columns, notices } = read('id,amount\n1,1.000\n2,3.50\n3,2.000\n');
    expect(columns).toEqual([
      {
        field: 'id',
        column: 'id',
        values: 3,
        empty: 0,
        samples: [
          { line: 2, text: '1', value: '1' },
          { line: 3, text: '2', value: '2' },
          { line: 4, text: '3', value: '3' },
        ],
        surplus: null,
      },
      {
        field: 'amount',
        column: 'amount',
        values: 3,
        empty: 0,
        samples: [
          { line: 2, text: '1.000', value: '1.00' },
          { line: 3, text: '3.50', value: '3.50' },
          { line: 4, text: '2.000', value: '2.00' },
        ],
        surplus: { count: 2, first: { line: 2, text: '1.000', value: '1.00' } },
      },
      { field: 'name', column: null, values: 0, empty: 0, samples: [], surplus: null },
    ]);
    expect(notices.find((notice) => notice.includes('surplus'))).toMatch(
      /^b\.csv: column "amount": 2 values have more than 2 digits after the mark, the surplus all zeros, such as "1\.000" in line 2, read as 1\.00;/,
    );
    expect(read('id,amount\n1,1.00\n').notices.join()).not.toContain('surplus');
  });
});
