/** Days from 1970-01-01 to 0001-01-01, the first day that is a value. */
export const MIN_DAY = -719_162n;
/** Days from 1970-01-01 to 9999-12-31, the last day that is a value. */
export const MAX_DAY = 2_932_896n;
/** Milliseconds of a day; UTC as computers count it has no leap seconds. */
export const DAY_MS = 86_400_000n;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/**
 * Days since 1970-01-01 of a civil date in the proleptic Gregorian calendar, or null when there is no such day or its
 * year is outside 1 to 9999. The `Date` class is not used: it rolls 31 February over, and knows a local zone.
 *
 * @param month 1 to 12
 */
export function daysFromCivil(year: number, month: number, day: number): bigint | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return null;
  if (day > DAYS_IN_MONTH[month - 1]! + (month === 2 && isLeap(year) ? 1 : 0)) return null;
  // Years begin in March, so that the leap day is the last of its year; eras are the calendar's period of 400 years.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return BigInt(era * 146_097 + dayOfEra - 719_468);
}

/** The civil date of a day between {@link MIN_DAY} and {@link MAX_DAY}; the inverse of {@link daysFromCivil}. */
export function civilFromDays(days: bigint): { year: number; month: number; day: number } {
  const shifted = Number(days) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

const pad = (value: number | bigint, width: number): string => value.toString().padStart(width, '0');

/** `yyyy-MM-dd` of a day. */
export function formatDay(days: bigint): string {
  const { year, month, day } = civilFromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Days since 1970-01-01 of exactly `yyyy-MM-dd`, or null. */
export function parseDay(text: string): bigint | null {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  return match && daysFromCivil(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `yyyy-MM-ddTHH:mm:ssZ`, with `.SSS` before the Z unless it is zero. */
export function formatTimestamp(milliseconds: bigint): string {
  const ofDay = ((milliseconds % DAY_MS) + DAY_MS) % DAY_MS;
  const seconds = ofDay / 1000n;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => pad(part, 2)).join(':');
  const fraction = ofDay % 1000n === 0n ? '' : `.${pad(ofDay % 1000n, 3)}`;
  return `${formatDay((milliseconds - ofDay) / DAY_MS)}T${clock}${fraction}Z`;
}

const TIMESTAMP = new RegExp(
  [
    '^(?<day>[^ Tt]+)[Tt ]', // the day, then T or a space
    '(?<hour>[0-9]{1,2})([:.])(?<minute>[0-9]{2})(?:\\3(?<second>[0-9]{2})(?:[.](?<fraction>[0-9]{1,9}))?)?',
    '(?: ?(?<half>[AaPp])[Mm])?',
    ' ?(?<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?$',
  ].join(''),
);

/** How a timestamp may be written besides ISO 8601 with a zone. */
export interface TimestampForm {
  /** Reads the day; days since 1970-01-01, or null. */
  readonly day: (text: string) => bigint | null;
  /** Offset from UTC of what states none, `Z` or `+01:00`; null refuses it. */
  readonly zone: string | null;
}

const ISO_FORM: TimestampForm = { day: parseDay, zone: null };

/**
 * Milliseconds since 1970-01-01T00:00:00Z of an ISO 8601 timestamp, or null. The zone is required unless the form has one:
 * a local time is not a moment. Beyond RFC 3339 it reads what databases and spreadsheets write and only one thing can be
 * meant by: a space for the T, offsets `+00` and `+0530`, points for the colons, hours of one digit, and `AM` or `PM` after
 * hours from 1 to 12. Seconds may be left out; digits finer than a millisecond must be zero; a leap second (`:60`) is refused,
 * since milliseconds since the epoch cannot tell it from its neighbour.
 */
export function parseTimestamp(text: string, form: TimestampForm = ISO_FORM): bigint | null {
  const parts = text.length > 64 ? undefined : TIMESTAMP.exec(text)?.groups;
  if (!parts) return null;
  const day = form.day(parts.day!);
  const zone = parts.zone ?? form.zone;
  const fraction = (parts.fraction ?? '').replace(/0+$/, '');
  if (day === null || zone === null || fraction.length > 3) return null;
  const [minute, second] = [Number(parts.minute), Number(parts.second ?? '0')];
  const hour = hourOf(Number(parts.hour), parts.half);
  const offset = offsetOf(zone);
  if (hour === null || minute > 59 || second > 59 || offset === null) return null;
  const ofDay = ((hour * 60 + minute - offset) * 60 + second) * 1000 + Number(fraction.padEnd(3, '0'));
  const moment = day * DAY_MS + BigInt(ofDay);
  return moment < MIN_DAY * DAY_MS || moment >= (MAX_DAY + 1n) * DAY_MS ? null : moment;
}

/** The hour from 0 to 23 of one that may be of a half of the day; 12 AM is midnight, 12 PM noon. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour > 23 ? null : hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** Minutes ahead of UTC. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hour, minute] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || '0')];
  if (hour > 23 || minute > 59) return null;
  return (hour * 60 + minute) * (zone.startsWith('-') ? -1 : 1);
}
