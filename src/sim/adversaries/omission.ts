import type { MessageType } from '../../protocol/messages.js';
import { defineAdversary } from '../adversary.js';

export const silent = defineAdversary({
  name: 'silent',
  description: 'sends nothing at all',
  attack: () => [],
});

export const crash = defineAdversary({
  name: 'crash',
  description: 'works as it should, then stops for good at a moment drawn from the seed',
  attack: (outgoing, { memory, random, stop }) => {
    const lives = (memory.get('lives') as number | undefined) ?? 1 + random.int(12);
    const sent = outgoing.slice(0, lives);
    memory.set('lives', lives - sent.length);
    if (sent.length === lives) stop();
    return sent;
  },
});

export const delay = defineAdversary({
  name: 'delay',
  description: 'sends everything up to four Δ too late',
  attack: (outgoing, { manifest, random }) =>
    outgoing.map((send) => ({ ...send, after: random.int(4 * manifest.parameters.delta) })),
});

const WITHHELD: ReadonlySet<MessageType> = new Set(['slices', 'release']);

/** Deals nothing and gives nothing back. */
export const withholdSlices = defineAdversary({
  name: 'withhold-slices',
  description: 'deals no slices and gives back none of those it was dealt; otherwise honest',
  attack: (outgoing, { decode }) => outgoing.filter(({ bytes }) => !WITHHELD.has(decode(bytes).type)),
});
