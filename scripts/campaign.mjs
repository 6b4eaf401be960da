// Runs the protocol, or with --engine agreement alone, under faults that each seed draws: liars and mixes of them, crashes
// and restarts, torn logs, loss, delays, partitions, data and parameters. Every guarantee is checked by an oracle.
//
//   npm run campaign -- --seeds 1..200 [--minutes 10] [--engine]
//   npm run campaign -- --scenario '{…}' [--engine]
//
// Prints for each failure one command that repeats it, and one that repeats the smallest like it that was found.
// Exits 1 if there was any, or if a hundred runs or more had too few view changes, crashes or disputed keys to count.
import { parseArgs } from 'node:util';
import { loadBls } from '../dist/crypto/bls-load.js';
import { defaultSuite } from '../dist/protocol/default-suite.js';
import { drawEngineScenario, EngineCampaign } from '../dist/sim/campaign-engine.js';
import { Campaign } from '../dist/sim/campaign-run.js';
import { drawScenario } from '../dist/sim/campaign-scenario.js';
import { shrink, smallerEngineScenarios, smallerScenarios } from '../dist/sim/campaign-shrink.js';

/** Shares of the runs that must have had this, or the campaign shows too little. */
const LEAST = {
  epochs: { 'a view change': 0.3, 'a crash and restart': 0.2, 'disputed keys': 0.2 },
  engine: { 'a view change': 0.3, 'a crash and restart': 0.2 },
};
/** Runs from which on shares mean something. */
const ENOUGH = 100;
/** Runs that shrinking one failure may take. */
const SHRINKING = { engine: 2000, epochs: 60 };

const engine = () => {
  const campaign = new EngineCampaign();
  return {
    draw: drawEngineScenario,
    run: (scenario) => campaign.run(scenario),
    smaller: smallerEngineScenarios,
    least: LEAST.engine,
    mostRuns: SHRINKING.engine,
    facts: ({ views, crashes, torn }) => ({
      'a view change': views > 1,
      'a crash and restart': crashes > 0,
      'a torn log': torn > 0,
    }),
  };
};

const epochs = async () => {
  const campaign = new Campaign(defaultSuite(await loadBls()));
  return {
    draw: drawScenario,
    run: (scenario) => campaign.run(scenario),
    smaller: smallerScenarios,
    least: LEAST.epochs,
    mostRuns: SHRINKING.epochs,
    facts: ({ viewChanged, crashes, torn, lost, caughtUp, succeeded, disputed }) => ({
      'a view change': viewChanged,
      'a crash and restart': crashes > 0,
      'a torn log': torn > 0,
      'a lost disk': lost > 0,
      'a bank caught up': caughtUp > 0,
      'another manifest': succeeded,
      'disputed keys': disputed,
    }),
  };
};

function usage(reason) {
  console.error(`campaign: ${reason}`);
  console.error('usage: npm run campaign -- [--seeds A..B] [--minutes M] [--engine] [--scenario JSON]');
  process.exit(2);
}

function readOptions() {
  const options = {
    seeds: { type: 'string', default: '1..20' },
    minutes: { type: 'string', default: 'Infinity' },
    engine: { type: 'boolean', default: false },
    scenario: { type: 'string' },
  };
  let values;
  let scenario = null;
  try {
    ({ values } = parseArgs({ options }));
    if (values.scenario) scenario = JSON.parse(values.scenario);
  } catch (error) {
    usage(error.message);
  }
  const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds);
  if (!range) usage(`"${values.seeds}" is not a range of seeds`);
  const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
  if (last < first) usage(`${first}..${last} is empty`);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) usage(`"${values.minutes}" is not a number of minutes`);
  return { first, last, minutes, scenario, isEngine: values.engine };
}

const { first, last, minutes, scenario, isEngine } = readOptions();
const kind = isEngine ? engine() : await epochs();
const flag = isEngine ? ' --engine' : '';
const started = performance.now();
const counts = {};
/** For each strategy the runs in which it was there, and in which it did something. */
const strategies = new Map();
let [passed, failed] = [0, 0];

function judge(drawn, command) {
  const verdict = kind.run(drawn);
  for (const [fact, holds] of Object.entries(kind.facts(verdict)))
    counts[fact] = (counts[fact] ?? 0) + (holds ? 1 : 0);
  for (const name of verdict.strategies ?? []) {
    const { there, acted } = strategies.get(name) ?? { there: 0, acted: 0 };
    strategies.set(name, { there: there + 1, acted: acted + (verdict.acted.has(name) ? 1 : 0) });
  }
  if (verdict.violations.length === 0) {
    passed++;
    return;
  }
  failed++;
  console.log(`\n${command}`);
  for (const violation of verdict.violations.slice(0, 10)) console.log(`  # ${violation}`);
  const smallest = shrink(drawn, (each) => kind.run(each).violations, kind.smaller, kind.mostRuns);
  console.log(`  # shrunk, as ${kind.run(smallest).violations[0]}`);
  console.log(`npm run campaign --${flag} --scenario '${JSON.stringify(smallest)}'`);
}

if (scenario) judge(scenario, `npm run campaign --${flag} --scenario '${JSON.stringify(scenario)}'`);
else
  for (let seed = first; seed <= last; seed++) {
    if (performance.now() - started > minutes * 60_000) {
      console.log(`out of time at seed ${seed}`);
      break;
    }
    judge(kind.draw(seed), `npm run campaign --${flag} --seeds ${seed}`);
  }

const runs = passed + failed;
const seconds = (performance.now() - started) / 1000;
console.log(`${runs} runs in ${seconds.toFixed(0)} s, ${(runs / seconds).toFixed(1)} a second`);
let poor = false;
for (const [fact, count] of Object.entries(counts)) {
  const isPoor = runs >= ENOUGH && count / runs < (kind.least[fact] ?? 0);
  console.log(`with ${fact}: ${((100 * count) / runs).toFixed(1)} %${isPoor ? ', which is too few' : ''}`);
  poor ||= isPoor;
}
if (strategies.size > 0) {
  const figures = [...strategies].sort().map(([name, { there, acted }]) => `${name} ${acted}/${there}`);
  console.log(`strategies that did something, of the runs they were in: ${figures.join(', ')}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || poor ? 1 : 0;
