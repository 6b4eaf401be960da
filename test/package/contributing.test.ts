import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../cli/built.js';
import { textOf } from './documents.js';

const text = textOf('CONTRIBUTING.md');
/** Of these folders the map has the parts, of all others the whole. */
const DIVIDED = ['src', 'test'];

/** Folders that belong to the project: not those of git and editors, not what git is told to ignore. */
function folders(): string[] {
  const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n');
  const within = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') || name === '.ci')
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${join(folder, name)}/`)
      .filter((name) => !ignored.includes(name));
  return within('.').flatMap((name) => (DIVIDED.includes(name.slice(0, -1)) ? within(name) : [name]));
}

/** Files under a folder whose names end so; not the generated reference. */
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(ending) && !name.startsWith(join('docs', 'api')));

describe('CONTRIBUTING.md', () => {
  it('has a map of all folders, and of no others', () => {
    const map = /## Map\n\n```text\n([\s\S]*?)```/.exec(text)![1]!;
    const mapped = map
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]!);
    expect(mapped.toSorted()).toEqual(folders().toSorted());
  });

  it('names the layers and their order as they are checked', () => {
    const order = /`(crypto ← [^`]+)`/.exec(text)![1]!.split(' ← ');
    const checked = /const order = \[([^\]]+)\]/.exec(textOf('scripts/check-layers.mjs'))![1]!;
    const layers = [...checked.matchAll(/'(\w+)'/g)].map(([, layer]) => layer!);
    expect(layers.filter((layer) => order.includes(layer))).toEqual(order);
  });

  it('tells in less than ten lines how to add each of four things', () => {
    const sections = text.slice(text.indexOf('## How to add')).split(/^### /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual([
      'An adversary',
      'A message type',
      'A primitive',
      'A reconcile function',
    ]);
    for (const section of sections) {
      const lines = section.split('\n').filter((line) => line.trim() !== '');
      expect(lines.length - 1, section).toBeLessThan(10);
    }
  });

  it('names only files, scripts and identifiers that exist', () => {
    const named = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(15);
    for (const path of named) expect(existsSync(join(ROOT, path)), path).toBe(true);
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script!]);
    for (const [, identifier, file] of text.matchAll(/`(\w+)`(?:,)? in\s+`(src\/[\w./-]+\.ts)`/g))
      expect(textOf(file!), `${identifier} in ${file}`).toMatch(new RegExp(`\\b${identifier}\\b`));
  });

  /** The steps under a heading, in one line. */
  const recipe = (heading: string): string =>
    text
      .slice(text.indexOf(`### ${heading}\n`))
      .split(/^### /m)[1]!
      .replaceAll(/\s+/g, ' ');
  /** Source files and documents of the project that `knows` is true of. */
  const whereverKnown = (knows: (content: string) => boolean): string[] =>
    [...filesIn('src', '.ts'), ...filesIn('docs', '.md'), 'README.md'].filter((file) => knows(textOf(file)));

  it('names every file that knows the rules of a field by name, for a new one', () => {
    const known = whereverKnown((content) => content.includes('trimmed-mean'));
    expect(known.length).toBeGreaterThan(8);
    const steps = recipe('A reconcile function');
    const named = (file: string): boolean =>
      steps.includes(`\`${file}\``) || steps.includes(`\`${dirname(file)}/\``);
    expect(known.filter((file) => !named(file))).toEqual([]);
  });

  it('names every file that lists all messages, for a new one', () => {
    const declared = /export type MessageTypes = \{([\s\S]*?)\n\};/.exec(
      textOf('src/protocol/messages.ts'),
    )![1]!;
    const types = [...declared.matchAll(/^ {2}(?:readonly )?'?([\w-]+)'?: \w+;$/gm)].map(([, type]) => type!);
    expect(types.length).toBe(30);
    const lists = (content: string): boolean =>
      types.every((type) => new RegExp(`['"\`]${type}['"\`]|^ *${type}:`, 'm').test(content));
    const known = whereverKnown(lists);
    expect(known).toEqual(
      expect.arrayContaining(['src/protocol/messages.ts', 'src/cli/report-phases.ts', 'docs/protocol.md']),
    );
    const steps = recipe('A message type');
    expect(known.filter((file) => !steps.includes(`\`${file}\``))).toEqual([]);
  });
});
