import { defineAdversary } from '../adversary.js';

/** Of each type of message, drawn once for all of the epochs, about half of the banks get none. */
export const selectiveSend = defineAdversary({
  name: 'selective-send',
  description: 'sends messages of each type to some banks only, drawn for each type',
  attack: (outgoing, { memory, random, manifest, decode }) =>
    outgoing.filter(({ to, bytes }) => {
      const { type } = decode(bytes);
      const served =
        (memory.get(type) as ReadonlySet<number> | undefined) ??
        new Set(random.shuffle([...manifest.banks.keys()]).slice(0, random.int(manifest.size)));
      memory.set(type, served);
      return served.has(to);
    }),
});
