import { utf8 } from '../crypto/bytes.js';
import { isConcordatError } from '../crypto/error.js';
import { compileDateFormat } from './date-format.js';
import {
  FIELD_NAME,
  type Field,
  isOrdered,
  MAX_AUTHORITIES,
  MAX_COLUMNS,
  MAX_ENUM_VALUES,
  MAX_FORMATS,
  MAX_INTEGER,
  MAX_LABEL_BYTES,
  MAX_MAP_ENTRIES,
  MAX_NAME_BYTES,
  MAX_PAD,
  MAX_SCALE,
  MAX_STEPS,
  MAX_STRING_BYTES,
} from './field.js';
import { columnKey } from './normalise.js';

/** What is wrong with a field; `path` is relative to it. */
export interface FieldIssue {
  readonly path: string;
  readonly reason: string;
}

/**
 * The first thing wrong with a field, or null. Names and the key are for the schema to check.
 * @param byName every field of the schema
 */
export function fieldIssue(field: Field, byName: ReadonlyMap<string, Field>): FieldIssue | null {
  return kindIssue(field) ?? columnsIssue(field) ?? normaliseIssue(field) ?? resolveIssue(field, byName);
}

const issue = (path: string, reason: string): FieldIssue => ({ path, reason });

const isWithin = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;

/**
 * What is wrong with a text of the schema itself, or null: it is at most `limit` bytes of UTF-8, and in form C, since it
 * is compared with texts that are.
 */
export function labelProblem(label: string, limit = MAX_LABEL_BYTES): string | null {
  if (!label.isWellFormed() || utf8(label).length > limit) return `is not a text of at most ${limit} bytes`;
  return label.normalize('NFC') === label ? null : 'is not in Unicode form C';
}

/** Checks a list of 1 to `limit` distinct texts that are not empty. */
function labelsIssue(
  path: string,
  labels: readonly string[],
  limit: number,
  bytes?: number,
): FieldIssue | null {
  if (!isWithin(labels.length, 1, limit))
    return issue(path, `has ${labels.length} entries, not 1 to ${limit}`);
  for (const [i, label] of labels.entries()) {
    const problem = label === '' ? 'is empty' : labelProblem(label, bytes);
    if (problem) return issue(`${path}[${i}]`, problem);
    if (labels.indexOf(label) !== i)
      return issue(`${path}[${i}]`, `${JSON.stringify(label)} is listed twice`);
  }
  return null;
}

function kindIssue(field: Field): FieldIssue | null {
  switch (field.type) {
    case 'decimal':
      return isWithin(field.scale, 0, MAX_SCALE)
        ? null
        : issue('scale', `is not an integer from 0 to ${MAX_SCALE}`);
    case 'string':
      return isWithin(field.maxLength, 1, MAX_STRING_BYTES)
        ? null
        : issue('maxLength', `is not an integer from 1 to ${MAX_STRING_BYTES}`);
    case 'enum':
      return labelsIssue('values', field.values, MAX_ENUM_VALUES);
    case 'date':
      if (!isWithin(field.pivot, 0, 100)) return issue('pivot', 'is not an integer from 0 to 100');
      return formatsIssue(field.formats);
    default:
      return null;
  }
}

function formatsIssue(formats: readonly string[]): FieldIssue | null {
  if (formats.length > 0) {
    const problem = labelsIssue('formats', formats, MAX_FORMATS);
    if (problem) return problem;
  }
  for (const [i, format] of formats.entries()) {
    try {
      compileDateFormat(format);
    } catch (error) {
      if (!isConcordatError(error)) throw error;
      return issue(`formats[${i}]`, error.message);
    }
  }
  return null;
}

function columnsIssue({ columns }: Field): FieldIssue | null {
  const blank = columns.findIndex((column) => columnKey(column) === '');
  return blank >= 0 ? issue(`columns[${blank}]`, 'is blank') : labelsIssue('columns', columns, MAX_COLUMNS);
}

function normaliseIssue({ normalise }: Field): FieldIssue | null {
  if (normalise.length > MAX_STEPS)
    return issue('normalise', `has ${normalise.length} steps, not 0 to ${MAX_STEPS}`);
  for (const [i, step] of normalise.entries()) {
    if (typeof step === 'string') continue;
    if ('dropPrefix' in step) {
      const problem = step.dropPrefix === '' ? 'is empty' : labelProblem(step.dropPrefix);
      if (problem) return issue(`normalise[${i}].dropPrefix`, problem);
      continue;
    }
    if ('replace' in step) {
      const problem = step.replace === '' ? 'is empty' : labelProblem(step.replace);
      if (problem) return issue(`normalise[${i}].replace`, problem);
      const other = labelProblem(step.with);
      if (other) return issue(`normalise[${i}].with`, other);
      continue;
    }
    if ('pad' in step) {
      if (!isWithin(step.pad, 1, MAX_PAD))
        return issue(`normalise[${i}].pad`, `is not an integer from 1 to ${MAX_PAD}`);
      if (labelProblem(step.with) || [...step.with].length !== 1)
        return issue(`normalise[${i}].with`, 'is not one character');
      continue;
    }
    const path = `normalise[${i}].map`;
    if (!isWithin(step.map.size, 1, MAX_MAP_ENTRIES))
      return issue(path, `has ${step.map.size} entries, not 1 to ${MAX_MAP_ENTRIES}`);
    for (const [from, to] of step.map) {
      const problem = labelProblem(from) ?? labelProblem(to);
      if (problem) return issue(`${path}.${from}`, problem);
    }
  }
  return null;
}

function resolveIssue(field: Field, byName: ReadonlyMap<string, Field>): FieldIssue | null {
  const { resolve, tolerance, type } = field;
  if (tolerance !== null) {
    if (!isOrdered(type)) return issue('tolerance', `has no meaning for a ${type}`);
    if (tolerance < 0n || tolerance > MAX_INTEGER) return issue('tolerance', 'is negative or out of range');
  }
  if (resolve === 'majority') return null;
  if (typeof resolve === 'string')
    return isOrdered(type) ? null : issue('resolve', `"${resolve}" has no meaning for a ${type}`);
  if ('latest' in resolve) {
    const dated = byName.get(resolve.latest);
    if (!dated) return issue('resolve.latest', `${JSON.stringify(resolve.latest)} is not a field`);
    return isOrdered(dated.type)
      ? null
      : issue('resolve.latest', `a ${dated.type} does not tell the newer record`);
  }
  if ('authority' in resolve)
    return labelsIssue('resolve.authority', resolve.authority, MAX_AUTHORITIES, MAX_NAME_BYTES);
  return FIELD_NAME.test(resolve.function)
    ? null
    : issue('resolve.function', 'is not a name of letters, digits, "_", "." and "-"');
}
