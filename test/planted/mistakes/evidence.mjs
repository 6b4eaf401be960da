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
        file: 'protocol/accusations.ts',
        find: '    verifyEvidence(manifest, evidence, suite);\n',
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
  epochs({
    name: 'proof-judged-by-another-seed',
    does: 'judges the VRF proof of an Open by another seed than the one that is signed with it',
    breaks: 'integrity: an honest leader is accused',
    settings: { liars: ['slander-by-proof'] },
    edits: [
      {
        file: 'protocol/proof-evidence.ts',
        find: '    const input = openInput(manifest, { seed }, slot.view);\n',
        replace: '    const input = openInput(manifest, { seed: new Uint8Array(seed.length) }, slot.view);\n',
      },
    ],
  }),
  epochs({
    name: 'second-commitment-accepted',
    does: 'takes a second Commitment of a bank for as good as the first, and remembers neither',
    breaks: 'accountability: a liar commits to other data in every view, and nobody accuses it',
    settings: { liars: ['recommitting'] },
    edits: [
      {
        file: 'protocol/leading.ts',
        find: '    this.context.observe(from, commitmentStatement(commitment), commitment.signature, true);\n',
        replace: '    void commitmentStatement;\n',
      },
      {
        file: 'protocol/inclusion.ts',
        find: '    this.context.observe(bank, commitmentStatement(commitment), commitment.signature, true);\n',
        replace: '    void commitmentStatement;\n',
      },
      {
        file: 'protocol/following.ts',
        find: '    context.observe(input.bank, commitmentStatement(input), input.signature, true);\n',
        replace: '',
      },
    ],
    rings: /^accountability: .*two Commitments/,
  }),
];
