import { ConcordatError } from '../crypto/error.js';

/** Why an option was refused before anything ran. */
export type OptionError = {
  readonly code: 'OPTION_INVALID';
  /** Name of the option. */
  readonly option: string;
  /** What is wrong with it, in words. */
  readonly reason: string;
};

/** Throws a typed {@link OptionError}. */
export function optionError(option: string, reason: string): never {
  throw new ConcordatError<OptionError>({ code: 'OPTION_INVALID', option, reason }, `${option} ${reason}`);
}
