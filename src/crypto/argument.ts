import { ConcordatError } from './error.js';

/**
 * An argument that is not of the type its function takes: a mistake of the caller, which TypeScript would have found.
 * What was given instead is not told, since it may be a misplaced secret.
 */
export interface ArgumentError {
  /** A fault of the calling program, not of data: nothing to handle. */
  readonly code: 'ARGUMENT_WRONG_TYPE';
  /** Name of the parameter. */
  readonly argument: string;
  /** What it has to be, such as `a list`. */
  readonly expected: string;
}

/**
 * Refuses an argument.
 * @throws {@link ArgumentError}
 */
export function wrongType(argument: string, expected: string): never {
  throw new ConcordatError<ArgumentError>(
    { code: 'ARGUMENT_WRONG_TYPE', argument, expected },
    `"${argument}" is not ${expected}`,
  );
}

/**
 * Returns `value` when it is an object that has these methods, or any object where none is named.
 * @throws {@link ArgumentError}
 */
export function expectObject<T>(value: T, argument: string, ...methods: (keyof T & string)[]): T {
  if (typeof value !== 'object' || value === null) return wrongType(argument, 'an object');
  const missing = methods.find((method) => typeof value[method] !== 'function');
  return missing === undefined ? value : wrongType(argument, `an object with the method ${missing}`);
}

/**
 * Returns `value` when it is an array of at most `most` items. A list of holes takes no memory and may have 2^32 of them:
 * whoever goes through a list that was not counted against anything gives a limit.
 * @throws {@link ArgumentError}
 */
export function expectList<T extends readonly unknown[]>(value: T, argument: string, most?: number): T {
  if (!Array.isArray(value)) return wrongType(argument, 'a list');
  if (most !== undefined && value.length > most) return wrongType(argument, `a list of at most ${most}`);
  return value;
}

/**
 * Returns `value` when it is a function.
 * @throws {@link ArgumentError}
 */
export const expectFunction = <T>(value: T, argument: string): T =>
  typeof value === 'function' ? value : wrongType(argument, 'a function');
