import { encode } from '../src/crypto/erasure.js';

/** Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1: product of a and b at 256·a + b. */
const PRODUCTS = new Uint8Array(65536);
for (let a = 1; a < 256; a++)
  for (let b = 1; b < 256; b++) {
    let product = 0;
    for (let bit = 7; bit >= 0; bit--) {
      product = (product << 1) ^ (product & 128 ? 0x11d : 0);
      if ((b >> bit) & 1) product ^= a;
    }
    PRODUCTS[256 * a + b] = product;
  }

const inverse = (a: number): number => PRODUCTS.subarray(256 * a, 256 * a + 256).indexOf(1);

/** The matrix of the code: row i gives fragment i. It is read off the engine, whose code the plain one must be. */
export function codeMatrix(k: number, n: number): Uint8Array[] {
  const unit = new Uint8Array(k * k);
  for (let i = 0; i < k; i++) unit[i * k + i] = 1;
  return encode(unit, k, n);
}

/** matrix · rows, byte by byte with a table: what a Reed-Solomon coder is without vector instructions. */
export function multiply(matrix: readonly Uint8Array[], rows: readonly Uint8Array[]): Uint8Array[] {
  return matrix.map((coefficients) => {
    const out = new Uint8Array(rows[0]!.length);
    for (const [i, row] of rows.entries()) {
      const products = PRODUCTS.subarray(256 * coefficients[i]!, 256 * coefficients[i]! + 256);
      for (let at = 0; at < out.length; at++) out[at]! ^= products[row[at]!]!;
    }
    return out;
  });
}

/** The inverse of a square matrix that has one, by Gauss and Jordan. */
export function invert(matrix: readonly Uint8Array[]): Uint8Array[] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => {
    const wide = new Uint8Array(2 * size);
    wide.set(row);
    wide[size + i] = 1;
    return wide;
  });
  for (let column = 0; column < size; column++) {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const lead = rows[column]!;
    const scale = inverse(lead[column]!);
    for (let at = 0; at < 2 * size; at++) lead[at] = PRODUCTS[256 * scale + lead[at]!]!;
    for (const [i, row] of rows.entries()) {
      const factor = row[column]!;
      if (i === column || factor === 0) continue;
      for (let at = 0; at < 2 * size; at++) row[at]! ^= PRODUCTS[256 * factor + lead[at]!]!;
    }
  }
  return rows.map((row) => row.subarray(size));
}
