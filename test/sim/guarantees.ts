import { describe, expect, it } from 'vitest';
import { PAYMENTS } from '../../src/sim/generate.js';
import type { BankReport, BankState, Report } from '../../src/sim/report.js';
import { simulate } from './remembered.js';

/** What honest banks may see of a bank under each strategy. Only `faulty` accuses. */
const STATES: Readonly<Record<string, readonly BankState[]>> = {
  silent: ['silent'],
  // It may live long enough to seal.
  crash: ['silent', 'behind', 'agreed'],
  falsify: ['divergent'],
  collude: ['divergent'],
  equivocate: ['faulty'],
  'double-vote': ['faulty'],
  delay: ['agreed', 'behind', 'silent'],
  replay: ['agreed'],
  'lying-leader': ['agreed'],
  // Left out of the inputs, it still has the common records, and so the result; unless nobody honest heard of it.
  'garbage-sketch': ['agreed', 'behind', 'silent'],
};

/** Strategies of which a leader may leave an honest bank out of the inputs: that bank has the seal, but not the data. */
const MAY_LEAVE_OUT: ReadonlySet<string> = new Set(['crash', 'equivocate', 'delay', 'lying-leader']);

/** Enough records for a liar about 5% of them to stand out every time. */
const RECORDS = 400;

/** Everything that must hold of a run with at most f Byzantine banks, whatever they do. */
export function expectGuarantees(report: Report): void {
  expect(report.violations).toEqual([]);
  expect(report.agreement).toBe(true);
  const liars = report.perBank.filter(({ honest }) => !honest);
  expect(liars.length).toBeLessThanOrEqual(report.faults);
  const leavesOut = liars.some(({ adversary }) => MAY_LEAVE_OUT.has(adversary!));
  for (const bank of report.perBank) {
    if (bank.honest) {
      expect(bank.evidence).toEqual([]);
      expect(bank.resultRoot).toBe(report.resultRoot);
      expect(leavesOut ? ['agreed', 'behind'] : ['agreed'], bank.id).toContain(bank.state);
    } else expectState(bank);
  }
  // At most what a Byzantine leader may leave out, and never so many that liars could outweigh the honest inputs.
  const behind = report.perBank.filter(({ honest, state }) => honest && state === 'behind');
  expect(report.banks - behind.length).toBeGreaterThanOrEqual(report.quorum);
  expectAccuracy(report);
}

function expectState({ id, adversary, state, evidence }: BankReport): void {
  expect(STATES[adversary!], `${id}, ${adversary}`).toContain(state);
  expect(evidence.length, `${id}, ${adversary}`).toBe(state === 'faulty' ? 1 : 0);
  for (const { kind, verified } of evidence) {
    expect(verified).toBe(true);
    if (adversary === 'double-vote') expect(['two-prepares', 'two-commits', 'two-results']).toContain(kind);
  }
}

/** Every cell is right but those of keys that are reported as unresolved or unvouched. */
function expectAccuracy({ accuracy, truthCells, keys }: Report): void {
  const open = (keys.unresolved + keys.unvouched) * PAYMENTS.fields.length;
  expect(accuracy! * truthCells! + open).toBeGreaterThanOrEqual(truthCells! - 1e-6);
}

/** The guarantees under these adversaries, for every size with the most faults it bears. */
export function describeGuarantees(...mixes: string[]): void {
  for (const mix of mixes)
    describe(`under ${mix}`, () => {
      for (const banks of [4, 5, 6, 7, 10])
        it(`${banks} banks agree, and accuse nobody but the guilty`, async () => {
          for (const seed of [1, 2]) {
            const options = { banks, seed, records: RECORDS, adversaries: mix.split(',') };
            expectGuarantees(await simulate(options));
          }
        });
    });
}
