import { InvalidArgumentError, Option } from 'commander';
import { STATISTICS_MODES } from '../protocol/manifest.js';

/** The choices of `--protocol`. */
export const PROTOCOLS = ['concordat', 'naive'] as const;

/**
 * A parser of decimal whole numbers from `low` to `high`. Digits only: `1e3`, `0x10`, `1.0` and `+1` are refused rather
 * than guessed at.
 */
export function wholeNumber(low: number, high: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^-?[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be a whole number ${range(low, high)}.`);
    return value;
  };
}

/** A parser of decimal numbers from `low` to `high`, such as `0.01`. */
export function decimalNumber(low: number, high: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value =
      /^-?[0-9]{0,16}(\.[0-9]{1,16})?$/.test(text) && /[0-9]/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(`It must be a number ${range(low, high)}.`);
    return value;
  };
}

const range = (low: number, high: number): string =>
  high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;

/** The one of `choices` that `text` is; commander's own `choices` cannot be used with a typed result. */
export function oneOf<const C extends readonly string[]>(choices: C): (text: string) => C[number] {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`);
    return found;
  };
}

/** An option with a closed list of values, which its description names. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, `${description}: ${choices.join(', ')}`).argParser(oneOf(choices));
}

/** `--statistics`, which says what each mode opens. */
export const statisticsOption = (): Option =>
  new Option(
    '--statistics <mode>',
    'column statistics (count, sum, sum of squares): none; aggregate, opened in sum only; open, bank by bank (default: aggregate)',
  ).argParser(oneOf(STATISTICS_MODES));

/** Whether `count` of `total` is more than a limit; `text` is the limit as it was given. */
export type ShareLimit = ((count: number, total: number) => boolean) & { readonly text: string };

/** A parser of a limit that is a count, `20`, or a share, `0.5%`. */
export function shareLimit(text: string): ShareLimit {
  const match = /^([0-9]{1,15})(?:\.([0-9]{1,6}))?(%?)$/.exec(text);
  const value = Number(text.replace('%', ''));
  if (!match || (match[3] === '' ? match[2] !== undefined : value > 100))
    throw new InvalidArgumentError('It must be a whole number, or a share from 0% to 100%.');
  const isShare = match[3] === '%';
  const exceeds = (count: number, total: number): boolean =>
    isShare ? count * 100 > value * total : count > value;
  return Object.assign(exceeds, { text });
}

/** Names separated by commas, added to those given before. */
export function names(text: string, earlier: readonly string[] = []): readonly string[] {
  const found = text.split(',').map((name) => name.trim());
  if (found.includes('')) throw new InvalidArgumentError('A name is empty.');
  return [...earlier, ...found];
}

/** One bank and the adversary that controls it, as `bank-05=falsify`. */
export interface Assignment {
  readonly bank: string;
  readonly adversary: string;
}

/** `BANK=ADVERSARY`, added to those given before. A bank's name may hold `=`: the last one separates. */
export function assignments(text: string, earlier: readonly Assignment[] = []): readonly Assignment[] {
  const at = text.lastIndexOf('=');
  const bank = text.slice(0, Math.max(at, 0)).normalize('NFC');
  const adversary = text.slice(at + 1);
  if (bank === '' || adversary === '') throw new InvalidArgumentError('It must read BANK=ADVERSARY.');
  if (earlier.some((other) => other.bank === bank))
    throw new InvalidArgumentError(`Bank "${bank}" has an adversary already.`);
  return [...earlier, { bank, adversary }];
}

/** One word of a command line, quoted for a POSIX shell where it has to be. */
export function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
