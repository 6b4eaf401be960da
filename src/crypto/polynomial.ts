import { Field } from '@noble/curves/abstract/modular.js';
import { ORDER } from './babyjubjub.js';

/** The field of the scalars of Baby Jubjub: integers modulo the prime {@link ORDER}. */
const scalars = Field(ORDER);

/** Whether `value` is a scalar: a bigint from 0 below {@link ORDER}. Anything at all may be asked. */
export const isScalar = (value: unknown): value is bigint =>
  typeof value === 'bigint' && value >= 0n && value < ORDER;

/** The sum of two scalars modulo {@link ORDER}. */
export const addScalars = (a: bigint, b: bigint): bigint => scalars.add(a, b);

/**
 * The value at x of the polynomial with these coefficients, that of x^0 first, modulo {@link ORDER}: Horner's rule.
 * Not constant-time, as no arithmetic on bigints is.
 */
export function evaluate(coefficients: readonly bigint[], x: number): bigint {
  const at = BigInt(x);
  return coefficients.reduceRight((sum, coefficient) => scalars.create(sum * at + coefficient), 0n);
}

/**
 * The weights w with p(0) = Σ w[i]·p(xs[i]) for every polynomial p of a degree below `xs.length`: Lagrange's basis at
 * zero. The xs must be different modulo {@link ORDER} and none zero; callers check, since two equal ones would divide
 * by zero and a zero would make its share the answer.
 */
export function lagrangeAtZero(xs: readonly number[]): bigint[] {
  const points = xs.map(BigInt);
  const numerators = points.map((_, i) =>
    points.reduce((product, x, j) => (j === i ? product : scalars.mul(product, x)), 1n),
  );
  const denominators = points.map((xi, i) =>
    points.reduce((product, xj, j) => (j === i ? product : scalars.create(product * (xj - xi))), 1n),
  );
  const inverses = scalars.invertBatch(denominators);
  return numerators.map((numerator, i) => scalars.mul(numerator, inverses[i]!));
}

/** Σ weights[i]·values[i] modulo {@link ORDER}. */
export const weightedSum = (weights: readonly bigint[], values: readonly bigint[]): bigint =>
  scalars.create(weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0n));
