import { parseTimestamp, type TimestampForm } from './date.js';
import { type Dialect, PLAIN_DIALECT, plainNumber } from './dialect.js';
import { DEFAULT_PIVOT, type Field } from './field.js';
import { normaliseText } from './normalise.js';
import { parseValue, readDay, shown, type Value, valueError } from './value.js';

/** A moment at the beginning of a day, as spreadsheets and databases write a date: the day before, and whether it is one. */
const MIDNIGHT = /^(?<day>[^ Tt]+)[Tt ](?<time>[0-9:.]+(?: ?[AaPp][Mm])?)(?: ?(?:[Zz]|[+-]00(?::?00)?))?$/;
const ZERO_HOUR = /^(?:0?0[:.]00(?:[:.]00(?:\.0+)?)?|12[:.]00(?:[:.]00(?:\.0+)?)? ?[Aa][Mm])$/;

/**
 * The value of a cell as a bank that writes in this dialect has it: the field's `normalise` steps, then the dialect's empty
 * words and marks, then `parseValue`. Control characters but tab and line ends are refused.
 * @throws {@link ValueError}
 */
export function readCell(field: Field, text: string, dialect: Dialect): Value {
  const normalised = normaliseText(field.normalise, text);
  const control = CONTROL.exec(normalised)?.[0];
  if (control !== undefined)
    valueError(field.name, `has the control character ${codePoint(control)}, which no table means`);
  if (dialect === PLAIN_DIALECT) return parseValue(field, normalised);
  const trimmed = normalised.trim();
  if (dialect.nulls.includes(trimmed)) return parseValue(field, '');
  if (trimmed === '') return parseValue(field, normalised);
  switch (field.type) {
    case 'integer':
    case 'decimal':
      return parseValue(
        field,
        plainNumber(dialect, trimmed) ??
          valueError(field.name, `${shown(trimmed)} is not a number as the dialect has them`),
      );
    case 'date':
      return parseValue(field, dialect.dateFromMidnight ? withoutMidnight(field.name, trimmed) : trimmed);
    case 'timestamp':
      return (
        parseTimestamp(trimmed, formOf(field.name, dialect)) ??
        valueError(field.name, `${shown(trimmed)} is not a time ${expectedTime(dialect)}`)
      );
    default:
      return parseValue(field, normalised);
  }
}

/** What drives terminals and cuts texts short; tab and line ends are layout. A file read in the wrong encoding has some, too. */
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

function withoutMidnight(field: string, text: string): string {
  const parts = MIDNIGHT.exec(text)?.groups;
  if (!parts) return text;
  if (!ZERO_HOUR.test(parts.time!))
    return valueError(field, `${shown(text)} has a time of day, and a date has none`);
  return parts.day!;
}

function formOf(field: string, { dateFormats, zone }: Dialect): TimestampForm {
  return { day: (text) => readDay(field, dateFormats, DEFAULT_PIVOT, text), zone };
}

const expectedTime = ({ dateFormats, zone }: Dialect): string =>
  `after a day in ${['yyyy-MM-dd', ...dateFormats].join(', ')}${zone === null ? ', with a zone' : ''}`;
