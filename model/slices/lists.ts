import type { Manifest } from '../../src/protocol/manifest.js';
import { quorum } from '../../src/protocol/quorum.js';
import { agreedFrom, type Holding } from '../../src/protocol/value.js';

/** What one attester lists: by dealer, the root of the header, or null. */
type List = readonly (number | null)[];

export interface Checked {
  /** Cases looked at. */
  readonly cases: number;
  /** The first case in which something is agreed that too few honest banks hold; null when there is none. */
  readonly found: string | null;
}

/**
 * W and the dealers whose statistics are summed, from every combination of lists that attesters can show. All banks deal;
 * a liar deals under two headers, and lists whatever it likes. An honest attester lists what it holds.
 *
 * @param attesters how many of them attest, the liars with the lowest or the highest indices among them
 * @param quorumOf the listings that W takes; the rule is `quorum`
 */
export function checkLists(
  banks: number,
  faults: number,
  attesters: number,
  liarsFirst: boolean,
  quorumOf = quorum,
): Checked {
  const manifest = { quorum: quorumOf(banks, faults), statistics: 'aggregate' } as unknown as Manifest;
  const indices = Array.from({ length: attesters }, (_, i) => i);
  const isLiar = (bank: number): boolean => (liarsFirst ? bank < faults : bank >= attesters - faults);
  const honest = indices.filter((bank) => !isLiar(bank));
  const honestLists = listsOf(indices.map((dealer) => (isLiar(dealer) ? [null, 0, 1] : [null, 0])));
  const liarLists = listsOf(indices.map(() => [null, 0, 1]));
  let cases = 0;
  for (const held of sortedChoices(honestLists, honest.length))
    for (const said of choices(liarLists, attesters - honest.length)) {
      const lists = new Map<number, List>();
      for (const bank of indices) lists.set(bank, (isLiar(bank) ? said : held)[placeAmong(bank)]!);
      cases++;
      const wrong = wrongIn(manifest, faults, honest, lists);
      if (wrong) return { cases, found: `${wrong}: ${[...lists.values()].map(nameOf).join('; ')}` };
    }
  return { cases, found: null };

  function placeAmong(bank: number): number {
    return indices.filter((other) => other < bank && isLiar(other) === isLiar(bank)).length;
  }
}

/** Why what is agreed of these lists is not held by f + 1 honest banks; null when it is. */
function wrongIn(
  manifest: Manifest,
  faults: number,
  honest: readonly number[],
  lists: ReadonlyMap<number, List>,
): string | null {
  const holdings = new Map([...lists].map(([bank, list]) => [bank, holdingsOf(list)]));
  const { holdings: agreed, summed } = agreedFrom(manifest, holdings);
  const holds = (bank: number, { dealer, root }: Holding): boolean => lists.get(bank)![dealer] === root[0];
  for (const pair of agreed)
    if (honest.filter((bank) => holds(bank, pair)).length < faults + 1)
      return `dealer ${pair.dealer} is in W under header ${pair.root[0]}`;
  if (new Set(agreed.map(({ dealer }) => dealer)).size < agreed.length)
    return 'W has a dealer under two headers';
  const parts = agreed.filter(({ dealer }) => summed.includes(dealer));
  const holders = honest.filter((bank) => parts.every((pair) => holds(bank, pair)));
  return summed.length > 0 && holders.length < faults + 1 ? `the sum is over ${summed.join(', ')}` : null;
}

const roots = [0, 1].map((root) => new Uint8Array(32).fill(root));
const holdingsOf = (list: List): Holding[] =>
  list.flatMap((root, dealer) => (root === null ? [] : [{ dealer, root: roots[root]! }]));
const nameOf = (list: List): string => list.map((root) => root ?? '-').join(' ');

function listsOf(options: readonly (readonly (number | null)[])[]): List[] {
  return options.reduce<List[]>(
    (lists, each) => lists.flatMap((list) => each.map((root) => [...list, root])),
    [[]],
  );
}

function* choices<T>(from: readonly T[], count: number): Iterable<readonly T[]> {
  if (count === 0) yield [];
  else for (const rest of choices(from, count - 1)) for (const each of from) yield [...rest, each];
}

/** Honest banks that hold the same are exchangeable, but for their indices, which decide ties among equals only. */
function* sortedChoices<T>(from: readonly T[], count: number, start = 0): Iterable<readonly T[]> {
  if (count === 0) yield [];
  else
    for (let i = start; i < from.length; i++)
      for (const rest of sortedChoices(from, count - 1, i)) yield [from[i]!, ...rest];
}
