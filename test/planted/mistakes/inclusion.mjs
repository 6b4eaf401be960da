/** Mistakes in the rules of thin drafts, which keep a leader from leaving honest banks and their versions out. */
const epochs = (mistake) => ({
  campaign: 'epochs',
  settings: { liars: ['censor'] },
  rings: /^inclusion: .*left out of/,
  ...mistake,
});

const leftOut = 'inclusion: a leader leaves honest banks out of the inputs';

export const inclusion = [
  epochs({
    name: 'thin-draft-at-once',
    does: 'attests a thin draft without waiting 2Δ for the banks that it leaves out',
    breaks: leftOut,
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: '      pending.thinWait = true;\n',
        replace: '',
      },
    ],
  }),
  epochs({
    name: 'amendment-never-answered',
    does: 'does not answer whoever shows it a draft that leaves it out',
    breaks: leftOut,
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: '    this.inclusion.answer(from, read, commitment);\n',
        replace: '',
      },
    ],
  }),
  epochs({
    name: 'thin-draft-not-shown',
    does: 'does not show a thin draft to the banks that it leaves out',
    breaks: leftOut,
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: '    this.inclusion.show(read, forward);\n',
        replace: '',
      },
    ],
  }),
  epochs({
    name: 'amendment-not-heeded',
    does: 'attests a thin draft though it holds the amendment of a bank that it leaves out',
    breaks: leftOut,
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: 'if (wronged) this.#refuse(read.draft.header.slot, { amendment: wronged });\n    else this.#attest(read);',
        replace: 'void wronged;\n    this.#attest(read);',
      },
    ],
  }),
  epochs({
    name: 'thin-only-below-quorum',
    does: 'takes a draft with q inputs or more for one that need not be thin',
    breaks: leftOut,
    edits: [
      {
        file: 'protocol/draft.ts',
        find: '  return inputs.length < Math.min(manifest.size, manifest.quorum + manifest.faults);',
        replace: '  return inputs.length < Math.min(manifest.size, manifest.quorum);',
      },
    ],
  }),
  epochs({
    name: 'acknowledgement-not-waited-for',
    does: 'votes for W at once, whichever acknowledgements it holds or may wait for',
    breaks: 'inclusion: versions that only such a bank holds are not opened',
    settings: { liars: ['deaf-leader'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: 'const kept = held.find(({ bank }) => !acknowledged.includes(bank));',
        replace: 'const kept = held.find(() => false);',
      },
      {
        file: 'protocol/awaiting.ts',
        find: '    return wait?.over === true || header.amended.every((bank) => had.includes(bank));',
        replace: '    void had;\n    return wait !== undefined;',
      },
    ],
    rings: /^inclusion: .*was not given a version/,
  }),
  epochs({
    name: 'acknowledgement-not-heeded',
    does: 'waits for acknowledgements, and then votes for a W that lacks one which it holds',
    breaks: 'inclusion: versions that only such a bank holds are not opened',
    settings: { liars: ['deaf-leader'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/attesting.ts',
        find: 'const kept = held.find(({ bank }) => !acknowledged.includes(bank));',
        replace: 'const kept = held.find(() => false);',
      },
    ],
    rings: /^inclusion: .*was not given a version/,
  }),
  epochs({
    name: 'acknowledgement-never-said',
    does: 'does not tell which slices it holds under a draft that takes it in',
    breaks: 'inclusion: versions that only such a bank holds are not opened',
    settings: { liars: ['deaf-leader'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/acknowledging.ts',
        find: "    courier.broadcast({ type: 'acknowledgement', ...message });\n",
        replace: '',
      },
    ],
    rings: /^inclusion: .*was not given a version/,
  }),
  epochs({
    name: 'column-of-taken-in-bank-unchecked',
    does: 'does not check the column of a bank that a draft takes in against its amendment',
    breaks: 'result: the table says of an honest bank what it does not hold',
    settings: { liars: ['misquoting-leader'], divergence: 0.3 },
    edits: [
      {
        file: 'protocol/following.ts',
        find: "  if (!inclusion.fits(read, amendments)) return 'amendment-wrong';\n",
        replace: '',
      },
    ],
    rings: /^result: .*the table/,
  }),
  epochs({
    name: 'acknowledgement-unverified',
    does: 'takes a bundle with acknowledgements that their banks did not sign',
    breaks: 'inclusion: versions that only such a bank holds are not opened',
    settings: { liars: ['perjuring-leader'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/attestations.ts',
        find: '    if (!verifyAcknowledgement(manifest, suite, header, acknowledgement)) return null;\n',
        replace: '    void verifyAcknowledgement;\n',
      },
    ],
    rings: /^inclusion: .*was not given a version/,
  }),
  epochs({
    name: 'acknowledgement-taken-unsigned',
    does: 'remembers acknowledgements without checking who signed them',
    breaks: 'termination: one liar makes every proposal of W one that nobody takes',
    settings: { liars: ['unsigned-acknowledgement'], statistics: 'aggregate', disputed: 0.5 },
    edits: [
      {
        file: 'protocol/awaiting.ts',
        find: "    if (!authentic(this.context, bank, acknowledgementStatement(said), said.signature))\n      return 'acknowledgement-unsigned';\n",
        replace: '    void [authentic, acknowledgementStatement];\n',
      },
    ],
    rings: /^termination: .*views/,
  }),
  epochs({
    name: 'acknowledged-at-once',
    does: 'acknowledges a draft with the slices that it has when it hears of it, and waits for no others',
    breaks: 'inclusion: versions that only such a bank holds are not opened',
    settings: { liars: ['staggering-leader'], disputed: 0.5 },
    edits: [
      {
        file: 'protocol/acknowledging.ts',
        find: 'ACKNOWLEDGE_TIMER + index, 2 * ',
        replace: 'ACKNOWLEDGE_TIMER + index, 0 * ',
      },
    ],
    rings: /^inclusion: .*was not given a version/,
  }),
  epochs({
    name: 'symbols-unchecked',
    does: 'attests a thin draft whatever symbols it carries, by which a bank that it leaves out sizes its amendment',
    breaks: leftOut,
    settings: { liars: ['misleading-leader'], leads: true, records: 1800, divergence: 0.6 },
    edits: [
      {
        file: 'protocol/following.ts',
        find: "  if (thin && !equalBytes(inclusion.symbolsOf(root, read), draft.symbols)) return 'symbols-wrong';\n",
        replace: '',
      },
    ],
  }),
];
