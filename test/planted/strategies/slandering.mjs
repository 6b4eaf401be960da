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

  /** What honest banks signed that may be shown with its place: proposals, and requests for records. */
  const signedIn = (heard) => {
    if (heard?.type === 'draft') {
      const { header } = heard.draft;
      const statement = library.proposalStatement(header.epoch, header.slot, library.draftDigest(header));
      return { statement, signature: heard.signature };
    }
    if (heard?.type === 'commitment')
      return { statement: library.sketchStatement(heard.sketch), signature: heard.sketch.signature };
    if (heard?.type === 'result')
      return { statement: library.resultStatement(heard.epoch, heard), signature: heard.signature };
    if (heard?.type === 'fetch')
      return { statement: library.fetchStatement(heard), signature: heard.signature };
    return heard?.type === 'vote' ? { vote: heard } : null;
  };

  /** Accuses with two statements of one honest bank, as `pairs` makes them of what it signed. */
  const slanderByPairs = (name, pairs) =>
    accuser(name, (context) => {
      const { heard, input, memory, accomplices, manifest } = context;
      if (input.type !== 'message' || accomplices.includes(input.from)) return null;
      const told = signedIn(heard);
      const testimony = told?.vote
        ? { statement: ballotStatement(told.vote, manifest.size), signature: told.vote.signature }
        : told;
      if (!testimony) return null;
      const name = `${input.from}/${testimony.statement.type}`;
      const earlier = memory.get(name);
      memory.set(name, testimony);
      const pair = pairs(testimony, earlier, context);
      return pair && { kind: 'equivocation', accused: input.from, first: pair[0], second: pair[1] };
    });

  const slanderings = {
    /** Two places in which it said two things. */
    'slander-by-places': slanderByPairs('slander-by-places', (one, other) => {
      if (!other || one.statement.type === 'fetch') return null;
      const [{ slot, epoch }, past] = [one.statement, other.statement];
      const elsewhere = epoch !== past.epoch || (slot && library.compareSlots(slot, past.slot) !== 0);
      return elsewhere ? [one, other] : null;
    }),
    /** Two requests, of which it may sign as many as it likes. */
    'slander-by-requests': slanderByPairs('slander-by-requests', (one, other) =>
      other &&
      one.statement.type === 'fetch' &&
      library.toHex(one.statement.body) !== library.toHex(other.statement.body)
        ? [one, other]
        : null,
    ),
    /** One statement, shown twice. */
    'slander-by-one': slanderByPairs('slander-by-one', (one) => [one, one]),
    /** One statement, and another that the accuser signed itself. */
    'slander-by-half': slanderByPairs('slander-by-half', (one, _, { sign, random }) => {
      if (one.statement.type === 'fetch') return null;
      const statement = { ...one.statement, body: random.bytes(one.statement.body.length) };
      return [one, { statement, signature: sign(statement) }];
    }),
  };

  return {
    ...slanderings,
    slander,
    'slander-by-slices': slanderBySlices,
    'slander-by-proof': slanderByProof,
  };
}
