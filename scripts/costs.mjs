// What one liar makes honest banks send and keep, strategy by strategy.
//
//   node scripts/costs.mjs [--sources DIR] [--only NAME[,NAME…]] [--records N]
//
// Each strategy runs beside the same banks with the same records, all honest, so that a liar's records cost what an honest
// bank's would that differ as much. Exits 1 when honest banks send more than five times as many bytes, unless the strategy is
// among the exceptions; or keep more of one sender than they may. With --sources it measures an older checkout.
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const HERE = resolve(import.meta.dirname, '..');
const { sources, only, records } = parseArgs({
  options: {
    sources: { type: 'string', default: HERE },
    only: { type: 'string' },
    records: { type: 'string', default: '200' },
  },
}).values;
const root = resolve(sources);

/** Times an honest run's bytes that a liar may cost, outside of view changes. */
const MOST = 5;
/** Bytes of one sender that a bank may keep before it can check them. */
const MOST_KEPT = 2 ** 25;
/** Strategies that may cost more, as docs/reliability.md says why. */
const EXCEPTIONS = new Set([]);

const library = await load();
const { adversaries, defaultSuite, loadBls, generate, PAYMENTS, networkPreset, Random, Simulation } = library;
const suite = defaultSuite(await loadBls());

const names = only ? only.split(',') : Object.keys(adversaries);
console.log('| strategy | honest banks send, bytes | honest run | times | views | kept of the liar, bytes |');
console.log('|---|---|---|---|---|---|');
for (const name of names) {
  const liar = run(adversaries[name]);
  const honest = run(null, liar.datasets);
  const times = liar.bytes / honest.bytes;
  const row = [name, liar.bytes, honest.bytes, times.toFixed(2), liar.views, liar.kept ?? 'not known'];
  console.log(`| ${row.join(' | ')} |`);
  if (times > MOST * liar.views && !EXCEPTIONS.has(name)) process.exitCode = 1;
  if (liar.kept > MOST_KEPT) process.exitCode = 1;
}

/** Two epochs of four banks, the first of which lies; bytes that the other three send. */
function run(adversary, datasets) {
  const honest = [1, 2, 3];
  const books = [0, 1].map((seed) =>
    generate({
      ...{ banks: 4, faults: 1, records: Number(records), divergence: 0.05, disputed: 0.02 },
      ...{ noise: 0, random: new Random(seed), honest },
    }),
  );
  const data = datasets ?? books.map((each) => each.datasets);
  let bytes = 0;
  let kept = null;
  const simulation = new Simulation({
    schema: PAYMENTS,
    banks: data[0].map((dataset, i) => ({ id: `bank-${i}`, dataset })),
    faults: 1,
    adversaries: new Map(adversary ? [[0, adversary]] : []),
    network: networkPreset('synchronous', { banks: 4 }),
    suite,
    seed: 1,
    parameters: { statistics: 'none' },
    onSend: (from, _, encoded) => {
      if (from !== 0) bytes += encoded.length;
    },
  });
  const onKept = simulation.oracle.onKept?.bind(simulation.oracle);
  if (onKept)
    simulation.oracle.onKept = (bank, of, size) => {
      kept = Math.max(kept ?? 0, size);
      onKept(bank, of, size);
    };
  const epochs = [simulation.runEpoch(), simulation.runEpoch(data[1])];
  const views = Math.max(...epochs.map((epoch) => epoch.views));
  return { bytes, kept, views, datasets: epochs.map((epoch) => epoch.datasets) };
}

/** The sources, with the strategies of this checkout where they have none of that name. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-'));
  const modules = [
    ...['crypto/bls-load', 'protocol/default-suite', 'sim/adversaries', 'sim/generate', 'sim/presets'],
    ...['sim/random', 'sim/simulation'],
  ];
  const own = {
    name: 'own',
    setup: (bundler) => {
      bundler.onResolve({ filter: /^\.\.?\// }, lacking);
      bundler.onLoad({ filter: /./, namespace: 'own' }, fromHere);
    },
  };
  const lines = modules.map((path) => `export * from './src/${path}.ts';`);
  if (!existsSync(join(root, 'src/sim/adversaries/exhaustion.ts'))) {
    const list = "import { adversaries as known } from './src/sim/adversaries.ts';";
    const more = "import { beggar, earlySlicesFlood } from './src/sim/adversaries/exhaustion.ts';";
    lines[2] = `${list}\n${more}\nexport const adversaries = { ...known, [earlySlicesFlood.name]: earlySlicesFlood, [beggar.name]: beggar };`;
  }
  try {
    symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'));
    const outfile = join(folder, 'bundle.mjs');
    await build({
      stdin: { contents: lines.join('\n'), resolveDir: root },
      ...{ outfile, bundle: true, format: 'esm', platform: 'node', target: 'es2023' },
      ...{ packages: 'external', logLevel: 'error', plugins: [own] },
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that the older sources lack. */
function lacking({ path, resolveDir }) {
  const wanted = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
  if (!wanted.startsWith(root) || existsSync(wanted)) return undefined;
  return existsSync(join(HERE, wanted.slice(root.length))) ? { path: wanted, namespace: 'own' } : undefined;
}

/** It is taken from here, and takes what it imports from them. */
function fromHere({ path }) {
  const contents = readFileSync(join(HERE, path.slice(root.length)), 'utf8');
  return { contents, loader: 'ts', resolveDir: dirname(path) };
}
