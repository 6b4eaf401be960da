import { ConcordatError, isConcordatError } from '../crypto/error.js';
import { compileDateFormat } from './date-format.js';
import { MAX_FORMATS } from './field.js';

/** Why a dialect was refused. */
export type DialectError = {
  readonly code: 'DIALECT_INVALID';
  /** The member at fault, such as `decimal`; empty for the whole. */
  readonly member: string;
  readonly reason: string;
};

/** Encodings of text that a table file may be declared to have. */
export const ENCODINGS = ['utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
/** One of {@link ENCODINGS}. `utf-16` takes the order of bytes from the mark that the file must begin with. */
export type Encoding = (typeof ENCODINGS)[number];

/**
 * How one bank writes its tables. It is the reader's affair and no part of the schema: banks that write differently agree on
 * the same records. Nothing of it is guessed; what is not declared has the value of {@link PLAIN_DIALECT}.
 */
export interface Dialect {
  /** Between cells: one of `,` `;` `|` and tab. */
  readonly delimiter: string;
  /** Around a cell that holds a delimiter or a line end: `"` or `'`; null when quotes are letters like others. */
  readonly quote: string | null;
  /** Between whole and fraction of a number: `.` or `,`. */
  readonly decimal: string;
  /**
   * Between groups of three digits: `.`, `,`, `'`, or a space, which stands for U+0020, U+00A0, U+2009 and U+202F alike; null
   * for none. A number that has it in any other place is refused.
   */
  readonly thousands: string | null;
  /** Beside a leading sign: `(12.50)` and `12.50-` for −12.50, as declared. */
  readonly negative: readonly ('parentheses' | 'trailing')[];
  /** Null for what the reader does when nothing is declared: UTF-8, or windows-1252 with a notice. */
  readonly encoding: Encoding | null;
  /** Lines before the header, such as titles and a spreadsheet's `sep=`. */
  readonly skipLines: number;
  /** Rows after the last record, such as totals. */
  readonly footerRows: number;
  /** Words that stand for an empty cell, as `NULL` or `n/a`, compared with the whole cell without space around it. */
  readonly nulls: readonly string[];
  /** Whether a `date` may be a moment at midnight, as spreadsheets and databases write it; the time must be 00:00. */
  readonly dateFromMidnight: boolean;
  /**
   * How the day of a timestamp may be written beside `yyyy-MM-dd`, in the notation of a date field's `formats`: Oracle writes
   * `dd-MMM-yy`, spreadsheets `M/d/yyyy` or `d/M/yyyy`. One that two of them read as different days is refused.
   */
  readonly dateFormats: readonly string[];
  /** Offset from UTC of timestamps that state none, as `Z`, `+01:00`; null refuses them. A zone with a summer time is none. */
  readonly zone: string | null;
}

/** RFC 4180 in UTF-8, with a point before the fraction and nothing between thousands. */
export const PLAIN_DIALECT: Dialect = {
  delimiter: ',',
  quote: '"',
  decimal: '.',
  thousands: null,
  negative: [],
  encoding: null,
  skipLines: 0,
  footerRows: 0,
  nulls: [],
  dateFromMidnight: false,
  dateFormats: [],
  zone: null,
};

/** Most lines or rows that may be declared to be none of the table's. */
const MAX_AROUND = 1000;
const MAX_NULLS = 32;

/** What each member must be; each says what is wrong, or null. */
const CHECKS: { readonly [M in keyof Dialect]: (value: unknown) => string | null } = {
  delimiter: oneOf([',', ';', '\t', '|']),
  quote: oneOf(['"', "'", null]),
  decimal: oneOf(['.', ',']),
  thousands: oneOf(['.', ',', "'", ' ', null]),
  negative: listOf((value) => value === 'parentheses' || value === 'trailing', 2, 'parentheses, trailing'),
  encoding: oneOf([...ENCODINGS, null]),
  skipLines: count,
  footerRows: count,
  nulls: listOf(
    (value) => typeof value === 'string' && value.trim() === value && value !== '',
    MAX_NULLS,
    'words',
  ),
  dateFromMidnight: (value) => (typeof value === 'boolean' ? null : 'is not true or false'),
  dateFormats: formatsProblem,
  zone: (value) =>
    value === null || (typeof value === 'string' && /^(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/.test(value))
      ? null
      : 'is not "Z" or an offset such as "+01:00"',
};

function formatsProblem(value: unknown): string | null {
  if (!Array.isArray(value) || value.length > MAX_FORMATS)
    return `is not a list of at most ${MAX_FORMATS} formats`;
  for (const format of value) {
    if (typeof format !== 'string') return 'has a format that is not a text';
    try {
      compileDateFormat(format);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      return `has a format that is none: ${error.message}`;
    }
  }
  return null;
}

function oneOf(allowed: readonly (string | null)[]): (value: unknown) => string | null {
  const known = allowed.map((each) => JSON.stringify(each)).join(', ');
  return (value) => (allowed.includes(value as string | null) ? null : `is none of ${known}`);
}

function listOf(
  fits: (value: unknown) => boolean,
  most: number,
  what: string,
): (value: unknown) => string | null {
  return (value) =>
    Array.isArray(value) && value.length <= most && value.every(fits) && new Set(value).size === value.length
      ? null
      : `is not a list of at most ${most} different ${what}`;
}

function count(value: unknown): string | null {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_AROUND
    ? null
    : `is not a whole number from 0 to ${MAX_AROUND}`;
}

/**
 * A dialect from parsed JSON: an object with any members of {@link Dialect}, the others as in {@link PLAIN_DIALECT}.
 *
 * @throws {@link DialectError}: a member that is unknown or has none of its values; one mark in two meanings.
 * @example
 * ```ts
 * import { defineDialect } from 'concordat/data';
 *
 * const german = defineDialect({ delimiter: ';', decimal: ',', thousands: '.', encoding: 'windows-1252' });
 * console.log(german.encoding, german.skipLines); // windows-1252 0
 * ```
 */
export function defineDialect(json: unknown): Dialect {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse('', 'is not an object');
  for (const [member, value] of Object.entries(json)) {
    if (!Object.hasOwn(CHECKS, member)) refuse(member, 'is unknown');
    const problem = CHECKS[member as keyof Dialect](value);
    if (problem !== null) refuse(member, problem);
  }
  const dialect: Dialect = { ...PLAIN_DIALECT, ...json };
  if (dialect.thousands === dialect.decimal) refuse('thousands', 'is the decimal mark too');
  return dialect;
}

function refuse(member: string, reason: string): never {
  throw new ConcordatError<DialectError>(
    { code: 'DIALECT_INVALID', member, reason },
    member === '' ? `the dialect ${reason}` : `"${member}" ${reason}`,
  );
}

/** Any space that a file may have between digits when a space is declared. */
const SPACES = /[\u0020\u00a0\u2009\u202f]/gu;

/**
 * A number as the dialect writes it, in the plain form that fields read: an optional `-`, digits, a point and digits. Null
 * when it is not written so: a mark where none belongs is never passed over.
 */
export function plainNumber(dialect: Dialect, text: string): string | null {
  let digits = text;
  let sign = '';
  const enclosed = dialect.negative.includes('parentheses') ? /^\((.*)\)$/s.exec(digits) : null;
  if (enclosed) {
    digits = enclosed[1]!.trim();
    sign = '-';
  } else if (dialect.negative.includes('trailing') && /[^+-]-$/.test(digits)) {
    digits = digits.slice(0, -1).trimEnd();
    sign = '-';
  }
  if (/^[+-]/.test(digits)) {
    if (sign !== '') return null; // -(12), (-12) and -12- say it twice
    sign = digits.startsWith('-') ? '-' : '';
    digits = digits.slice(1);
  }
  const mark = dialect.thousands === ' ' ? ' ' : dialect.thousands;
  if (mark === ' ') digits = digits.replace(SPACES, ' ');
  const point = digits.indexOf(dialect.decimal);
  const whole = point < 0 ? digits : digits.slice(0, point);
  const fraction = point < 0 ? null : digits.slice(point + 1);
  if (fraction !== null && !/^[0-9]+$/.test(fraction)) return null;
  let plain = whole;
  if (mark !== null && whole.includes(mark)) {
    const groups = whole.split(mark);
    if (!/^[0-9]{1,3}$/.test(groups[0]!) || !groups.slice(1).every((group) => /^[0-9]{3}$/.test(group)))
      return null;
    plain = groups.join('');
  }
  if (!/^[0-9]*$/.test(plain) || (plain === '' && fraction === null)) return null;
  return `${sign}${plain}${fraction === null ? '' : `.${fraction}`}`;
}
