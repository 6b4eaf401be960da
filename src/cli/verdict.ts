import type { StatisticsMode } from '../protocol/manifest.js';
import type {
  BankReport,
  BankState,
  DifferenceReport,
  Report,
  StatisticsReport,
  SuspicionReport,
} from '../sim/report.js';
import { counted, grouped } from './amount.js';

/** What a bank's state means, as a sentence for a reader who knows nothing of the protocol. */
export const STATE_MEANING: Readonly<Record<BankState, string>> = {
  agreed: 'sealed the common result',
  divergent: 'its records lost on unusually many settled keys, or it computed another result than was sealed',
  behind: 'was heard of, but does not hold the sealed data yet',
  silent: 'was not heard of',
  faulty: 'proven to have broken the protocol',
};

/** A bank's state as one character. */
export const STATE_MARK: Readonly<Record<BankState, string>> = {
  agreed: '✔',
  divergent: '≠',
  behind: '…',
  silent: '·',
  faulty: '✘',
};

/** What somebody has signed two of, by the evidence's kind. */
const SIGNED: Readonly<Record<string, string>> = {
  'two-opens': 'Opens in one view',
  'two-commitments': 'Commitments in one epoch',
  'two-sketches': 'sketches in one view',
  'two-amendments': 'amendments in one view',
  'two-acknowledgements': 'acknowledgements in one slot',
  'two-proposals': 'Proposals in one slot',
  'two-slices': 'sets of slices in one slot',
  'two-prepares': 'first-phase votes in one slot',
  'two-commits': 'second-phase votes in one slot',
  'two-timeouts': 'timeouts for one view',
  'two-results': 'results for one epoch',
  'two-successions': 'successors of one manifest',
};

/** Faults of a dealer, by the evidence's kind. */
const FAULTS: Readonly<Record<string, string>> = {
  'bad-proof': 'signed a VRF proof that does not hold',
  'bad-shares': 'dealt shares that do not fit what it committed to',
  'bad-slices': 'dealt slices that do not open to what it committed to',
  'false-attestation': 'attested records that its own opened records contradict',
};

/** What becomes of column statistics, by mode. */
export const STATISTICS_IN_WORDS: Readonly<Record<StatisticsMode, string>> = {
  none: 'not opened',
  aggregate: 'opened in sum only',
  open: 'opened bank by bank',
};

/** How many banks there are and how many of them may lie. */
export function toleranceInWords(banks: number, faults: number): string {
  const all = counted(banks, 'bank');
  return faults === 0
    ? `${all}, none of which may lie: all are trusted`
    : `${all}, of which ${faults} may lie`;
}

/** Banks that an adversary controls and that are more than the run is to bear, as a sentence; null for no more. */
export function excessInWords({ perBank, faults }: Pick<Report, 'perBank' | 'faults'>): string | null {
  const liars = perBank.filter(({ adversary }) => adversary !== null).length;
  return liars > faults
    ? `${counted(liars, 'bank lies', 'banks lie')} and ${faults === 0 ? 'none' : faults} may, so nothing was promised`
    : null;
}

/** A bank whose statistics are unusual, as a sentence. */
export function outlierInWords({ bank, field, figure }: StatisticsReport['outliers'][number]): string {
  return `${bank}: its ${figure} of ${field} lies far from the others’`;
}

/** A suspicion as a sentence that does not sound like proof. */
export function suspicionInWords({ bank, reason, by }: SuspicionReport): string {
  return `${bank}: ${reason}, say ${by.join(', ')}; this is no proof`;
}

/** A bank that differs too much, as a sentence that says what to do. */
export function differenceInWords({ bank, from, keys, limit }: DifferenceReport): string {
  return (
    `${bank}: its records differ from those of ${from.join(', ')} on ${counted(keys, 'key')} or more, where ` +
    `${grouped(limit)} may: they could not be compared. Look whether its file is another one, or writes a whole column ` +
    'otherwise; if not, the consortium has to raise `maxDifferences`'
  );
}

/** A kind of evidence in words: `two-prepares` is "signed two different first-phase votes in one slot". */
export function evidenceInWords(kind: string): string {
  const signed = SIGNED[kind];
  if (signed !== undefined) return `signed two different ${signed}`;
  return FAULTS[kind] ?? kind.replaceAll('-', ' ');
}

/** All that is known against a bank, in words, empty when nothing is. */
export function evidenceOf(bank: BankReport): string {
  return bank.evidence
    .map(({ kind, verified }) => `${evidenceInWords(kind)}${verified ? '' : ' (not verified)'}`)
    .join('; ');
}
