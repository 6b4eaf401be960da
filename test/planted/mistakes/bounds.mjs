/** Mistakes in what one bank can make another keep or send. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, ...mistake });

export const bounds = [
  epochs({
    name: 'early-slices-unbounded',
    does: 'keeps slices that nobody can check yet, however many bytes they have',
    breaks: 'memory: a liar fills that of a bank before a draft is there',
    settings: { liars: ['early-slices-flood'] },
    edits: [
      {
        file: 'protocol/early-messages.ts',
        find: '    return MAX_EARLY_BYTES - this.#bytesOf(sender, false) - this.keptElsewhere(sender);\n',
        replace: '    return Number.MAX_SAFE_INTEGER;\n',
      },
    ],
    rings: /^memory:/,
  }),
  epochs({
    name: 'early-stores-counted-apart',
    does: 'counts what comes before its Open and what comes before its draft each against a bound of its own',
    breaks: 'memory: a liar has twice as much kept as is bounded',
    settings: { liars: ['early-slices-flood'] },
    edits: [
      {
        file: 'protocol/early-messages.ts',
        find: ' - this.keptElsewhere(sender)',
        replace: '',
      },
      {
        file: 'protocol/slice-store.ts',
        find: 'weightOf(message) <= this.context.roomFor(from)',
        replace: 'this.unchecked(from) + weightOf(message) <= 2 ** 25',
      },
    ],
    rings: /^memory:/,
  }),
  epochs({
    name: 'seals-uncounted',
    does: 'shows the seal as often as it is asked for',
    breaks: 'bytes: a liar has honest banks send without end',
    settings: { liars: ['beggar'] },
    edits: [
      {
        file: 'protocol/closing.ts',
        find: '    if (this.#seal && rations.take(',
        replace: '    const all = (..._: unknown[]) => rations !== null;\n    if (this.#seal && all(',
      },
    ],
    rings: /^bytes: .*seal/,
  }),
  epochs({
    name: 'drafts-uncounted',
    does: 'hands out a draft as often as it is asked for',
    breaks: 'bytes: a liar has honest banks send without end',
    settings: { liars: ['beggar'] },
    edits: [
      {
        file: 'protocol/copies.ts',
        find: '    if (!this.context.rations.take(',
        replace: '    const all = (..._: unknown[]) => true;\n    if (!all(',
      },
    ],
    rings: /^bytes: .*draft-copy/,
  }),
  epochs({
    name: 'rations-back-at-once',
    does: 'gives back all that a bank was given whenever it asks',
    breaks: 'bytes: a liar has honest banks send without end',
    settings: { liars: ['beggar'] },
    edits: [
      {
        file: 'protocol/rations.ts',
        find: '    if (given + amount > most) return false;\n',
        replace: '    if (given + amount > most) this.onTimer();\n',
      },
    ],
    rings: /^bytes:/,
  }),
];
