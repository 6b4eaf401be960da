import { ConcordatError } from '../crypto/error.js';
import { daysFromCivil, parseDay } from './date.js';

/** Why a date format was refused. */
export type DateFormatError = {
  readonly code: 'DATE_FORMAT_INVALID';
  readonly format: string;
  readonly reason: string;
};

/**
 * Reads a whole text as a day since 1970-01-01, or null when the text has not exactly this form or names no real day.
 *
 * @param pivot the first two-digit year that is of 1900
 */
export type DateReader = (text: string, pivot: number) => bigint | null;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Each token: the part of the date it reads, and how. */
const TOKENS: Record<string, { part: 'year' | 'month' | 'day'; pattern: string }> = {
  yyyy: { part: 'year', pattern: '[0-9]{4}' },
  yy: { part: 'year', pattern: '[0-9]{2}' },
  MMM: { part: 'month', pattern: '[A-Za-z]{3}' },
  MM: { part: 'month', pattern: '[0-9]{2}' },
  M: { part: 'month', pattern: '[0-9]{1,2}' },
  dd: { part: 'day', pattern: '[0-9]{2}' },
  d: { part: 'day', pattern: '[0-9]{1,2}' },
};

const isDigits = (token: string): boolean => token !== 'MMM';
const isoReading = parseDay('2001-02-03');

/**
 * Compiles a date format. Tokens: `d` (one or two digits), `dd`, `M`, `MM`, `MMM` (the first three letters of the
 * English month, any case), `yy`, `yyyy`; all else but letters and digits stands for itself. Each of day, month and
 * year occurs once, and a token of one or two digits does not touch another one of digits, so that a text reads in one
 * way only.
 *
 * A format that reads `yyyy-MM-dd` texts as something else (`yyyy-dd-MM`) is refused: the ISO form is always accepted
 * and always written, and must mean one day.
 *
 * @throws {@link DateFormatError}
 */
export function compileDateFormat(format: string): DateReader {
  const refuse = (reason: string): never => {
    throw new ConcordatError<DateFormatError>(
      { code: 'DATE_FORMAT_INVALID', format, reason },
      `date format ${JSON.stringify(format)}: ${reason}`,
    );
  };
  if (format.length > 32) return refuse('is longer than 32 characters');
  const tokens = format.match(/yyyy|yy|MMM|MM|M|dd|d|[^A-Za-z0-9]|./gsu) ?? [];
  const places = new Map<string, number>();
  let pattern = '';
  let previous = '';
  for (const token of tokens) {
    const known = TOKENS[token];
    if (!known) {
      if (/[A-Za-z0-9]/.test(token)) return refuse(`"${token}" is none of d, dd, M, MM, MMM, yy, yyyy`);
      pattern += token.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    } else {
      if (places.has(known.part)) return refuse(`has the ${known.part} twice`);
      if (
        previous in TOKENS &&
        isDigits(previous) &&
        isDigits(token) &&
        Math.min(previous.length, token.length) === 1
      )
        return refuse(`"${previous}${token}" needs a separator`);
      places.set(known.part, places.size + 1);
      pattern += `(${known.pattern})`;
    }
    previous = token;
  }
  for (const part of ['year', 'month', 'day']) if (!places.has(part)) return refuse(`lacks the ${part}`);

  const matcher = new RegExp(`^${pattern}$`, 'u');
  const shortYear = !format.includes('yyyy');
  const named = format.includes('MMM');
  const read: DateReader = (text, pivot) => {
    const match = matcher.exec(text);
    if (!match) return null;
    const part = (name: string): string => match[places.get(name)!]!;
    const digits = Number(part('year'));
    const year = shortYear ? digits + (digits < pivot ? 2000 : 1900) : digits;
    const month = named ? MONTHS.indexOf(part('month').toLowerCase()) + 1 : Number(part('month'));
    return daysFromCivil(year, month, Number(part('day')));
  };
  const probe = read('2001-02-03', 0);
  return probe === null || probe === isoReading ? read : refuse('contradicts the ISO form yyyy-MM-dd');
}
