import { type Space, VALUES } from './bounds.js';
import type { Local } from './locals.js';
import type { Removal } from './removals.js';

/** What was signed in slots that nobody signs in any more, as far as anything still depends on it. */
export interface Past {
  /** Values and slots with a prepare certificate, as a mask of {@link Space.bit}. */
  readonly prepared: number;
  /** Values and slots with a commit certificate. */
  readonly decided: number;
  /** What timeout certificates of the last view can name. */
  readonly ended: { readonly view: number; readonly values: readonly (number | null)[] } | null;
}

export const NOTHING_PAST: Past = { prepared: 0, decided: 0, ended: null };

/**
 * Everything that has ever been signed, which is the whole network: liars have signed everything, a message may reach
 * anybody at any time or never, and who leads does not matter, since a liar that leads may propose anything to anyone.
 */
export class Signed {
  /** Values and slots with a prepare certificate, as a mask of {@link Space.bit}. */
  readonly prepared: number;
  /** Values and slots with a commit certificate. */
  readonly decided: number;

  constructor(
    private readonly space: Space,
    private readonly banks: readonly Local[],
    private readonly removal: Removal | null = null,
    private readonly contents = false,
    private readonly past: Past = NOTHING_PAST,
  ) {
    const { quorum, bounds } = space;
    const needed = quorum - bounds.faults - (removal?.smallerQuorums ? 1 : 0);
    const masks = (of: 'prepared' | 'committed'): number[] => banks.map((bank) => bank[of]);
    this.prepared = past.prepared | inAtLeast(masks('prepared'), needed);
    this.decided = past.decided | inAtLeast(masks('committed'), needed);
  }

  /** Values and slots, as a mask, that somebody may be shown a prepare certificate of. */
  get certified(): number {
    return this.removal?.uncertified ? -1 : this.prepared;
  }

  /** Names all that banks can be shown. */
  get name(): string {
    const ended = Array.from({ length: this.space.bounds.views }, (_, view) =>
      JSON.stringify(this.endings(view)),
    );
    const vouched = this.banks.map((bank) => bank.prepared).join();
    return `${this.prepared}/${ended.join('/')}${this.contents ? vouched : ''}`;
  }

  /** Values with a commit certificate. */
  get decisions(): number[] {
    return valuesIn(this.decided, 0, this.space.bits(this.space.bounds.views + 1));
  }

  /** Values with a prepare certificate. */
  get preparedValues(): number[] {
    return valuesIn(this.prepared, 0, this.space.bits(this.space.bounds.views + 1));
  }

  /** Whether all inputs of a draft of this value, a quorum at least, may be shown to have attested it in this view. */
  attestedBy(value: number, view: number): boolean {
    if (this.removal?.fewInputs) return true;
    const { quorum, bounds } = this.space;
    const width = bounds.slots * VALUES.length;
    const inView = this.banks.map((bank) => (bank.prepared >>> (view * width)) & ((1 << width) - 1));
    const attesters = inView.filter((mask) => valuesIn(mask, 0, width).includes(value));
    return attesters.length >= quorum - bounds.faults;
  }

  /**
   * What timeout certificates of this view can name: values, and null for none; empty when a quorum has not given up.
   * Liars report any certificate there is. The fewest honest signers, those who report least, leave most to choose.
   */
  endings(view: number): readonly (number | null)[] {
    const { space, past } = this;
    if (past.ended?.view === view) return past.ended.values;
    const needed = space.quorum - space.bounds.faults - (this.removal?.smallerQuorums ? 1 : 0);
    // A timeout that reports a certificate of a later view is refused (Agreement.onTimeout).
    const highest = (view + 1) * space.bounds.slots - 1;
    const reported = this.banks
      .map((bank) => bank.timeouts[view])
      .filter((high) => high !== undefined && high <= highest) as number[];
    if (reported.length < needed) return [];
    const least = this.removal?.anyReport ? -1 : reported.sort((a, b) => a - b)[needed - 1]!;
    const endings = new Set<number | null>(least < 0 ? [null] : this.#valuesAt(least));
    for (let order = least + 1; order <= highest; order++)
      for (const value of this.#valuesAt(order)) endings.add(value);
    return [...endings].sort();
  }

  #valuesAt(order: number): number[] {
    return valuesIn(this.prepared, order * VALUES.length, (order + 1) * VALUES.length);
  }
}

/** Bits that at least `needed` of the masks have. */
function inAtLeast(masks: readonly number[], needed: number): number {
  const all = masks.reduce((union, mask) => union | mask, 0);
  let found = 0;
  for (let rest = all; rest !== 0; rest &= rest - 1) {
    const bit = rest & -rest;
    let count = 0;
    for (const mask of masks) if (mask & bit) count++;
    if (count >= needed) found |= bit;
  }
  return found;
}

/** Values of which a mask has a bit, from one place on and before another. */
function valuesIn(mask: number, from: number, to: number): number[] {
  const values = new Set<number>();
  for (let place = from; place < to; place++) if (mask & (1 << place)) values.add(place % VALUES.length);
  return [...values];
}
