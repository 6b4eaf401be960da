import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcordatError } from '../../src/crypto/error.js';
import { MAX_CELL_LENGTH, MAX_CELLS, parseCsv } from '../../src/data/csv.js';

const cells = (text: string) => [...parseCsv(text)].map((row) => row.cells);
const lines = (text: string) => [...parseCsv(text)].map((row) => row.line);

describe('parseCsv, RFC 4180 section 2', () => {
  it.each<[string, string, string[][]]>([
    [
      'rule 1: lines end in CRLF',
      'aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n',
      [
        ['aaa', 'bbb', 'ccc'],
        ['zzz', 'yyy', 'xxx'],
      ],
    ],
    [
      'rule 2: the last need not',
      'aaa,bbb,ccc\r\nzzz,yyy,xxx',
      [
        ['aaa', 'bbb', 'ccc'],
        ['zzz', 'yyy', 'xxx'],
      ],
    ],
    ['rule 4: spaces are part of a cell', ' a , b ', [[' a ', ' b ']]],
    ['rule 5: a cell may be quoted', '"aaa","bbb",ccc', [['aaa', 'bbb', 'ccc']]],
    [
      'rule 6: quoted cells hold line ends and commas',
      '"aaa","b\r\nb,b","ccc"\r\nzzz',
      [['aaa', 'b\r\nb,b', 'ccc'], ['zzz']],
    ],
    ['rule 7: a doubled quote is a quote', '"aaa","b""bb","ccc"', [['aaa', 'b"bb', 'ccc']]],
  ])('%s', (_, text, expected) => expect(cells(text)).toEqual(expected));
});

describe('parseCsv', () => {
  it.each<[string, string, string[][]]>([
    ['nothing', '', []],
    ['empty lines only', '\n\r\n\r', []],
    ['LF and CR as line ends', 'a\nb\rc', [['a'], ['b'], ['c']]],
    [
      'empty cells',
      ',\na,,b,\n',
      [
        ['', ''],
        ['a', '', 'b', ''],
      ],
    ],
    ['an empty quoted cell on a line of its own', '""\n', [['']]],
    ['a quote inside a plain cell', 'a"b,5" x\n', [['a"b', '5" x']]],
    ['quotes only', '""""', [['"']]],
    ['a comma at the very end', 'a,', [['a', '']]],
    ['a line of one space', ' \n', [[' ']]],
  ])('reads %s', (_, text, expected) => expect(cells(text)).toEqual(expected));

  it('tells the physical line on which a row starts', () => {
    expect(lines('h\n"x\r\ny\nz",1\r\n\r\nb\rc')).toEqual([1, 2, 6, 7]);
  });

  it.each<[string, string, number]>([
    ['a quoted cell that does not end', 'a\nb,"c\nd\n', 2],
    ['a lone quote', '"', 1],
    ['a cell that ends in an escaped quote', '"a""', 1],
    ['text after a closing quote', 'a\n"b"c', 2],
    ['a space after a closing quote', '"b" ,c', 1],
    ['text after a closing quote lines below', '"a\nb"c', 2],
  ])('refuses %s, naming the line', (_, text, line) => {
    expect(() => cells(text)).toThrow(
      expect.objectContaining({ code: 'CSV_MALFORMED', detail: expect.objectContaining({ line }) }),
    );
  });

  it('gives the rows before a fault', () => {
    const rows = parseCsv('a\n"b');
    expect(rows.next().value).toEqual({ line: 1, cells: ['a'] });
    expect(() => rows.next()).toThrow(ConcordatError);
  });

  it('bounds a cell and a row', () => {
    const tooLarge = expect.objectContaining({ code: 'CSV_TOO_LARGE' });
    const long = 'x'.repeat(MAX_CELL_LENGTH);
    expect(cells(`${long},"${long}"`)).toEqual([[long, long]]);
    expect(() => cells(`a,${long}x`)).toThrow(tooLarge);
    expect(() => cells(`a,"${long}x"`)).toThrow(tooLarge);
    expect(() => cells(`a,"${'""'.repeat(MAX_CELL_LENGTH + 2)}"`)).toThrow(tooLarge);
    expect(cells(','.repeat(MAX_CELLS - 1))[0]).toHaveLength(MAX_CELLS);
    expect(() => cells(','.repeat(MAX_CELLS))).toThrow(tooLarge);
  });

  it('reads back whatever was quoted', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '\u{1f600}') });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1 })),
        fc.constantFrom('\n', '\r\n', '\r'),
        (rows, end) => {
          expect(cells(rows.map((row) => row.map(quote).join(',')).join(end))).toEqual(rows);
        },
      ),
    );
  });

  it('never throws anything but a typed error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }), (text) => {
        try {
          cells(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConcordatError);
        }
      }),
    );
  });
});
