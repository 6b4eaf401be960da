import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isConcordatError } from '../crypto/error.js';
import { outputError } from './cli-error.js';
import { systemReason } from './system-reason.js';

/** What a command writes: file name → text, or pieces of text that are written one after the other. */
export type OutputFiles = ReadonlyMap<string, string | Iterable<string>>;

/**
 * Refuses an output directory that cannot become one, before a long run rather than after it.
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function expectDirectory(path: string): void {
  if (existsSync(path) && !statSync(path).isDirectory())
    outputError(path, 'it exists and is not a directory');
  expectWritable(path, resolve(path));
}

/** Refuses what the system would refuse: the nearest directory that exists is where the first entry is made. */
function expectWritable(path: string, place: string): void {
  const nearest = nearestExisting(place);
  try {
    if (!statSync(nearest).isDirectory()) outputError(path, `${nearest} is not a directory`);
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isConcordatError(error)) throw error;
    outputError(path, systemReason(error), { cause: error });
  }
}

function nearestExisting(place: string): string {
  return existsSync(place) || dirname(place) === place ? place : nearestExisting(dirname(place));
}

/**
 * Refuses an output file whose place is taken by a directory, or has none around it.
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function expectFile(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) outputError(path, 'it is a directory');
  if (!existsSync(dirname(resolve(path)))) outputError(path, 'its directory does not exist');
  expectWritable(path, dirname(resolve(path)));
}

/**
 * Writes `files` into the directory `path`, all or none.
 *
 * When `path` does not exist, they are written and synced in a sibling directory, which is then renamed. Else they are written
 * in a hidden directory within it, since it may be a mount point, or the only place where we may write, and renamed over their
 * namesakes; other files in it are left alone. When anything fails, what was renamed is taken back, and nothing of ours
 * remains; a signal that asks to stop is heeded when everything is in place. A crash of the machine between two renames may leave files of both runs.
 *
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function writeDirectory(path: string, files: OutputFiles): void {
  expectDirectory(path);
  deferSignals();
  const undo: (() => void)[] = [];
  try {
    const target = existsSync(path) ? realpathSync(path) : resolve(path);
    const made = mkdirSync(dirname(target), { recursive: true });
    if (made !== undefined) undo.push(() => rmSync(made, { recursive: true, force: true }));
    const isThere = existsSync(target);
    const temporary = isThere ? temporaryBeside(join(target, '.concordat')) : temporaryBeside(target);
    undo.push(() => rmSync(temporary, { recursive: true, force: true }));
    mkdirSync(temporary);
    for (const [name, content] of files) writeSynced(join(temporary, name), content);
    if (isThere) {
      replaceFiles(temporary, target, [...files.keys()], undo);
      rmSync(temporary, { recursive: true, force: true });
      syncDirectory(target);
    } else {
      renameSync(temporary, target);
      syncDirectory(dirname(target));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    outputError(path, systemReason(error), { cause: error });
  }
}

/** Renames files of `from` over those of `to`; old ones are kept in `from` until the caller removes it. */
function replaceFiles(from: string, to: string, names: readonly string[], undo: (() => void)[]): void {
  for (const name of names) {
    const [place, old] = [join(to, name), join(from, `${name}.old`)];
    if (existsSync(place)) {
      // A directory of that name is not ours, and would be lost with the old files.
      if (statSync(place).isDirectory()) outputError(place, 'it is a directory');
      renameSync(place, old);
      undo.push(() => renameSync(old, place));
    }
    renameSync(join(from, name), place);
    undo.push(() => rmSync(place, { force: true }));
  }
}

/**
 * Writes one file, all or nothing, by renaming a synced sibling over it.
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function writeFile(path: string, content: string): void {
  expectFile(path);
  const target = existsSync(path) ? realpathSync(path) : resolve(path);
  const temporary = temporaryBeside(target);
  deferSignals();
  try {
    writeSynced(temporary, content);
    renameSync(temporary, target);
    syncDirectory(dirname(target));
  } catch (error) {
    rmSync(temporary, { force: true });
    outputError(path, systemReason(error), { cause: error });
  }
}

let isDeferring = false;

/**
 * From here on signals that ask to stop wait until the files that are being written are in place: writing does not return
 * to the loop that hears them. Before, they end the process at once, and nothing has been written.
 */
function deferSignals(): void {
  if (isDeferring) return;
  isDeferring = true;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.once(signal, () => {
      process.stderr.write(`concordat: stopped by ${signal} after the output was written whole\n`);
      process.exit(code);
    });
}

/** In the same directory, so that a rename stays on one file system and is atomic. */
const temporaryBeside = (target: string): string =>
  join(dirname(target), `${basename(target)}.tmp-${randomBytes(6).toString('hex')}`);

/** Characters collected before a write to the file. */
const CHUNK = 1 << 16;

function writeSynced(path: string, content: string | Iterable<string>): void {
  const file = openSync(path, 'wx');
  try {
    let pending = '';
    for (const piece of typeof content === 'string' ? [content] : content) {
      pending += piece;
      if (pending.length < CHUNK) continue;
      writeAll(file, pending);
      pending = '';
    }
    writeAll(file, pending);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The system may take fewer bytes than it is given. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Makes renames durable. Windows cannot open a directory: there it is left to the file system. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
