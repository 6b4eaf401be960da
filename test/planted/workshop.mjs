import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'src');

const compiled = (text) => transformSync(text, { loader: 'ts', format: 'esm', target: 'es2023' }).code;

/** The sources as they are now, by their path under `src`. */
export function readSources() {
  const names = readdirSync(SOURCES, { recursive: true }).filter((name) => /\.(ts|js)$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(SOURCES, name), 'utf8')]));
}

/**
 * The sources that a mistake changes, changed.
 * @throws when a place to change is not there exactly once, or the change is none
 */
export function planted(sources, { edits }) {
  const changed = new Map();
  for (const { file, find, replace } of edits) {
    const text = changed.get(file) ?? sources.get(file);
    if (text === undefined) throw new Error(`there is no ${file}`);
    const times = text.split(find).length - 1;
    if (times !== 1) throw new Error(`${file} has ${times} times, not once:\n${find}`);
    if (find === replace) throw new Error(`nothing is changed in ${file}`);
    changed.set(
      file,
      text.replace(find, () => replace),
    );
  }
  return changed;
}

/** Compiles sources into `folder`, types unchecked, so that they find the packages that they import. */
export function build(sources, folder) {
  write(sources, folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** A copy of what was built in `sound`, with changed sources, in `folder`. */
export function rebuild(sound, changed, folder) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(sound, folder, { recursive: true, verbatimSymlinks: true });
  write(changed, folder);
}

function write(sources, folder) {
  for (const [name, text] of sources) {
    const path = join(folder, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name.endsWith('.ts') ? compiled(text) : text);
  }
}
