// Gives mutated inputs to everything that reads what others made, and to banks in the middle of an epoch: nothing may
// throw but a typed refusal, take a second, or keep memory.
//
//   node scripts/fuzz.mjs [--decoders N] [--steps N] [--seed N]
//   node scripts/fuzz.mjs --target NAME --hex HEX      gives one input to one reader
//   node scripts/fuzz.mjs --seed N --life N            lives one bank's life again
//
// Prints for each failure how to repeat it, and exits 1 if there was any.

import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { load } from './bundle.mjs';

/** Hostile messages that a bank hears in a life. */
const LIFE = 200;
/** Lives after which checks that were remembered for speed are forgotten. */
const MEMORY = 10;
/** Bytes by which the heap may be larger at the end than after the first tenth. */
const GROWTH = 8 << 20;
/** Bytes that the state of one bank may take more after a life of hostile messages than before. */
const LIFE_GROWTH = 32 << 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

function usage(reason) {
  console.error(`fuzz: ${reason}`);
  console.error('usage: node scripts/fuzz.mjs [--decoders N] [--steps N] [--seed N] [--life N]');
  console.error('       node scripts/fuzz.mjs --target NAME --hex HEX');
  process.exit(2);
}

function readOptions() {
  const text = { type: 'string' };
  const options = { decoders: text, steps: text, seed: text, life: text, target: text, hex: text };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return usage(error.message);
  }
}

function whole(text, otherwise) {
  const value = Number(text ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 0) usage(`"${text}" is not a whole number`);
  return value;
}

/** Bytes in use, rubbish collected. */
function heap() {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
const failures = [];

/** Bytes that the heap grew by from a tenth of the work to the end of it. */
function measured(name, total, work) {
  work(Math.ceil(total / 10));
  const warm = heap();
  work(total - Math.ceil(total / 10));
  const growth = heap() - warm;
  console.log(`${name}: heap ${mib(warm)} after a tenth, ${mib(growth)} more at the end`);
  if (growth > GROWTH) failures.push(`${name}: the heap grew by ${mib(growth)}`);
}

function fuzzDecoders({ DecoderFuzzer, targets }, seed, inputs) {
  const fuzzer = new DecoderFuzzer(targets, seed);
  measured('decoders', inputs, (count) => fuzzer.run(count));
  for (const [name, { inputs, accepted, refused, slowestMs }] of fuzzer.tallies)
    console.log(
      `  ${name}: ${inputs} inputs, ${refused} refused, ${accepted} taken, slowest ${slowestMs.toFixed(1)} ms`,
    );
  failures.push(...fuzzer.failures);
}

function fuzzBanks({ BankFuzzer, corpus, suite }, seed, steps) {
  const fuzzer = new BankFuzzer(corpus, suite, seed);
  let lives = 0;
  let most = 0;
  measured('Bank.step', steps, (count) => {
    for (let left = count; left > 0 && fuzzer.failures.length === 0; left -= LIFE) {
      const before = lives % MEMORY === 0 ? heap() : null;
      const bank = fuzzer.live(lives++, Math.min(LIFE, left));
      if (lives % MEMORY === 0 || before !== null) fuzzer.forget();
      if (before !== null && bank.index >= 0) most = Math.max(most, heap() - before);
    }
    fuzzer.forget();
  });
  const { hostile, honest, refused, slowestMs } = fuzzer.tally;
  console.log(
    `  ${lives} lives, ${hostile} hostile messages, ${honest} honest inputs between them, ${refused} refusals of ` +
      `${fuzzer.codes.size} kinds, slowest step ${slowestMs.toFixed(0)} ms, largest bank ${mib(most)}`,
  );
  if (most > LIFE_GROWTH) failures.push(`a bank grew by ${mib(most)}`);
  failures.push(...fuzzer.failures);
}

const options = readOptions();
const seed = whole(options.seed, 1);
const library = await load(
  'test/protocol/fuzz.ts',
  'test/protocol/fuzz-targets.ts',
  'test/protocol/hostile.ts',
  'src/crypto/bls-load.ts',
  'src/crypto/bytes.ts',
  'src/protocol/default-suite.ts',
);
const suite = library.defaultSuite(await library.loadBls());
const corpus = await library.makeCorpus();
const subjects = { ...library, suite, corpus, targets: library.fuzzTargets(corpus, suite) };

if (options.target !== undefined) {
  const target = subjects.targets.find(({ name }) => name === options.target);
  if (!target)
    usage(`there is no target "${options.target}": ${subjects.targets.map(({ name }) => name).join(', ')}`);
  const problem = library.problemOf(target, library.fromHex(options.hex ?? ''));
  console.log(problem === null ? 'taken' : problem || 'refused');
  if (problem) failures.push(problem);
} else if (options.life !== undefined) {
  const fuzzer = new library.BankFuzzer(corpus, suite, seed);
  fuzzer.live(whole(options.life), LIFE);
  failures.push(...fuzzer.failures);
} else {
  fuzzDecoders(subjects, seed, whole(options.decoders, 200_000));
  fuzzBanks(subjects, seed, whole(options.steps, 5000));
}
for (const failure of failures) console.log(`FAILED ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
