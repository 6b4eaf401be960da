// Who leads first, over many epochs of the chain alone, where f banks do what they can to lead more often: prints the table
// of docs/security.md.
//
//   node scripts/schedule.mjs [--epochs N] [--runs N]
import { parseArgs } from 'node:util';
import { load } from './bundle.mjs';

const { epochs, runs } = parseArgs({
  options: { epochs: { type: 'string', default: '10000' }, runs: { type: 'string', default: '3' } },
}).values;

const { STRATEGIES, firstPlaces } = await load('test/protocol/leading-order.ts');

const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const names = Object.keys(STRATEGIES);
row(['n', 'f', 'their part of all', ...names]);
row(['---', '---', '---', ...names.map(() => '---')]);
for (const [banks, faults] of [
  [4, 1],
  [7, 2],
  [10, 3],
]) {
  const shares = names.map((name) => {
    let firsts = 0;
    for (let seed = 1; seed <= Number(runs); seed++)
      firsts += firstPlaces({ banks, faults, strategy: name, epochs: Number(epochs), seed });
    return percent(firsts / Number(runs) / Number(epochs));
  });
  row([banks, faults, percent(faults / banks), ...shares]);
}
