import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Compiles TypeScript of the project as it is now, with all that it imports, and loads it.
 *
 * @param entries paths of modules below the project's directory; what they export must not clash
 */
export async function load(...entries) {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const outfile = join(folder, 'bundle.mjs');
    await build({
      stdin: {
        contents: entries.map((entry) => `export * from './${entry}';`).join('\n'),
        resolveDir: ROOT,
      },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2023',
      packages: 'external',
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
