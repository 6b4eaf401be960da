import { expect } from 'vitest';
import { PAYMENTS } from '../../src/sim/generate.js';
import type { Report } from '../../src/sim/report.js';

/** What every report of a run with at most f liars must say: all guarantees held, and for whom. */
export function expectSound(report: Report): void {
  expect(report.violations).toEqual([]);
  expect(report.agreement).toBe(true);
  expect(report.resultRoot).toMatch(/^[0-9a-f]{64}$/);
  for (const { id, honest, state, evidence, resultRoot } of report.perBank) {
    for (const { verified } of evidence) expect(verified, id).toBe(true);
    if (!honest) continue;
    expect(evidence, id).toEqual([]);
    // A bank that errs more than the others is shown as such; none is without the result.
    expect(['agreed', 'divergent'], id).toContain(state);
    expect(resultRoot, id).toBe(report.resultRoot);
  }
  // Every cell is right but those of keys that are reported as unresolved or unvouched.
  const { accuracy, truthCells, keys } = report;
  const open = (keys.unresolved + keys.unvouched) * PAYMENTS.fields.length;
  expect(accuracy! * truthCells! + open).toBeGreaterThanOrEqual(truthCells! - 1e-6);
}
