import { describe, expect, it } from 'vitest';
import { EvidenceWatch } from '../../src/sim/oracle-evidence.js';
import { FACTS } from './oracle-fixture.js';

function judged(holders: readonly number[], timely = true): string[] {
  const alarms: string[] = [];
  const watch = new EvidenceWatch({ ...FACTS, timely }, (guarantee, what) =>
    alarms.push(`${guarantee}: ${what}`),
  );
  for (const bank of holders) watch.onEvidence(bank, 3);
  watch.judge();
  return alarms;
}

describe('EvidenceWatch', () => {
  it('rings for honest banks that do not have a proof which another one has', () => {
    expect(judged([0])).toEqual(['accountability: east, south was not shown the proof against west']);
    expect(judged([0, 2])).toEqual(['accountability: east was not shown the proof against west']);
  });

  it('does not ring when all have it or nobody, nor where messages may be late', () => {
    expect(judged([0, 1, 2])).toEqual([]);
    expect(judged([])).toEqual([]);
    expect(judged([0], false)).toEqual([]);
  });
});
