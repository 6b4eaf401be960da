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
        find: '    suite.vrf.verify(vrf, openInput(manifest, { seed }, slot.view), body.subarray(32, 112)) === null ||\n',
        replace:
          '    suite.vrf.verify(vrf, openInput(manifest, { seed: new Uint8Array(seed.length) }, slot.view), body.subarray(32, 112)) === null ||\n',
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
  epochs({
    name: 'epochs-in-conflict',
    does: 'takes statements of two epochs for a contradiction',
    breaks: 'integrity: an honest bank is accused',
    settings: { liars: ['slander-by-places'], epochs: 2 },
    edits: [
      {
        file: 'protocol/evidence.ts',
        find: 'a.type !== b.type || a.epoch !== b.epoch || ',
        replace: 'a.type !== b.type || ',
      },
    ],
  }),
  epochs({
    name: 'slots-in-conflict',
    does: 'takes statements of two slots for a contradiction',
    breaks: 'integrity: an honest bank is accused',
    settings: { liars: ['late-thin', 'slander-by-places'] },
    edits: [
      {
        file: 'protocol/evidence.ts',
        find: '  if (a.slot && b.slot && compareSlots(a.slot, b.slot) !== 0) return false;\n',
        replace: '  void compareSlots;\n',
      },
    ],
  }),
  epochs({
    name: 'requests-in-conflict',
    does: 'takes two requests, of which a bank may sign many, for a contradiction',
    breaks: 'integrity: an honest bank is accused',
    settings: { liars: ['slander-by-requests'], divergence: 0.3, epochs: 2 },
    edits: [
      {
        file: 'protocol/evidence.ts',
        find: 'a.epoch !== b.epoch || REPEATABLE.has(a.type)) return false;',
        replace: '(a.epoch !== b.epoch && !REPEATABLE.has(a.type))) return false;',
      },
      {
        file: 'protocol/evidence.ts',
        find: "  if (!STATEMENT_TYPES.includes(evidence.first.statement.type)) refuse('not-unique');\n",
        replace: '',
      },
    ],
  }),
  epochs({
    name: 'one-statement-in-conflict',
    does: 'takes a statement that is shown twice for a contradiction',
    breaks: 'integrity: an honest bank is accused',
    settings: { liars: ['slander-by-one'] },
    edits: [
      {
        file: 'protocol/evidence.ts',
        find: '  return !equalBytes(a.body, b.body);\n',
        replace: '  return a.body.length === b.body.length;\n',
      },
    ],
  }),
  epochs({
    name: 'one-signature-of-two',
    does: 'checks one of the two signatures of a contradiction',
    breaks: 'integrity: an honest bank is accused',
    settings: { liars: ['slander-by-half'] },
    edits: [
      {
        file: 'protocol/evidence.ts',
        find: '  for (const testimony of [evidence.first, evidence.second])\n',
        replace: '  for (const testimony of [evidence.first])\n',
      },
    ],
  }),
];
