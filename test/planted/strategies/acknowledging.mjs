/** Strategies that bend what banks say of slices under a draft that takes one of them in. */
export function acknowledging(library) {
  const { defineAdversary } = library;
  const honestOf = ({ manifest, accomplices }) =>
    [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));

  /** Two honest banks, the same for all of the epoch: one to leave out, and another. */
  const victimsOf = (context) => {
    const { memory, random } = context;
    const victims = memory.get('victims') ?? random.shuffle(honestOf(context)).slice(0, 2);
    memory.set('victims', victims);
    return victims;
  };

  /** As leader leaves the first victim out until it is made to take it in, and does not hear these others of its messages. */
  const hearsAllBut =
    (types, ofOther = []) =>
    (context) => {
      const { input, heard } = context;
      const [left, other] = victimsOf(context);
      if (input.type !== 'message' || !heard) return true;
      if (types.includes('acknowledgement') && heard.type === 'refusal' && heard.acknowledgement)
        return false;
      if (input.from === left && ['commitment', 'sketch', ...types].includes(heard.type)) return false;
      return !(input.from === other && ofOther.includes(heard.type));
    };

  /** Leaves a bank's list out of W by an empty one in its name, which nobody signed. */
  const perjuringLeader = defineAdversary({
    name: 'perjuring-leader',
    hears: hearsAllBut(['slices', 'acknowledgement']),
    attack: (outgoing, context) => {
      const { decode, encode, random } = context;
      const [left] = victimsOf(context);
      return outgoing.map((send) => {
        const message = decode(send.bytes);
        if (message.type !== 'proposal' || !message.header.amended.includes(left)) return send;
        const forged = { bank: left, list: [], signature: random.bytes(64) };
        const attestations = { ...message.attestations, acknowledged: [forged] };
        return { ...send, bytes: encode({ ...message, attestations }) };
      });
    },
  });

  /** Shows the draft that takes a bank in late to a dealer, whose slices it then says it does not hold. */
  const staggeringLeader = defineAdversary({
    name: 'staggering-leader',
    hears: hearsAllBut([], ['slices']),
    attack: (outgoing, context) => {
      const [, other] = victimsOf(context);
      const after = Math.floor(0.9 * context.manifest.parameters.delta);
      return outgoing.flatMap((send) => {
        const message = context.decode(send.bytes);
        if (send.to !== other) return [send];
        if (message.type === 'draft' && message.draft.header.amended.length > 0) return [{ ...send, after }];
        return message.type === 'forward' ? [] : [send];
      });
    },
  });

  /** Comes into drafts by its amendment, deals to some, and acknowledges with a signature that does not hold. */
  const unsigned = defineAdversary({
    name: 'unsigned-acknowledgement',
    attack: (outgoing, context) => {
      const { decode, encode, random } = context;
      const [spared] = victimsOf(context);
      return outgoing.flatMap((send) => {
        const message = decode(send.bytes);
        if (message.type === 'commitment') return [];
        if (message.type === 'slices' && send.to === spared) return [];
        if (message.type !== 'acknowledgement') return [send];
        return [{ ...send, bytes: encode({ ...message, signature: random.bytes(64) }) }];
      });
    },
  });

  return {
    'perjuring-leader': perjuringLeader,
    'staggering-leader': staggeringLeader,
    'unsigned-acknowledgement': unsigned,
  };
}
