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

/** Progress on a terminal; on anything else, where it would pile up in a file, nothing. */
export function progressOn(stream: ProgressStream): Progress {
  if (stream.isTTY !== true) return { show: () => {}, clear: () => {} };
  return {
    show: (text) => stream.write(CLEAR_LINE + printable(text).slice(0, (stream.columns ?? 80) - 1)),
    clear: () => stream.write(CLEAR_LINE),
  };
}
