/** Mistakes between agreement and the seal. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, ...mistake });

export const closing = [
  epochs({
    name: 'seal-of-2f',
    does: 'seals a result that 2f executors signed',
    breaks: 'integrity: there may be two seals, or one that no honest executor computed',
    edits: [
      {
        file: 'protocol/quorum.ts',
        find: '  return 2 * faults + 1;',
        replace: '  return 2 * faults;',
      },
    ],
    rings: /^integrity: .*seal/,
  }),
  epochs({
    name: 'seal-unverified',
    does: 'takes a seal without verifying it',
    breaks: 'agreement: a collector gives out another result',
    settings: { liars: ['forging-collector'] },
    edits: [
      {
        file: 'protocol/sealing.ts',
        find: '      checkSeal(manifest, seal, suite);\n',
        replace: '      void [manifest, suite, checkSeal];\n',
      },
    ],
    rings: /^agreement:/,
  }),
  epochs({
    name: 'fetched-record-unchecked',
    does: 'takes any record for the winner of a settled row that it asked for',
    breaks: 'result: a liar puts its own record in its place',
    settings: { liars: ['false-records'], divergence: 0.3 },
    edits: [
      {
        file: 'protocol/settlement.ts',
        find: '      return right ? entry : null;\n',
        replace: '      void right;\n      return entry;\n',
      },
    ],
    rings: /^(result|agreement):/,
  }),
  epochs({
    name: 'catch-up-unverified',
    does: 'takes the records under U from one bank without comparing their root',
    breaks: 'result: a liar gives a bank that was left out other records',
    settings: {
      banks: 6,
      faults: 1,
      liars: ['false-common'],
      divergence: 0.3,
      awayMs: 400,
    },
    edits: [
      {
        file: 'protocol/catching-up.ts',
        find: '    if (!equalBytes(saltedRoot(draftSalt(saltProof), root), header.commonRoot)) {',
        replace: '    if (root.length === 0) {',
      },
    ],
    rings: /^(result|agreement):/,
  }),
  epochs({
    name: 'collector-not-followed',
    does: 'waits for one collector for ever',
    breaks: 'termination: a collector that keeps the seal keeps the result from everybody',
    settings: { liars: ['keeping-collector'] },
    edits: [
      {
        file: 'protocol/sealing.ts',
        find: '    this.#attempt++;\n',
        replace: '',
      },
    ],
    rings: /^termination: .*did not seal/,
  }),
];
