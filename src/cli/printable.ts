/**
 * `text` as it can be shown on one line: tab, line ends and separators become a space, what would drive a terminal (C0 and C1
 * controls) U+FFFD, and what cannot be seen is written out, as `<U+200B>`: format characters, among them the marks that
 * turn the direction of text and make it read as what it is not, and spaces other than the plain one.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
    if (/[\t\r\n\u2028\u2029]/.test(character)) return ' ';
    if (/\p{Cc}/u.test(character)) return '\ufffd';
    return `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** At most `most` characters of a text; one that had more ends in `…`. It stays quick for a text of any length. */
export function clipped(text: string, most: number): string {
  const points = [...text.slice(0, 2 * (most + 1))];
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : text;
}
