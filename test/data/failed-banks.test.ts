import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { defineSchema } from '../../src/data/schema-json.js';
import { readCsv } from '../../src/data/table-reader.js';
import { formatValue } from '../../src/data/value.js';

const folder = new URL('../../examples/failed-banks/', import.meta.url);
const schema = defineSchema(JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')));
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.csv'))
  .sort();
const tables = files.map((file) =>
  readCsv(schema, readFileSync(new URL(file, folder)), { file, skipBadRows: true }),
);

describe('the ten copies of the failed-banks list', () => {
  it('are read without a bad row', () => {
    expect(tables.map((table) => table.badRows)).toEqual(Array(10).fill([]));
    expect(tables.map((table) => table.dataset.size)).toEqual([
      569, 568, 567, 564, 556, 532, 550, 555, 559, 465,
    ]);
  });

  it('hold 569 certificate numbers between them', () => {
    const keys = new Set(
      tables.flatMap(({ dataset }) => dataset.entries.map((entry) => toHex(entry.keyDigest))),
    );
    expect(keys.size).toBe(569);
  });

  it('are in windows-1252 once, with a notice', () => {
    const encodings = tables.flatMap((table) => table.notices).filter((notice) => notice.includes('UTF-8'));
    expect(encodings).toEqual([
      expect.stringMatching(/^bank-03\.csv: not UTF-8, read as windows-1252 \(first at line \d+\)$/),
    ]);
  });

  it('agree in form: dates and states are the same values in all', () => {
    const column = (name: string) => schema.fields.findIndex((field) => field.name === name);
    for (const { dataset } of tables)
      for (const { values } of dataset.entries) {
        expect(values[column('state')]).toMatch(/^[A-Z]{2}$/);
        expect(formatValue(schema.fields[column('closed')]!, values[column('closed')]!)).toMatch(
          /^20[012]\d-\d\d-\d\d$/,
        );
      }
  });

  it('differ only where people differ', () => {
    const versions = new Map<string, Set<string>>();
    for (const { dataset } of tables)
      for (const entry of dataset.entries) {
        const key = toHex(entry.keyDigest);
        versions.set(key, (versions.get(key) ?? new Set()).add(toHex(entry.digest)));
      }
    const differing = [...versions.values()].filter((digests) => digests.size > 1).length;
    expect(differing).toMatchInlineSnapshot(`69`);
  });
});
