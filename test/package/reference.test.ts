import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Application, LogLevel, TSConfigReader } from 'typedoc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../cli/built.js';
import { textOf } from './documents.js';
import { PACKAGE } from './installed.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'concordat-reference-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const plugin = (name: string): string => join(ROOT, 'scripts', name);

describe('the reference', () => {
  it('covers every entry point of the package', () => {
    const { entryPoints } = JSON.parse(textOf('typedoc.json')) as { entryPoints: string[] };
    const sources = Object.values(PACKAGE.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [target.default!.replace('./dist', 'src').replace('.js', '.ts')],
    );
    expect(entryPoints).toEqual(expect.arrayContaining(sources));
  });

  it('is made under both checks, whose warnings fail it', () => {
    expect(JSON.parse(textOf('typedoc.json'))).toMatchObject({
      plugin: ['./scripts/typedoc-properties.mjs', './scripts/typedoc-anchors.mjs'],
      treatWarningsAsErrors: true,
      treatValidationWarningsAsErrors: true,
    });
  });
});

/** Declarations, some members of which nobody has explained: those whose names begin with `bare`. */
const DECLARATIONS = `
/** An interface. */
export interface Table {
  /** Explained. */
  rows: number;
  bareColumns: number;
  /** Explained with what is in it. */
  size: { width: number; height: number };
  bareSize: { bareWidth: number };
}
/** A class. */
export class Book {
  /** Explained. */
  readonly pages: number = 1;
  readonly barePages: number = 1;
}
/** A union. */
export type Fault =
  /** Explained. */
  | { code: 'FIRST'; where: number }
  | { code: 'SECOND'; where: number }
  /** Explained, with what another type has. */
  | ({ code: 'THIRD' } & Table);
/** One variant of what may become a union. */
export type Single = { code: 'ONLY'; why: string };
/** No variant: a record. */
export type Plain = { bareWhy: string };
/** A function, whose argument has \`options.deep\`. */
export function read(options: { deep: boolean }): { found: number } {
  return { found: options.deep ? 1 : 0 };
}
`;

describe('the check of properties', () => {
  it('finds each that is not explained, and none that is, itself or by what it is written in', async () => {
    const entryPoint = write('declarations.ts', DECLARATIONS);
    write('package.json', '{ "name": "declarations", "type": "module" }');
    write('tsconfig.json', '{ "compilerOptions": { "noLib": true, "types": [] }, "include": ["*.ts"] }');
    const options = {
      entryPoints: [entryPoint],
      tsconfig: join(folder, 'tsconfig.json'),
      plugin: [plugin('typedoc-properties.mjs')],
      validation: false,
      skipErrorChecking: true,
      logLevel: LogLevel.None,
    };
    const app = await Application.bootstrapWithPlugins(options, [new TSConfigReader()]);
    const warnings: string[] = [];
    app.logger.validationWarning = (text: string) => warnings.push(text);
    app.validate((await app.convert())!);
    expect(warnings.map((text) => text.replace(' has no documentation', '')).sort()).toEqual([
      'Book.barePages',
      'Fault.__type.code (code SECOND)',
      'Fault.__type.where (code SECOND)',
      'Plain.bareWhy',
      'Table.bareColumns',
      'Table.bareSize',
      'Table.bareSize.__type.bareWidth',
    ]);
  });
});

describe('the check of anchors', () => {
  /** A page of the reference: ids that are on it, and links. */
  const page = (ids: readonly string[], links: readonly string[]): string =>
    [
      ...ids.map((id) => `<h2 id="${id}">x</h2>`),
      ...links.map((link) => `<a class="x" href="${link}">x</a>`),
    ].join('');
  const broken = async (): Promise<string[]> => {
    const { brokenLinks } = (await import(plugin('typedoc-anchors.mjs'))) as {
      brokenLinks(folder: string): string[];
    };
    return brokenLinks(join(folder, 'site'));
  };

  it('finds links to no page, to no anchor of another page and to none of their own', async () => {
    write(
      'site/index.html',
      page(['here'], ['#here', 'a/b.html#there', 'style.css', 'https://example.org/#x']),
    );
    write('site/style.css', '');
    write(
      'site/a/b.html',
      page(['there', 'c&amp;d'], ['../index.html', '../index.html#here', '#c%26d', '#c&amp;d']),
    );
    expect(await broken()).toEqual([]);
    write('site/a/c.html', page(['there'], ['#here', '../index.html#there', 'none.html', 'b.html#There']));
    expect(await broken()).toEqual([
      'a/c.html: #here: no such anchor',
      'a/c.html: ../index.html#there: no such anchor',
      'a/c.html: none.html: there is no a/none.html',
      'a/c.html: b.html#There: no such anchor',
    ]);
  });
});
