import { ConcordatError, isConcordatError } from '../crypto/error.js';
import { printable } from './printable.js';

/** What the command line itself refuses. Lines and columns count from 1. */
export type CliError =
  | { readonly code: 'USAGE_INVALID'; readonly reason: string }
  | {
      readonly code: 'INPUT_UNREADABLE';
      readonly file: string;
      readonly line: number | null;
      readonly column: number | null;
      readonly reason: string;
    }
  | { readonly code: 'OUTPUT_FAILED'; readonly path: string; readonly reason: string }
  /** `cause` is the code of what was found wrong. */
  | { readonly code: 'NOT_VERIFIED'; readonly file: string; readonly cause: string; readonly reason: string };

/** Throws `USAGE_INVALID`: the command cannot be what was meant. */
export function usageError(reason: string, options?: ErrorOptions): never {
  throw new ConcordatError<CliError>({ code: 'USAGE_INVALID', reason }, reason, options);
}

/** Throws `INPUT_UNREADABLE` with the place, as far as it is known. */
export function inputError(
  file: string,
  reason: string,
  place: { readonly line?: number; readonly column?: number } = {},
  options?: ErrorOptions,
): never {
  const { line = null, column = null } = place;
  const message = `${placeOf(file, line, column)}: ${reason}`;
  throw new ConcordatError<CliError>(
    { code: 'INPUT_UNREADABLE', file, line, column, reason },
    message,
    options,
  );
}

/** Throws `INPUT_UNREADABLE` with a message that names the place itself. */
export function unreadable(
  file: string,
  message: string,
  line: number | null,
  options?: ErrorOptions,
): never {
  const detail = { code: 'INPUT_UNREADABLE', file, line, column: null, reason: message } as const;
  throw new ConcordatError<CliError>(detail, message, options);
}

/** Throws `OUTPUT_FAILED`; whatever was there before is as it was. */
export function outputError(path: string, reason: string, options?: ErrorOptions): never {
  throw new ConcordatError<CliError>({ code: 'OUTPUT_FAILED', path, reason }, `${path}: ${reason}`, options);
}

/** `file`, `file:line` or `file:line:column`, the form that editors open. */
export function placeOf(file: string, line: number | null, column: string | number | null): string {
  return [file, line, column].filter((part) => part !== null).join(':');
}

/** Codes by which the library says that what it was given is at fault, not the run. */
const BAD_INPUT = /^(USAGE|INPUT|OUTPUT|OPTION|ADVERSARY|SCHEMA|CSV|DATASET|VALUE)_|^TOO_MANY_FAULTS$/;

/** The exit code of a command that ended with `error`: 2 for bad usage or unreadable input, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isConcordatError(error) && BAD_INPUT.test(error.code) ? 2 : 1;
}

/**
 * What a person is told of `error`: one line without control characters, never a stack trace. File names, cells and
 * header names come from other banks and could otherwise break the line or drive the terminal.
 */
export function failureLine(error: unknown): string {
  return printable(isConcordatError(error) ? describe(error) : `internal error: ${messageOf(error)}`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function describe(error: ConcordatError): string {
  const detail = error.detail as
    | { readonly code: 'OPTION_INVALID'; readonly option: string; readonly reason: string }
    | { readonly code: 'ADVERSARY_UNKNOWN'; readonly name: string; readonly known: readonly string[] };
  switch (detail.code) {
    case 'OPTION_INVALID':
      return `${flagOf(detail.option)} ${detail.reason}`;
    case 'ADVERSARY_UNKNOWN':
      return `no adversary is called "${detail.name}"; there are ${detail.known.join(', ')}`;
    default:
      return error.message;
  }
}

/** Library options that the command line calls otherwise. */
const FLAGS: Readonly<Record<string, string>> = { latencyMs: 'latency', adversaries: 'adversary' };

/** The flag of a library option: `actualFaults` is `--actual-faults`. */
function flagOf(option: string): string {
  return `--${FLAGS[option] ?? option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
