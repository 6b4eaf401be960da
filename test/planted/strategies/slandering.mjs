/** Strategies that accuse honest banks. */
export function slandering(library) {
  const { ballotStatement, defineAdversary } = library;
  const honestOf = ({ manifest, accomplices }) =>
    [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));

  /** Accuses, once, whom `proofOf` makes a proof against, before everybody else. */
  const accuser = (name, proofOf) =>
    defineAdversary({
      name,
      attack: (outgoing, context) => {
        const { memory, encode } = context;
        const evidence = memory.has('accused') ? null : proofOf(context);
        if (!evidence) return outgoing;
        memory.set('accused', true);
        const bytes = encode({ type: 'evidence', evidence });
        const jury = honestOf(context).filter((bank) => bank !== evidence.accused);
        return [...outgoing, ...jury.map((to) => ({ to, bytes }))];
      },
    });

  const slander = accuser('slander', (context) => {
    const { bank, manifest, random, input } = context;
    if (input.type !== 'message') return null;
    const accused = random.pick(honestOf(context));
    const testimony = () => {
      const ballot = {
        phase: 'prepare',
        epoch: bank.chain.epoch,
        slot: { view: 0, index: 0 },
        value: random.bytes(32),
        electorate: null,
      };
      return { statement: ballotStatement(ballot, manifest.size), signature: random.bytes(96) };
    };
    return { kind: 'equivocation', accused, first: testimony(), second: testimony() };
  });

  /** What an honest bank deals, beside a Commitment that it never made. */
  const slanderBySlices = accuser('slander-by-slices', (context) => {
    const { heard, input, accomplices } = context;
    const drafts = library.draftsSeen([], context);
    if (heard?.type !== 'slices' || input.type !== 'message' || accomplices.includes(input.from)) return null;
    for (const draft of drafts.values()) {
      const { slot } = draft.header;
      if (slot.view !== heard.slot.view || slot.index !== heard.slot.index) continue;
      const read = library.readAs(context, draft);
      if (!read) continue;
      const header = library.headerOf(read, input.from, heard.dealing);
      const commitment = library.commitmentIn(read, input.from);
      const forged = { ...commitment, statistics: new Uint8Array(32).fill(7) };
      return {
        kind: 'bad-shares',
        accused: input.from,
        slices: { header, signature: heard.dealing.signature },
        commitment: forged,
        delivery: null,
      };
    }
    return null;
  });

  /** An honest leader's Open, in which there is no fault. */
  const slanderByProof = accuser('slander-by-proof', ({ heard, input, accomplices }) => {
    if (heard?.type !== 'open' || input.type !== 'message' || accomplices.includes(input.from)) return null;
    const testimony = { statement: library.openStatement(heard), signature: heard.signature };
    return { kind: 'bad-proof', accused: input.from, testimony };
  });

  return { slander, 'slander-by-slices': slanderBySlices, 'slander-by-proof': slanderByProof };
}
