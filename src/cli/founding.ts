import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputError } from './cli-error.js';

/**
 * Refuses an output directory in which `manifest.json` is anything but the manifest of a rehearsal. That of a founding cannot
 * be made again, since its banks open their shares of the seed once; neither is any other file of that name ours to replace.
 * Asked before a run, and again before its files are written.
 *
 * @throws {@link CliError} `OUTPUT_FAILED`
 */
export function expectNoFounding(directory: string): void {
  const path = join(directory, 'manifest.json');
  if (existsSync(path) && !isRehearsal(path))
    outputError(path, 'it is not the manifest of a rehearsal, and is not overwritten; choose another --out');
}

/** What the document says of itself will do: this guards against a slip, and not against who altered it. */
function isRehearsal(path: string): boolean {
  try {
    const { format, rehearsal } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return format === 'concordat-manifest' && rehearsal === true;
  } catch {
    return false;
  }
}
