import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Field, MAX_INTEGER } from '../../src/data/field.js';
import { normaliseText } from '../../src/data/normalise.js';
import {
  checkValue,
  formatValue,
  parseDecimal,
  parseValue,
  readValue,
  type Value,
} from '../../src/data/value.js';
import { schemaWith } from './schemas.js';

const field = (json: unknown): Field => schemaWith(json).fields[1]!;
const integer = field({ type: 'integer' });
const cents = field({ type: 'decimal', scale: 2 });
const text = field({ type: 'string', maxLength: 8 });
const date = field({ type: 'date', formats: ['d-MMM-yy'] });
const time = field({ type: 'timestamp' });
const flag = field({ type: 'boolean' });
const kind = field({ type: 'enum', values: ['a', 'b'] });
const invalid = expect.objectContaining({
  code: 'VALUE_INVALID',
  detail: expect.objectContaining({ field: 'x' }),
});

/** Rows with the field's type in front, for the title, and the field behind its input. */
const cases = <R extends [Field, unknown, ...unknown[]]>(rows: R[]) =>
  rows.map(([f, input, ...rest]) => [f.type, input, f, ...rest] as [string, R[1], Field, R[2]]);

describe('parseValue', () => {
  it.each(
    cases<[Field, string, Value]>([
      [integer, '0', 0n],
      [integer, '-0', 0n],
      [integer, '+12', 12n],
      [integer, ' 0012\u00a0', 12n],
      [integer, MAX_INTEGER.toString(), MAX_INTEGER],
      [integer, (-MAX_INTEGER - 1n).toString(), -MAX_INTEGER - 1n],
      [cents, '12.50', 1250n],
      [cents, '12.5', 1250n],
      [cents, '12', 1200n],
      [cents, '.5', 50n],
      [cents, '-0.010', -1n],
      [cents, '-0.00', 0n],
      [text, ' a b ', ' a b '],
      [date, '15-Dec-17', 17_515n],
      [date, '2017-12-15', 17_515n],
      [time, '1970-01-01T00:00:01Z', 1000n],
      [flag, 'TRUE', true],
      [flag, 'no', false],
      [flag, '1', true],
      [kind, ' b', 'b'],
    ]),
  )('%s reads %j', (_, input, f, value) => expect(parseValue(f, input)).toBe(value));

  it.each(
    cases<[Field, string]>([
      [integer, ''],
      [integer, ' '],
      [integer, '-'],
      [integer, '1.0'],
      [integer, '1e3'],
      [integer, '0x10'],
      [integer, '1 000'],
      [integer, '1,000'],
      [integer, '--1'],
      [integer, '１２'],
      [integer, 'NaN'],
      [integer, (MAX_INTEGER + 1n).toString()],
      [cents, '12.505'],
      [cents, '12.'],
      [cents, '.'],
      [cents, '1.2.3'],
      [cents, '12,50'],
      [cents, '1e2'],
      [text, ''],
      [text, '123456789'],
      [text, 'ééééé'],
      [text, '\ud800'],
      [date, '12/15/2017'],
      [date, '30-Feb-17'],
      [date, ''],
      [time, '2017-12-15'],
      [time, '2017-12-15T00:00:00'],
      [flag, 'maybe'],
      [flag, '2'],
      [kind, 'c'],
      [kind, 'A'],
    ]),
  )('%s refuses %j', (_, input, f) => expect(() => parseValue(f, input)).toThrow(invalid));

  it('takes empty text for the absence of an optional field, and only of that', () => {
    for (const type of ['integer', 'string', 'date', 'timestamp', 'boolean'])
      expect(parseValue(field({ type, optional: true }), '')).toBeNull();
    expect(() => parseValue(integer, '')).toThrow(/empty/);
  });

  it('refuses numbers of any length at once', () => {
    for (const digit of ['0', '1'])
      expect(() => parseValue(integer, digit.repeat(10_000_000))).toThrow(invalid);
  });

  it('never shows more than the beginning of a text in an error', () => {
    expect(() => parseValue(integer, 'x'.repeat(5000))).toThrow(/^.{0,120}$/);
  });

  it('reads back what formatValue writes', () => {
    const day = fc.bigInt({ min: -719_162n, max: 2_932_896n });
    const values: [Field, fc.Arbitrary<Value>][] = [
      [integer, fc.bigInt({ min: -MAX_INTEGER - 1n, max: MAX_INTEGER })],
      [cents, fc.bigInt({ min: -MAX_INTEGER - 1n, max: MAX_INTEGER })],
      [field({ type: 'decimal', scale: 0 }), fc.bigInt({ min: -1000n, max: 1000n })],
      [field({ type: 'decimal', scale: 38 }), fc.bigInt()],
      [date, day],
      [field({ type: 'date', formats: ['d.M.yy', 'dd/MM/yyyy'], pivot: 0 }), day],
      [time, day.map((d) => d * 86_400_000n + 12_345n)],
      [flag, fc.boolean()],
      [kind, fc.constantFrom('a', 'b')],
    ];
    for (const [f, each] of values)
      fc.assert(
        fc.property(each, (value) => {
          expect(parseValue(f, formatValue(f, value))).toBe(value);
        }),
      );
  });
});

describe('formatValue', () => {
  it.each(
    cases<[Field, Value, string]>([
      [cents, 1250n, '12.50'],
      [cents, -5n, '-0.05'],
      [cents, 0n, '0.00'],
      [date, 17_515n, '2017-12-15'],
      [time, 1_513_319_400_000n, '2017-12-15T06:30:00Z'],
      [flag, false, 'false'],
      [text, null, ''],
    ]),
  )('%s writes %s as %j', (_, value, f, out) => expect(formatValue(f, value)).toBe(out));
});

describe('checkValue', () => {
  it.each<[string, Field, unknown]>([
    ['a number', integer, 1],
    ['a float', cents, 0.5],
    ['text for a number', integer, '1'],
    ['2^511', integer, MAX_INTEGER + 1n],
    ['day 0 of year 1', date, -719_163n],
    ['the first day of year 10000', date, 2_932_897n],
    ['the first moment of year 10000', time, 2_932_897n * 86_400_000n],
    ['0 for false', flag, 0],
    ['no value of the enum', kind, 'toString'],
    ['empty text', text, ''],
    ['a lone surrogate', text, 'a\udc00'],
    ['text that is not in form C', text, 'e\u0301'],
    ['text over its limit in bytes, not in units', text, '日本語'],
    ['null where it is not optional', text, null],
    ['undefined', text, undefined],
    ['an object', text, {}],
  ])('refuses %s', (_, f, value) => expect(() => checkValue(f, value as Value)).toThrow(invalid));
});

describe('parseDecimal', () => {
  it('is exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
        fc.integer({ min: 1, max: 38 }),
        (value, scale) => {
          const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
          const shown = `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
          expect(parseDecimal(shown, scale)).toBe(value);
        },
      ),
    );
  });
});

describe('normaliseText', () => {
  it.each<[Parameters<typeof normaliseText>[0], string, string]>([
    [['trim'], '\ufeff\u00a0 Bank\u2003\u3000\t', 'Bank'],
    [['collapse-spaces'], 'a\u00a0\u00a0b\u2003 c', 'a b c'],
    [['upper'], 'straße', 'STRASSE'],
    [['lower'], 'ÀB', 'àb'],
    [[], 'e\u0301', 'é'],
    [['nfc'], 'e\u0301', 'é'],
    [[{ map: new Map([['Illinois', 'IL']]) }], 'Illinois', 'IL'],
    [[{ map: new Map([['Illinois', 'IL']]) }], 'illinois', 'illinois'],
    [[{ map: new Map([['é', 'E']]) }], 'e\u0301', 'E'],
    [[{ map: new Map() }], 'constructor', 'constructor'],
    [[{ dropPrefix: 'The ' }], 'The The Bank', 'The Bank'],
    [[{ dropPrefix: 'The ' }], 'Theta', 'Theta'],
    [['trim', { dropPrefix: 'The ' }, 'upper'], ' The Bank', 'BANK'],
    [[{ dropPrefix: 'The ' }, 'trim'], ' The Bank', 'The Bank'],
  ])('%j makes %j into %j', (steps, input, output) => expect(normaliseText(steps, input)).toBe(output));

  it('always gives form C', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (input) => {
        for (const step of ['upper', 'lower', 'trim'] as const) {
          const out = normaliseText([step], input);
          expect(out.normalize('NFC')).toBe(out);
        }
      }),
    );
  });

  it('comes before reading', () => {
    const f = field({
      type: 'integer',
      normalise: [{ dropPrefix: '#' }, { map: { none: '' } }],
      optional: true,
    });
    expect(readValue(f, '#12')).toBe(12n);
    expect(readValue(f, 'none')).toBeNull();
    expect(() => parseValue(f, '#12')).toThrow(invalid);
  });
});
