import type { Pair, PairWorld } from './pair.js';

export interface Searched {
  readonly states: number;
  /** A shortest run to something bad; null when there is none. */
  readonly found: { readonly deeds: readonly string[]; readonly bad: string } | null;
}

/** Every state of two honest banks that can be reached, breadth first, until something bad is found. */
export function search(world: PairWorld): Searched {
  const seen = new Set([nameOf(world.initial)]);
  let layer: { readonly pair: Pair; readonly path: Path | null }[] = [{ pair: world.initial, path: null }];
  while (layer.length > 0) {
    const next: typeof layer = [];
    for (const { pair, path } of layer) {
      for (const { deed, next: to, bad } of world.turns(pair)) {
        if (bad) return { states: seen.size, found: { deeds: listed({ deed, before: path }), bad } };
        const name = nameOf(to);
        if (seen.has(name)) continue;
        seen.add(name);
        next.push({ pair: to, path: { deed, before: path } });
      }
    }
    layer = next;
  }
  return { states: seen.size, found: null };
}

interface Path {
  readonly deed: string;
  readonly before: Path | null;
}

function listed(end: Path): string[] {
  const deeds: string[] = [];
  for (let at: Path | null = end; at; at = at.before) deeds.unshift(at.deed);
  return deeds;
}

/** Equal states, equal names: mail in whatever order is the same. */
function nameOf({ since, drafts, mail, h, b }: Pair): string {
  const flags = (list: readonly boolean[]): string => list.map(Number).join('');
  const letters = mail.map(({ to, what, slot, left }) => `${to}${what[1]}${slot}${left}`).sort();
  const ofH = `${+h.begun}${flags(h.taken)}${h.thin},${+h.amended}${h.waits}|${flags(h.acknowledged)}`;
  const ofB = `${+b.begun}${+b.gaveUp}${flags(b.taken)}${b.waits}|${flags(b.said)}${b.early}`;
  return `${since}/${drafts.map((kind) => (kind ? kind.length : 0))}/${letters.join()}/${ofH}/${ofB}`;
}
