import { acknowledging } from './strategies/acknowledging.mjs';
import { committing } from './strategies/committing.mjs';
import { dealing } from './strategies/dealing.mjs';
import { forging } from './strategies/forging.mjs';
import { leading } from './strategies/leading.mjs';
import { serving } from './strategies/serving.mjs';
import { slandering } from './strategies/slandering.mjs';
import { timingOut } from './strategies/timing-out.mjs';

/** Byzantine strategies that only a mistake makes worth while, by name; `library` is what they are made with. */
export const strategies = (library) => ({
  ...forging(library),
  ...committing(library),
  ...leading(library),
  ...dealing(library),
  ...serving(library),
  ...slandering(library),
  ...acknowledging(library),
  ...timingOut(library),
});
