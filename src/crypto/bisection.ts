/**
 * The elements because of which a group fails, found by halving. `holds` says of part of it whether all is well there;
 * of the whole group it is known that it is not, and is not asked.
 *
 * What follows is not asked either: a group that fails while its first half holds has a second half that fails. k bad
 * elements among m cost at most 2k·log₂(m/k) + 2k − 2 questions.
 */
export function bisect<T>(group: readonly T[], holds: (part: readonly T[]) => boolean): T[] {
  if (group.length <= 1) return [...group];
  const middle = group.length >> 1;
  const [left, right] = [group.slice(0, middle), group.slice(middle)];
  if (holds(left)) return bisect(right, holds);
  return [...bisect(left, holds), ...(holds(right) ? [] : bisect(right, holds))];
}
