/**
 * One line of CSV (RFC 4180), quoted where a cell holds a comma, a quote, a line end, or space at an end that readers
 * would trim. It ends in LF alone, so that line tools work on it; every reader of RFC 4180 takes that too.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
