import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { vi } from 'vitest';

/** The project's directory. */
export const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/cli/main.js');
const LOCK = join(ROOT, 'dist/.building');

/** Builds `dist` unless it is newer than every source. Test files run side by side: one builds, the others wait. */
export function build(): void {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  for (const deadline = Date.now() + 100_000; ; ) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      // A lock that nobody removed must not stop tests for good.
      if (Date.now() > deadline) break;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    if (!existsSync(MAIN) || newestSource() > statSync(MAIN).mtimeMs)
      execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
        cwd: ROOT,
      });
  } finally {
    rmdirSync(LOCK);
  }
}

function newestSource(): number {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true }).filter((e) =>
    e.isFile(),
  );
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

/** What a run of the command line left. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in `cwd`, in a process of its own. */
export function spawned(cwd: string, ...args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: status, stdout, stderr };
}

/**
 * The same within this process and from the sources: loading the program again for every case would take most of the
 * time, and needs no build.
 */
export async function concordat(cwd: string, ...args: readonly string[]): Promise<Run> {
  const { run } = await import('../../src/cli/run.js');
  const home = process.cwd();
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  process.chdir(cwd);
  try {
    return { code: await run(args), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.chdir(home);
    process.exitCode = undefined;
  }
}

/** The one line that a refused command prints, after checking that it is one, has no stack trace and nothing else. */
export function refusal(run: Run, code: number): string {
  const { stdout, stderr } = run;
  if (run.code !== code) throw new Error(`exit ${run.code}, not ${code}: ${stderr}${stdout}`);
  if (!/^concordat: [^\n]+\n$/.test(stderr) || /^\s*at /m.test(stderr))
    throw new Error(`not one line: ${stderr}`);
  if (stdout !== '') throw new Error(`stdout is not empty: ${stdout}`);
  return stderr.slice('concordat: '.length, -1);
}
