import { describe, expect, it } from 'vitest';
import { evidenceName, verifyEvidence } from '../../src/protocol/evidence.js';
import { bankStates } from '../../src/sim/bank-state.js';
import type { BankState } from '../../src/sim/report.js';
import { PROVABLE, sealedBy } from './guarantees-facts.js';
import { type Cell, type Liar, nameOf, runCell, type Seen, suite } from './guarantees-run.js';

/** What honest banks may see of a bank that is not proven faulty; `agreed`, where nothing stands here. */
const STATES: Readonly<Record<string, readonly BankState[]>> = {
  silent: ['silent'],
  crash: ['silent', 'behind', 'agreed'],
  falsify: ['divergent', 'agreed'],
  collude: ['divergent', 'agreed'],
  'false-attestation': ['divergent', 'agreed'],
  'feigned-lack': ['divergent', 'agreed', 'behind'],
  delay: ['agreed', 'behind', 'silent'],
  // It may not get to hear what its own core would have to know.
  copycat: ['agreed', 'behind', 'silent'],
  'garbage-sketch': ['agreed', 'behind', 'silent'],
  'withhold-slices': ['agreed', 'behind'],
  // What its core holds of its own slices is not what it dealt.
  'corrupt-slices': ['agreed', 'behind'],
  'split-slices': ['agreed', 'behind'],
  'forge-stats': ['agreed', 'behind'],
};

/** Everything that must hold of a run with at most f liars, whatever they do. */
export function expectGuarantees(seen: Seen): void {
  const { record, honest, faults, manifest, liars } = seen;
  expect(seen.violations).toEqual([]);
  expect(record.complete).toBe(true);
  expect(liars).toHaveLength(faults);
  const { inputs } = sealedBy(seen);
  const root = record.roots[honest[0]!];
  for (const bank of honest) {
    expect(record.roots[bank]).toBe(root);
    expect(record.sealed[bank]!.outcome).not.toBeNull();
    expect(inputs.includes(bank) || inputs.length > 2 * faults + 1).toBe(true);
  }
  for (const evidence of seen.evidence) {
    expect(honest).not.toContain(evidence.accused);
    expect(() => verifyEvidence(manifest, evidence, suite)).not.toThrow();
  }
  const proven = new Set(seen.evidence.map(({ accused }) => accused));
  const states = bankStates(record, honest, proven);
  for (const liar of liars) expectLiar(liar, seen, states[liar.bank]!);
}

/** Proven to have done what it did, if that can be proven, and nothing else. */
function expectLiar(liar: Liar, seen: Seen, state: BankState): void {
  const { bank, adversary } = liar;
  const names = seen.evidence.filter(({ accused }) => accused === bank).map(evidenceName);
  const provable = PROVABLE[adversary];
  for (const name of names) expect(provable?.kinds ?? [], `${bank}, ${adversary}`).toContain(name);
  if (provable?.must(liar, seen)) expect(names, `${bank}, ${adversary}`).toHaveLength(1);
  if (names.length > 0) expect(state).toBe('faulty');
  else expect(STATES[adversary] ?? ['agreed'], `${bank}, ${adversary}`).toContain(state);
}

/** Sizes and modes in which every strategy is run: whoever follows it leads first or does not, as the cell says. */
export const SMALL: readonly Omit<Cell, 'mix'>[] = [
  { banks: 4, seed: 1, statistics: 'none', leads: true },
  { banks: 5, seed: 2, statistics: 'aggregate', leads: false },
  { banks: 6, seed: 3, statistics: 'none', leads: true },
  { banks: 7, seed: 4, statistics: 'aggregate', leads: true },
];
/** One more, for those who are stronger the more of them there are. */
export const LARGE: readonly Omit<Cell, 'mix'>[] = [{ banks: 10, seed: 5, statistics: 'none', leads: true }];

/** The guarantees under each of these mixes. */
export function describeGuarantees(
  mixes: readonly string[],
  cells: readonly Omit<Cell, 'mix'>[] = SMALL,
): void {
  for (const mix of mixes)
    describe(`under ${mix}`, () => {
      for (const cell of cells)
        it(`${cell.banks} banks agree, take in whom they must, and accuse the guilty only`, () => {
          const named = { ...cell, mix: mix.split(',') };
          const seen = runCell(named);
          expect(seen.liars[0]!.adversary, nameOf(named)).toBe(named.mix[0]);
          expectGuarantees(seen);
        });
    });
}
