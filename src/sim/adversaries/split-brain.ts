import { Dataset } from '../../data/dataset.js';
import type { Effects, Input } from '../../protocol/effects.js';
import { type Core, type CoreContext, defineAdversary } from '../adversary.js';

const TWIN = 'twin/';
/** Chance that the twin has other records than the first instance, so that they cannot commit alike. */
const OTHER_RECORDS = 0.5;

/** Who hears which of the two instances, and is heard by it. */
type Side = 'first' | 'twin' | 'both';

function twins({ bank, create, index, manifest, random }: CoreContext): Core {
  const twin = create();
  const sides = manifest.banks.map((): Side => random.pick(['first', 'twin', 'first', 'twin', 'both']));
  // Neither instance is alone, whatever was drawn.
  const [one, other] = random.shuffle([...sides.keys()].filter((each) => each !== index));
  if (one !== undefined) sides[one] = 'first';
  if (other !== undefined) sides[other] = 'twin';
  const differs = random.chance(OTHER_RECORDS);
  const idle: Effects = { persist: [], send: [], timers: [], output: [] };
  const steps = {
    first: (input: Input): Effects => {
      const effects = bank.step(input);
      return { ...effects, send: effects.send.filter(({ to }) => sides[to] !== 'twin') };
    },
    twin: (input: Input): Effects => {
      const effects = twin.step(input.type === 'start' && differs ? shortened(input) : input);
      return {
        ...effects,
        send: effects.send.filter(({ to }) => sides[to] !== 'first'),
        timers: effects.timers.map(({ id, after }) => ({ id: TWIN + id, after })),
      };
    },
  };
  const heardBy = (input: Input): Side => {
    if (input.type === 'message') return sides[input.from]!;
    if (input.type === 'timer') return input.id.startsWith(TWIN) ? 'twin' : 'first';
    return 'both';
  };
  return {
    step: (input) => {
      const side = heardBy(input);
      const own =
        input.type === 'timer' && side === 'twin' ? { ...input, id: input.id.slice(TWIN.length) } : input;
      const first = side === 'twin' ? idle : steps.first(own);
      const second = side === 'first' ? idle : steps.twin(own);
      return {
        persist: [],
        send: [...first.send, ...second.send],
        timers: [...first.timers, ...second.timers],
        output: [...first.output, ...second.output],
      };
    },
  };
}

const shortened = ({ dataset, ...input }: Extract<Input, { type: 'start' }>): Input => ({
  ...input,
  dataset: Dataset.fromRecords(
    dataset.schema,
    dataset.entries.slice(1).map(({ values }) => values),
  ),
});

/** Bano et al., Twins: BFT Systems Made Robust (OPODIS 2021): two honest instances with one key are a Byzantine bank. */
export const splitBrain = defineAdversary({
  name: 'split-brain',
  description: 'runs two instances with one key, each of which follows the protocol with other banks',
  core: twins,
});
