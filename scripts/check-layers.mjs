// Refuses an import that points up or sideways between layers, a `node:` import in the core, a GPL package
// outside `src/zk`, and any circle of files.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', 'src');
/** Lower layers first: a file may import from its own layer and from layers before it. */
const order = ['crypto', 'data', 'protocol', 'node', 'sim', 'index', 'cli'];
/** A host on Node.js and the simulator both stand on the protocol, beside each other. */
const apart = new Set(['node', 'sim']);
const browserLayers = new Set(['crypto', 'data', 'protocol', 'sim', 'index']);
const gpl = /^(snarkjs|circomlib|circomlibjs|circom2)(\/|$)/;

const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(root, name))
  .sort();
const layerOf = (file) => relative(root, file).split(/[\\/]/)[0].replace(/\.ts$/, '');
const importPattern = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g;

const problems = [];
const graph = new Map();
for (const file of files) {
  const name = relative(root, file);
  const layer = layerOf(file);
  if (!order.includes(layer)) problems.push(`${name}: no layer is called "${layer}"`);
  const edges = [];
  const code = readFileSync(file, 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  // Biome denies the core the globals that would tie it to a host; a property it cannot deny.
  if (/\bMath\.random\b/.test(code)) problems.push(`${name}: Math.random is neither secret nor reproducible`);
  for (const [, specifier] of code.matchAll(importPattern)) {
    if (specifier.startsWith('node:') && browserLayers.has(layer))
      problems.push(`${name}: imports ${specifier}, but the core runs in a browser`);
    if (gpl.test(specifier) && layer !== 'zk') problems.push(`${name}: imports the GPL package ${specifier}`);
    if (!specifier.startsWith('.')) continue;
    const target = resolve(dirname(file), specifier).replace(/\.js$/, '.ts');
    if (!files.includes(target)) problems.push(`${name}: imports ${specifier}, which does not exist`);
    if (order.indexOf(layerOf(target)) > order.indexOf(layer))
      problems.push(`${name}: imports ${relative(root, target)}, which is a layer above it`);
    if (apart.has(layer) && apart.has(layerOf(target)) && layer !== layerOf(target))
      problems.push(`${name}: imports ${relative(root, target)}, which stands beside it`);
    edges.push(target);
  }
  graph.set(file, edges);
}

const done = new Set();
const visit = (file, path) => {
  const start = path.indexOf(file);
  if (start >= 0) {
    problems.push(`circle: ${[...path.slice(start), file].map((f) => relative(root, f)).join(' → ')}`);
    return;
  }
  if (done.has(file)) return;
  for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
  done.add(file);
};
for (const file of files) visit(file, []);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`layers: ${files.length} files, every import points down, no circle`);
