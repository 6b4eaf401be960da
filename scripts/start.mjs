// What `npm start` runs: the ten real bank copies of the example, one of which is made to lie.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const example = join('examples', 'failed-banks');
const banks = readdirSync(join(root, example))
  .filter((name) => /^bank-[0-9]+\.csv$/.test(name))
  .sort();
const args = ['reconcile', '--schema', join(example, 'schema.json'), '--adversary', 'bank-05=falsify'];
args.push('--seed', '1', '--out', 'out', ...banks.map((name) => join(example, name)));

console.log(`$ npx concordat ${args.slice(0, -banks.length).join(' ')} ${join(example, 'bank-*.csv')}`);
const { status } = spawnSync(process.execPath, [join('dist', 'cli', 'main.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
