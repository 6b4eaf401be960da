/** Mistakes of banks that were away, lost their log, or change their manifest. */
const epochs = (mistake) => ({ campaign: 'epochs', ...mistake });

export const absence = [
  epochs({
    name: 'sealed-epochs-unverified',
    does: 'takes over epochs that were sealed without it, and does not check their seals',
    breaks: 'agreement: a liar gives a bank that was away another past',
    settings: { liars: ['false-history'], misses: 2 },
    edits: [
      {
        file: 'protocol/sealed-epoch.ts',
        find: '  checkSeal(manifest, seal, suite);\n',
        replace: '  void checkSeal;\n',
      },
    ],
    rings: /^agreement: .*learnt of another/,
  }),
  epochs({
    name: 'lost-log-not-heeded',
    does: 'signs as before when it has lost its log',
    breaks: 'integrity: an honest bank may contradict what it signed before',
    settings: { loses: 14 },
    edits: [
      {
        file: 'protocol/journal.ts',
        find: '    return this.#forgotten || epoch <= this.#abstained;\n',
        replace: '    return epoch < 0;\n',
      },
    ],
    rings: /^integrity: .*(lost its log and signs|contradicts itself)/,
  }),
  epochs({
    name: 'succession-not-heeded',
    does: 'goes on under a manifest of which it has signed that another succeeds it',
    breaks: 'succession: two manifests are in force at once',
    settings: { succession: { joining: 1, leaving: [0], rekeyed: [2], late: [1] } },
    edits: [
      {
        file: 'protocol/journal.ts',
        find: '    return this.abstains(epoch) || (this.#succession !== null && epoch >= this.#succession);\n',
        replace: '    return this.abstains(epoch);\n',
      },
    ],
    rings: /^succession:/,
  }),
];
