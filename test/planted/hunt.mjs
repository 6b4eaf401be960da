// Runs the scenarios of one mistake on one compiled copy of the sources, from seed FIRST to LAST, until its alarm rings:
//
//   node test/planted/hunt.mjs FOLDER NAME FIRST LAST
//
// Prints one line of JSON: the seed at which an alarm rang and what it said; nulls when none did.
import { mistakes } from './mistakes.mjs';
import { load, runnerOf } from './scenarios.mjs';

const [folder, name, first, last] = process.argv.slice(2);
const mistake = mistakes.find((each) => each.name === name);
const run = await runnerOf(mistake, await load(folder));
const found = { seed: null, alarm: null, others: [] };
for (let seed = Number(first); seed <= Number(last) && found.alarm === null; seed++) {
  const violations = run(seed);
  if (violations.length === 0) continue;
  const alarm = violations.find((each) => mistake.rings.test(each)) ?? null;
  if (alarm === null) found.others.push(`${seed}: ${violations[0]}`);
  else Object.assign(found, { seed, alarm });
}
found.others.splice(5);
console.log(JSON.stringify(found));
