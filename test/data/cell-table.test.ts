import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isConcordatError } from '../../src/crypto/error.js';
import { readCell } from '../../src/data/cell.js';
import { type Dialect, defineDialect } from '../../src/data/dialect.js';
import type { Field } from '../../src/data/field.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { formatValue } from '../../src/data/value.js';

/** The dialects of the table's columns. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  plain: defineDialect({}),
  german: defineDialect({ decimal: ',', thousands: '.' }),
  french: defineDialect({ decimal: ',', thousands: ' ' }),
  ledger: defineDialect({ thousands: ',', negative: ['parentheses', 'trailing'], nulls: ['NULL', '-'] }),
  sheet: defineDialect({ dateFormats: ['M/d/yyyy'], zone: '+01:00', dateFromMidnight: true }),
};
const schema = defineSchema({
  name: 's',
  version: 1,
  absence: 'vote',
  key: ['key'],
  fields: {
    key: { type: 'integer' },
    decimal: { type: 'decimal', scale: 2, optional: true },
    integer: { type: 'integer', optional: true },
    date: { type: 'date', formats: ['d.M.yyyy', 'M/d/yyyy', 'd/M/yyyy'], optional: true },
    timestamp: { type: 'timestamp', optional: true },
    boolean: { type: 'boolean', optional: true },
    string: { type: 'string', optional: true },
  },
});
const fieldOf = (type: string): Field => schema.fields.find(({ name }) => name === type)!;

/** Texts of each type, as source text: `\u00a0` stands for the character. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  decimal: [
    '1234.5',
    '1234,5',
    '1.234,50',
    '1,234.50',
    '1.234',
    '1,234',
    '1.500',
    '1 234,50',
    '1\u00a0234,50',
    '-7',
    '7-',
    '(7)',
    '(1,234.50)',
    '-(7)',
    '+7',
    '.5',
    ',5',
    '5.',
    '12.505',
    '12.5000',
    '1e3',
    '0x1F',
    '1.23.4',
    '1,23',
    '-0',
    '',
    'NULL',
    '-',
    'n/a',
    '€5',
    '99999999999999999999999999999999999999.99',
  ],
  integer: ['007', '1.000', '1,000', '1.5', '(12)', '12-', '1e3', '12345678901234567890'],
  date: [
    '2024-12-31',
    '31.12.2024',
    '12/31/2024',
    '31/12/2024',
    '11/12/2024',
    '11/11/2024',
    '2024-02-30',
    '2024-12-31 00:00:00',
    '2024-12-31T00:00:00Z',
    '2024-12-31 08:30:00',
    '20241231',
    '45657',
  ],
  timestamp: [
    '2024-12-31T08:30:00Z',
    '2024-12-31 08:30:00+01',
    '2024-12-31 08:30:00.123456+00',
    '2024-12-31 08:30:00',
    '12/31/2024 8:30',
    '12/31/2024 8:30 PM',
    '2024-12-31T23:59:60Z',
  ],
  boolean: ['true', 'YES', '0', 'n', 'wahr'],
  string: ['\u00a0x ', 'NULL', '-'],
};

function reading(field: Field, text: string, dialect: Dialect): string {
  try {
    const value = readCell(field, text, dialect);
    return value === null ? 'none' : shown(formatValue(field, value));
  } catch (error) {
    if (!isConcordatError(error, 'VALUE_INVALID')) throw error;
    return 'refused';
  }
}

const shown = (text: string): string => (text === '' ? '(empty)' : `\`${text.replaceAll('\u00a0', '⍽')}\``);

const table = (): string => {
  const names = Object.keys(DIALECTS);
  return [
    `| type | text | ${names.join(' | ')} |`,
    `|---|---|${'---|'.repeat(names.length)}`,
    ...Object.entries(TEXTS).flatMap(([type, texts]) =>
      texts.map(
        (text) =>
          `| ${type} | ${shown(text)} | ${names.map((name) => reading(fieldOf(type), text, DIALECTS[name]!)).join(' | ')} |`,
      ),
    ),
  ].join('\n');
};

describe('the table of cells in the guide to schemas', () => {
  it('has sixty texts or more', () =>
    expect(Object.values(TEXTS).reduce((sum, texts) => sum + texts.length, 0)).toBeGreaterThanOrEqual(60));

  it('is what the reader does', () => {
    const guide = readFileSync(new URL('../../docs/guides/schema.md', import.meta.url), 'utf8');
    expect(guide).toContain(table());
  });
});
