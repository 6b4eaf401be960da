/** Strategies of dealers that hold what they deal together with as few as possible, and then keep it. */
export function dealing({ defineAdversary }) {
  const hoarder = (name, fewer) =>
    defineAdversary({
      name,
      attack: (outgoing, { decode, manifest, accomplices, memory, random }) => {
        const others = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
        const count = manifest.quorum - accomplices.length - fewer;
        const chosen = memory.get('chosen') ?? new Set(random.shuffle(others).slice(0, count));
        memory.set('chosen', chosen);
        return outgoing.filter(({ to, bytes }) => {
          const { type } = decode(bytes);
          return type === 'slices' ? accomplices.includes(to) || chosen.has(to) : type !== 'release';
        });
      },
    });
  return {
    /** As many hold its slices as must for them to be in W; its own are lost when the others have to open them. */
    hoarder: hoarder('hoarder', 0),
    /** One bank fewer. */
    'stingy-hoarder': hoarder('stingy-hoarder', 1),
  };
}
