import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The schema of the small consortium, as schema.json. */
export const SCHEMA = {
  name: 'accounts',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    owner: { type: 'string', normalise: ['trim'] },
    balance: { type: 'decimal', scale: 2, optional: true, resolve: 'median' },
  },
};

const ROWS = Array.from({ length: 40 }, (_, i) => [String(i + 1), `Owner ${i + 1}`, `${i}.50`]);

/** A bank's table, with some rows replaced. */
export function table(changes: Readonly<Record<number, readonly string[]>> = {}): string {
  return [['id', 'owner', 'balance'], ...ROWS.map((row, i) => changes[i] ?? row)]
    .map((row) => `${row.join(',')}\n`)
    .join('');
}

/** Writes schema.json and four banks' files, which differ in one row, into `directory`, and returns the files. */
export function writeConsortium(directory: string): string[] {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'schema.json'), JSON.stringify(SCHEMA, null, 2));
  const tables = [table(), table(), table(), table({ 7: ['8', '"Eight, misspelt"', '7.50'] })];
  return tables.map((text, i) => {
    writeFileSync(join(directory, `bank-${i + 1}.csv`), text);
    return `bank-${i + 1}.csv`;
  });
}
