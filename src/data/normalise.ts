import type { NormaliseStep } from './field.js';

/**
 * Text after the steps, in their order. Form C of Unicode (UAX #15) is applied before the first and after the last, so
 * that canonically equivalent texts are equal and a map meets the form its keys are kept in.
 *
 * Spaces are what ECMAScript calls white space: every `Zs` of Unicode (U+00A0 among them), tab, line ends and U+FEFF.
 * Format characters are Unicode's category `Cf`: zero-width spaces and joiners, soft hyphens, marks of direction; joiners
 * mean something in some scripts, so the step is for codes rather than names in those. `nfkc` also unites what only looks
 * different, such as ligatures and non-breaking hyphens. Case and form C are the engine's Unicode version's: banks on engines of different age may differ in characters newer
 * than the older one, which shows as a break and never as disagreement.
 */
export function normaliseText(steps: readonly NormaliseStep[], text: string): string {
  let out = text.normalize('NFC');
  for (const step of steps) out = applyStep(step, out);
  return out.normalize('NFC');
}

function applyStep(step: NormaliseStep, text: string): string {
  switch (step) {
    case 'trim':
      return text.trim();
    case 'collapse-spaces':
      return text.replace(/\s+/g, ' ');
    case 'upper':
      return text.toUpperCase();
    case 'lower':
      return text.toLowerCase();
    case 'nfc':
      return text.normalize('NFC');
    case 'nfkc':
      return text.normalize('NFKC');
    case 'strip-format-characters':
      return text.replace(/\p{Cf}/gu, '');
    default:
      if ('map' in step) return step.map.get(text) ?? text;
      if ('replace' in step) return text.replaceAll(step.replace, () => step.with);
      if ('pad' in step) return text === '' ? text : padded(text, step.pad, step.with);
      return text.startsWith(step.dropPrefix) ? text.slice(step.dropPrefix.length) : text;
  }
}

/** Filled up by code points, so that none is counted twice. */
function padded(text: string, length: number, filler: string): string {
  return filler.repeat(Math.max(0, length - [...text].length)) + text;
}

/** What two column names share when they match: the name without space around it, ignoring case. */
export function columnKey(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
