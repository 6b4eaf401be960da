import { adversaries } from '../sim/adversaries.js';
import { lengthOf, wrapped } from './table.js';

const ALL = Object.values(adversaries);

/** Columns before the descriptions: the longest name, and two on either side of it. */
const INDENT = 4 + Math.max(...ALL.map(({ name }) => lengthOf(name)));

/** The built-in adversaries and what they do, as the end of a help text. */
export const ADVERSARIES_HELP = `
Adversaries:
${ALL.flatMap(({ name, description = '' }) =>
  wrapped(description, 78 - INDENT).map((line, i) => `  ${(i === 0 ? name : '').padEnd(INDENT - 2)}${line}`),
).join('\n')}`;
