/** Mistakes in the rules of agreement: found by running the engine alone, under twins, liars, crashes and partitions. */
const engine = (mistake) => ({ campaign: 'engine', settings: {}, ...mistake });

export const agreement = [
  engine({
    name: 'vote-before-persist',
    settings: { harsh: true, crashes: 12 },
    does: 'sends what it signed, and writes it into the log only in its next step',
    breaks: 'integrity: an honest bank contradicts itself after a crash',
    edits: [
      {
        file: 'protocol/outbox.ts',
        find: '  #persist: Uint8Array[] = [];\n',
        replace: '  #persist: Uint8Array[] = [];\n  #before: Uint8Array[] = [];\n',
      },
      {
        file: 'protocol/outbox.ts',
        find: '    const effects = { persist: this.#persist, send',
        replace: '    const effects = { persist: this.#before, send',
      },
      {
        file: 'protocol/outbox.ts',
        find: '    this.#persist = [];\n',
        replace: '    this.#before = this.#persist;\n    this.#persist = [];\n',
      },
    ],
    rings: /^integrity: .*contradicts itself/,
  }),
  engine({
    name: 'vote-not-persisted',
    does: 'signs without writing into the log what it signed',
    breaks: 'integrity: an honest bank contradicts itself after a crash',
    edits: [
      {
        file: 'protocol/journal.ts',
        find: `      this.options.outbox.persist(encode(this.#codec, { type: 'signed', statement }));
      this.#keep(statement);`,
        replace: '      this.#keep(statement);',
      },
    ],
    rings: /^integrity: .*contradicts itself/,
  }),
  engine({
    name: 'log-not-restored',
    does: 'forgets after a restart what it voted for, and so may sign something else in its place',
    breaks: 'integrity: an honest bank contradicts itself after a crash',
    edits: [
      {
        file: 'protocol/journal.ts',
        find: "    if (entry.type === 'signed') this.#keep(entry.statement);\n",
        replace: '',
      },
    ],
    rings: /^integrity:/,
  }),
  engine({
    name: 'lock-not-persisted',
    settings: { harsh: true, crashes: 12 },
    does: 'holds a lock in memory only',
    breaks: 'agreement: a bank that restarts votes against what it helped to decide',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: "    this.journal.write({ type: 'locked', certificate });\n",
        replace: '',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'lock-bypassed',
    does: 'votes against a prepare certificate that it holds from the same view',
    breaks: 'agreement: a later slot prepares another value than the decided one',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: "    if (this.#lock?.slot.view === slot.view && !equalBytes(this.#lock.value, value)) return 'against-lock';\n",
        replace: '',
      },
    ],
    rings: /^agreement: .*decided otherwise/,
  }),
  engine({
    name: 'justification-bypassed',
    settings: { isolated: true },
    does: 'votes for any value, whatever the timeout certificate of the view before says must be repeated',
    breaks: 'agreement: a later view decides another value',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: "    if (required && !equalBytes(required.value, value)) return 'against-justification';\n",
        replace: '',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'quorum-of-2f',
    does: 'takes 2f votes for a quorum',
    breaks: 'agreement: two quorums share no honest bank',
    edits: [
      {
        file: 'protocol/quorum.ts',
        find: '  return Math.ceil((banks + faults + 1) / 2);',
        replace: '  return Math.max(1, 2 * faults);',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'quorum-of-half',
    does: 'takes half of the banks for a quorum',
    breaks: 'agreement: two quorums share no honest bank',
    edits: [
      {
        file: 'protocol/quorum.ts',
        find: '  return Math.ceil((banks + faults + 1) / 2);',
        replace: '  return Math.ceil(banks / 2);',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'first-phase-after-later-slot',
    does: 'signs a first-phase vote in a slot below one that it has signed in',
    breaks: 'agreement: that later slots are bound by what earlier ones prepared',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: "    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) <= 0) return 'slot-passed';\n",
        replace: '',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'second-phase-after-later-slot',
    does: 'signs a second-phase vote in a slot below one that it has signed in',
    breaks: 'agreement: two slots of a view decide different values',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: "    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) < 0) return 'slot-passed';\n",
        replace: '',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'votes-after-timeout',
    does: 'votes in a view that it has given up on',
    breaks: 'agreement: a value is decided that no timeout reported',
    edits: [
      {
        file: 'protocol/agreement.ts',
        find: 'if (certificate.slot.view !== this.#view || safety.abandoned >= this.#view) {',
        replace: 'if (certificate.slot.view !== this.#view) {',
      },
      {
        file: 'protocol/safety.ts',
        find: "    if (slot.view <= this.#abandoned) return 'view-abandoned';\n    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) <= 0) return 'slot-passed';\n",
        replace:
          "    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) <= 0) return 'slot-passed';\n",
      },
      {
        file: 'protocol/safety.ts',
        find: "    if (slot.view <= this.#abandoned) return 'view-abandoned';\n    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) < 0) return 'slot-passed';\n",
        replace:
          "    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) < 0) return 'slot-passed';\n",
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'timeout-reports-nothing',
    does: 'gives up on a view without reporting its lock',
    breaks: 'agreement: the next leader is free to propose another value than the decided one',
    edits: [
      {
        file: 'protocol/safety.ts',
        find: 'timeoutStatement(this.epoch, view, this.#lock?.slot ?? null);',
        replace: 'timeoutStatement(this.epoch, view, null);',
      },
      {
        file: 'protocol/safety.ts',
        find: '    this.#abandoned = view;\n    this.#reported = this.#lock;',
        replace: '    this.#abandoned = view;\n    this.#reported = null;',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'highest-certificate-ignored',
    settings: { isolated: true },
    does: 'takes a timeout certificate that shows another certificate than the highest of those it reports, or none',
    breaks: 'agreement: a leader hides that a value may have been decided',
    edits: [
      {
        file: 'protocol/certificate.ts',
        find: '  if ((highest === null) !== (proof.certificate === null)) return false;\n',
        replace: '',
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'certificate-of-another-view',
    does: 'casts second-phase votes on certificates of views that it has left',
    breaks: 'agreement: a value is decided that no later view repeats',
    edits: [
      {
        file: 'protocol/agreement.ts',
        find: 'if (certificate.slot.view !== this.#view || safety.abandoned >= this.#view) {',
        replace: 'if (certificate.slot.view > this.#view) {',
      },
      {
        file: 'protocol/safety.ts',
        find: "    if (prepared.phase !== 'prepare' || prepared.epoch !== this.epoch) return 'not-prepared';\n    if (slot.view <= this.#abandoned) return 'view-abandoned';\n    if (this.#highestSigned && compareSlots(slot, this.#highestSigned) < 0) return 'slot-passed';\n",
        replace:
          "    if (prepared.phase !== 'prepare' || prepared.epoch !== this.epoch) return 'not-prepared';\n",
      },
    ],
    rings: /^agreement:/,
  }),
  engine({
    name: 'timeout-said-once',
    does: 'says only once that it gave up on a view',
    breaks: 'termination: a lost timeout, or one told to a bank that restarts, keeps the others in the view',
    edits: [
      {
        file: 'protocol/agreement.ts',
        find: '    else if (id === REPEAT_TIMER) this.#repeatTimeout();\n',
        replace: '',
      },
    ],
    rings: /^termination:/,
  }),
  engine({
    name: 'lower-timeout-kept',
    does: 'keeps of each bank the timeout of the lowest view',
    breaks: 'termination: nobody is let into a view after the second',
    edits: [
      {
        file: 'protocol/pacemaker.ts',
        find: 'earlier.view < timeout.view',
        replace: 'earlier.view > timeout.view',
      },
    ],
    rings: /^termination:/,
  }),
  {
    name: 'second-justification-ignored',
    campaign: 'epochs',
    settings: { liars: ['late-certificate'] },
    does: 'holds a leader to the proof that the view before is over which it has itself, whatever proof the leader shows',
    breaks: 'termination: banks with two such proofs vote for nothing that their leader can propose',
    edits: [
      {
        file: 'protocol/agreement.ts',
        find: '      this.#justification = proof;\n      if (proof.certificate) this.#learn(proof.certificate);\n',
        replace: '      if (proof.certificate) this.#learn(proof.certificate);\n',
      },
    ],
    rings: /^termination: .*views/,
  },
];
