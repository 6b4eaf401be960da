import type { LogEntry } from '../../src/protocol/journal.js';
import type { Call } from './call.js';

/** What is watched. */
export type Property = 'agreement' | 'contents';

/**
 * One rule taken away. The rules themselves stay as they are: they are shown a log in which the entries are missing that
 * the rule looks at, or asked as if the rule were satisfied.
 */
export interface Removal {
  /** Names the file of its trace. */
  readonly name: string;
  /** The rule. */
  readonly rule: string;
  readonly property: Property;
  /** Bounds in which it shows, or, of one that is never missed alone, was looked for. */
  readonly views: number;
  readonly slots: number;
  /** Whether the others make up for it. */
  readonly redundant?: true;
  /** Entries of the bank's own log that the rules do not see when asked this. */
  overlooks?(entry: LogEntry, call: Call): boolean;
  /** How the rules are asked instead. */
  asks?(call: Call): Call;
  /** What is not written to the log. */
  loses?(entry: LogEntry, call: Call): boolean;
  /** It shows only when a bank learns of a certificate before a vote. */
  readonly learnt?: true;
  /** How every run begins that is looked for, by bank: as there are too many others. */
  readonly opening?: readonly { readonly bank: number; readonly call: Call }[];
  /** The journal remembers nothing. */
  readonly unjournalled?: true;
  /** Certificates are believed that were never made. */
  readonly uncertified?: true;
  /** A quorum is one bank fewer. */
  readonly smallerQuorums?: true;
  /** A timeout certificate may show any certificate, or none, whatever its signers report. */
  readonly anyReport?: true;
  /** A draft of fewer inputs than a quorum counts as attested when all of them, liars, say so. */
  readonly fewInputs?: true;
}

const isVote = (entry: LogEntry): boolean =>
  entry.type === 'signed' && (entry.statement.type === 'prepare' || entry.statement.type === 'commit');
const isTimeout = (entry: LogEntry): boolean => entry.type === 'signed' && entry.statement.type === 'timeout';
const isLock = (entry: LogEntry): entry is LogEntry & { type: 'locked' } => entry.type === 'locked';

const agreement = (
  name: string,
  rule: string,
  [views, slots]: readonly [number, number],
  rest: Partial<Removal>,
): Removal => ({ name, rule, property: 'agreement', views, slots, ...rest });

const first = { view: 0, index: 0 };
const firstPhase: Call = { act: 'prepare', slot: first, value: 0, ended: null, vouched: 'by all inputs' };
const secondPhase: Call = { act: 'commit', slot: first, value: 0 };
const decisionOfA = [firstPhase, secondPhase].flatMap((call) => [0, 1].map((bank) => ({ bank, call })));

/** The rules of agreement, each taken away alone. */
export const REMOVALS: readonly Removal[] = [
  agreement('first-phase-above', 'a first-phase vote only in a slot above everything signed', [1, 2], {
    overlooks: (entry, call) => call.act === 'prepare' && isVote(entry),
    redundant: true,
  }),
  agreement('one-a-place', 'the journal: one statement for each phase and slot', [1, 2], {
    unjournalled: true,
    redundant: true,
  }),
  agreement(
    'one-a-place-and-above',
    'a first-phase vote only above everything signed, and the journal',
    [1, 1],
    {
      overlooks: (entry, call) => call.act === 'prepare' && isVote(entry),
      unjournalled: true,
    },
  ),
  agreement('against-lock', 'no first-phase vote against a certificate held of the same view', [1, 2], {
    overlooks: (entry, call) =>
      call.act === 'prepare' && isLock(entry) && entry.certificate.slot.view === call.slot.view,
  }),
  agreement('below-lock', 'no first-phase vote in a view below that of a certificate held', [2, 2], {
    learnt: true,
    opening: decisionOfA,
    overlooks: (entry, call) =>
      call.act === 'prepare' && isLock(entry) && entry.certificate.slot.view > call.slot.view,
  }),
  agreement('first-phase-after-timeout', 'no first-phase vote in a view given up', [2, 1], {
    overlooks: (entry, call) => call.act === 'prepare' && isTimeout(entry),
    redundant: true,
  }),
  agreement('unjustified', 'a view above 0 only with the timeout certificate of the view before', [2, 1], {
    asks: (call) =>
      call.act === 'prepare' && call.slot.view > 0 && !call.ended
        ? { ...call, ended: { view: call.slot.view - 1, value: null } }
        : call,
  }),
  agreement('older-justification', 'a timeout certificate of the view before, of no earlier one', [3, 1], {
    asks: (call) =>
      call.act === 'prepare' && call.ended
        ? { ...call, ended: { ...call.ended, view: call.slot.view - 1 } }
        : call,
  }),
  agreement('against-justification', 'only the value that the timeout certificate names', [2, 1], {
    asks: (call) =>
      call.act === 'prepare' && call.ended ? { ...call, ended: { ...call.ended, value: null } } : call,
  }),
  agreement('uncertified', 'a second-phase vote only with a prepare certificate', [1, 2], {
    uncertified: true,
  }),
  agreement('second-phase-below', 'no second-phase vote below a slot in which anything was signed', [1, 2], {
    overlooks: (entry, call) => call.act === 'commit' && isVote(entry),
  }),
  agreement('second-phase-after-timeout', 'no second-phase vote in a view given up', [2, 1], {
    overlooks: (entry, call) => call.act === 'commit' && isTimeout(entry),
  }),
  agreement('second-phase-locks', 'a second-phase vote takes the certificate as lock', [1, 2], {
    loses: (entry, call) => call.act === 'commit' && isLock(entry),
  }),
  agreement('lock-only-upwards', 'a lock only moves up', [1, 3], {
    learnt: true,
    overlooks: (entry, call) => call.act === 'hold' && isLock(entry),
  }),
  agreement('timeout-reports', 'a timeout reports the lock', [2, 1], {
    overlooks: (entry, call) => call.act === 'timeout' && isLock(entry),
  }),
  agreement('highest-report', 'a timeout certificate shows the highest certificate reported', [2, 1], {
    anyReport: true,
  }),
  agreement('quorum', 'a quorum is ⌈(n + f + 1)/2⌉, not one fewer', [1, 1], { smallerQuorums: true }),
  {
    name: 'unattested',
    rule: 'without electorate only for what all inputs attested, or the timeout certificate names',
    property: 'contents',
    views: 1,
    slots: 1,
    asks: (call) =>
      call.act === 'prepare' && call.vouched === 'no' ? { ...call, vouched: 'by all inputs' } : call,
  },
  {
    name: 'few-inputs',
    rule: 'the inputs that attested are a quorum at least',
    property: 'contents',
    views: 1,
    slots: 1,
    fewInputs: true,
  },
];
