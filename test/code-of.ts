import { isConcordatError } from '../src/crypto/error.js';

/** The code of the `ConcordatError` that an action throws; `none` when it throws nothing. Anything else it throws is thrown. */
export const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (isConcordatError(error)) return error.code;
    throw error;
  }
  return 'none';
};
