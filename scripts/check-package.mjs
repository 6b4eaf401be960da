// Checks the package as it would be published, with the tools that others check it with: publint (exports, files) and
// attw (types that fit the code, for modules and bundlers; CommonJS is not offered). Needs the built `dist`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'concordat-package-'));
const run = (command, args, stdio = 'inherit') =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio });
const tool = (path, ...args) => run(process.execPath, [join(root, 'node_modules', path), ...args]);

try {
  const flags = ['--json', '--ignore-scripts', '--loglevel', 'error', '--pack-destination', folder];
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(run('npm', ['pack', ...flags], 'pipe'));
  console.log(`${filename}: ${entryCount} files, ${size} bytes, unpacked ${unpackedSize}`);
  tool('publint/src/cli.js', join(folder, filename), '--strict');
  tool('@arethetypeswrong/cli/dist/index.js', join(folder, filename), '--profile', 'esm-only');
} catch (error) {
  // A tool has said what is wrong.
  if (error.stderr) console.error(error.stderr);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
