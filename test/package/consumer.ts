import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { Snippet } from './documents.js';
import { type Installed, PACKAGE } from './installed.js';

/** How a strict project of somebody else resolves and checks; their declarations are checked too. */
const STRICT: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
};

/** A way to resolve a package that has `exports`, and what else the project has. */
export interface Consumer {
  readonly options: ts.CompilerOptions;
  /** Whether code of Node's is at home there. */
  readonly onNode: boolean;
}

/** Node's own way; and a bundler's, without declarations of Node or of a browser: the core needs neither. */
export const CONSUMERS: Readonly<Record<string, Consumer>> = {
  nodenext: {
    options: {
      ...STRICT,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
    },
    onNode: true,
  },
  bundler: {
    options: {
      ...STRICT,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
    },
    onNode: false,
  },
};

/** What the compiler says of a file, at a line from 1. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What the compiler says of these files and all that they import. */
export function typeErrors(project: Installed, files: readonly string[], { options }: Consumer): Complaint[] {
  const typeRoots = [`${project.directory}/node_modules/@types`];
  const program = ts.createProgram(files, { ...options, typeRoots });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => ({
    file: file?.fileName ?? '',
    line: file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0,
    text: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}

/** The specifiers under which code can be imported. */
export const ENTRY_POINTS = Object.keys(PACKAGE.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'concordat'));

/** Whether code is for Node alone. */
export const isForNode = (code: string): boolean => /'concordat\/node'|'node:/.test(code);

/** The globals that programs of the documentation use, for a project without anybody's: every platform has them. */
export const GLOBALS = `
declare const console: { log(...what: unknown[]): void };
declare const crypto: { getRandomValues<T extends Uint8Array>(into: T): T };
`;

/** What a reader of a fragment has at hand, and the documentation need not repeat each time. */
const GIVEN = `
import { ConcordatError, reconcile, type ReconcileOptions } from 'concordat';
import { bls, keys } from 'concordat/crypto';
import { Bank, type ChainState, defaultSuite, type Input, Manifest, type Output } from 'concordat/protocol';
import { defineAdversary } from 'concordat/sim';
declare const options: ReconcileOptions;
declare const manifest: Manifest;
declare const index: number;
declare const secrets: keys.BankSecrets;
declare const log: readonly Uint8Array[];
declare const chain: ChainState;
declare const loadBls: typeof bls.loadBls;
declare function appendDurably(entries: readonly Uint8Array[]): Promise<void>;
declare function link(bank: number): { send(bytes: Uint8Array): void };
declare function setOrClear(timer: string, after: number | null): void;
declare function onOutput(event: Output): Promise<void>;
`;

/** What the reader of a fragment about `concordat/node` has besides. */
const GIVEN_ON_NODE = `
import { Dataset } from 'concordat';
import { Node, type Transport } from 'concordat/node';
declare const directory: string;
declare const transport: Transport;
declare const dataset: Dataset;
`;

/** A snippet as a file that stands alone: a fragment, which imports nothing, gets what is {@link GIVEN}. */
export function asModule({ code }: Snippet): string {
  if (/^import /m.test(code)) return code;
  return `${GIVEN}${/\bNode\b/.test(code) ? GIVEN_ON_NODE : ''}\n${code}`;
}

/** JavaScript of a snippet. */
export function transpiled(code: string): string {
  return ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  }).outputText;
}

/** Bare specifiers that a JavaScript file imports. */
export function packagesImportedBy(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0]);
}
