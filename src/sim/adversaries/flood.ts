import { type AdversarialSend, defineAdversary } from '../adversary.js';

/** Messages beyond those of its core, at most: a simulation has to end. */
const MOST = 300;
/** Bytes of the ones that are too long for anything they could be. */
const OVERSIZED = 1 << 18;
const OVERSIZED_CHANCE = 0.1;
/** Message types there are, and one more. */
const TYPES = 30;

/** Copies first: who keeps one message of each sender must not be made to keep or to check them all. */
export const flood = defineAdversary({
  name: 'flood',
  description: 'sends everything many times over, and messages far too long to be any',
  attack: (outgoing, { memory, random, manifest, index }) => {
    const spent = (memory.get('flood') as number | undefined) ?? 0;
    const more: AdversarialSend[] = [];
    for (const send of outgoing) for (let copy = random.int(8); copy > 0; copy--) more.push(send);
    const to = random.int(manifest.size);
    if (to !== index && random.chance(OVERSIZED_CHANCE)) {
      const bytes = random.bytes(OVERSIZED);
      bytes[0] = random.int(TYPES);
      // Where a length may stand: as long as can be written down.
      bytes.fill(0xff, 1 + random.int(120), 130);
      more.push({ to, bytes });
    }
    const sent = more.slice(0, MOST - spent);
    memory.set('flood', spent + sent.length);
    return [...outgoing, ...sent];
  },
});
