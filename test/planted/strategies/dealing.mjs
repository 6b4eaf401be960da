/** Strategies of dealers that hold what they deal together with as few as possible, and then keep it. */
export function dealing({ defineAdversary, toHex }) {
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
  /** Of what it dealt under two headers, shows whoever asks for one the other. */
  const otherHeader = defineAdversary({
    name: 'other-header',
    attack: (outgoing, { decode, encode, memory, index }) =>
      outgoing.map((send) => {
        const message = decode(send.bytes);
        if (message.type === 'slices') {
          const parts = memory.get('parts') ?? new Map();
          memory.set('parts', parts.set(toHex(message.dealing.signature), message.dealing));
        }
        if (message.type !== 'draft-copy') return send;
        const dealings = message.dealings.map((each) => {
          const parts = [...(memory.get('parts') ?? new Map()).values()];
          const other = parts.find(({ signature }) => toHex(signature) !== toHex(each.part.signature));
          return each.dealer === index && other ? { ...each, part: other } : each;
        });
        return { ...send, bytes: encode({ ...message, dealings }) };
      }),
  });
  return {
    'other-header': otherHeader,
    /** As many hold its slices as must for them to be in W; its own are lost when the others have to open them. */
    hoarder: hoarder('hoarder', 0),
    /** One bank fewer. */
    'stingy-hoarder': hoarder('stingy-hoarder', 1),
  };
}
