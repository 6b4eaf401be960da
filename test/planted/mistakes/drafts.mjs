/** Mistakes in drafts, their tables and the classes of keys. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, ...mistake });

export const drafts = [
  epochs({
    name: 'settled-bound-off-by-one',
    does: 'settles a key with one supporter fewer than outvotes the liars',
    breaks: 'result: liars decide what the honest holders do not',
    settings: { liars: ['dispute-storm'], divergence: 0.3 },
    edits: [
      {
        file: 'data/key-class.ts',
        find: '  return Math.max(Math.ceil((holders + faults + 1) / 2), faults + 1);',
        replace: '  return Math.max(Math.ceil((holders + faults + 1) / 2) - 1, faults + 1);',
      },
    ],
    rings: /^result:/,
  }),
  epochs({
    name: 'column-unchecked',
    does: 'attests a table without looking at its own column',
    breaks: 'result: the table says of an honest bank what it does not hold',
    settings: { liars: ['persuasive-leader'] },
    edits: [
      {
        file: 'protocol/following.ts',
        find: "  if (checkColumn(read.table, column, (id) => keyed.find(toHex(id))?.version ?? null)) return 'column-wrong';\n",
        replace: '  void checkColumn;\n',
      },
    ],
    rings: /^result: .*the table/,
  }),
  epochs({
    name: 'common-root-unchecked',
    does: 'attests a draft without looking whether it holds the records under U',
    breaks: 'termination: what is agreed are not the records that the inputs hold',
    settings: { liars: ['persuasive-leader'] },
    edits: [
      {
        file: 'protocol/following.ts',
        find: "  if (common.entries.length !== header.commonRecords || !equalBytes(root, header.commonRoot))\n    return 'common-root-wrong';\n",
        replace: '',
      },
    ],
    rings: /^(result: .*the table conceals|termination:)/,
  }),
  epochs({
    name: 'slots-skipped',
    does: 'leads in every other slot only',
    breaks: 'termination: a view runs out of slots before its liars run out of excuses',
    settings: { liars: ['stingy-hoarder'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/leading.ts',
        find: '    const index = this.#slot.index + 1;\n',
        replace: '    const index = this.#slot.index + 2;\n',
      },
    ],
    rings: /^termination: .*slot/,
  }),
  epochs({
    name: 'chain-unchecked',
    does: 'attests a draft of another chain, or under another schedule',
    breaks: 'termination: an epoch is sealed that the chain does not go on with',
    settings: { liars: ['forking-leader'] },
    edits: [
      {
        file: 'protocol/following.ts',
        find: "  if (header.epoch !== chain.epoch || !equalBytes(header.parent, chain.parent)) return 'wrong-chain';\n",
        replace: '',
      },
      {
        file: 'protocol/following.ts',
        find: 'header.schedule.some((bank, i) => bank !== chain.schedule[i])',
        replace: 'header.schedule.some((bank) => chain.schedule[bank] === undefined)',
      },
    ],
    rings: /^termination:/,
  }),
];
