import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/crypto/bytes.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { MAX_TABLE_BYTES, type ReadTable, readCsv } from '../../src/data/table-reader.js';

const schema = defineSchema({
  name: 'accounts',
  version: 1,
  absence: 'vote',
  key: ['id'],
  fields: {
    id: { type: 'integer', columns: ['ID', 'Account #'] },
    owner: { type: 'string', normalise: ['trim'] },
    closed: { type: 'date', columns: ['Closing Date'], formats: ['d-MMM-yy'], optional: true },
  },
});
const read = (text: string | Uint8Array, skipBadRows = false): ReadTable =>
  readCsv(schema, typeof text === 'string' ? utf8(text) : text, { file: 'b.csv', skipBadRows });
const records = (table: ReadTable) =>
  table.dataset.entries.map((entry) => entry.values).sort((a, b) => Number(a[0]) - Number(b[0]));
const refused = (detail: object) =>
  expect.objectContaining({ detail: expect.objectContaining({ file: 'b.csv', ...detail }) });

describe('readCsv', () => {
  it('reads columns in any order, by any of their names', () => {
    const table = read('Closing Date,owner,account #\n1-Jan-70, Ann ,2\n,Bob,1\n');
    expect(records(table)).toEqual([
      [1n, 'Bob', null],
      [2n, 'Ann', 0n],
    ]);
    expect(table).toMatchObject({ notices: [], badRows: [] });
  });

  it('matches headers after trimming every kind of space, ignoring case', () => {
    expect(records(read('\u00a0iD\u2003,\tOWNER \r\n1,Ann\r\n'))).toEqual([[1n, 'Ann', null]]);
  });

  it('does not see a byte-order mark', () => {
    expect(records(read('\ufeffid,owner\n1,Ann'))).toEqual([[1n, 'Ann', null]]);
    expect(records(read('\ufeff"id",owner\n1,Ann'))).toEqual([[1n, 'Ann', null]]);
  });

  it('reads what is not UTF-8 as windows-1252, with a notice', () => {
    const bytes = Uint8Array.of(...utf8('id,owner\n1,A'), 0x96, 0xe9, 0x80);
    const table = read(bytes);
    expect(records(table)).toEqual([[1n, 'A–é€', null]]);
    expect(table.notices[0]).toBe('b.csv: not UTF-8, read as windows-1252 (first at line 2)');
  });

  it('ignores unknown columns, with a notice', () => {
    expect(read('id,Fund\u00a0,owner,\n1,x,Ann,y').notices[0]).toBe('b.csv: ignored columns "Fund", ""');
    expect(read('id,Fund,owner\n1,x,Ann').notices[0]).toBe('b.csv: ignored column "Fund"');
  });

  it('names an optional field without a column, and the unused column most like its name', () => {
    const missing =
      'b.csv: no column for the optional "closed", so every row lacks it (looked for "Closing Date")';
    expect(read('id,owner\n1,Ann').notices).toEqual([missing]);
    expect(read('id,owner,Fund\n1,Ann,x').notices[1]).toBe(missing);
    expect(read('id,owner,Closed Date\n1,Ann,').notices[1]).toBe(
      `${missing}; the column most like it is "Closed Date"`,
    );
  });

  it('takes a header without rows for a table without records', () =>
    expect(read('id,owner\n').dataset.size).toBe(0));

  it.each<[string, string, object]>([
    ['no bytes', '', { code: 'CSV_EMPTY' }],
    ['a byte-order mark only', '\ufeff', { code: 'CSV_EMPTY' }],
    ['blank lines only', '\r\n\n', { code: 'CSV_EMPTY' }],
    [
      'no column for a field',
      'id,name\n',
      { code: 'CSV_COLUMN_MISSING', line: 1, field: 'owner', columns: ['owner'] },
    ],
    [
      'another delimiter',
      'id;owner\n1;Ann',
      { code: 'CSV_COLUMN_MISSING', field: 'id', columns: ['ID', 'Account #'] },
    ],
    ['no header', '1,Ann\n', { code: 'CSV_COLUMN_MISSING' }],
    ['UTF-16 that came as text', '\ufffei\0d\0,', { code: 'CSV_COLUMN_MISSING' }],
    [
      'two columns for a field',
      'id,owner,ACCOUNT #\n',
      { code: 'CSV_COLUMN_AMBIGUOUS', line: 1, field: 'id', columns: ['id', 'ACCOUNT #'] },
    ],
    ['one column twice', 'id,owner,Owner\n', { code: 'CSV_COLUMN_AMBIGUOUS', field: 'owner' }],
    ['a quoted cell that does not end', 'id,owner\n1,"Ann\n2,Bob\n', { code: 'CSV_MALFORMED', line: 2 }],
    ['too many cells', ','.repeat(5000), { code: 'CSV_TOO_LARGE', line: 1, what: 'row' }],
  ])('refuses a file with %s, whatever it may skip', (_, text, detail) => {
    expect(() => read(text)).toThrow(refused(detail));
    expect(() => read(text, true)).toThrow(refused(detail));
  });

  it.each<[string, string, object]>([
    ['too few cells', '1,Ann', { column: null, reason: 'the row has 2 cells, the header has 3' }],
    ['too many cells', '1,Ann,,', { column: null, reason: 'the row has 4 cells, the header has 3' }],
    ['a bad number', 'x,Ann,', { column: 'ID', reason: '"x" is not an integer' }],
    ['no key', ',Ann,', { column: 'ID', reason: 'is empty' }],
    ['an empty required cell', '1, ,', { column: 'owner', reason: 'is empty' }],
    [
      'a bad date',
      '1,Ann,31-Feb-17',
      { column: 'Closing Date', reason: '"31-Feb-17" is not a date in yyyy-MM-dd, d-MMM-yy' },
    ],
    ['an overlong text', `1,${'x'.repeat(1025)},`, { column: 'owner', reason: 'is longer than 1024 bytes' }],
    [
      'the key of an earlier row',
      '007,Bob,',
      { column: null, reason: 'line 2 has the key "7" too, and differs' },
    ],
  ])('refuses a row with %s, or skips and counts it', (_, row, bad) => {
    const text = `ID,owner, Closing Date \n7,"Eve\nEve",\n${row}\n8,Zoe,\n`;
    expect(() => read(text)).toThrow(refused({ code: 'CSV_ROW_INVALID', line: 4, ...bad }));
    const table = read(text, true);
    expect(table.badRows).toContainEqual(expect.objectContaining({ file: 'b.csv', line: 4, ...bad }));
    // Of two rows that differ under one key neither is kept: nobody can know which is right.
    const isDoubled = row.startsWith('007');
    expect(table.badRows.map(({ line }) => line)).toEqual(isDoubled ? [2, 4] : [4]);
    expect(records(table).map((values) => values[0])).toEqual(isDoubled ? [8n] : [7n, 8n]);
  });

  it('refuses a file beyond its bound before it decodes it', () => {
    const detail = { code: 'CSV_TOO_LARGE', line: null, what: 'file', limit: MAX_TABLE_BYTES };
    expect(() => read(new Uint8Array(MAX_TABLE_BYTES + 1))).toThrow(refused(detail));
  });

  it('names file, line and column in one line of message', () => {
    expect(() => read('id,owner\nx,Ann')).toThrow(/^b\.csv:2: column "id": "x" is not an integer$/);
    expect(() => read('id\n')).toThrow(/^b\.csv:1: no column for "owner" \(looked for "owner"\)$/);
    expect(() => read('id,owner\n1,"A')).toThrow(/^b\.csv:2: [^\n]*$/);
  });

  it('counts lines of the earlier row even after skipped ones', () => {
    const table = read('id,owner\nx,A\n1,B\ny,C\n1,D\n', true);
    expect(table.badRows.map(({ line, reason }) => [line, reason])).toEqual(
      [
        [2, '"x" is not an integer'],
        [4, '"y" is not an integer'],
        [3, 'line 5 has the key "1" too, and differs'],
        [5, 'line 3 has the key "1" too, and differs'],
      ].sort((a, b) => Number(a[0]) - Number(b[0])),
    );
  });

  it('keeps what the cell at fault has, as far as it can be shown', () => {
    const { badRows } = read(`id,owner\nx,A\n1\n2,${'y'.repeat(2000)}\n`, true);
    expect(badRows.map(({ column, cell }) => [column, cell])).toEqual([
      ['id', 'x'],
      [null, null],
      ['owner', 'y'.repeat(200)],
    ]);
  });

  it.each(['A\u001b[2J', 'A\u0000', '\u007f', 'A\u0085B', '\u0081'])(
    'refuses a control character in a cell: %j',
    (owner) => {
      expect(() => read(`id,owner\n1,${owner}\n`)).toThrow(/has the control character U\+00/);
    },
  );

  it('keeps none of three rows that differ under one key, and names each once', () => {
    const table = read('id,owner\n1,B\n1,C\n2,E\n1,B\n', true);
    expect(table.badRows.map(({ line }) => line)).toEqual([2, 3, 5]);
    expect(records(table)).toEqual([[2n, 'E', null]]);
  });

  it('counts rows that repeat an earlier one whole once, with a notice, whatever it may skip', () => {
    for (const skip of [false, true]) {
      const table = read('id,owner\n1,B\n2,E\n01,B\n1, B\n', skip);
      expect(table.badRows).toEqual([]);
      expect(records(table)).toEqual([
        [1n, 'B', null],
        [2n, 'E', null],
      ]);
      expect(table.notices.at(-1)).toBe(
        'b.csv: 2 rows repeat earlier ones whole and count once, the first in line 4',
      );
    }
  });

  it('never throws anything but a typed error, whatever the bytes', () => {
    const soup = fc.array(fc.constantFrom('id', 'owner', ',', '\n', '"', '1', 'Ann', '\r', ' '), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          soup.map((parts) => utf8(`id,owner\n${parts.join('')}`)),
        ),
        fc.boolean(),
        (bytes, skip) => {
          try {
            read(bytes, skip);
          } catch (error) {
            expect(error).toBeInstanceOf(ConcordatError);
          }
        },
      ),
    );
  });
});
