/** Mistakes in proofs of fault: an honest bank must never be accused. */
const epochs = (mistake) => ({
  campaign: 'epochs',
  settings: {},
  rings: /^integrity: .*accuses honest/,
  ...mistake,
});

export const evidence = [
  epochs({
    name: 'evidence-unverified',
    does: 'believes an accusation without checking its proof',
    breaks: 'integrity: a liar has an honest bank accused',
    settings: { liars: ['slander'] },
    edits: [
      {
        file: 'protocol/bank.ts',
        find: '    verifyEvidence(this.options.manifest, evidence, this.options.suite);\n',
        replace: '    void verifyEvidence;\n',
      },
    ],
  }),
  epochs({
    name: 'accusation-by-foreign-commitment',
    does: 'judges a header beside a Commitment that nobody signed',
    breaks: 'integrity: an honest dealer is accused',
    settings: { liars: ['slander-by-slices'], statistics: 'aggregate', disputed: 0 },
    edits: [
      {
        file: 'protocol/slice-evidence.ts',
        find: "  if (!verifyCommitment(manifest, suite, commitment)) return 'signature';\n",
        replace: '  void verifyCommitment;\n',
      },
    ],
  }),
];
