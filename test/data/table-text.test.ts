import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/crypto/bytes.js';
import { ConcordatError } from '../../src/crypto/error.js';
import { ENCODINGS, type Encoding } from '../../src/data/dialect.js';
import { decodeTable } from '../../src/data/table-text.js';

const text = (bytes: Uint8Array, encoding: Encoding | null = null) =>
  decodeTable('b.csv', bytes, encoding).text;
const refused = (detail: object) =>
  expect.objectContaining({ detail: expect.objectContaining({ file: 'b.csv', ...detail }) });
const utf16 = (value: string, isLittle: boolean): Uint8Array =>
  Uint8Array.from(
    [...value].flatMap((_, i) => {
      const unit = value.charCodeAt(i);
      return isLittle ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255];
    }),
  );

describe('the text of a file without a declared encoding', () => {
  it('is UTF-8 with or without a mark', () => {
    expect(text(utf8('a,é'))).toBe('a,é');
    expect(text(utf8('\ufeffa,é'))).toBe('a,é');
  });

  it('keeps its encoding when one byte is none of UTF-8 while other letters are, and the byte is named', () => {
    const bytes = concatBytes(
      utf8('id,name\r\n1,Müller\r\n2,Zoë\r\n3,caf'),
      Uint8Array.of(0xe9),
      utf8('\r\n4,x'),
    );
    expect(() => text(bytes)).toThrow(refused({ code: 'CSV_ENCODING', line: 4, offset: 33, byte: 0xe9 }));
    expect(() => text(bytes)).toThrow(
      /^b\.csv:4: byte 0xe9 at offset 33 is not UTF-8, while 2 other letters are/,
    );
  });

  it('is windows-1252, with a notice, where no letter is one of UTF-8', () => {
    const bytes = concatBytes(utf8('id\n'), Uint8Array.of(0x80, 0xe9), utf8('\n'));
    expect(decodeTable('b.csv', bytes, null)).toEqual({
      text: 'id\n€é\n',
      notices: ['not UTF-8, read as windows-1252 (first at line 2)'],
    });
  });

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond the last plane', [0xf4, 0x90, 0x80, 0x80]],
    ['cut off', [0xe2, 0x82]],
    ['a continuation alone', [0x80]],
  ])('names the place of bytes that are %s', (_, bad) => {
    const bytes = concatBytes(utf8('é\n\n'), Uint8Array.from(bad));
    expect(() => text(bytes)).toThrow(refused({ code: 'CSV_ENCODING', line: 3, offset: 4, byte: bad[0] }));
  });

  it('refuses UTF-16, and says what to declare', () => {
    for (const isLittle of [true, false]) {
      expect(() => text(utf16('\ufeffid,name', isLittle))).toThrow(/declare "encoding": "utf-16"/);
      expect(() => text(utf16('id,name', isLittle))).toThrow(/declare "encoding": "utf-16le" or "utf-16be"/);
    }
  });
});

describe('the text of a file with a declared encoding', () => {
  it.each<[Encoding, Uint8Array]>([
    ['utf-8', utf8('\ufeffé,€')],
    ['utf-16', utf16('\ufeffé,€', true)],
    ['utf-16', utf16('\ufeffé,€', false)],
    ['utf-16le', utf16('é,€', true)],
    ['utf-16be', utf16('é,€', false)],
    ['windows-1252', Uint8Array.of(0xe9, 0x2c, 0x80)],
  ])('is read in %s', (encoding, bytes) => expect(text(bytes, encoding)).toBe('é,€'));

  it.each<[string, Encoding, Uint8Array]>([
    ['UTF-8 that is none', 'utf-8', Uint8Array.of(0x61, 0xe9)],
    ['UTF-16 without a mark', 'utf-16', utf16('a', true)],
    ['UTF-16 of odd length', 'utf-16le', Uint8Array.of(0x61, 0, 0x62)],
    ['half a surrogate pair', 'utf-16be', Uint8Array.of(0xd8, 0x3d)],
    ['windows-1252 with a mark of UTF-8', 'windows-1252', utf8('\ufeffa')],
    ['windows-1252 with a mark of UTF-16', 'windows-1252', utf16('\ufeffa', true)],
  ])('is never %s', (_, encoding, bytes) =>
    expect(() => text(bytes, encoding)).toThrow(refused({ code: 'CSV_ENCODING' })),
  );
});

describe('a file of another kind', () => {
  it.each<[string, string]>([
    ['PK\u0003\u0004\u0014', 'ZIP'],
    ['\u00d0\u00cf\u0011\u00e0\u00a1', 'spreadsheet'],
    ['\u001f\u008b\b', 'gzip'],
    ['BZh91AY', 'bzip2'],
    ['\u00fd7zXZ\0', 'xz'],
    ['(\u00b5/\u00fd$', 'zstd'],
    ['7z\u00bc\u00af\u0027', '7z'],
    ['PAR1\u0015', 'Parquet'],
    ['SQLite format 3\0', 'SQLite'],
    ['%PDF-1.7', 'PDF'],
    ['{\\rtf1', 'RTF'],
    ['{1:F01BANKDEFFAXXX', 'SWIFT'],
    ['<?xml version="1.0"?>', 'XML'],
    ['  <Document xmlns="x">', 'XML'],
    ['<!DOCTYPE html>', 'HTML'],
    [':20:STATEMENT\r\n:25:1', 'MT940'],
    ['[{"id":1}]', 'JSON'],
    ['{"rows":[]}', 'JSON'],
  ])('is refused by what it is: %j', (start, kind) => {
    const bytes = Uint8Array.from(start, (c) => c.charCodeAt(0));
    for (const encoding of [null, 'windows-1252', 'utf-8'] as const)
      expect(() => text(bytes, encoding)).toThrow(
        encoding === 'utf-8' && /[\u0080-\u00ff]/.test(start)
          ? refused({ code: 'CSV_NOT_A_TABLE' })
          : refused({ code: 'CSV_NOT_A_TABLE', kind: expect.stringContaining(kind) }),
      );
  });

  it('is not seen in tables that only begin alike', () => {
    for (const table of ['[id],name\n', 'PK,name\n1,2', '{id},x', 'BZ,h\n', '%,x\n'])
      expect(text(utf8(table))).toBe(table);
  });
});

it('never throws anything but a typed error, whatever the bytes and what is declared', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(null, ...ENCODINGS), (bytes, encoding) => {
      try {
        expect(typeof text(bytes, encoding)).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(ConcordatError);
      }
    }),
  );
});
