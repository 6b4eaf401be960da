import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asModule,
  CONSUMERS,
  ENTRY_POINTS,
  GLOBALS,
  isForNode,
  packagesImportedBy,
  transpiled,
  typeErrors,
} from './consumer.js';
import { docstringExamples, docstringOf, examplesIn, snippets, textOf } from './documents.js';
import { Installed, PACKAGE } from './installed.js';

const run = promisify(execFile);
let project: Installed;
beforeAll(() => {
  project = new Installed();
});
afterAll(() => project.remove());

describe('the packed package', () => {
  it('has every file that its exports and commands name', () => {
    const targets = Object.values(PACKAGE.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    for (const target of [...targets, ...Object.values(PACKAGE.bin)])
      expect(project.files, target).toContain(target.replace('./', ''));
  });

  it('has nothing that is only for work on the project', () => {
    const wanted =
      /^(dist|src|examples|docs)\/|^(README|CONTRIBUTING|CHANGELOG)\.md$|^(LICENSE|package\.json)$/;
    expect(project.files.filter((file) => !wanted.test(file))).toEqual([]);
    expect(project.files.filter((file) => /^docs\/api\/|tsbuildinfo|\.test\.|\.building/.test(file))).toEqual(
      [],
    );
  });

  it('is not larger than docs/dependencies.md says', () => {
    expect(textOf('docs/dependencies.md')).toContain('Concordat itself takes less than 7 MB');
    expect(project.unpackedSize).toBeLessThan(7_000_000);
  });

  it('has the sources that its maps name, so that a debugger and an editor find them', () => {
    const maps = project.files.filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(project.root, map), 'utf8')) as { sources: string[] };
      for (const source of sources)
        expect(existsSync(join(project.root, dirname(map), source)), `${map} names ${source}`).toBe(true);
    }
  });

  it('imports no package that it does not declare', () => {
    const declared = Object.keys(PACKAGE.dependencies);
    const used = new Set(
      project.files
        .filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file))
        .flatMap((file) => packagesImportedBy(join(project.root, file))),
    );
    expect([...used].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('can be imported at every entry point, and its manifest read', async () => {
    const program = ENTRY_POINTS.map(
      (entry) => `console.log('${entry}', Object.keys(await import('${entry}')).length > 0);`,
    );
    program.push(`const { createRequire } = await import('node:module');`);
    program.push(`console.log(createRequire(import.meta.url)('concordat/package.json').version);`);
    const path = project.write('imports.mjs', program.join('\n'));
    const { stdout } = await run(process.execPath, [path]);
    expect(stdout).toBe(`${ENTRY_POINTS.map((entry) => `${entry} true\n`).join('')}${PACKAGE.version}\n`);
  });

  it('has the command', async () => {
    const command = join(project.root, PACKAGE.bin.concordat!);
    expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect((await run(process.execPath, [command, '--help'])).stdout).toContain('Usage: concordat');
  });
});

/** A docstring whose example asks of the report what it does not have. */
const WRONG_EXAMPLE = `
/**
 * Simulates.
 * @example
 * \`\`\`ts
 * import { simulate } from 'concordat';
 *
 * console.log((await simulate()).agreed);
 * \`\`\`
 */
`;

/** Files that a strict compiler must refuse, each for one reason. */
const FAULTS = {
  example: examplesIn('wrong.ts', WRONG_EXAMPLE)[0]!.code,
  internal: `import 'concordat/dist/protocol/epoch.js';`,
  unknown: `import 'concordat/node_modules';`,
  index: `import { simulate } from 'concordat'; (await simulate()).perBank[0].id;`,
  optional: `import { simulate } from 'concordat'; await simulate({ seed: undefined });`,
  missing: `import { verifySeal } from 'concordat'; const { nothing } = await verifySeal({}, {}); void nothing;`,
};

describe('in a strict project of somebody else, declarations of packages checked', () => {
  it.each(Object.entries(CONSUMERS))(
    'that resolves as %s, all examples type-check, and no wrong program does',
    (_, consumer) => {
      const entries = ENTRY_POINTS.filter((entry) => consumer.onNode || !entry.endsWith('/node'));
      const all = entries.map((entry, i) => `import * as e${i} from '${entry}';\nvoid e${i};`);
      const names = new Map([
        [project.write('all.ts', all.join('\n')), 'entry points'],
        ...(consumer.onNode ? [] : [[project.write('globals.d.ts', GLOBALS), 'globals'] as const]),
      ]);
      for (const [i, snippet] of snippets().entries()) {
        const code = asModule(snippet);
        if (consumer.onNode || !isForNode(code))
          names.set(project.write(`snippets/${i}.ts`, code), snippet.place);
      }
      expect(names.size).toBeGreaterThan(6);
      const faulty = new Map(
        Object.entries(FAULTS).map(([name, code]) => [project.write(`faults/${name}.ts`, `${code}\n`), name]),
      );
      const errors = typeErrors(project, [...names.keys(), ...faulty.keys()], consumer);
      const told = errors.filter(({ file }) => !faulty.has(file));
      expect(told.map(({ file, line, text }) => `${names.get(file) ?? file}+${line}: ${text}`)).toEqual([]);
      const refused = errors.flatMap(({ file }) => faulty.get(file) ?? []);
      expect(new Set(refused)).toEqual(new Set(Object.keys(FAULTS)));
    },
  );
});

describe('the examples of the README', () => {
  it('run as they stand in a project of somebody else', async () => {
    const shown = snippets().filter(({ place }) => place.startsWith('README.md'));
    expect(shown.length).toBe(2);
    const files = shown.map(({ code }, i) => project.write(`readme-${i}.mjs`, transpiled(code)));
    const printed = await Promise.all(files.map((file) => run(process.execPath, [file])));
    expect(printed.map(({ stdout }) => stdout)).toEqual([
      `true 2\n2 divergent [ 'west' ]\n32 true\n`,
      `[ 1n, 100n ] function [ 'north' ]\n`,
    ]);
  });
});

/** What an example prints by its own comments: `console.log(…); // this`. */
const printedBy = (code: string): string[] =>
  [...code.matchAll(/^console\.log\(.*\); \/\/ (.+)$/gm)].map(([, printed]) => printed!);

describe('the examples of docstrings', () => {
  /** Programs: they import what they use, and nothing that only a host has. */
  const programs = docstringExamples().filter(({ code }) => /^import /m.test(code) && !isForNode(code));

  it('are there for the calls that most programs need, and for every namespace of the cryptography', () => {
    const namespaces = textOf('src/crypto/index.ts').match(/^export \* as \w+/gm)!;
    expect(namespaces.length).toBe(11);
    const declarations = [
      ...namespaces.map((namespace) => ['src/crypto/index.ts', namespace]),
      ['src/crypto/hash.ts', 'export function hash('],
      ['src/crypto/identity.ts', 'export const identity '],
      ['src/data/schema-json.ts', 'export function defineSchema('],
      ['src/data/dataset.ts', 'export class Dataset '],
      ['src/data/sketch-decoder.ts', 'export class SketchDecoder '],
      ['src/protocol/bank.ts', 'export class Bank '],
      ['src/protocol/joining.ts', 'export function propose('],
      ['src/protocol/verify-seal.ts', 'export async function verifySeal('],
      ['src/sim/reconcile.ts', 'export async function reconcile('],
      ['src/sim/simulate.ts', 'export async function simulate('],
      ['src/sim/adversary.ts', 'export function defineAdversary('],
      ['src/node/node.ts', 'export class Node '],
    ] as const;
    const without = declarations.filter(
      ([file, declaration]) => !docstringOf(textOf(file!), declaration!).includes('```ts'),
    );
    expect(without).toEqual([]);
  });

  it('print what their comments say', async () => {
    expect(programs.length).toBeGreaterThanOrEqual(20);
    const marks = programs.map(({ place, code }, i) => {
      project.write(`example-${i}.mjs`, transpiled(code));
      return `console.log('== ${place}');\nawait import('./example-${i}.mjs');`;
    });
    const { stdout } = await run(process.execPath, [project.write('examples.mjs', marks.join('\n'))]);
    const expected = programs.map(({ place, code }) => [`== ${place}`, ...printedBy(code), ''].join('\n'));
    for (const { place, code } of programs) expect(printedBy(code).length, place).toBeGreaterThan(0);
    expect(stdout.split(/^(?=== )/m)).toEqual(expected);
  });
});
