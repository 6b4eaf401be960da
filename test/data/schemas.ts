import type { Schema } from '../../src/data/schema.js';
import { defineSchema } from '../../src/data/schema-json.js';

/** One field of every type, as JSON. */
export const everyTypeJson = {
  name: 'every-type',
  version: 1,
  absence: 'vote',
  key: ['id', 'kind'],
  fields: {
    id: { type: 'integer' },
    label: { type: 'string', normalise: ['trim'], maxLength: 40, optional: true },
    amount: { type: 'decimal', scale: 2, resolve: 'median', tolerance: '0.01', optional: true },
    opened: { type: 'date', formats: ['d-MMM-yy'], optional: true },
    changed: { type: 'timestamp', resolve: { latest: 'changed' }, tolerance: '60000', optional: true },
    active: { type: 'boolean', optional: true },
    kind: { type: 'enum', values: ['loan', 'bond', 'été'] },
  },
};

/** The schema of {@link everyTypeJson}. */
export const everyType: Schema = defineSchema(everyTypeJson);

/** A schema of one key and one field described by `json`, named `x`. */
export function schemaWith(json: unknown): Schema {
  return defineSchema({
    name: 'one',
    version: 1,
    absence: 'abstain',
    key: ['id'],
    fields: { id: { type: 'integer' }, x: json },
  });
}
