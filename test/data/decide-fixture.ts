import type { ConflictRow } from '../../src/data/conflict.js';
import type { DecideKey } from '../../src/data/decide-key.js';
import { type Outcome, reconcileOutcome } from '../../src/data/outcome.js';
import type { ReconcileRequest } from '../../src/data/reconcile-request.js';
import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';
import type { Value } from '../../src/data/value.js';
import { requestOf } from './reconcile-fixture.js';

export const schema: Schema = defineSchema({
  name: 'positions',
  version: 1,
  absence: 'abstain',
  key: ['id'],
  fields: {
    id: { type: 'integer' },
    owner: { type: 'string', maxLength: 12 },
    amount: { type: 'decimal', scale: 2, resolve: 'median', tolerance: '0.05' },
    rating: { type: 'enum', values: ['low', 'high'], optional: true },
    note: { type: 'string', optional: true, resolve: { authority: ['bank-2', 'bank-0'] } },
  },
});

export type Row = readonly Value[];

export const row = (
  owner: string,
  amount: bigint,
  rating: string | null = null,
  note: string | null = null,
): Row => [1n, owner, amount, rating, note];

/** One key, which these banks hold like this (null: not at all). */
export const requestFor = (
  held: readonly (Row | null)[],
  options: { faults?: number; opened?: (row: ConflictRow, version: number) => boolean } = {},
): ReconcileRequest =>
  requestOf(
    schema,
    options.faults ?? 1,
    held.map((one) => (one ? [one] : [])),
    { opened: options.opened ?? (() => true) },
  );

export const split = [row('Ada', 100n), row('Ada', 103n, 'high', 'b1'), row('Eve', 300n, null, 'b2'), null];

export const decide = (given: DecideKey, request = requestFor(split)): Outcome =>
  reconcileOutcome(request, { decide: given });

export const valuesOf = (outcome: Outcome) => outcome.rows[0]?.values;

/** Why fields are open, by field. */
export const reasonsOf = (outcome: Outcome) =>
  Object.fromEntries(
    outcome.breaks.flatMap(({ field, state, reason }) => (state === 'divergent' ? [] : [[field, reason]])),
  );

/** As a caller without types sees it. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

export const OUTSIDE_KEY = ['owner', 'amount', 'rating', 'note'];
