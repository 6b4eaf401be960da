/** What the steps of an epoch are for; the timeline has a colour for each. */
export const PHASES = {
  inputs: 'Opening and commitments',
  draft: 'Drafts',
  slices: 'Slices',
  votes: 'Votes and certificates',
  records: 'Records fetched',
  result: 'Result and seal',
  view: 'View change',
  proof: 'Notices and evidence',
} as const;

/** The name of a phase in code and in the style sheet. */
export type Phase = keyof typeof PHASES;

/** A step's phase, and in a few words what its messages are. */
export interface Step {
  readonly phase: Phase;
  readonly meaning: string;
}

/** Every message type of the protocol; a test sees to it that none is missing. */
const STEPS: Readonly<Record<string, Step>> = {
  open: { phase: 'inputs', meaning: 'the leader’s fresh key for this view’s sketches' },
  commitment: { phase: 'inputs', meaning: 'a bank’s commitment to its records, with its sketch' },
  symbols: { phase: 'inputs', meaning: 'the leader asks for a longer sketch' },
  sketch: { phase: 'inputs', meaning: 'the rest of a sketch' },
  draft: { phase: 'draft', meaning: 'who agrees with whom on which differing key' },
  forward: { phase: 'draft', meaning: 'a draft passed on to a bank that may not have it' },
  amendment: { phase: 'draft', meaning: 'a bank that was left out asks to be an input' },
  refusal: { phase: 'draft', meaning: 'why a draft is not attested' },
  acknowledgement: { phase: 'draft', meaning: 'what a bank taken in by its amendment holds under a draft' },
  want: { phase: 'draft', meaning: 'asks for a draft or a seal' },
  'draft-copy': { phase: 'draft', meaning: 'the agreed draft, for a bank that lacks it' },
  slices: { phase: 'slices', meaning: 'fragments of disputed records and key shares; they open nothing yet' },
  release: { phase: 'slices', meaning: 'slices given back, so that all disputed versions open at once' },
  missing: { phase: 'slices', meaning: 'asks for slices once more' },
  vote: { phase: 'votes', meaning: 'first-phase attestations and second-phase votes' },
  certificate: { phase: 'votes', meaning: 'one aggregate signature of a quorum' },
  proposal: { phase: 'votes', meaning: 'inputs whose banks hold different slices, put to the vote' },
  repeat: { phase: 'votes', meaning: 'a prepared value proposed again in a later view' },
  fetch: { phase: 'records', meaning: 'asks for settled records that a bank lacks' },
  records: { phase: 'records', meaning: 'raw records for a bank that lacks them' },
  compare: { phase: 'records', meaning: 'a bank that was left out asks what the others hold in common' },
  common: { phase: 'records', meaning: 'the sketch of what the inputs hold in common' },
  result: { phase: 'result', meaning: 'an executor’s vote for the root of the result' },
  seal: { phase: 'result', meaning: 'the end of the epoch, signed' },
  recall: { phase: 'result', meaning: 'a bank asks for the sealed epochs that it does not know' },
  history: { phase: 'result', meaning: 'sealed epochs for a bank that asked for them' },
  timeout: { phase: 'view', meaning: 'a bank gives up on a leader' },
  notice: { phase: 'proof', meaning: 'a proposal shown to others, to find a leader that made two' },
  testimony: { phase: 'proof', meaning: 'what a bank signed, shown to another' },
  evidence: { phase: 'proof', meaning: 'a proof that a bank broke the protocol' },
};

/** Naive broadcast has two steps of its own. */
const NAIVE: Readonly<Record<string, Step>> = {
  digest: { phase: 'result', meaning: 'the digest of the union that a bank computed' },
  records: { phase: 'records', meaning: 'a bank’s whole data set' },
};

/** What is known of a step of this protocol; of bytes that are no message, that they are none. */
export function stepOf(name: string, protocol = 'concordat'): Step {
  const known = protocol === 'naive' ? NAIVE : STEPS;
  return Object.hasOwn(known, name)
    ? known[name]!
    : { phase: 'proof', meaning: 'bytes that are no message of the protocol' };
}
