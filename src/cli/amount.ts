/** A whole number with a comma at every thousand: `1,234,567`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=([0-9]{3})+$)/g, ',');
}

/** A decimal number in text, as {@link grouped}: `-1,234,567.80`. */
export function groupedText(value: string): string {
  const [whole = '', fraction] = value.split('.');
  const shown = whole.replace(/\B(?=([0-9]{3})+$)/g, ',');
  return fraction === undefined ? shown : `${shown}.${fraction}`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units with three digits: `812 B`, `4.31 kB`, `98.1 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  // 999.5 would be shown as 1000: it belongs to the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** How many times `more` is `less`, as `43×` or `1.7×`; null when either is nothing. */
export function times(more: number, less: number): string | null {
  if (more <= 0 || less <= 0) return null;
  const ratio = more / less;
  return `${ratio < 9.95 ? ratio.toFixed(1) : grouped(Math.round(ratio))}×`;
}

/** `bytes` set against a baseline: `43× less than naive broadcast`. Null when either is nothing. */
export function against(bytes: number, baseline: number, name: string): string | null {
  return bytes <= baseline
    ? (times(baseline, bytes)?.concat(` less than ${name}`) ?? null)
    : (times(bytes, baseline)?.concat(` more than ${name}`) ?? null);
}

/** A count with its noun: `1 view`, `3 views`. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : nouns}`;
}

/** A share as `99.7 %`, never rounded up to the whole nor down to nothing. */
export function percent(share: number): string {
  const tenths = Math.round(share * 1000);
  const shown = share < 1 && tenths === 1000 ? 999 : share > 0 && tenths === 0 ? 1 : tenths;
  return `${(shown / 10).toFixed(1)} %`;
}

/** A duration in milliseconds as `840 ms`, `12.4 s` or `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
