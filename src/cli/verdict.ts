import type { BankReport, BankState } from '../sim/report.js';

/** What a bank's state means, as a sentence for a reader who knows nothing of the protocol. */
export const STATE_MEANING: Readonly<Record<BankState, string>> = {
  agreed: 'sealed the common result',
  divergent: 'its data or its result differs from what was sealed',
  behind: 'was heard of, but does not hold the sealed data yet',
  silent: 'was not heard of',
  faulty: 'proven to have broken the protocol',
};

/** What somebody has signed twice, by the word in the evidence's kind. */
const SIGNED: Readonly<Record<string, string>> = {
  open: 'Opens in one view',
  commitment: 'Commitments in one epoch',
  sketch: 'sketches in one view',
  proposal: 'Proposals in one slot',
  prepare: 'first-phase votes in one slot',
  commit: 'second-phase votes in one slot',
  timeout: 'timeouts for one view',
  result: 'results for one epoch',
};

/** A kind of evidence in words: `two-prepares` is "signed two different first-phase votes in one slot". */
export function evidenceInWords(kind: string): string {
  const statement = /^two-(.+)s$/.exec(kind)?.[1];
  const signed = statement === undefined ? undefined : SIGNED[statement];
  return signed === undefined ? kind.replaceAll('-', ' ') : `signed two different ${signed}`;
}

/** All that is known against a bank, in words, empty when nothing is. */
export function evidenceOf(bank: BankReport): string {
  return bank.evidence
    .map(({ kind, verified }) => `${evidenceInWords(kind)}${verified ? '' : ' (not verified)'}`)
    .join('; ');
}
