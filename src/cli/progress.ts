import { duration } from './amount.js';
import { printable } from './printable.js';

/** Shows what a run is at, on one line that the next text overwrites. */
export interface Progress {
  /** Replaces the line. */
  show(text: string): void;
  /** Removes the line; what is printed next starts on a clean one. */
  clear(): void;
}

/** The part of a stream that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';

/** A run that has lasted as long is told how long. */
const PATIENCE_MS = 2000;

/**
 * Progress on a terminal; on anything else, where it would pile up in a file, nothing. After two seconds the line tells
 * how long it has been.
 * @param now milliseconds from any beginning
 */
export function progressOn(
  stream: ProgressStream,
  now: () => number = () => globalThis.performance.now(),
): Progress {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  const start = now();
  return {
    show: (text) => {
      const passed = now() - start;
      const line = passed < PATIENCE_MS ? text : `${duration(passed)}: ${text}`;
      stream.write(CLEAR_LINE + printable(line).slice(0, (stream.columns ?? 80) - 1));
    },
    clear: () => stream.write(CLEAR_LINE),
  };
}
