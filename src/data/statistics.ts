import type { Dataset } from './dataset.js';

/** A value this large or larger is left out of the statistics: its square could wrap a sum in a 251-bit field. */
const BOUND = 1n << 96n;

/**
 * Count, sum and sum of squares of every numeric column (integer or decimal, in units of the last digit) that is not
 * part of the key: three numbers for each, in the order of the fields. Absent values, and those of 2^96 or more in
 * magnitude, are not counted; with fewer than 2^32 records no number reaches 2^225.
 */
export function columnStatistics(dataset: Dataset): bigint[] {
  const { fields, key } = dataset.schema;
  const statistics: bigint[] = [];
  fields.forEach((field, f) => {
    if ((field.type !== 'integer' && field.type !== 'decimal') || key.includes(field.name)) return;
    let count = 0n;
    let sum = 0n;
    let squares = 0n;
    for (const { values } of dataset.entries) {
      const value = values[f];
      if (typeof value !== 'bigint' || value >= BOUND || value <= -BOUND) continue;
      count++;
      sum += value;
      squares += value * value;
    }
    statistics.push(count, sum, squares);
  });
  return statistics;
}
