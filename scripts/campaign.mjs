// Runs the acceptance matrix over many seeds: every built-in adversary and some mixes, with the most faults that each
// size bears, on books with disputed keys. Prints one command for each failure, and exits 1 if there was any.
//
//   npm run campaign -- --seeds 1..20 [--minutes 10]
import { parseArgs } from 'node:util';
import { simulate } from '../dist/index.js';
import { adversaries } from '../dist/sim/index.js';

const SIZES = [4, 5, 6, 7, 10, 13];
const MIXES = [
  ...Object.keys(adversaries),
  'falsify,silent,equivocate',
  'collude,double-vote,crash',
  'lying-leader,replay,garbage-sketch',
  'censor,bad-shares,copycat',
  'late-thin,withhold-slices,feigned-lack',
  'corrupt-slices,split-slices,false-attestation,forge-stats',
];
/** Each seed has one of them, and every third has statistics that are opened. */
const MODES = ['aggregate', 'none', 'open'];
/** Keys on which a bank errs, and keys that are disputed, so that slices carry records. */
const DATA = { records: 200, divergence: 0.05, disputed: 0.03 };
/** Strategies that must be proven, whatever comes of a run. */
const PROVEN = new Set(['equivocate', 'double-vote']);
/** Strategies that can be proven, where a run gives them something to deal. Nothing can be proven of any other. */
const PROVABLE = new Set([
  ...PROVEN,
  'corrupt-slices',
  'split-slices',
  'bad-shares',
  'false-attestation',
  'forge-stats',
]);

/** What is wrong with a run; empty when nothing is. */
function faultsOf(report) {
  const faults = [...report.violations];
  if (!report.agreement) faults.push('no agreement');
  for (const { id, honest, adversary, state, evidence } of report.perBank) {
    const proven = evidence.some(({ verified }) => verified);
    if (honest && evidence.length > 0) faults.push(`${id} is honest and accused`);
    if (honest && state !== 'agreed') faults.push(`${id} is honest and ${state}`);
    if (evidence.some(({ verified }) => !verified)) faults.push(`evidence against ${id} does not verify`);
    if (PROVEN.has(adversary) && !proven) faults.push(`${adversary} of ${id} was not proven`);
    if (!honest && !PROVABLE.has(adversary) && evidence.length > 0)
      faults.push(`${adversary} of ${id} was proven`);
  }
  return faults;
}

function command({ adversaries: named, ...options }) {
  const flags = Object.entries(options).map(([name, value]) => `--${name} ${value}`);
  return `npx concordat simulate ${flags.join(' ')} --adversary ${named.join(',')}`;
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
      const statistics = MODES[seed % MODES.length];
      const options = { banks, ...DATA, seed, statistics, adversaries: mix.split(',') };
      const faults = await faultsUnder(options);
      if (faults.length === 0) passed++;
      else {
        failed++;
        console.log(`${command(options)}  # ${faults.join('; ')}`);
      }
    }
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
