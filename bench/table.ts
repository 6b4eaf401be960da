import { type Contestant, compare, type Effort, type Timing } from './measure.js';

/** What a row must keep to. */
export interface Target {
  readonly text: string;
  readonly met: boolean;
}

/** One line of a table, as text. */
export interface Row {
  /** What is measured, in words. */
  readonly what: string;
  /** How many calls or cases the median is of. */
  readonly n: number;
  readonly median: string;
  /** The middle half of what was measured, from lower to upper quartile. */
  readonly middle: string;
  readonly ratio: string;
  readonly target: Target | null;
}

/** The rows of one subject. */
export interface Table {
  readonly title: string;
  /** What one has to know to read it. */
  readonly about: string;
  readonly rows: readonly Row[];
}

/** A part of the benchmark that runs in a process of its own: what others left on the heap does not touch it. */
export type Subject = () => Promise<Table[]>;

/** Three significant digits. */
const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/^(\d+)\.0*$/, '$1');

/** Milliseconds in the unit that reads best. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  return ms >= 0.1 ? `${digits(ms)} ms` : `${digits(1000 * ms)} µs`;
}

const span = (from: string, to: string): string => (from === to ? from : `${from} – ${to}`);

/** "× 2.5". */
export const times = (ratio: number): string => `× ${digits(ratio)}`;

/** At most so many milliseconds. */
export const atMost =
  (limit: number) =>
  ({ median }: Timing): Target => ({ text: `≤ ${duration(limit)}`, met: median <= limit });

/** At most so many times what the first contestant takes. */
export const atMostTimes =
  (limit: number) =>
  ({ ratio }: Timing): Target => ({ text: `≤ ${times(limit)}`, met: ratio <= limit });

/** A contestant and what its time must keep to. */
export interface Entry extends Contestant {
  readonly target?: (timing: Timing) => Target;
}

/** Times the entries beside each other: a row for each, the ratios to the first. */
export async function timedRows(what: string, entries: readonly Entry[], effort?: Effort): Promise<Row[]> {
  const timings = await compare(entries, effort);
  return timings.map((timing, i) => ({
    what: `${what}: ${timing.by}`,
    n: timing.calls,
    median: duration(timing.median),
    middle: span(duration(timing.lowerQuartile), duration(timing.upperQuartile)),
    ratio: i === 0 ? '1' : times(timing.ratio),
    target: entries[i]!.target?.(timing) ?? null,
  }));
}

/** One thing timed by itself. */
export async function timedRow(
  what: string,
  run: () => unknown,
  options: Effort & { readonly target?: (timing: Timing) => Target } = {},
): Promise<Row> {
  const [timing] = await compare([{ by: '', run }], options);
  const { median, lowerQuartile, upperQuartile, calls } = timing!;
  return {
    what,
    n: calls,
    median: duration(median),
    middle: span(duration(lowerQuartile), duration(upperQuartile)),
    ratio: '',
    target: options.target?.(timing!) ?? null,
  };
}

const verdict = ({ text, met }: Target): string => `${text}: ${met ? 'met' : '**not met**'}`;

/** The table in Markdown. */
export function formatTable({ title, about, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    about,
    '',
    line(['what', 'n', 'median', 'middle half', 'ratio', 'target']),
    line(['---', '--:', '--:', '--:', '--:', '---']),
    ...rows.map(({ what, n, median, middle, ratio, target }) =>
      line([what, String(n), median, middle, ratio, target ? verdict(target) : '']),
    ),
    '',
  ].join('\n');
}
