import type { Report } from '../sim/report.js';
import { counted } from './amount.js';
import { excessInWords } from './verdict.js';

/** Whether a run did what the protocol promises: agreement, and no violated guarantee. */
export function isSound({ agreement, violations }: Pick<Report, 'agreement' | 'violations'>): boolean {
  return agreement && violations.length === 0;
}

/**
 * Ends a command whose run is over: exit code 1 and a line on stderr when it was not sound. Where more banks lied than
 * are borne the line says so: then no guarantee was broken, since none was given.
 */
export function conclude(report: Pick<Report, 'agreement' | 'violations' | 'perBank' | 'faults'>): void {
  if (isSound(report)) return;
  const excess = excessInWords(report);
  const count = report.violations.length;
  const violated = counted(count, 'violation of a guarantee', 'violations of guarantees');
  const found =
    excess !== null
      ? `${report.agreement ? 'what is sealed need not hold' : 'agreement was not reached'}: ${excess}`
      : count > 0
        ? violated
        : 'agreement was not reached';
  process.stderr.write(`concordat: ${found}\n`);
  process.exitCode = 1;
}
