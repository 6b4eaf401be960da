import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/built.js';

/** Every Markdown file for people, relative to the project's directory. */
export function markdownFiles(): string[] {
  const under = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((name) => name.endsWith('.md') && !name.startsWith(join('docs', 'api')));
  return ['README.md', 'CONTRIBUTING.md', ...under('docs'), ...under('examples')].sort();
}

/** The text of a file of the project. */
export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** A fenced block of a Markdown text. */
export interface Block {
  /** The first word after the fence. */
  readonly language: string;
  /** What follows it: the name of a file, or nothing. */
  readonly title: string;
  readonly code: string;
  /** Of the fence, from 1. */
  readonly line: number;
}

/** All fenced blocks of a text, in order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```([a-z]+)(?: ([^\n]+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    title: match[2] ?? '',
    code: match[3]!,
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

/** A piece of TypeScript that the documentation shows. */
export interface Snippet {
  /** Where it stands, as `file:line`. */
  readonly place: string;
  readonly code: string;
}

/** Every TypeScript file of `src`. */
const sources = (): string[] =>
  readdirSync(join(ROOT, 'src'), { recursive: true })
    .map((name) => join('src', String(name)))
    .filter((name) => name.endsWith('.ts'))
    .sort();

/** Every `ts` block of the Markdown files and of docstrings in `src`. */
export const snippets = (): Snippet[] => [
  ...markdownFiles().flatMap((file) => typescriptIn(file, textOf(file))),
  ...docstringExamples(),
];

/** Every `ts` block of docstrings in `src`. */
export const docstringExamples = (): Snippet[] => sources().flatMap((file) => examplesIn(file, textOf(file)));

/** The `ts` blocks of the docstrings of one source text. */
export const examplesIn = (file: string, source: string): Snippet[] =>
  typescriptIn(file, source.replaceAll(/^ *\* ?/gm, ''));

const typescriptIn = (file: string, markdown: string): Snippet[] =>
  blocksOf(markdown)
    .filter(({ language }) => language === 'ts')
    .map(({ code, line }) => ({ place: `${file}:${line}`, code }));

/** The docstring that stands before a declaration of a source text; empty when none does. */
export function docstringOf(source: string, declaration: string): string {
  const before = source.slice(0, source.indexOf(`\n${declaration}`) + 1);
  return before.endsWith('*/\n') ? before.slice(before.lastIndexOf('/**')) : '';
}
