import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../cli/built.js';
import { textOf } from './documents.js';
import { PACKAGE, runtimePackages } from './installed.js';

const text = textOf('docs/dependencies.md');
/** Rows of the tables: a package with its version and size in kB, and what is said of it. */
const rows = [...text.matchAll(/^\| `([^`]+)` \| ([\d.]+) \| (\d+) \| (.+) \|$/gm)].map(
  ([, name, version, kB, why]) => ({ name: name!, version: version!, kB: Number(kB), why: why! }),
);
/** Packages at the top of node_modules that users of this one get, of this platform; others lie within these. */
const installed = [...runtimePackages()].filter(
  ([place]) => place.lastIndexOf('node_modules/') === 0 && existsSync(join(ROOT, place)),
);
const nameOf = (place: string): string => place.replace('node_modules/', '');

/** The WebAssembly module that stands in the source. */
const module = /'([A-Za-z0-9+/=]{1000,})'/.exec(textOf('src/crypto/reed-solomon-wasm.ts'))![1]!;

function kilobytes(place: string): number {
  const files = readdirSync(join(ROOT, place), { recursive: true, withFileTypes: true });
  const sizes = files
    .filter((file) => file.isFile())
    .map((file) => statSync(join(file.parentPath, file.name)).size);
  return sizes.reduce((a, b) => a + b, 0) / 1000;
}

describe('docs/dependencies.md', () => {
  it('names each package that is asked for directly, in its version, with a reason', () => {
    const asked = { ...PACKAGE.dependencies, ...PACKAGE.optionalDependencies };
    const told = rows.filter(({ why }) => !why.startsWith('`'));
    expect(Object.fromEntries(told.map(({ name, version }) => [name, version]))).toEqual(asked);
    for (const { why } of told) expect(why.length).toBeGreaterThan(20);
  });

  it('counts them: nine, one optional, and what comes with them', () => {
    expect(Object.keys(PACKAGE.dependencies).length).toBe(9);
    expect(Object.keys(PACKAGE.optionalDependencies).length).toBe(1);
    expect(text).toContain(
      'Nine packages are asked for directly, one more is optional, and eight come with them.',
    );
    const nested = [...runtimePackages().keys()].filter((place) => place.lastIndexOf('node_modules/') > 0);
    const platforms = [...runtimePackages().keys()].filter((place) => /\/blst-/.test(place));
    expect(runtimePackages().size - platforms.length - 10 + 1).toBe(8);
    expect(nested).toEqual(['node_modules/micro-packed/node_modules/@scure/base']);
  });

  it('names everything that is installed, in its version, and nothing else', () => {
    const portable = (name: string): boolean => !name.startsWith('@chainsafe/blst-');
    const told = rows.map(({ name, version }) => [name, version]).filter(([name]) => portable(name!));
    const found = installed.map(([place, { version }]) => [nameOf(place), version]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(found.filter(([name]) => portable(name!))));
  });

  it('has the sizes as they are', () => {
    for (const { name, kB } of rows) {
      const place = join('node_modules', name);
      if (existsSync(join(ROOT, place))) expect(Math.abs(kilobytes(place) - kB), name).toBeLessThanOrEqual(1);
    }
    const inlined = Math.round(Buffer.from(module, 'base64').length / 1000);
    expect(text).toContain(`a WebAssembly module of ${inlined} kB`);
    const total = rows.reduce((sum, { kB }) => sum + kB, 0) / 1000;
    expect(text).toContain(`Together they take ${total.toFixed(1)} MB`);
  });

  it('is right that all licences are permissive, and that none runs a script when it is installed', () => {
    for (const [place, { hasInstallScript }] of installed) {
      const { license } = JSON.parse(readFileSync(join(ROOT, place, 'package.json'), 'utf8')) as {
        license: string | { type: string };
      };
      expect(['MIT', 'Apache-2.0'], place).toContain(typeof license === 'string' ? license : license.type);
      expect(hasInstallScript, place).toBeUndefined();
    }
  });
});
