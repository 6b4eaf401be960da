// Runs the acceptance matrix over many seeds: every built-in adversary and three mixes, with the most faults that each
// size bears. Prints one command for each failure, and exits 1 if there was any.
//
//   npm run campaign -- --seeds 1..20 [--minutes 10]
import { parseArgs } from 'node:util';
import { simulate } from '../dist/index.js';
import { adversaries } from '../dist/sim/index.js';

const SIZES = [4, 5, 6, 7, 10];
const MIXES = [
  ...Object.keys(adversaries),
  'falsify,silent,equivocate',
  'collude,double-vote,crash',
  'lying-leader,replay,garbage-sketch',
];
const RECORDS = 400;
/** Strategies that must be proven, and those that nobody can prove anything about. */
const PROVEN = new Set(['equivocate', 'double-vote']);
const UNPROVABLE = new Set([
  'silent',
  'crash',
  'falsify',
  'collude',
  'delay',
  'replay',
  'lying-leader',
  'garbage-sketch',
]);
/** Strategies of which a leader may leave an honest bank out of the inputs: it has the seal then, but not the data. */
const LEAVES_OUT = new Set(['crash', 'equivocate', 'delay', 'lying-leader']);

/** What is wrong with a run; empty when nothing is. */
function faultsOf(report) {
  const faults = [...report.violations];
  if (!report.agreement) faults.push('no agreement');
  const leftOut = report.perBank.some(({ adversary }) => LEAVES_OUT.has(adversary));
  for (const { id, honest, adversary, state, evidence } of report.perBank) {
    const proven = evidence.some(({ verified }) => verified);
    if (honest && evidence.length > 0) faults.push(`${id} is honest and accused`);
    if (honest && state !== 'agreed' && !(leftOut && state === 'behind'))
      faults.push(`${id} is honest and ${state}`);
    if (evidence.some(({ verified }) => !verified)) faults.push(`evidence against ${id} does not verify`);
    if (PROVEN.has(adversary) && !proven) faults.push(`${adversary} of ${id} was not proven`);
    if (UNPROVABLE.has(adversary) && evidence.length > 0) faults.push(`${adversary} of ${id} was proven`);
  }
  return faults;
}

function command({ banks, records, seed, adversaries: named }) {
  return `npx concordat simulate --banks ${banks} --records ${records} --seed ${seed} --adversary ${named.join(',')}`;
}

async function faultsUnder(options) {
  try {
    return faultsOf(await simulate(options));
  } catch (error) {
    return [String(error?.stack ?? error)];
  }
}

function readOptions() {
  const usage = (reason) => {
    console.error(`campaign: ${reason}; usage: npm run campaign -- --seeds A..B [--minutes M]`);
    process.exit(2);
  };
  let values;
  try {
    ({ values } = parseArgs({ options: { seeds: { type: 'string' }, minutes: { type: 'string' } } }));
  } catch (error) {
    usage(error.message);
  }
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds ?? '1..20');
  if (!range) usage(`"${values.seeds}" is not a range of seeds`);
  const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
  if (last < first) usage(`${first}..${last} is empty`);
  const minutes = values.minutes === undefined ? Infinity : Number(values.minutes);
  if (!(minutes > 0)) usage(`"${values.minutes}" is not a number of minutes`);
  return { first, last, deadline: performance.now() + minutes * 60_000 };
}

const { first, last, deadline } = readOptions();
let [passed, failed] = [0, 0];
campaign: for (let seed = first; seed <= last; seed++)
  for (const mix of MIXES)
    for (const banks of SIZES) {
      if (performance.now() > deadline) {
        console.log(`out of time at seed ${seed}`);
        break campaign;
      }
      const options = { banks, records: RECORDS, seed, adversaries: mix.split(',') };
      const faults = await faultsUnder(options);
      if (faults.length === 0) passed++;
      else {
        failed++;
        console.log(`${command(options)}  # ${faults.join('; ')}`);
      }
    }
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
