import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilFromDays,
  daysFromCivil,
  formatDay,
  formatTimestamp,
  MAX_DAY,
  MIN_DAY,
  parseDay,
  parseTimestamp,
} from '../../src/data/date.js';
import { compileDateFormat } from '../../src/data/date-format.js';

const day = (iso: string): bigint => BigInt(Date.parse(`${iso}T00:00:00Z`)) / 86_400_000n;
const anyDay = fc.bigInt({ min: MIN_DAY, max: MAX_DAY });

describe('civil dates', () => {
  it.each([
    ['1970-01-01', 0n],
    ['1969-12-31', -1n],
    ['2000-02-29', 11_016n],
    ['2017-12-15', 17_515n],
    ['0001-01-01', MIN_DAY],
    ['9999-12-31', MAX_DAY],
  ])('%s is day %s', (iso, days) => {
    expect(parseDay(iso)).toBe(days);
    expect(formatDay(days)).toBe(iso);
  });

  it('are the days of the platform calendar', () => {
    fc.assert(
      fc.property(anyDay, (d) => {
        expect(formatDay(d)).toBe(new Date(Number(d) * 864e5).toISOString().slice(0, 10));
      }),
    );
  });

  it('come back from days', () => {
    fc.assert(
      fc.property(anyDay, (d) => {
        const { year, month, day } = civilFromDays(d);
        expect(daysFromCivil(year, month, day)).toBe(d);
      }),
    );
  });

  it.each([
    '2017-02-29',
    '1900-02-29',
    '2100-02-29',
    '2017-04-31',
    '2017-13-01',
    '2017-00-01',
    '2017-01-00',
    '0000-01-01',
    '2017-1-01',
    '17-01-01',
    '2017-01-01 ',
    ' 2017-01-01',
    '2017/01/01',
    '20170101',
    '+2017-01-01',
    '٢٠١٧-01-01',
    '',
  ])('%j is no day', (text) => expect(parseDay(text)).toBeNull());
});

describe('timestamps', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1969-12-31T23:59:59.999Z', -1n],
    ['2017-12-15T08:30:00+02:00', 1_513_319_400_000n],
    ['2017-12-15 06:30Z', 1_513_319_400_000n],
    ['2017-12-15t06:30:00.5z', 1_513_319_400_500n],
    ['2017-12-15T06:30:00.500000Z', 1_513_319_400_500n],
    ['2017-12-14T23:30:00-07:00', 1_513_319_400_000n],
    // As PostgreSQL and Oracle write offsets and clocks.
    ['2017-12-15 08:30:00+02', 1_513_319_400_000n],
    ['2017-12-15T08:30:00+0200', 1_513_319_400_000n],
    ['2017-12-15 08.30.00.000000000 +02:00', 1_513_319_400_000n],
    ['2017-12-15 8:30:00 AM +02', 1_513_319_400_000n],
    ['2017-12-15 12:00 AM Z', 1_513_296_000_000n],
    ['2017-12-15 12:00 pm Z', 1_513_339_200_000n],
  ])('%s is %s ms', (text, ms) => expect(parseTimestamp(text)).toBe(ms));

  it('are written as the platform writes them, and read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: MIN_DAY * 86_400_000n, max: (MAX_DAY + 1n) * 86_400_000n - 1n }), (ms) => {
        const text = formatTimestamp(ms);
        expect(text).toBe(new Date(Number(ms)).toISOString().replace('.000Z', 'Z'));
        expect(parseTimestamp(text)).toBe(ms);
      }),
    );
  });

  it.each([
    '2017-12-15',
    '2017-12-15T08:30:00',
    '2017-12-15T08Z',
    '2017-12-15T24:00:00Z',
    '2017-12-15T08:60:00Z',
    '2016-12-31T23:59:60Z',
    '2017-12-15T08:30:00.0001Z',
    '2017-12-15T08:30:00.Z',
    '2017-12-15T08:30:00+2:00',
    '2017-12-15T08:30:00+020',
    '2017-12-15T13:30:00 PM+00',
    '2017-12-15T00:30:00 AM+00',
    '2017-12-15T08:30.00Z',
    '15-DEC-17 08.30.00+00',
    '2017-12-15T08:30:00+24:00',
    '2017-02-29T08:30:00Z',
    '2017-12-15T08:30:00Z ',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2017-12-15T08:30,5Z',
    '',
  ])('%j is no moment', (text) => expect(parseTimestamp(text)).toBeNull());
});

describe('date formats', () => {
  it.each([
    ['d-MMM-yy', '15-Dec-17', '2017-12-15'],
    ['d-MMM-yy', '5-FEB-10', '2010-02-05'],
    ['d-MMM-yy', '05-feb-10', '2010-02-05'],
    ['d-MMM-yyyy', '15-Dec-2017', '2017-12-15'],
    ['M/d/yyyy', '12/5/2017', '2017-12-05'],
    ['MM/dd/yyyy', '02/05/2017', '2017-02-05'],
    ['dd.MM.yyyy', '29.02.2016', '2016-02-29'],
    ['yyyyMMdd', '20171215', '2017-12-15'],
    ['dMMMyy', '5Dec17', '2017-12-05'],
    ['MMM d, yyyy', 'Dec 5, 2017', '2017-12-05'],
    ['yyyy年M月d日', '2017年2月5日', '2017-02-05'],
    ['yyyy-MM-dd', '2017-02-05', '2017-02-05'],
  ])('%s reads %s', (format, text, iso) => expect(compileDateFormat(format)(text, 69)).toBe(day(iso)));

  it('take two-digit years as POSIX does, or as the pivot says', () => {
    const read = compileDateFormat('yy/MM/dd');
    expect([read('68/01/01', 69), read('69/01/01', 69)]).toEqual([day('2068-01-01'), day('1969-01-01')]);
    expect([read('00/01/01', 0), read('99/01/01', 100)]).toEqual([day('1900-01-01'), day('2099-01-01')]);
    expect([read('29/01/01', 30), read('30/01/01', 30)]).toEqual([day('2029-01-01'), day('1930-01-01')]);
  });

  it.each([
    ['d-MMM-yy', '15-Dec-2017'],
    ['d-MMM-yy', '31-Feb-17'],
    ['d-MMM-yy', '15-Dez-17'],
    ['d-MMM-yy', '15-December-17'],
    ['d-MMM-yy', ' 15-Dec-17'],
    ['d-MMM-yy', '15-Dec-17x'],
    ['d-MMM-yy', '015-Dec-17'],
    ['d-MMM-yy', '0-Dec-17'],
    ['d-MMM-yyyy', '15-Dec-17'],
    ['dd-MMM-yy', '5-Dec-17'],
    ['M/d/yyyy', '13/12/2017'],
    ['M/d/yyyy', '1/2/0000'],
    ['MM/dd/yyyy', '1/02/2017'],
    ['d.M.yyyy', '1x2x2017'],
    ['M/d/yyyy', ''],
  ])('%s refuses %j', (format, text) => expect(compileDateFormat(format)(text, 69)).toBeNull());

  it.each([
    '',
    'd-M',
    'yyyy-MM',
    'd-M-yyy',
    'd-M-y',
    'd-MMMM-yyyy',
    'd-d-M-yyyy',
    'd-M-yyyy HH:mm',
    'D-M-yyyy',
    'dM-yyyy',
    'dMMyyyy',
    'yyyyMd',
    'ddMyyyy',
    'd-M-yy-yyyy',
    '1-d-M-yyyy',
    'yyyy-dd-MM',
    'yyyy-d-M',
    `d-M-yyyy${'-'.repeat(40)}`,
  ])('the format %j is refused', (format) => {
    expect(() => compileDateFormat(format)).toThrow(expect.objectContaining({ code: 'DATE_FORMAT_INVALID' }));
  });
});
