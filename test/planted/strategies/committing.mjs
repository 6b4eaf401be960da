/** Strategies that commit to more than one thing. */
export function committing({ commitmentStatement, Dataset, defineAdversary }) {
  /** Does not attest the draft that has its Commitment, and puts another one into the amendment by which it comes back. */
  const recommitting = defineAdversary({
    name: 'recommitting',
    attack: (outgoing, { decode, encode, memory, random, sign }) =>
      outgoing.flatMap((send) => {
        const message = decode(send.bytes);
        if (message.type === 'vote' && message.electorate !== null) return [];
        if (message.type !== 'amendment') return [send];
        const dataRoot = memory.get('root') ?? random.bytes(32);
        memory.set('root', dataRoot);
        const commitment = { ...message.commitment, dataRoot };
        const signature = sign(commitmentStatement(commitment));
        return [{ ...send, bytes: encode({ ...message, commitment: { ...commitment, signature } }) }];
      }),
  });
  /** Commits to every second record of its book: few hold what an honest bank lacks, too. */
  const forgetful = defineAdversary({
    name: 'forgetful',
    records: (dataset) => {
      const kept = dataset.entries.filter((_, i) => i % 2 === 0).map(({ values }) => values);
      return Dataset.fromRecords(dataset.schema, kept);
    },
  });
  return { recommitting, forgetful };
}
