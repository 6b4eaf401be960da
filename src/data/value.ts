import { utf8 } from '../crypto/bytes.js';
import { ConcordatError } from '../crypto/error.js';
import { DAY_MS, formatDay, formatTimestamp, MAX_DAY, MIN_DAY, parseDay, parseTimestamp } from './date.js';
import { compileDateFormat, type DateReader } from './date-format.js';
import { type Field, MAX_INTEGER } from './field.js';
import { normaliseText } from './normalise.js';

/**
 * A cell. By the field's type: integer, the number; decimal, the number times 10^scale; date, days since 1970-01-01;
 * timestamp, milliseconds since 1970-01-01T00:00:00Z; string and enum, the text, never empty; boolean. `null` is the
 * absence of an optional field. No float is a value.
 */
export type Value = bigint | string | boolean | null;

/** Why a value was refused. `reason` reads after the field's name. */
export type ValueError = { readonly code: 'VALUE_INVALID'; readonly field: string; readonly reason: string };

/** Throws a typed {@link ValueError}. */
export function valueError(field: string, reason: string): never {
  throw new ConcordatError<ValueError>({ code: 'VALUE_INVALID', field, reason }, `"${field}" ${reason}`);
}

/** Longer than the longest number any field takes. */
const MAX_NUMBER_LENGTH = 256;

/** Text as an error shows it: quoted, at most 40 characters. */
export const shown = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/**
 * Checks that `value` is one of `field`'s.
 * @throws {@link ValueError} naming the field: wrong type, out of bounds, an empty text, a text that is not in form C.
 */
export function checkValue(field: Field, value: Value): void {
  if (value === null) {
    if (!field.optional) valueError(field.name, 'is absent and not optional');
    return;
  }
  switch (field.type) {
    case 'integer':
    case 'decimal':
      checkRange(field.name, value, -MAX_INTEGER - 1n, MAX_INTEGER);
      break;
    case 'date':
      checkRange(field.name, value, MIN_DAY, MAX_DAY);
      break;
    case 'timestamp':
      checkRange(field.name, value, MIN_DAY * DAY_MS, (MAX_DAY + 1n) * DAY_MS - 1n);
      break;
    case 'boolean':
      if (typeof value !== 'boolean') valueError(field.name, 'is not a boolean');
      break;
    case 'enum':
      if (typeof value !== 'string' || !field.values.includes(value))
        valueError(field.name, `is none of ${field.values.map(shown).join(', ')}`);
      break;
    case 'string':
      checkText(field.name, value, field.maxLength);
  }
}

function checkRange(name: string, value: Value, low: bigint, high: bigint): void {
  if (typeof value !== 'bigint') valueError(name, 'is not a bigint');
  else if (value < low || value > high) valueError(name, 'is out of range');
}

function checkText(name: string, value: Value, maxLength: number): void {
  const problem = typeof value === 'string' ? textProblem(value, maxLength) : 'is not a string';
  if (problem !== null) valueError(name, problem);
}

function textProblem(text: string, maxLength: number): string | null {
  if (text === '') return 'is empty';
  if (!text.isWellFormed()) return 'has a lone surrogate';
  // A UTF-16 unit takes one to three bytes of UTF-8: the exact count is seldom needed.
  if (text.length > maxLength || (text.length * 3 > maxLength && utf8(text).length > maxLength))
    return `is longer than ${maxLength} bytes`;
  return text.normalize('NFC') === text ? null : 'is not in Unicode form C';
}

/**
 * Text of a value for output, empty for null: `12.50`, `2017-12-15`, `2017-12-15T08:30:00Z`, `true`.
 * {@link parseValue} reads it back to the same value.
 */
export function formatValue(field: Field, value: Value): string {
  if (typeof value !== 'bigint') return value === null ? '' : String(value);
  switch (field.type) {
    case 'decimal':
      return formatDecimal(value, field.scale);
    case 'date':
      return formatDay(value);
    case 'timestamp':
      return formatTimestamp(value);
    default:
      return value.toString();
  }
}

function formatDecimal(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return (value < 0n ? '-' : '') + (scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`);
}

/**
 * The value that `text` stands for. No step of `normalise` is applied (see {@link readValue}); space around anything but
 * a string is ignored. Empty text is absence: null for an optional field, else refused.
 *
 * Integers and decimals: an optional sign and ASCII digits. A decimal with more digits than its scale is refused unless
 * they are zeros: nothing is rounded. Booleans: true, false, yes, no, 1, 0 in any case. Dates: `yyyy-MM-dd`, then the
 * field's formats; a text that two of them read as different days is refused. Timestamps: ISO 8601 with a zone.
 *
 * @throws {@link ValueError}
 */
export function parseValue(field: Field, text: string): Value {
  const trimmed = field.type === 'string' ? text : text.trim();
  if (trimmed === '') return field.optional ? null : valueError(field.name, 'is empty');
  const value = readKind(field, trimmed);
  checkValue(field, value);
  return value;
}

/**
 * The value of a cell as a bank's table has it: {@link parseValue} of the text after the field's `normalise` steps.
 * @throws {@link ValueError}
 */
export function readValue(field: Field, text: string): Value {
  return parseValue(field, normaliseText(field.normalise, text));
}

function readKind(field: Field, text: string): Value {
  switch (field.type) {
    case 'integer':
      return (
        (text.includes('.') ? null : parseDecimal(text, 0)) ??
        valueError(field.name, `${shown(text)} is not an integer`)
      );
    case 'decimal':
      return (
        parseDecimal(text, field.scale) ??
        valueError(
          field.name,
          `${shown(text)} is not a decimal of at most ${field.scale} digits after the point`,
        )
      );
    case 'date':
      return (
        readDate(field, text) ?? valueError(field.name, `${shown(text)} is not a date in ${expected(field)}`)
      );
    case 'timestamp':
      return (
        parseTimestamp(text) ?? valueError(field.name, `${shown(text)} is not an ISO 8601 time with a zone`)
      );
    case 'boolean':
      if (/^(true|yes|1)$/i.test(text)) return true;
      if (/^(false|no|0)$/i.test(text)) return false;
      return valueError(field.name, `${shown(text)} is not a boolean`);
    default:
      return text;
  }
}

/**
 * `text` times 10^scale, exactly, or null when it is no plain decimal number, has digits beyond the scale that are not
 * zeros, or is over 256 characters, which no value needs: text is bounded before it becomes a number, since that takes
 * more than linear time.
 */
export function parseDecimal(text: string, scale: number): bigint | null {
  if (text.length > MAX_NUMBER_LENGTH) return null;
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]+))?$/.exec(text);
  if (!match || !/[0-9]/.test(text)) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  const magnitude = BigInt(match[2]! + fraction.padEnd(scale, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

type DateField = Extract<Field, { readonly type: 'date' }>;
const expected = (field: DateField): string => ['yyyy-MM-dd', ...field.formats].join(', ');

/** Compiled formats of each list, for as long as the list lives. */
const readers = new WeakMap<readonly string[], readonly DateReader[]>();

function readDate({ name, formats, pivot }: DateField, text: string): bigint | null {
  return readDay(name, formats, pivot, text);
}

/**
 * The day that a text means, as `yyyy-MM-dd` or in one of the formats; null when in none. A text that two formats read as
 * different days is refused: the order in which formats are listed says nothing of what one bank meant by it.
 * @throws {@link ValueError}
 */
export function readDay(
  field: string,
  formats: readonly string[],
  pivot: number,
  text: string,
): bigint | null {
  const iso = parseDay(text);
  if (iso !== null) return iso;
  let compiled = readers.get(formats);
  if (!compiled) {
    compiled = formats.map(compileDateFormat);
    readers.set(formats, compiled);
  }
  let first: { readonly day: bigint; readonly format: string } | null = null;
  for (const [i, read] of compiled.entries()) {
    const day = read(text, pivot);
    if (day === null) continue;
    const format = formats[i]!;
    if (first === null) first = { day, format };
    else if (first.day !== day)
      valueError(
        field,
        `${shown(text)} is two days: ${formatDay(first.day)} as ${first.format}, ${formatDay(day)} as ${format}`,
      );
  }
  return first?.day ?? null;
}
