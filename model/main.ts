// Explores the models further than the tests do, and prints what it counted.
//
//   npm run model                 everything
//   npm run model -- engine       these parts only: engine, orders, removals, inclusion, slices
//   npm run model -- golden       writes the runs that each removed rule allows to test/golden
import { writeFileSync } from 'node:fs';
import { type Bounds, Space } from './engine/bounds.js';
import { explore } from './engine/explore.js';
import { stuck } from './engine/finish.js';
import { Locals } from './engine/locals.js';
import { exploreRanked } from './engine/ranked.js';
import { REMOVALS } from './engine/removals.js';
import { World } from './engine/world.js';
import { PairWorld } from './inclusion/pair.js';
import { CHANGES, RULES } from './inclusion/rules.js';
import { search } from './inclusion/search.js';
import { checkLists } from './slices/lists.js';
import { withChange, withoutRule } from './traces.js';

const BOUNDS: readonly (readonly [banks: number, faults: number, views: number, slots: number])[] = [
  [4, 1, 1, 5],
  [4, 1, 2, 2],
  [4, 1, 2, 3],
  [4, 1, 3, 1],
  [4, 1, 4, 1],
  [5, 1, 2, 2],
  [5, 1, 3, 1],
  [7, 2, 1, 3],
  [7, 2, 2, 1],
  [7, 2, 3, 1],
];

let bad = 0;

/** Prints one line, with the time it took; counts what should not have been found. */
function report(what: string, run: () => { counts: string; wrong: string | null }): void {
  const start = performance.now();
  const { counts, wrong } = run();
  if (wrong) bad++;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${what.padEnd(58)} ${counts.padEnd(34)} ${seconds.padStart(7)} s   ${wrong ?? 'holds'}`);
}

function worldOf(bounds: Bounds, property: 'agreement' | 'contents' = 'agreement'): World {
  const space = new Space(bounds);
  return new World(space, new Locals(space), property);
}

const parts: Record<string, () => void> = {
  engine() {
    for (const [banks, faults, views, slots] of BOUNDS)
      report(`agreement, finishing: n = ${banks}, ${views} views of ${slots} slots`, () => {
        const world = worldOf({ banks, faults, views, slots });
        let stopped: string | null = null;
        const { states, why } = exploreRanked(world, ({ state, past }, view) => {
          stopped ??= stuck(world, state, view, past);
        });
        return { counts: `${states} states, ${world.locals.size} of a bank`, wrong: why ?? stopped };
      });
    report('contents: n = 4, 2 views of 1 slot, any order', () => {
      const { states, found } = explore(worldOf({ banks: 4, faults: 1, views: 2, slots: 1 }, 'contents'));
      return { counts: `${states} states`, wrong: found?.why ?? null };
    });
  },

  orders() {
    for (const [views, slots] of [
      [1, 1],
      [1, 2],
      [2, 1],
    ] as const)
      report(`any order and by rank alike: n = 4, ${views} views of ${slots} slots`, () => {
        const bounds = { banks: 4, faults: 1, views, slots };
        const [one, other] = [worldOf(bounds), worldOf(bounds)];
        const certified = new Set<string>();
        const { states } = explore(one, (state) => {
          const { prepared, decided } = one.signed(state);
          certified.add(`${prepared}/${decided}`);
        });
        const { last } = exploreRanked(other);
        const ranked = new Set(last.map(({ past }) => `${past.prepared}/${past.decided}`));
        const same = certified.size === ranked.size && [...certified].every((each) => ranked.has(each));
        return { counts: `${states} states, ${certified.size} outcomes`, wrong: same ? null : 'they differ' };
      });
  },

  removals() {
    for (const removal of REMOVALS)
      report(`without: ${removal.name}`, () => {
        const { states, text } = withoutRule(removal);
        const expected = (text === null) === (removal.redundant === true);
        const found = text === null ? 'nothing found' : 'a run found';
        return { counts: `${states} states, ${found}`, wrong: expected ? null : 'not as expected' };
      });
  },

  inclusion() {
    for (const [slots, delta] of [
      [2, 2],
      [2, 3],
      [3, 2],
      [3, 3],
    ] as const)
      for (const beginning of ['by itself', 'brought in'] as const)
        report(`inclusion: ${slots} slots, Δ of ${delta} ticks, ${beginning}`, () => {
          const { states, found } = search(new PairWorld(RULES, beginning, { slots, delta }));
          return { counts: `${states} states`, wrong: found?.bad ?? null };
        });
    for (const change of CHANGES)
      report(`inclusion without: ${change.name}`, () => {
        const { states, text } = withChange(change);
        return { counts: `${states} states`, wrong: text ? null : 'nothing found' };
      });
  },

  slices() {
    for (const attesters of [3, 4])
      for (const liarsFirst of [true, false])
        report(`W: n = 4, ${attesters} attesters, liar ${liarsFirst ? 'first' : 'last'}`, () => {
          const { cases, found } = checkLists(4, 1, attesters, liarsFirst);
          return { counts: `${cases} cases`, wrong: found };
        });
  },
};

function golden(): void {
  const write = (name: string, text: string | null): void => {
    if (text) writeFileSync(`test/golden/model-${name}.txt`, text);
  };
  for (const removal of REMOVALS) if (!removal.redundant) write(removal.name, withoutRule(removal).text);
  for (const change of CHANGES) write(`inclusion-${change.name}`, withChange(change).text);
}

const asked = process.argv.slice(2);
if (asked.includes('golden')) golden();
else for (const name of asked.length > 0 ? asked : Object.keys(parts)) parts[name]!();
process.exitCode = bad > 0 ? 1 : 0;
