/** Strategies around the end of a view. */
export function timingOut({ defineAdversary, leaderOf, timeoutStatement }) {
  /**
   * As leader of view 0 shows what was prepared to one bank alone, and hands the next leader its own timeout, which reports
   * nothing, before that bank can hand it one which does: the two then hold different proofs that the view is over.
   */
  const lateCertificate = defineAdversary({
    name: 'late-certificate',
    attack: (outgoing, context) => {
      const { bank, manifest, index, accomplices, memory, random, decode, encode, sign } = context;
      const { epoch } = bank.chain;
      if (leaderOf(bank.chain, 0) !== index) return outgoing;
      const next = leaderOf(bank.chain, 1);
      const honest = [...manifest.banks.keys()].filter(
        (each) => !accomplices.includes(each) && each !== next,
      );
      const told = memory.get('told') ?? random.pick(honest);
      memory.set('told', told);
      const said = [];
      if (!memory.has('gave up')) {
        memory.set('gave up', true);
        const signature = sign(timeoutStatement(epoch, 0, null));
        const timeout = { type: 'timeout', epoch, view: 0, certificate: null, proposal: null };
        said.push({ to: next, bytes: encode({ ...timeout, justification: null, signature }) });
      }
      const kept = outgoing.filter(({ to, bytes }) => {
        const message = decode(bytes);
        if (message.type === 'timeout' || message.type === 'vote') return false;
        return message.type !== 'certificate' || (message.certificate.phase === 'prepare' && to === told);
      });
      return [...kept, ...said];
    },
  });
  return { 'late-certificate': lateCertificate };
}
