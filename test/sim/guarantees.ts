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
    expect(inputs.includes(bank) || inputs.length >= manifest.quorum + faults).toBe(true);
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

type Place = Omit<Cell, 'mix'>;

const MODES = ['none', 'aggregate', 'open'] as const;
/** What only a bank that leads does, so that it is run in no other. */
const LEADERS = new Set(['lying-leader', 'censor', 'copycat']);
/** What is done to a leader. */
const FOLLOWERS = new Set(['late-thin', 'garbage-sketch']);
/** What is done to what a bank deals, which is always something where statistics are dealt. */
const ON_STATISTICS = new Set(['forge-stats', 'corrupt-slices', 'bad-shares']);

/**
 * Three sizes: 4 and 7, which bear one liar and two and no bank could be spared, and 5 and 6 by turns between them. The
 * strategy that comes in place `turn` leads first and does not, by turns, in every statistics mode by turns: so each
 * leads and follows, in each mode that there is for it.
 */
function smallPlaces(strategy: string, turn: number): Place[] {
  return [4, 5 + (turn % 2), 7].map((banks, i) => {
    const modes = ON_STATISTICS.has(strategy) ? MODES.slice(1) : MODES;
    const leads = LEADERS.has(strategy) || (!FOLLOWERS.has(strategy) && (turn + i) % 2 === 0);
    return { banks, seed: i + 1, statistics: modes[(turn + i) % modes.length]!, leads };
  });
}

/** One more, for those who are stronger the more of them there are. */
export const LARGE: readonly Place[] = [{ banks: 10, seed: 5, statistics: 'none', leads: true }];

/** The guarantees under each of these mixes, in four small places when none are named. */
export function describeGuarantees(mixes: readonly string[], places?: readonly Place[]): void {
  for (const [turn, mix] of mixes.entries())
    describe(`under ${mix}`, () => {
      for (const place of places ?? smallPlaces(mix, turn))
        it(`${place.banks} banks agree, take in whom they must, and accuse the guilty only`, () => {
          const named = { ...place, mix: mix.split(',') };
          const seen = runCell(named);
          expect(seen.liars[0]!.adversary, nameOf(named)).toBe(named.mix[0]);
          expectGuarantees(seen);
          expectDeviations(seen);
        });
    });
}

/** A strategy that did nothing in a run would pass it without being seen. */
function expectDeviations({ liars, cell }: Seen): void {
  for (const strategy of new Set(liars.map(({ adversary }) => adversary))) {
    const did = liars.some(({ adversary, deviated }) => adversary === strategy && deviated);
    expect(did, `${strategy} in ${nameOf(cell)}`).toBe(true);
  }
}
