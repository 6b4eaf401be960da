import type { StatisticsMode } from '../protocol/manifest.js';
import type { BankReport, BankState, SuspicionReport } from '../sim/report.js';

/** What a bank's state means, as a sentence for a reader who knows nothing of the protocol. */
export const STATE_MEANING: Readonly<Record<BankState, string>> = {
  agreed: 'sealed the common result',
  divergent: 'its data or its result differs from what was sealed',
  behind: 'was heard of, but does not hold the sealed data yet',
  silent: 'was not heard of',
  faulty: 'proven to have broken the protocol',
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

/** A suspicion as a sentence that does not sound like proof. */
export function suspicionInWords({ bank, reason, by }: SuspicionReport): string {
  return `${bank}: ${reason}, say ${by.join(', ')}; this is no proof`;
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
