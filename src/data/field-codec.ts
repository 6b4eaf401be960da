import {
  bool,
  type Codec,
  encodingError,
  list,
  nullable,
  oneOf,
  struct,
  text,
  u8,
  u16,
  union,
} from '../crypto/encoding.js';
import {
  type Field,
  type FieldCommon,
  type FieldKind,
  MAX_AUTHORITIES,
  MAX_COLUMNS,
  MAX_ENUM_VALUES,
  MAX_FORMATS,
  MAX_LABEL_BYTES,
  MAX_MAP_ENTRIES,
  MAX_NAME_BYTES,
  MAX_STEPS,
  NAMED_STEPS,
  type NormaliseStep,
  type ResolveRule,
} from './field.js';
import { integerCodec } from './integer.js';

const name = text(MAX_NAME_BYTES, 'name');
const label = text(MAX_LABEL_BYTES, 'label');

/** A codec of another type by two pure maps; canonical when both are one-to-one. */
const mapped = <A, B>(codec: Codec<B>, to: (value: A) => B, from: (value: B) => A): Codec<A> => ({
  write: (writer, value) => codec.write(writer, to(value)),
  read: (reader) => from(codec.read(reader)),
});

type Pair = { from: string; to: string };
const pairs = list(struct<Pair>({ from: label, to: label }), MAX_MAP_ENTRIES, 'map');

/** A map as its entries in order of key; another order, or a key twice, would be a second form of the same map. */
const mapCodec: Codec<ReadonlyMap<string, string>> = {
  write: (writer, map) =>
    pairs.write(
      writer,
      [...map.keys()].sort().map((from) => ({ from, to: map.get(from)! })),
    ),
  read: (reader) => {
    const offset = reader.offset;
    const entries = pairs.read(reader);
    for (const [i, { from }] of entries.entries())
      if (i > 0 && from <= entries[i - 1]!.from)
        encodingError({ code: 'ENCODING_NOT_CANONICAL', what: 'map', offset });
    return new Map(entries.map(({ from, to }) => [from, to]));
  },
};

type NamedStep = Extract<NormaliseStep, string>;
const stepCodec: Codec<NormaliseStep> = mapped(
  union<{
    named: { step: NamedStep };
    map: { map: ReadonlyMap<string, string> };
    prefix: { prefix: string };
    replace: { replace: string; with: string };
    pad: { pad: number; with: string };
  }>({
    named: struct({ step: oneOf(NAMED_STEPS, 'step') }),
    map: struct({ map: mapCodec }),
    prefix: struct({ prefix: label }),
    replace: struct({ replace: label, with: label }),
    pad: struct({ pad: u16, with: label }),
  }),
  (step) => {
    if (typeof step === 'string') return { type: 'named', step } as const;
    if ('replace' in step) return { type: 'replace', ...step } as const;
    if ('pad' in step) return { type: 'pad', ...step } as const;
    return 'map' in step
      ? ({ type: 'map', map: step.map } as const)
      : ({ type: 'prefix', prefix: step.dropPrefix } as const);
  },
  (step) => {
    if (step.type === 'named') return step.step;
    if (step.type === 'replace') return { replace: step.replace, with: step.with };
    if (step.type === 'pad') return { pad: step.pad, with: step.with };
    return step.type === 'map' ? { map: step.map } : { dropPrefix: step.prefix };
  },
);

type NamedRule = Extract<ResolveRule, string>;
const ruleCodec: Codec<ResolveRule> = mapped(
  union<{
    named: { rule: NamedRule };
    latest: { latest: string };
    authority: { authority: readonly string[] };
    function: { function: string };
  }>({
    named: struct({ rule: oneOf(['majority', 'median', 'trimmed-mean'], 'rule') }),
    latest: struct({ latest: name }),
    authority: struct({ authority: list(name, MAX_AUTHORITIES, 'authority') as Codec<readonly string[]> }),
    function: struct({ function: name }),
  }),
  (rule) => {
    if (typeof rule === 'string') return { type: 'named', rule } as const;
    if ('latest' in rule) return { type: 'latest', latest: rule.latest } as const;
    return 'authority' in rule
      ? ({ type: 'authority', authority: rule.authority } as const)
      : ({ type: 'function', function: rule.function } as const);
  },
  (rule) => {
    if (rule.type === 'named') return rule.rule;
    if (rule.type === 'latest') return { latest: rule.latest };
    return rule.type === 'authority' ? { authority: rule.authority } : { function: rule.function };
  },
);

const labels = (limit: number, what: string): Codec<readonly string[]> =>
  list(label, limit, what) as Codec<readonly string[]>;

const commonCodec = struct<FieldCommon>({
  name,
  columns: labels(MAX_COLUMNS, 'columns'),
  optional: bool,
  normalise: list(stepCodec, MAX_STEPS, 'normalise') as Codec<readonly NormaliseStep[]>,
  resolve: ruleCodec,
  tolerance: nullable(integerCodec),
});

const kindCodec = union<{ [K in FieldKind as K['type']]: Omit<K, 'type'> }>({
  integer: struct({}),
  decimal: struct({ scale: u8 }),
  string: struct({ maxLength: u16 }),
  date: struct({ formats: labels(MAX_FORMATS, 'formats'), pivot: u8 }),
  timestamp: struct({}),
  boolean: struct({}),
  enum: struct({ values: labels(MAX_ENUM_VALUES, 'values') }),
});

/** The canonical form of a field. It bounds sizes; whether the field makes sense is for `buildSchema` to say. */
export const fieldCodec: Codec<Field> = {
  write: (writer, field) => {
    commonCodec.write(writer, field);
    kindCodec.write(writer, field);
  },
  read: (reader) => ({ ...commonCodec.read(reader), ...kindCodec.read(reader) }),
};
