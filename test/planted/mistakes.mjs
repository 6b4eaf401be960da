import { absence } from './mistakes/absence.mjs';
import { agreement } from './mistakes/agreement.mjs';
import { bounds } from './mistakes/bounds.mjs';
import { certificates } from './mistakes/certificates.mjs';
import { closing } from './mistakes/closing.mjs';
import { disclosure } from './mistakes/disclosure.mjs';
import { drafts } from './mistakes/drafts.mjs';
import { evidence } from './mistakes/evidence.mjs';
import { inclusion } from './mistakes/inclusion.mjs';
import { schedule } from './mistakes/schedule.mjs';
import { slices } from './mistakes/slices.mjs';

/**
 * The deliberate mistakes. Each has a name; what it `does`; what it `breaks`; `edits`, each of which replaces one place of a
 * source; the `campaign` that shall find it, `engine` or `epochs`, with the `settings` of its scenarios; and the alarm of
 * the oracle that `rings`.
 */
export const mistakes = [
  ...agreement,
  ...certificates,
  ...inclusion,
  ...drafts,
  ...slices,
  ...disclosure,
  ...closing,
  ...evidence,
  ...absence,
  ...schedule,
  ...bounds,
];
