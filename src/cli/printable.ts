/**
 * `text` with every character replaced that could break a line or drive a terminal: C0 and C1 controls, line and
 * paragraph separators, and the bidirectional overrides that make text read as what it is not.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    /[\t\r\n\u2028\u2029]/.test(character) ? ' ' : '\ufffd',
  );
}

/** At most `most` characters of a text; one that had more ends in `…`. It stays quick for a text of any length. */
export function clipped(text: string, most: number): string {
  const points = [...text.slice(0, 2 * (most + 1))];
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : text;
}
