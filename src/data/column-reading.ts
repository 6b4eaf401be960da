import type { Field } from './field.js';
import { formatValue, type Value } from './value.js';

/** Cells of a column that are kept to be shown. */
const SAMPLES = 3;

/** One cell as the file has it, and what was read. */
export interface CellSample {
  /** The physical line, from 1. */
  readonly line: number;
  /** The cell, as it stands in the file. */
  readonly text: string;
  /** As results show it; empty for no value. */
  readonly value: string;
}

/** How a column of a file was read. */
export interface ColumnReading {
  /** The field's name. */
  readonly field: string;
  /** The header as the file has it, without space around it; null when the file has no column for an optional field. */
  readonly column: string | null;
  /** Cells that had a value, of rows that were read. */
  readonly values: number;
  /** Cells that had none. */
  readonly empty: number;
  /** The first cells with different texts. */
  readonly samples: readonly CellSample[];
  /** Decimals with more digits after the mark than the field's scale, all of them zeros: how many, and the first. */
  readonly surplus: { readonly count: number; readonly first: CellSample } | null;
}

/** Gathers a {@link ColumnReading} as rows are read. */
export class ColumnReader {
  readonly #field: Field;
  readonly #decimal: string;
  #values = 0;
  #empty = 0;
  readonly #samples: CellSample[] = [];
  #surplus = 0;
  #firstSurplus: CellSample | null = null;

  /** @param decimal the mark before the fraction in this file */
  constructor(field: Field, decimal: string) {
    this.#field = field;
    this.#decimal = decimal;
  }

  add(line: number, text: string, value: Value): void {
    if (value === null) this.#empty++;
    else this.#values++;
    if (this.#samples.length < SAMPLES && this.#samples.every((sample) => sample.text !== text))
      this.#samples.push(this.#sample(line, text, value));
    if (this.#field.type !== 'decimal' || value === null) return;
    const mark = text.lastIndexOf(this.#decimal);
    if (mark < 0 || (/^[0-9]*/.exec(text.slice(mark + 1))?.[0] ?? '').length <= this.#field.scale) return;
    this.#surplus++;
    this.#firstSurplus ??= this.#sample(line, text, value);
  }

  #sample(line: number, text: string, value: Value): CellSample {
    return { line, text, value: formatValue(this.#field, value) };
  }

  read(column: string | null): ColumnReading {
    const surplus = this.#firstSurplus === null ? null : { count: this.#surplus, first: this.#firstSurplus };
    return {
      field: this.#field.name,
      column,
      values: this.#values,
      empty: this.#empty,
      samples: this.#samples,
      surplus,
    };
  }
}

/** What a person should look at in a column, in one sentence without the file's name; null when nothing. */
export function surplusNotice({ column, surplus }: ColumnReading, scale: number): string | null {
  if (surplus === null) return null;
  const { count, first } = surplus;
  return (
    `column ${JSON.stringify(column)}: ${count} ${count === 1 ? 'value has' : 'values have'} more than ${scale} digits after the mark, ` +
    `the surplus all zeros, such as ${JSON.stringify(first.text.trim())} in line ${first.line}, read as ${first.value}; ` +
    'if the mark is one for thousands, declare it'
  );
}
