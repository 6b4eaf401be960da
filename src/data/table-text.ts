import type { Encoding } from './dialect.js';
import { tableError } from './table-error.js';
import { decodeWindows1252 } from './windows-1252.js';

/** The text of a table file. */
export interface TableText {
  readonly text: string;
  /** What was done beyond the letter of the file, without its name. */
  readonly notices: readonly string[];
}

/** How files of other kinds begin, and what they are. */
const KINDS: readonly (readonly [magic: string, kind: string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive, as spreadsheets (.xlsx, .ods) are: save the sheet as CSV'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old spreadsheet (.xls): save the sheet as CSV'],
  ['\u001f\u008b', 'compressed (gzip): unpack it first'],
  ['BZh', 'compressed (bzip2): unpack it first'],
  ['\u00fd7zXZ', 'compressed (xz): unpack it first'],
  ['(\u00b5/\u00fd', 'compressed (zstd): unpack it first'],
  ['7z\u00bc\u00af', 'an archive (7z): unpack it first'],
  ['PAR1', 'Parquet: export it as CSV'],
  ['SQLite format 3', 'a database (SQLite): export the table as CSV'],
  ['%PDF', 'a PDF'],
  ['{\\rtf', 'a document (RTF)'],
  ['{1:F01', 'a SWIFT message: convert it to CSV'],
];

/** Beginnings of texts that are no tables, after a byte-order mark and white space. */
const TEXTS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/^<\?xml|^<Document[\s>]/, 'XML: convert it to CSV'],
  [/^<(!doctype )?html/i, 'HTML, perhaps a page that says why there is no file'],
  [/^:20:[^\n]*\r?\n:(21|25)/, 'an MT940 statement: convert it to CSV'],
  [/^[{[]\s*["{[]/, 'JSON: convert it to CSV'],
];

/**
 * The text of a file in the encoding that was declared for it.
 *
 * With none declared: UTF-8, with or without a byte-order mark. A file that is not UTF-8 anywhere is read as windows-1252,
 * with a notice; one that is UTF-8 but for some bytes is refused with the place of the first, since another encoding would
 * turn all its other letters into something else.
 *
 * @throws {@link TableError} `CSV_ENCODING` with the place of the first byte that is none of the encoding's;
 * `CSV_NOT_A_TABLE` for a file of another kind, such as a spreadsheet.
 */
export function decodeTable(file: string, bytes: Uint8Array, encoding: Encoding | null): TableText {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  for (const [magic, kind] of KINDS) if (start.startsWith(magic)) return notATable(file, kind);
  const decoded =
    encoding === null ? undeclared(file, bytes) : { text: declared(file, bytes, encoding), notices: [] };
  const beginning = decoded.text.slice(0, 200).trimStart();
  for (const [pattern, kind] of TEXTS) if (pattern.test(beginning)) return notATable(file, kind);
  return decoded;
}

function notATable(file: string, kind: string): never {
  return tableError({ code: 'CSV_NOT_A_TABLE', file, kind });
}

function declared(file: string, bytes: Uint8Array, encoding: Encoding): string {
  switch (encoding) {
    case 'utf-8': {
      const text = strict('utf-8', bytes);
      if (text !== null) return text;
      const { offset, line } = utf8Fault(bytes);
      return notEncoded(file, bytes, offset, line, 'is not UTF-8');
    }
    case 'windows-1252':
      if (isUtf16Mark(bytes) || hasUtf8Mark(bytes))
        return notEncoded(file, bytes, 0, 1, 'is a byte-order mark, which windows-1252 has none of');
      return decodeWindows1252(bytes);
    case 'utf-16': {
      if (!isUtf16Mark(bytes))
        return notEncoded(file, bytes, 0, 1, 'is no byte-order mark: declare utf-16le or utf-16be');
      return utf16(file, bytes, bytes[0] === 0xff);
    }
    default:
      return utf16(file, bytes, encoding === 'utf-16le');
  }
}

function utf16(file: string, bytes: Uint8Array, isLittle: boolean): string {
  const text = strict(isLittle ? 'utf-16le' : 'utf-16be', bytes);
  return (
    text ??
    notEncoded(file, bytes, Math.max(0, bytes.length - 1), null, 'ends UTF-16 that is not well-formed')
  );
}

function undeclared(file: string, bytes: Uint8Array): TableText {
  if (isUtf16Mark(bytes))
    return notEncoded(file, bytes, 0, 1, 'begins UTF-16: declare "encoding": "utf-16" in a dialect');
  const zero = bytes.indexOf(0);
  if (zero >= 0 && zero < 4)
    return notEncoded(
      file,
      bytes,
      zero,
      1,
      'is zero, as in UTF-16: declare "encoding": "utf-16le" or "utf-16be"',
    );
  const text = strict('utf-8', bytes);
  if (text !== null) return { text, notices: [] };
  const { offset, line, letters } = utf8Fault(bytes);
  if (letters > 0)
    return notEncoded(
      file,
      bytes,
      offset,
      line,
      `is not UTF-8, while ${letters} other ${letters === 1 ? 'letter is' : 'letters are'}: mend it, or declare the encoding`,
    );
  return {
    text: decodeWindows1252(bytes),
    notices: [`not UTF-8, read as windows-1252 (first at line ${line})`],
  };
}

function notEncoded(
  file: string,
  bytes: Uint8Array,
  offset: number,
  line: number | null,
  reason: string,
): never {
  return tableError({ code: 'CSV_ENCODING', file, line, offset, byte: bytes[offset] ?? null, reason });
}

const isUtf16Mark = ([a, b]: Uint8Array): boolean => (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
const hasUtf8Mark = ([a, b, c]: Uint8Array): boolean => a === 0xef && b === 0xbb && c === 0xbf;

/** The text, without its byte-order mark, or null when the bytes are not of that encoding. */
function strict(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Where bytes stop being UTF-8 (RFC 3629, table of section 4), the line of that place from 1, and how many letters of more
 * than one byte the whole has that are well-formed.
 */
function utf8Fault(bytes: Uint8Array): {
  readonly offset: number;
  readonly line: number;
  readonly letters: number;
} {
  let fault: { offset: number; line: number } | null = null;
  let letters = 0;
  let line = 1;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    if (length === 0) {
      fault ??= { offset: at, line };
      at++;
      continue;
    }
    if (length > 1 && !(at === 0 && hasUtf8Mark(bytes))) letters++;
    const byte = bytes[at];
    if (byte === 0x0a || (byte === 0x0d && bytes[at + 1] !== 0x0a)) line++;
    at += length;
  }
  return { ...(fault ?? { offset: bytes.length, line }), letters };
}

/** The length of the well-formed sequence that begins here; 0 when none does. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  const second = bytes[at + 1];
  if (length === 0 || second === undefined) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}
