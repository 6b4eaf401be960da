/** Mistakes in the order of the leaders. */
const epochs = (mistake) => ({ campaign: 'epochs', ...mistake });

export const schedule = [
  epochs({
    name: 'demoted-by-deciding-slot',
    does: 'has those lead last who led a view below the one that decided, not below the one that drafted',
    breaks:
      'the order of leaders: seals of one epoch lead to two orders, and a bank whose draft was agreed leads last',
    settings: { liars: ['undecided-leader'], epochs: 3 },
    edits: [
      {
        file: 'protocol/sealed-epoch.ts',
        find: '  const { view } = seal.header.slot;\n',
        replace: '  const { view } = seal.commit.slot;\n',
      },
    ],
    rings: /^schedule:/,
  }),
  epochs({
    name: 'failed-views-not-heeded',
    does: 'has everybody lead in the order that is drawn, whatever views came to nothing',
    breaks: 'the order of leaders: who keeps back its draft until it is drawn first loses nothing by it',
    settings: { liars: ['silent'], epochs: 4 },
    edits: [
      {
        file: 'protocol/chain.ts',
        find: '  const failed = new Set(chain.schedule.slice(0, link.view));\n',
        replace: '  const failed = new Set<number>();\n',
      },
    ],
    rings: /^schedule:/,
  }),
];
