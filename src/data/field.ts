/** A field's type and what belongs to that type alone. */
export type FieldKind =
  /** A whole number of at most {@link MAX_INTEGER_BYTES} bytes. */
  | { readonly type: 'integer' }
  /** A number with exactly `scale` digits after the point, held as that many times ten: never a float. */
  | { readonly type: 'decimal'; readonly scale: number }
  /** Text of at most `maxLength` bytes of UTF-8, in Unicode normalisation form C. */
  | { readonly type: 'string'; readonly maxLength: number }
  /**
   * A day of the proleptic Gregorian calendar. Text is read as `yyyy-MM-dd`, else by the `formats`; one that two of
   * them read as different days is refused. A two-digit year from 0 to `pivot` − 1 is of 2000, from `pivot` to 99 of 1900.
   */
  | { readonly type: 'date'; readonly formats: readonly string[]; readonly pivot: number }
  /** A moment, to the millisecond, in UTC. Text is ISO 8601 with a zone. */
  | { readonly type: 'timestamp' }
  /** True or false. */
  | { readonly type: 'boolean' }
  /** One of a closed list of texts. */
  | { readonly type: 'enum'; readonly values: readonly string[] };

/** The name of a field's type. */
export type FieldType = FieldKind['type'];

/** The steps that are told by their name alone. */
export const NAMED_STEPS = [
  'trim',
  'collapse-spaces',
  'upper',
  'lower',
  'nfc',
  'nfkc',
  'strip-format-characters',
] as const;

/** One step that text goes through before it is read. */
export type NormaliseStep =
  /** See `normaliseText`. */
  | (typeof NAMED_STEPS)[number]
  /** A whole text that is a key becomes its value. */
  | { readonly map: ReadonlyMap<string, string> }
  /** This beginning, where there is one, is taken away once. */
  | { readonly dropPrefix: string }
  /** Every place at which `replace` stands becomes `with`, from left to right, without reading again what was put in. */
  | { readonly replace: string; readonly with: string }
  /** A text that is not empty is filled up at its beginning with `with`, one character, to `pad` characters. */
  | { readonly pad: number; readonly with: string };

/**
 * How a conflict about a field is resolved: by a rule over the values, by the newest (`latest` names the field that
 * dates a record), by trust in named banks in that order, or by a function the host registers under a name.
 */
export type ResolveRule =
  | 'majority'
  | 'median'
  | 'trimmed-mean'
  /** The newest value that at least f + 1 banks vouch for, dated by the field named here. */
  | { readonly latest: string }
  /** Names of banks, the most trusted first. */
  | { readonly authority: readonly string[] }
  /** The name under which the host passes the function. */
  | { readonly function: string };

/** What every field has, whatever its type. */
export interface FieldCommon {
  /** A letter, then letters, digits, `_`, `.` or `-`; at most 64. */
  readonly name: string;
  /** The header names a table may call it by, see `columnKey`. */
  readonly columns: readonly string[];
  /** Whether a record may lack it; it is then `null`. Never so for a key field. */
  readonly optional: boolean;
  /** Applied in this order to text before it is read. */
  readonly normalise: readonly NormaliseStep[];
  /** What decides the field where a disputed key's versions differ in it. */
  readonly resolve: ResolveRule;
  /**
   * How far two values may lie apart and still support each other when a conflict is resolved, in the units of the
   * field's `Value` (a decimal's last digit, days, milliseconds); null for none. Equality of records ignores it.
   */
  readonly tolerance: bigint | null;
}

/** One column of the reconciled table. */
export type Field = FieldCommon & FieldKind;

/** Bytes of the longest integer or decimal. */
export const MAX_INTEGER_BYTES = 64;
/** The greatest integer, or decimal in units of its last digit: 2^511 − 1. The least is −2^511. */
export const MAX_INTEGER = (1n << 511n) - 1n;
/** Most digits after the point. */
export const MAX_SCALE = 38;
/** Most UTF-8 bytes a string field may be declared with. */
export const MAX_STRING_BYTES = 16_384;
/** UTF-8 bytes of a string field that declares no `maxLength`. */
export const DEFAULT_STRING_BYTES = 1024;
/** The POSIX `%y` rule: 00–68 are 2000–2068, 69–99 are 1969–1999. */
export const DEFAULT_PIVOT = 69;

/** What a field or a function may be called. It bars `__proto__` and names an object would reorder. */
export const FIELD_NAME: RegExp = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
/** Most fields of a schema. */
export const MAX_FIELDS = 256;
/** Most fields of a key. */
export const MAX_KEY_FIELDS = 16;
/** UTF-8 bytes of a schema's, a field's or a bank's name. */
export const MAX_NAME_BYTES = 64;
/** UTF-8 bytes of any other text of a schema: a column, an enum's value, a map's entry. */
export const MAX_LABEL_BYTES = 256;
/** Most header names of a field. */
export const MAX_COLUMNS = 32;
/** Most date formats of a field. */
export const MAX_FORMATS = 16;
/** Most steps of normalisation of a field. */
export const MAX_STEPS = 16;
/** Most entries of one map of normalisation. */
export const MAX_MAP_ENTRIES = 4096;
/** Most characters that a text is padded to. */
export const MAX_PAD = 256;
/** Most values of an enum. */
export const MAX_ENUM_VALUES = 256;
/** Most banks an authority rule names. */
export const MAX_AUTHORITIES = 256;

/** Whether values of this type are bigints on a line, so that median, mean, latest and a tolerance have a meaning. */
export function isOrdered(type: FieldType): boolean {
  return type === 'integer' || type === 'decimal' || type === 'date' || type === 'timestamp';
}
