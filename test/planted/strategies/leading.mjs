/** Strategies of leaders that bend the rules of thin drafts. */
export function leading(library) {
  const { defineAdversary } = library;
  const victimOf = ({ memory, random, manifest, accomplices }) => {
    const honest = [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
    const victim = memory.get('victim') ?? random.pick(honest);
    memory.set('victim', victim);
    return victim;
  };

  const hearsNothingOf = (types, context) =>
    context.input.type === 'message' &&
    types.includes(context.heard?.type) &&
    context.input.from === victimOf(context);

  /** Leaves a bank out until it is made to take it in; then hears neither its slices nor what it acknowledges. */
  const deafLeader = defineAdversary({
    name: 'deaf-leader',
    hears: (context) => {
      const { heard } = context;
      if (heard?.type === 'acknowledgement' || (heard?.type === 'refusal' && heard.acknowledgement))
        return false;
      return !hearsNothingOf(['commitment', 'sketch', 'slices'], context);
    },
    attack: (outgoing) => outgoing,
  });

  /**
   * As leader sends what `forge` makes of its first draft of a view, and counts the votes on that: its core would take none
   * of them, having proposed something else.
   */
  const forgingLeader = (name, forge, hears = () => true) =>
    defineAdversary({
      name,
      hears,
      attack: (outgoing, context) => {
        const { memory, heard, input, index, manifest, suite, decode, encode } = context;
        const messages = outgoing.map((send) => ({ send, message: decode(send.bytes) }));
        const drafted = messages.find(({ message }) => message.type === 'draft')?.message;
        let forged = memory.get('forged');
        const said = [];
        const lie =
          drafted && forged?.view !== drafted.draft.header.slot.view ? forge(drafted, context) : null;
        if (lie) {
          const { header } = lie.draft;
          const tally = new library.AttestationTally(manifest, suite, header);
          tally.add(index, library.blindVote({ header }, context));
          forged = { view: header.slot.view, header, tally };
          memory.set('forged', forged);
          said.push(lie);
        }
        if (!forged) return outgoing;
        if (heard?.type === 'vote' && input.type === 'message' && heard.slot.view === forged.view) {
          const answer = library.ballotOn(forged, input.from, heard, context);
          if (answer) said.push(answer);
        }
        const others = [...manifest.banks.keys()].filter((bank) => bank !== index);
        return [
          ...messages.flatMap(({ send, message }) => withoutCore(send, message, forged.view, encode)),
          ...said.flatMap((message) => others.map((to) => ({ to, bytes: encode(message) }))),
        ];
      },
    });

  /** Has its draft prepared and keeps the decision to itself, so that a later view repeats the value and decides. */
  const undecidedLeader = defineAdversary({
    name: 'undecided-leader',
    attack: (outgoing, { decode }) =>
      outgoing.filter(({ bytes }) => {
        const message = decode(bytes);
        if (message.type === 'certificate') return message.certificate.phase !== 'commit';
        return !['release', 'seal', 'result'].includes(message.type); // which show or follow the decision
      }),
  });

  return {
    'deaf-leader': deafLeader,
    'undecided-leader': undecidedLeader,
    'persuasive-leader': forgingLeader('persuasive-leader', library.lyingDraft),
    'forking-leader': forgingLeader('forking-leader', ({ draft }, context) => {
      const header = { ...draft.header, parent: context.random.bytes(32) };
      return library.signedDraft({ ...draft, header }, context);
    }),
    'misleading-leader': forgingLeader(
      'misleading-leader',
      ({ draft }, context) => {
        if (draft.symbols.length === 0) return null;
        const symbols = context.random.bytes(draft.symbols.length);
        const header = { ...draft.header, symbols: library.symbolsDigest(symbols) };
        return library.signedDraft({ ...draft, header, symbols }, context);
      },
      (context) => !hearsNothingOf(['commitment', 'sketch'], context),
    ),
    'misquoting-leader': forgingLeader(
      'misquoting-leader',
      (message, context) =>
        message.draft.header.amended.length > 0 ? misquoted(message, context, library) : null,
      (context) => !hearsNothingOf(['commitment', 'sketch'], context),
    ),
  };
}

/** What a core sends, without what it says of the draft that it believes it proposed. */
function withoutCore(send, message, view, encode) {
  const slot = message.draft?.header?.slot ?? message.certificate?.slot ?? message.slot;
  const isOfLeader = ['draft', 'certificate', 'proposal', 'notice', 'slices'].includes(message.type);
  if (isOfLeader && slot?.view === view) return [];
  if (message.type === 'forward' && message.open.view === view) return [];
  if (message.type !== 'timeout') return [send];
  return [{ ...send, bytes: encode({ ...message, proposal: null }) }];
}

/** The draft with the class of a bank that it takes in turned round in one row. */
function misquoted(message, context, library) {
  const { draft, amendments } = message;
  const { manifest, random } = context;
  const { inputs, amended } = draft.header;
  const rule = library.classRule(manifest);
  const codec = library.conflictTableCodec(inputs.length, rule, Number.MAX_SAFE_INTEGER);
  const { rows } = library.decode(codec, draft.table);
  const place = inputs.indexOf(amended[0]);
  const holdings = rows.map((row) => [row.id, library.holdingsOf(row, random)]);
  const [, held] = random.pick(holdings);
  held[place] = held[place] === null ? held.find((digest) => digest !== null) : null;
  const table = library.buildConflictTable(inputs.length, holdings, rule);
  const lie = library.withTable(draft, table, rule);
  return { ...library.signedDraft(lie, context), amendments };
}
