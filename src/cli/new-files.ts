import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { outputError } from './cli-error.js';
import { expectFile } from './output.js';
import { systemReason } from './system-reason.js';

/** A file that must not exist yet. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Its permissions, such as 0o600 for a secret: set when it is created, so that nobody can read it in between. */
  readonly mode: number;
}

/** Permissions of a file that everybody may read. */
export const PUBLIC_FILE = 0o644;
/** Permissions of a file that only its owner may read. On Windows, whose files have none, its folder has to protect it. */
export const SECRET_FILE = 0o600;

/**
 * Refuses a path that is taken, before somebody is asked for a password rather than after it.
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function expectNew(path: string): void {
  expectFile(path);
  if (existsSync(path)) outputError(path, 'it exists already, and is not overwritten');
}

/**
 * Creates files, all or none, none over an existing one: a keystore that is lost cannot be made again. Each is written
 * and synced under a temporary name and then linked to its own, which fails when that exists, even at the same moment.
 *
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function writeNewFiles(files: readonly NewFile[]): void {
  const created: string[] = [];
  try {
    for (const file of files) {
      expectNew(file.path);
      createLinked(file);
      created.push(file.path);
    }
    for (const { path } of files) syncDirectoryOf(path);
  } catch (error) {
    for (const path of created) rmSync(path, { force: true });
    throw error;
  }
}

function createLinked({ path, text, mode }: NewFile): void {
  const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(temporary, path);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    outputError(path, exists ? 'it exists already, and is not overwritten' : systemReason(error), {
      cause: error,
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes new names durable. Windows cannot open a directory: there it is left to the file system. */
function syncDirectoryOf(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(dirname(resolve(path)), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
