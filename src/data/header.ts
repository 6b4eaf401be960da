import type { CsvRow } from './csv.js';
import { columnKey } from './normalise.js';
import type { Schema } from './schema.js';
import { tableError } from './table-error.js';

/** Where a file has the schema's fields. */
export interface Header {
  /** The column names as the file has them. */
  readonly names: readonly string[];
  /** For each field of the schema its column, or −1 when the file lacks an optional one. */
  readonly columnOf: readonly number[];
  /** Columns that belong to no field, as the file has them. */
  readonly unknown: readonly string[];
}

/**
 * Matches a file's first row with the schema's fields: names are equal after trimming every kind of space and ignoring
 * case (`columnKey`).
 *
 * @param hint what is said where a field's column is missing
 * @throws {@link TableError} `CSV_COLUMN_MISSING` for a field that is not optional; `CSV_COLUMN_AMBIGUOUS` when two
 * columns answer to one field, since either could be the one that was meant.
 */
export function matchHeader(
  schema: Schema,
  file: string,
  row: CsvRow,
  hint: () => string | null = () => null,
): Header {
  const fieldOf = fieldsByColumn(schema);

  const columnOf = schema.fields.map(() => -1);
  const unknown: string[] = [];
  for (const [column, name] of row.cells.entries()) {
    const field = fieldOf.get(columnKey(name));
    if (field === undefined) {
      unknown.push(name);
      continue;
    }
    const other = columnOf[field]!;
    if (other >= 0) {
      const columns = [row.cells[other]!, name];
      tableError({
        code: 'CSV_COLUMN_AMBIGUOUS',
        file,
        line: row.line,
        field: schema.fields[field]!.name,
        columns,
      });
    }
    columnOf[field] = column;
  }
  for (const [i, { name, columns, optional }] of schema.fields.entries())
    if (columnOf[i]! < 0 && !optional)
      tableError({ code: 'CSV_COLUMN_MISSING', file, line: row.line, field: name, columns, hint: hint() });
  return { names: row.cells, columnOf, unknown };
}

/** The field that each column name belongs to, by {@link columnKey}. */
export function fieldsByColumn(schema: Schema): Map<string, number> {
  const fieldOf = new Map<string, number>();
  for (const [field, { columns }] of schema.fields.entries())
    for (const column of columns) fieldOf.set(columnKey(column), field);
  return fieldOf;
}
