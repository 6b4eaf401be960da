/** Strategies that show proofs of what was never decided, or of something that was decided elsewhere. */
export function forging(library) {
  const { ballotStatement, defineAdversary, timeoutStatement } = library;
  const honestOf = ({ manifest, accomplices }) =>
    [...manifest.banks.keys()].filter((bank) => !accomplices.includes(bank));
  const show = (context, to, message) => ({ to, bytes: context.encode(message) });

  /** Once in an epoch, as soon as it hears anything: what `forge` makes, to one honest bank. */
  const oncePerEpoch = (name, forge) =>
    defineAdversary({
      name,
      attack: (outgoing, context) => {
        const place = `epoch ${context.bank.chain.epoch}`;
        if (context.memory.has(place) || context.input.type !== 'message') return outgoing;
        const message = forge(context);
        if (!message) return outgoing;
        context.memory.set(place, true);
        return [...outgoing, show(context, context.random.pick(honestOf(context)), message)];
      },
    });

  /** A decision that this bank alone has signed. */
  const ownDecision = ({ bank, index, manifest, random, sign }) => {
    const ballot = {
      phase: 'commit',
      epoch: bank.chain.epoch,
      slot: { view: 0, index: 0 },
      value: random.bytes(32),
      electorate: null,
    };
    const signature = sign(ballotStatement(ballot, manifest.size));
    const { electorate, ...said } = ballot;
    return { type: 'certificate', certificate: { ...said, attested: false, signers: [index], signature } };
  };
  const minority = oncePerEpoch('minority', ownDecision);

  /** The same, with as many bits in the bitmap as a quorum has: the others stand for no bank. */
  const padding = defineAdversary({
    name: 'padding',
    attack: (outgoing, context) => {
      if (context.memory.has('padded') || context.input.type !== 'message') return outgoing;
      context.memory.set('padded', true);
      const { size, quorum } = context.manifest;
      const forged = show(context, context.random.pick(honestOf(context)), ownDecision(context));
      // One byte, as there are fewer than eight banks, before the signature, with which the message ends.
      for (let bit = size; bit < size + quorum - 1; bit++) forged.bytes[forged.bytes.length - 97] |= 1 << bit;
      return [...outgoing, forged];
    },
  });

  const commitIn = (heard) =>
    (heard?.type === 'certificate' || heard?.type === 'release') && heard.certificate.phase === 'commit'
      ? heard.certificate
      : null;

  let earlier = null;
  const relabelling = oncePerEpoch('relabelling', ({ bank, heard }) => {
    const { epoch } = bank.chain;
    earlier = commitIn(heard) ?? earlier;
    if (!earlier || earlier.epoch >= epoch) return null;
    return { type: 'certificate', certificate: { ...earlier, epoch } };
  });

  /** The last commit certificate of each consortium, by its id. */
  const known = new Map();
  const importing = oncePerEpoch('importing', ({ manifest, heard }) => {
    const id = library.toHex(manifest.consortiumId);
    const certificate = commitIn(heard);
    if (certificate) known.set(id, certificate);
    const [, foreign] = [...known].find(([other]) => other !== id) ?? [];
    known.delete(foreign ? id : '');
    return foreign ? { type: 'certificate', certificate: foreign } : null;
  });

  /** Gives up on every view as soon as it hears of it, alone, and proves it by its own word. */
  const hurrying = defineAdversary({
    name: 'hurrying',
    attack: (outgoing, context) => {
      const { heard, memory, bank, index, sign, random } = context;
      const view = heard?.type === 'open' ? heard.view : null;
      if (view === null || memory.has(`view ${view}`)) return outgoing;
      memory.set(`view ${view}`, true);
      const { epoch } = bank.chain;
      const signature = sign(timeoutStatement(epoch, view, null));
      const proof = { epoch, view, signers: [index], highs: [null], certificate: null, signature };
      const justification = random.chance(0.5) ? proof : null;
      const timeout = {
        type: 'timeout',
        epoch,
        view,
        certificate: null,
        proposal: null,
        justification,
        signature,
      };
      return [...outgoing, ...honestOf(context).map((to) => show(context, to, timeout))];
    },
  });

  return { minority, padding, relabelling, importing, hurrying };
}
