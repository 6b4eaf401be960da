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

/** A line that says the same with other figures is written again after this: a terminal is slower than a run. */
const PAUSE_MS = 100;

/** A run that has lasted as long is told how long. */
const PATIENCE_MS = 2000;

/**
 * Progress on a terminal; on anything else, where it would pile up in a file, nothing. After two seconds the line tells
 * how long it has been. Lines that differ in figures alone come at most ten times a second.
 * @param now milliseconds from any beginning
 */
export function progressOn(
  stream: ProgressStream,
  now: () => number = () => globalThis.performance.now(),
): Progress {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  const start = now();
  let shown = { pattern: '', at: start };
  return {
    show: (text) => {
      const at = now();
      const pattern = text.replaceAll(/[0-9]+/g, '0');
      if (pattern === shown.pattern && at - shown.at < PAUSE_MS) return;
      shown = { pattern, at };
      const passed = at - start;
      const line = passed < PATIENCE_MS ? text : `${duration(passed)}: ${text}`;
      stream.write(CLEAR_LINE + printable(line).slice(0, (stream.columns ?? 80) - 1));
    },
    clear: () => stream.write(CLEAR_LINE),
  };
}
