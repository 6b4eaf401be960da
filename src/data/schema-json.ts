import * as v from 'valibot';
import {
  DEFAULT_PIVOT,
  DEFAULT_STRING_BYTES,
  type Field,
  type FieldCommon,
  type FieldKind,
  MAX_SCALE,
  NAMED_STEPS,
  type NormaliseStep,
} from './field.js';
import { buildSchema, type Schema, schemaError } from './schema.js';
import { parseDecimal } from './value.js';

/** An object read with `Object.entries`: valibot's own record drops keys like `constructor` without a word. */
const isPlainObject = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && !Array.isArray(input);
const plainObject = v.custom<Record<string, unknown>>(isPlainObject, 'is not an object');
const textMap = v.pipe(
  plainObject,
  v.check(
    (map) => Object.values(map).every((to) => typeof to === 'string'),
    'has a value that is not a string',
  ),
);
const strings = v.array(v.string());

const schemaShape = v.strictObject({
  name: v.string(),
  version: v.number(),
  absence: v.picklist(['vote', 'abstain']),
  key: strings,
  fields: plainObject,
});

const common = {
  columns: v.optional(strings),
  optional: v.optional(v.boolean(), false),
  normalise: v.optional(
    v.array(
      v.union(
        [
          v.picklist(NAMED_STEPS),
          v.strictObject({ map: textMap }),
          v.strictObject({ dropPrefix: v.string() }),
          v.strictObject({ replace: v.string(), with: v.string() }),
          v.strictObject({ pad: v.number(), with: v.string() }),
        ],
        `is none of ${NAMED_STEPS.join(', ')}, { map: texts to texts }, { dropPrefix: text }, { replace: text, with: text }, { pad: length, with: character }`,
      ),
    ),
    [],
  ),
  resolve: v.optional(
    v.union(
      [
        v.picklist(['majority', 'median', 'trimmed-mean']),
        v.strictObject({ latest: v.string() }),
        v.strictObject({ authority: strings }),
        v.strictObject({ function: v.string() }),
      ],
      'is none of majority, median, trimmed-mean, { latest }, { authority }, { function }',
    ),
    'majority',
  ),
  tolerance: v.optional(v.string()),
};

const fieldShape = v.variant('type', [
  v.strictObject({ type: v.literal('integer'), ...common }),
  v.strictObject({ type: v.literal('decimal'), scale: v.number(), ...common }),
  v.strictObject({
    type: v.literal('string'),
    maxLength: v.optional(v.number(), DEFAULT_STRING_BYTES),
    ...common,
  }),
  v.strictObject({
    type: v.literal('date'),
    formats: v.optional(strings, []),
    pivot: v.optional(v.number(), DEFAULT_PIVOT),
    ...common,
  }),
  v.strictObject({ type: v.literal('timestamp'), ...common }),
  v.strictObject({ type: v.literal('boolean'), ...common }),
  v.strictObject({ type: v.literal('enum'), values: strings, ...common }),
]);
type FieldJson = v.InferOutput<typeof fieldShape>;

/**
 * The schema that a `schema.json` document describes, given as parsed JSON.
 *
 * - `name`, `version`, `absence` (`vote` | `abstain`), `key` (field names), `fields` (name → field), all required;
 * - of a field: `type` and what belongs to it (`scale` of a decimal, required; `values` of an enum, required;
 *   `maxLength` of a string, 1024 bytes; `formats`, none beyond `yyyy-MM-dd`, and `pivot`, 69, of a date);
 * - `columns`: header names, the field's own name when left out; `optional`: false; `normalise`: no step;
 * - `resolve`: `majority`; `tolerance`: none, else a number as text, in the field's unit at its scale, in days for a date
 *   and milliseconds for a timestamp.
 *
 * A member it does not know is refused, so that a misspelt one is not quietly without effect.
 *
 * @throws {@link SchemaError} `SCHEMA_INVALID` with the path of the first fault.
 * @example
 * ```ts
 * import { defineSchema } from 'concordat';
 *
 * const schema = defineSchema({
 *   name: 'accounts',
 *   version: 1,
 *   absence: 'abstain',
 *   key: ['account'],
 *   fields: {
 *     account: { type: 'integer' },
 *     owner: { type: 'string', normalise: ['trim', 'upper'] },
 *     balance: { type: 'decimal', scale: 2, resolve: 'median', tolerance: '0.01' },
 *   },
 * });
 * console.log(schema.fields.map(({ name }) => name), schema.digest.length); // [ 'account', 'owner', 'balance' ] 32
 * ```
 */
export function defineSchema(json: unknown): Schema {
  const { fields, ...rest } = checked(schemaShape, json, '');
  return buildSchema({
    ...rest,
    fields: Object.entries(fields).map(([name, field]) =>
      defineField(name, checked(fieldShape, field, `fields.${name}`)),
    ),
  });
}

function checked<S extends v.GenericSchema>(shape: S, input: unknown, root: string): v.InferOutput<S> {
  if (!isPlainObject(input)) schemaError(root, 'is not an object');
  const result = v.safeParse(shape, input, { abortEarly: true });
  if (result.success) return result.output;
  const first = result.issues[0];
  return schemaError(pathOf(root, first.path ?? []), inWords(first));
}

/** What a shape expects of a value, without the notation of the validator; rules with words of their own keep them. */
function inWords({ expected, received, message }: v.BaseIssue<unknown>): string {
  if (!/^Invalid (key|type)/.test(message) || expected === null) return message;
  if (received === 'undefined') return 'is missing';
  if (expected === 'never') return 'is unknown';
  const choices = expected.replace(/^\(|\)$/g, '').split(' | ');
  const known = choices.length > 1 ? `none of ${choices.join(', ')}` : `not ${NOUNS[expected] ?? expected}`;
  return `is ${known}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
};

/** `fields.name.columns[1]`, as the checks of the whole schema write it. */
function pathOf(root: string, items: readonly v.IssuePathItem[]): string {
  return items.reduce((path, { type, key }) => {
    if (type === 'array') return `${path}[${String(key)}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, root);
}

function defineField(name: string, json: FieldJson): Field {
  const common: FieldCommon = {
    name,
    columns: json.columns?.map((column) => column.normalize('NFC')) ?? [name],
    optional: json.optional,
    normalise: json.normalise.map(defineStep),
    resolve: json.resolve,
    tolerance: defineTolerance(name, json),
  };
  return { ...common, ...defineKind(json) };
}

function defineKind(json: FieldJson): FieldKind {
  switch (json.type) {
    case 'decimal':
      return { type: json.type, scale: json.scale };
    case 'string':
      return { type: json.type, maxLength: json.maxLength };
    case 'date':
      return { type: json.type, formats: json.formats, pivot: json.pivot };
    case 'enum':
      return { type: json.type, values: json.values.map((value) => value.normalize('NFC')) };
    default:
      return { type: json.type };
  }
}

function defineStep(step: FieldJson['normalise'][number]): NormaliseStep {
  if (typeof step === 'string') return step;
  if ('dropPrefix' in step) return { dropPrefix: step.dropPrefix.normalize('NFC') };
  if ('replace' in step) return { replace: step.replace.normalize('NFC'), with: step.with.normalize('NFC') };
  if ('pad' in step) return { pad: step.pad, with: step.with.normalize('NFC') };
  const entries = Object.entries(step.map) as [string, string][];
  return { map: new Map(entries.map(([from, to]) => [from.normalize('NFC'), to.normalize('NFC')])) };
}

function defineTolerance(name: string, json: FieldJson): bigint | null {
  if (json.tolerance === undefined) return null;
  const scale = json.type === 'decimal' ? json.scale : 0;
  if (scale > MAX_SCALE) return null; // the field is refused for it; a number of so many digits is not to be made first
  return (
    parseDecimal(json.tolerance, scale) ??
    schemaError(`fields.${name}.tolerance`, `is not a number of at most ${scale} digits after the point`)
  );
}
