import { toHex } from '../../src/crypto/bytes.js';
import type { Outcome } from '../../src/data/outcome.js';
import { formatKey } from '../../src/data/record.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';

export const schemaOf = (absence: 'vote' | 'abstain'): Schema =>
  defineSchema({
    name: 'accounts',
    version: 1,
    absence,
    key: ['id'],
    fields: {
      id: { type: 'integer' },
      owner: { type: 'string' },
      balance: { type: 'decimal', scale: 2, optional: true, resolve: 'median' },
      branch: { type: 'string', optional: true, resolve: { function: 'nobody-registered-it' } },
    },
  });

export const VOTE = schemaOf('vote');

export const ABSTAIN = schemaOf('abstain');

export type Row = readonly Value[];

export const account = (id: number, owner = `owner ${id}`, balance: number | null = 100 * id): Row => [
  BigInt(id),
  owner,
  balance === null ? null : BigInt(balance),
  null,
];

export const book = (...changes: (Row | number)[]): Row[] => {
  const rows = new Map([1, 2, 3, 4, 5].map((id) => [BigInt(id), account(id)]));
  for (const change of changes)
    if (typeof change === 'number') rows.delete(BigInt(change));
    else rows.set(change[0] as bigint, change);
  return [...rows.values()];
};

export const root = (outcome: Outcome): string => toHex(outcome.root);

export const rowFor = (outcome: Outcome, id: number) =>
  outcome.rows.find(({ values }) => values[0] === BigInt(id));

export const names = (schema: Schema, outcome: Outcome): string[] =>
  outcome.rows.map(({ values }) => formatKey(schema, values as Value[])).sort();
