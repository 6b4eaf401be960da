import { equalBytes, toHex } from '../crypto/bytes.js';
import { type Codec, encode, fixed, list, struct, u16 } from '../crypto/encoding.js';
import { hash } from '../crypto/hash.js';
import { MAX_BANKS, type Manifest } from './manifest.js';

/**
 * A dealer's slices under one signed header. Acknowledgements, W, releases and evidence name both: a dealer may have
 * signed two headers, and slices of one are no use for the other.
 */
export interface Holding {
  /** Index of the dealer. */
  readonly dealer: number;
  /** Root of the header, 32 bytes. */
  readonly root: Uint8Array;
}

export const holdingCodec: Codec<Holding> = struct<Holding>({ dealer: u16, root: fixed(32, 'slices root') });

/** Holdings, by dealer ascending; one for a dealer at most unless said otherwise. */
export const holdingsCodec = list(holdingCodec, MAX_BANKS, 'holdings') as Codec<readonly Holding[]>;
const dealersCodec = list(u16, MAX_BANKS, 'dealers') as Codec<readonly number[]>;

/** What of the dealt slices is agreed besides the draft. */
export interface Agreed {
  /** W: slices that a quorum of attesters holds, so that f + 1 honest banks can give back every one. */
  readonly holdings: readonly Holding[];
  /** Dealers whose statistics are added up: f + 1 honest banks hold the shares of all of them. */
  readonly summed: readonly number[];
}

export const agreedCodec: Codec<Agreed> = struct<Agreed>({ holdings: holdingsCodec, summed: dealersCodec });

/** What is agreed when nothing was dealt. */
export const NOTHING_DEALT: Agreed = { holdings: [], summed: [] };

/**
 * The agreed value, 32 bytes: H(draft, W, statistics dealers). Certificates stay outside it, so that every quorum
 * certifies the same value.
 *
 * @param draft the draft's digest
 */
export function agreedValue(draft: Uint8Array, { holdings, summed }: Agreed): Uint8Array {
  return hash('value', draft, encode(holdingsCodec, holdings), encode(dealersCodec, summed));
}

/** Whether holdings are one for each of some of these banks, in their order. */
export function areHoldings(holdings: readonly Holding[], dealers: readonly number[]): boolean {
  let previous = -1;
  for (const { dealer } of holdings) {
    if (dealer <= previous || !dealers.includes(dealer)) return false;
    previous = dealer;
  }
  return true;
}

/**
 * Fewest dealers whose statistics are added up: a quorum, and f + 3. Who knows the total takes away its own figures and
 * those of f liars that tell it theirs; of f + 3 dealers at least two others' are left, and only their sum is known. With
 * f + 2 it would be the figures of one bank, exactly.
 */
export const leastSummed = ({ quorum, faults }: Pick<Manifest, 'quorum' | 'faults'>): number =>
  Math.max(quorum, faults + 3);

/**
 * What is agreed when the attesters of a draft hold these slices. The same for everybody who has the same lists.
 *
 * W has every pair that at least q list: at least q − f of them are honest, which is as many as rebuild a dealing, and
 * two roots of one dealer cannot both be in it.
 *
 * A sum needs banks that hold all its parts. The q attesters who list most of W (the first of them, where equally many)
 * have at least f + 1 honest banks among them, and what all q list is summed; but nothing when that is fewer than
 * {@link leastSummed} dealers, for a total over few banks tells too much of each.
 *
 * @param lists by attester, each sorted by dealer
 */
export function agreedFrom(manifest: Manifest, lists: ReadonlyMap<number, readonly Holding[]>): Agreed {
  const counts = new Map<string, { holding: Holding; count: number }>();
  for (const list of lists.values())
    for (const holding of list) {
      const entry = counts.get(nameOf(holding)) ?? { holding, count: 0 };
      entry.count++;
      counts.set(nameOf(holding), entry);
    }
  const holdings = [...counts.values()]
    .filter(({ count }) => count >= manifest.quorum)
    .map(({ holding }) => holding)
    .sort((a, b) => a.dealer - b.dealer);
  return { holdings, summed: summedOf(manifest, lists, holdings) };
}

/** What is agreed when every attester lists the same. */
export function agreedAlike(manifest: Manifest, holdings: readonly Holding[]): Agreed {
  const dealers = holdings.map(({ dealer }) => dealer);
  const sums = manifest.statistics === 'aggregate' && dealers.length >= leastSummed(manifest);
  return { holdings, summed: sums ? dealers : [] };
}

/** Whether two lists are equal. */
export function sameHoldings(a: readonly Holding[], b: readonly Holding[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ dealer, root }, i) => dealer === b[i]!.dealer && equalBytes(root, b[i]!.root))
  );
}

function summedOf(
  manifest: Manifest,
  lists: ReadonlyMap<number, readonly Holding[]>,
  holdings: readonly Holding[],
): number[] {
  if (manifest.statistics !== 'aggregate') return [];
  const agreed = new Set(holdings.map(nameOf));
  const held = [...lists].map(([bank, list]) => ({
    bank,
    names: new Set(list.map(nameOf).filter((name) => agreed.has(name))),
  }));
  held.sort((a, b) => b.names.size - a.names.size || a.bank - b.bank);
  const holders = held.slice(0, manifest.quorum);
  const summed = holdings
    .filter((holding) => holders.every(({ names }) => names.has(nameOf(holding))))
    .map(({ dealer }) => dealer);
  return summed.length >= leastSummed(manifest) ? summed : [];
}

const nameOf = ({ dealer, root }: Holding): string => `${dealer}/${toHex(root)}`;
