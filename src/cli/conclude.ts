import type { Report } from '../sim/report.js';
import { counted } from './amount.js';

/** Whether a run did what the protocol promises: agreement, and no violated guarantee. */
export function isSound({ agreement, violations }: Pick<Report, 'agreement' | 'violations'>): boolean {
  return agreement && violations.length === 0;
}

/** Ends a command whose run is over: exit code 1 and a line on stderr when it was not sound. */
export function conclude(report: Pick<Report, 'agreement' | 'violations'>): void {
  if (isSound(report)) return;
  const count = report.violations.length;
  const violated = `${counted(count, 'violation of a guarantee', 'violations of guarantees')}`;
  process.stderr.write(`concordat: ${count > 0 ? violated : 'agreement was not reached'}\n`);
  process.exitCode = 1;
}
