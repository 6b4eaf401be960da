import { adversaries } from '../sim/adversaries.js';
import { wrapped } from './table.js';

/** Columns before the descriptions. */
const INDENT = 18;

/** The built-in adversaries and what they do, as the end of a help text. */
export const ADVERSARIES_HELP = `
Adversaries:
${Object.values(adversaries)
  .flatMap(({ name, description = '' }) =>
    wrapped(description, 78 - INDENT).map(
      (line, i) => `  ${(i === 0 ? name : '').padEnd(INDENT - 2)}${line}`,
    ),
  )
  .join('\n')}`;
