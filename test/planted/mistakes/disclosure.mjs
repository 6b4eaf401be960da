/** Mistakes in what leaves a bank, and when. */
const epochs = (mistake) => ({ campaign: 'epochs', settings: {}, rings: /^confidentiality:/, ...mistake });

export const disclosure = [
  epochs({
    name: 'release-before-commit',
    does: 'gives back the slices that it holds when a value is prepared, not when it is decided',
    breaks: 'confidentiality: versions are open though their draft may never be agreed',
    settings: { disputed: 0.5 },
    edits: [
      {
        file: 'protocol/epoch.ts',
        find: '    const digest = this.#drafts.digestOf(certificate.value);\n',
        replace: `    const prepared = this.#drafts.get(certificate.value);
    if (prepared) this.#closing.begin(certificate, prepared, this.#slices);
    const digest = this.#drafts.digestOf(certificate.value);
`,
      },
    ],
  }),
  epochs({
    name: 'symbols-for-the-asking',
    does: 'shows a leader as many symbols of its sketch as any difference may take, however little the two differ',
    breaks: 'confidentiality: a leader reads the id and the digest of every record',
    settings: {
      records: 60,
      disputed: 0,
      sketchSymbols: 8,
      byzantine: [{ bank: 0, strategies: ['greedy-leader'], trigger: { kind: 'always' } }],
      firstLeader: 0,
    },
    edits: [
      { file: 'protocol/showing.ts', find: 'if (decoder.complete)', replace: 'if (decoder.received < 0)' },
      {
        file: 'protocol/showing.ts',
        find: 'const count = furtherSymbols(differenceSeen(decoder), differenceLimit(manifest));',
        replace:
          'const count = furtherSymbols({ ...differenceSeen(decoder), estimate: 2000 }, differenceLimit(manifest));',
      },
    ],
  }),
  epochs({
    name: 'slices-of-others',
    does: 'sends every bank the slice of the one after it',
    breaks: 'confidentiality: banks get slices that are not theirs',
    settings: { disputed: 0.5 },
    edits: [
      {
        file: 'protocol/slice-store.ts',
        find: 'for (const [receiver, parcel] of parcels.entries()) {',
        replace:
          'for (const [receiver] of parcels.entries()) {\n      const parcel = parcels[(receiver + 1) % parcels.length]!;',
      },
    ],
  }),
  epochs({
    name: 'quota-ignored',
    does: 'opens rows beyond the quota of forced disclosures',
    breaks: 'confidentiality: liars have a bank open its book',
    settings: { disputed: 0.5, quota: 2 },
    edits: [
      {
        file: 'data/disclosure.ts',
        find: 'if (charged.some((bank) => disclosed[bank]! >= rule.quota)) {',
        replace: 'if (charged.length < 0) {',
      },
    ],
  }),
  epochs({
    name: 'quota-one-too-many',
    does: 'opens one record more than the quota of a bank',
    breaks: 'confidentiality: liars have a bank open more than it allows',
    settings: { disputed: 0.5, quota: 2 },
    edits: [
      {
        file: 'data/disclosure.ts',
        find: 'if (charged.some((bank) => disclosed[bank]! >= rule.quota)) {',
        replace: 'if (charged.some((bank) => disclosed[bank]! > rule.quota)) {',
      },
    ],
  }),
  epochs({
    name: 'too-many-dealers',
    does: 'has f + 2 holders of a disputed version open it',
    breaks: 'confidentiality: a bank opens a record that nobody may demand',
    settings: { banks: 7, disputed: 0.5 },
    edits: [
      {
        file: 'data/disclosure.ts',
        find: 'if (dealers && dealers.length <= faults) dealers.push(input);',
        replace: 'if (dealers && dealers.length <= faults + 1) dealers.push(input);',
      },
    ],
  }),
  epochs({
    name: 'records-without-entitlement',
    does: 'serves the winner of a settled row to any bank that asks, also to one that is listed with it',
    breaks: 'confidentiality: a record goes to a bank that the table says holds it',
    settings: { liars: ['greedy'], divergence: 0.3 },
    edits: [
      {
        file: 'protocol/settlement.ts',
        find: '    if (!entry || (row && (this.#holders(row).includes(from) || !this.#holders(row).includes(self))))\n      return null;\n',
        replace: '    void self;\n    if (!entry) return null;\n',
      },
    ],
  }),
  epochs({
    name: 'common-records-to-inputs',
    does: 'serves any record on which the inputs agree to any bank, also to an input',
    breaks: 'confidentiality: a record goes to a bank that has committed to holding it',
    settings: { liars: ['greedy'] },
    edits: [
      {
        file: 'protocol/settlement.ts',
        find: '    if (this.read.draft.header.inputs.includes(from)) return undefined;\n',
        replace: '    void from;\n',
      },
    ],
  }),
  epochs({
    name: 'closed-rows-served',
    does: 'serves and asks for the winners of settled rows that the quota closed',
    breaks: 'confidentiality: liars have a bank hand out more than it allows',
    settings: { liars: ['forgetful'], disputed: 0, divergence: 0.5, quota: 0, absence: 'abstain' },
    edits: [
      {
        file: 'protocol/settlement.ts',
        find: '      if (!digest || read.plan.beyondQuota.has(row)) continue;\n',
        replace: '      if (!digest) continue;\n',
      },
      {
        file: 'protocol/settlement.ts',
        find: '    if (row && this.read.plan.beyondQuota.has(row)) return null;\n',
        replace: '',
      },
    ],
  }),
];
