import { ConcordatError } from '../crypto/error.js';

/** Why a bank's store could not be opened, or does not go on. */
export type LogError =
  /** There is no log: say so, by `log: 'new'` or `log: 'lost'`, and only if it is true. */
  | { readonly code: 'LOG_MISSING'; readonly path: string }
  /** There is a log where a new one was to be made. */
  | { readonly code: 'LOG_EXISTS'; readonly path: string }
  /** Another process has the store open, or one did on a machine that cannot be asked. */
  | { readonly code: 'LOG_LOCKED'; readonly path: string; readonly owner: string }
  /** The file is none of ours, or of another version, consortium or bank. */
  | { readonly code: 'LOG_FOREIGN'; readonly path: string; readonly what: string }
  /** A record that had been made durable is not what was written. Restore nothing older: go on with `log: 'lost'`. */
  | {
      readonly code: 'LOG_CORRUPT';
      readonly path: string;
      readonly offset: number;
      readonly reason: string;
    }
  /** The operating system refused. What was not made durable was not sent; the store takes nothing any more. */
  | {
      readonly code: 'LOG_FAILED';
      readonly path: string;
      readonly operation: string;
      readonly cause: string;
    }
  /** The store was closed. */
  | { readonly code: 'LOG_CLOSED'; readonly path: string };

/** Throws a {@link LogError}. */
export function refuse(detail: LogError, message: string, cause?: unknown): never {
  throw new ConcordatError<LogError>(detail, `${detail.path}: ${message}`, { cause });
}

/** The system code of an error of Node's, such as `ENOSPC`. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}

/** Carries out one operation of the file system; what it throws becomes `LOG_FAILED`. */
export async function attempt<T>(path: string, operation: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ConcordatError) throw error;
    const cause = systemCode(error);
    return refuse({ code: 'LOG_FAILED', path, operation, cause }, `${operation} failed (${cause})`, error);
  }
}
