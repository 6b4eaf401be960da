import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { openBankKeystore } from '../crypto/bank-keystore.js';
import type { Bls } from '../crypto/bls.js';
import { isConcordatError } from '../crypto/error.js';
import type { BankSecrets } from '../crypto/keys.js';
import { DEFAULT_KEYSTORE_COST, MAX_OPENING_COST, MIN_KEYSTORE_COST } from '../crypto/keystore.js';
import { JOINING_FORMATS, type JoiningDocument, readJoiningDocument } from '../protocol/joining-documents.js';
import { jsonText } from './artifacts.js';
import { exitCodeOf, inputError, outputError, usageError } from './cli-error.js';
import { readInput, readJson } from './input.js';
import { PUBLIC_FILE, writeNewFiles } from './new-files.js';
import { wholeNumber } from './options.js';
import { progressOn } from './progress.js';
import { readPassword } from './secret-input.js';

/** The files of one bank, all beside its keystore: what it published is at hand when it goes on. */
export interface BankFiles {
  readonly keystore: string;
  readonly keys: string;
  readonly reveal: string;
  readonly signature: string;
}

/** The files that belong to a keystore: `bank-a.keystore.json` has `bank-a.pub.json` and so on. */
export function bankFiles(keystore: string): BankFiles {
  const stem = keystore.replace(/(\.keystore)?\.json$/, '');
  return {
    keystore,
    keys: `${stem}.pub.json`,
    reveal: `${stem}.reveal.json`,
    signature: `${stem}.signature.json`,
  };
}

/**
 * A document that banks exchange.
 * @throws {@link CliError} `INPUT_UNREADABLE`
 */
function readDocument(file: string): JoiningDocument {
  const json = readJson(file);
  return asInput(file, () => readJoiningDocument(json));
}

/** A document of one of these kinds. */
export function readOneOf<const K extends JoiningDocument['kind']>(
  file: string,
  kinds: readonly K[],
): Extract<JoiningDocument, { kind: K }> {
  const document = readDocument(file);
  if (!kinds.some((kind) => kind === document.kind))
    inputError(file, `"format" is not ${kinds.map((kind) => JOINING_FORMATS[kind]).join(' or ')}`);
  return document as Extract<JoiningDocument, { kind: K }>;
}

/** What `read` gives; what it refuses is blamed on the file, as unreadable. */
function asInput<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isConcordatError(error)) inputError(file, error.message, {}, { cause: error });
    throw error;
  }
}

/** How a keystore is opened. */
export interface OpeningFlags {
  /** See {@link readPassword}. */
  readonly passwordFile?: string;
  /** Of {@link maxKdfCostOption}. */
  readonly maxKdfCost?: number;
}

/** `--max-kdf-cost`, without which a file that costs more than the standard's keystores is not opened. */
export const maxKdfCostOption = (): Option =>
  new Option(
    '--max-kdf-cost <n>',
    `open a keystore that takes up to 2^n steps (default: ${DEFAULT_KEYSTORE_COST})`,
  ).argParser(wholeNumber(MIN_KEYSTORE_COST, MAX_OPENING_COST));

/**
 * A bank's secrets, from its keystore and the password, which is asked for where it has to be.
 * @throws {@link CliError} `INPUT_UNREADABLE` when the password is wrong or the keystore was altered
 */
export async function openKeystore(
  file: string,
  { passwordFile, maxKdfCost }: OpeningFlags,
  bls: Bls,
): Promise<BankSecrets> {
  const json = readJson(file);
  const password = await readPassword(passwordFile, false);
  const progress = progressOn(process.stderr);
  progress.show('opening the keystore');
  try {
    return asInput(file, () =>
      openBankKeystore(json, password, bls, maxKdfCost === undefined ? {} : { maxCost: maxKdfCost }),
    );
  } finally {
    progress.clear();
  }
}

/**
 * Writes a document that must never change once it is out; the same again is no fault.
 * @param conflict what it means that another one is there
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function writeOnce(path: string, document: object, conflict: string): void {
  const text = jsonText(document);
  if (!existsSync(path)) writeNewFiles([{ path, text, mode: PUBLIC_FILE }]);
  else if (!Buffer.from(text).equals(readInput(path))) outputError(path, conflict);
}

/**
 * Refuses a file that is no keystore, before anything is said of the files beside it.
 * @throws {@link CliError} `INPUT_UNREADABLE`
 */
export function expectKeystore(file: string): void {
  const json = readJson(file);
  if (typeof json !== 'object' || json === null || !('crypto' in json))
    inputError(file, 'it is no keystore, which `concordat keygen` writes');
}

/**
 * Documents that banks exchange, each given once.
 * @throws {@link CliError} `USAGE_INVALID` for a file that is given twice, or two of one bank that are of one kind;
 * `INPUT_UNREADABLE`
 */
export function readDocuments(files: readonly string[]): JoiningDocument[] {
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const path = resolve(file);
    if (fileOf.has(path)) usageError(`${file} is given twice`);
    fileOf.set(path, file);
  }
  const owners = new Map<string, string>();
  return files.map((file) => {
    const document = readDocument(file);
    const bank = bankOf(document);
    const other = bank === null ? undefined : owners.get(`${document.kind} ${bank}`);
    if (other !== undefined) usageError(`${file}: ${bank} has the same document in ${other}`);
    if (bank !== null) owners.set(`${document.kind} ${bank}`, file);
    return document;
  });
}

function bankOf(document: JoiningDocument): string | null {
  switch (document.kind) {
    case 'keys':
      return document.keys.id;
    case 'reveal':
      return document.reveal.id;
    case 'signature':
      return document.signature.id;
    case 'proposal':
      return null;
  }
}

/** Refuses to go on without a file that an earlier command wrote beside the keystore. */
export function expectEarlier(path: string, command: string): void {
  if (!existsSync(path)) usageError(`${path} is not there: it is written by \`concordat ${command}\``);
}

/** Runs a command; with `--json` what does not verify is told on stdout too. */
export async function toldAsJson(isJson: boolean | undefined, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (isJson && isConcordatError(error) && exitCodeOf(error) === 1)
      process.stdout.write(jsonText({ valid: false, code: error.code, reason: error.message }));
    throw error;
  }
}
