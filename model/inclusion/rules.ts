/**
 * The rules by which one honest bank answers for itself and another waits for the answer, each of them a choice. Times are
 * multiples of Δ.
 */
export interface Rules {
  /** How far apart they begin an epoch, at most: strictly less than this. Not a rule: what the hosts see to. */
  readonly beginWithin: number;
  /** Whoever takes a thin draft shows it to the banks that it leaves out; and any draft to those that it takes in. */
  readonly shows: boolean;
  /** How long it waits for their amendments. */
  readonly waitForAmendment: number;
  /** Whether an amendment keeps it from attesting. */
  readonly refuses: boolean;
  /** To whom a bank that is left out says so: whoever shows it the draft, or everybody, once. */
  readonly amends: 'to who asks' | 'to all, once';
  /** Whether it answers whatever it knows or has given up, or only in the highest slot of a view that it is still in. */
  readonly answers: 'always' | 'while it may vote';
  /** How long a vote for W waits for the acknowledgement of a bank that the draft takes in. */
  readonly waitForAcknowledgement: number;
  /** How long that bank waits for slices at most. */
  readonly waitForSlices: number;
  /** Whether it acknowledges again to who shows it a draft that it has acknowledged. */
  readonly acknowledgesAgain: boolean;
  /** Which of the drafts shown to a bank before it began it looks at then. */
  readonly keepsEarly: 'none' | 'the last' | 'the highest';
}

/** Rules that leave nothing to be found. */
export const RULES: Rules = {
  beginWithin: 1,
  shows: true,
  waitForAmendment: 2,
  refuses: true,
  amends: 'to who asks',
  answers: 'always',
  waitForAcknowledgement: 4,
  waitForSlices: 2,
  acknowledgesAgain: true,
  keepsEarly: 'the highest',
};

/** How the two banks come to be in the view. */
export type Beginning =
  /** The first view: each begins by itself, one less than {@link Rules.beginWithin} after the other. */
  | 'by itself'
  /** A later view: whoever is shown a draft is brought there by the certificate with it. */
  | 'brought in';

/** One rule changed, and where that shows. */
export interface Change {
  readonly name: string;
  readonly rule: string;
  readonly beginning: Beginning;
  readonly rules: Partial<Rules>;
}

export const CHANGES: readonly Change[] = [
  {
    name: 'begin-within',
    rule: 'banks begin an epoch less than Δ apart, not less than 2 Δ',
    beginning: 'by itself',
    rules: { beginWithin: 2 },
  },
  {
    name: 'show',
    rule: 'a thin draft is shown to the banks that it leaves out',
    beginning: 'brought in',
    rules: { shows: false },
  },
  {
    name: 'wait-for-amendment',
    rule: 'an amendment is waited for 2 Δ, not Δ',
    beginning: 'brought in',
    rules: { waitForAmendment: 1 },
  },
  {
    name: 'refuse',
    rule: 'whoever holds an amendment does not attest',
    beginning: 'brought in',
    rules: { refuses: false },
  },
  {
    name: 'amend-to-who-asks',
    rule: 'an amendment goes to whoever shows the draft, not to all once',
    beginning: 'brought in',
    rules: { amends: 'to all, once' },
  },
  {
    name: 'answer-always',
    rule: 'a bank answers also below the highest slot that it knows, and when it has given up the view',
    beginning: 'brought in',
    rules: { answers: 'while it may vote' },
  },
  {
    name: 'wait-for-acknowledgement',
    rule: 'an acknowledgement is waited for 4 Δ, not 3 Δ',
    beginning: 'brought in',
    rules: { waitForAcknowledgement: 3 },
  },
  {
    name: 'acknowledge-again',
    rule: 'a bank that is shown again what it has acknowledged says so again',
    beginning: 'brought in',
    rules: { acknowledgesAgain: false },
  },
  {
    name: 'keep-early',
    rule: 'a draft shown to a bank that has not begun is kept for it',
    beginning: 'by itself',
    rules: { keepsEarly: 'none' },
  },
  {
    name: 'keep-highest-early',
    rule: 'of several such drafts from one bank the highest is kept, not the last',
    beginning: 'by itself',
    rules: { keepsEarly: 'the last' },
  },
];
