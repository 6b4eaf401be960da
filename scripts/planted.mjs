// Plants deliberate mistakes, one at a time, into a copy of the sources, and runs scenarios of the campaign on it until the
// oracle raises the alarm that the mistake must raise. The same scenario on the sources as they are must raise none.
//
//   node scripts/planted.mjs [--only NAME[,NAME…]] [--seeds N] [--check]
//
// With --check it only looks whether every mistake can still be planted. Exits 1 when one is missed or cannot be planted.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mistakes } from '../test/planted/mistakes.mjs';
import { build, planted, readSources, rebuild } from '../test/planted/workshop.mjs';

const HUNT = resolve(import.meta.dirname, '../test/planted/hunt.mjs');
/** Milliseconds that one mistake may take. */
const PATIENCE = 20 * 60_000;

function usage(reason) {
  console.error(`planted: ${reason}`);
  console.error('usage: node scripts/planted.mjs [--only NAME[,NAME…]] [--seeds N] [--check]');
  process.exit(2);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: 'string' },
        seeds: { type: 'string', default: '500' },
        check: { type: 'boolean' },
      },
    }));
  } catch (error) {
    usage(error.message);
  }
  const seeds = Number(values.seeds);
  if (!Number.isSafeInteger(seeds) || seeds < 1) usage(`"${values.seeds}" is not a number of seeds`);
  const names = values.only?.split(',') ?? mistakes.map(({ name }) => name);
  const unknown = names.find((name) => mistakes.every((each) => each.name !== name));
  if (unknown !== undefined) usage(`there is no mistake "${unknown}"`);
  return { seeds, check: values.check ?? false, chosen: mistakes.filter(({ name }) => names.includes(name)) };
}

/** Runs one mistake's scenarios in a process of its own: a mistake may well never end. */
function hunt(folder, { name }, first, last) {
  const args = [HUNT, folder, name, String(first), String(last)];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  if (error || status !== 0) throw new Error(error ? error.message : stderr.trim().split('\n').at(-1));
  return JSON.parse(stdout);
}

/** What came of one mistake: whether it was caught, and in a line how. */
function outcomeOf(mistake, sound, folder, seeds) {
  const { seed, alarm, others } = hunt(folder, mistake, 1, seeds);
  if (alarm === null)
    return {
      caught: false,
      line: `MISSED in ${seeds} seeds${others.length > 0 ? `; ${others.join('; ')}` : ''}`,
    };
  const control = hunt(sound, mistake, seed, seed);
  const false_ = control.alarm ?? control.others[0];
  if (false_) return { caught: false, line: `the alarm rings without the mistake: ${false_}` };
  return { caught: true, line: `seed ${seed}: ${alarm}` };
}

const { chosen, seeds, check } = readOptions();
const sources = readSources();
const folder = mkdtempSync(join(tmpdir(), 'concordat-planted-'));
const counts = { caught: 0, missed: 0 };
try {
  const sound = join(folder, 'sound');
  if (!check) build(sources, sound);
  for (const mistake of chosen) {
    const started = performance.now();
    let outcome;
    try {
      const changed = planted(sources, mistake);
      if (check) outcome = { caught: true, line: 'can be planted' };
      else {
        rebuild(sound, changed, join(folder, 'planted'));
        outcome = outcomeOf(mistake, sound, join(folder, 'planted'), seeds);
      }
    } catch (error) {
      outcome = { caught: false, line: `FAILED: ${error.message}` };
    }
    counts[outcome.caught ? 'caught' : 'missed']++;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${mistake.name}: ${outcome.line}${check ? '' : ` (${seconds} s)`}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (check) console.log(`${counts.caught} can be planted, ${counts.missed} cannot`);
else console.log(`${counts.caught} caught, ${counts.missed} missed`);
process.exitCode = counts.missed > 0 ? 1 : 0;
