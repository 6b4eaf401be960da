import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { build, concordat, ROOT } from '../cli/built.js';
import { Folder } from '../cli/folder.js';
import { transpiled } from './consumer.js';
import { type Block, blocksOf, textOf } from './documents.js';

const GUIDES = 'docs/guides';
const run = promisify(execFile);
let folder: Folder;
beforeAll(() => {
  build();
  folder = new Folder();
  mkdirSync(folder.at('node_modules'));
  symlinkSync(ROOT, folder.at('node_modules/concordat'), 'dir');
});
afterAll(() => {
  folder.remove();
  vi.unstubAllEnvs();
});

/** Words of a line as a shell makes them, names with an asterisk replaced by the files that fit. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].flatMap(([, quoted, bare]) => {
    if (quoted !== undefined || !bare!.includes('*')) return [quoted ?? bare!];
    const [before, after] = bare!.split('*');
    return readdirSync(folder.path)
      .filter((name) => name.startsWith(before!) && name.endsWith(after!))
      .sort();
  });
}

/** Runs one line of a guide; gives the exit code, and what was said. */
async function execute(line: string): Promise<{ code: number | null; said: string }> {
  const variable = /^export (\w+)='([^']*)'$/.exec(line);
  if (variable) {
    vi.stubEnv(variable[1]!, variable[2]!);
    return { code: 0, said: '' };
  }
  const [npx, command, ...args] = words(line);
  expect([npx, command], line).toEqual(['npx', 'concordat']);
  // scrypt at its full cost takes a second for each of twelve uses; what it guards here is public.
  if (args[0] === 'keygen') args.push('--kdf-cost', '10');
  const { code, stdout, stderr } = await concordat(folder.path, ...args);
  return { code, said: stdout + stderr };
}

describe('the guide to a first consortium', () => {
  it('gives the files that it shows, when its commands are run in order', async () => {
    let commands = 0;
    for (const { language, title, code } of blocksOf(textOf(`${GUIDES}/first-consortium.md`))) {
      if (language !== 'sh') {
        if (commands === 0) folder.write(title, code);
        else expect(folder.text(title), title).toBe(code);
        continue;
      }
      const lines = code.trimEnd().split('\n');
      for (const [i, line] of lines.entries()) {
        commands++;
        const { code: exit, said } = await execute(line);
        expect(exit, `${line}\n${said}`).toBe(title === 'fails' && i === lines.length - 1 ? 1 : 0);
      }
    }
    expect(commands).toBeGreaterThan(15);
    expect(existsSync(folder.at('out/report.html'))).toBe(true);
  });
});

describe('the programs of the guides', () => {
  /** A program is a `ts` block that a `text` block follows: what it prints. */
  const programs = readdirSync(join(ROOT, GUIDES)).flatMap((file) => {
    const blocks = blocksOf(textOf(`${GUIDES}/${file}`));
    return blocks.flatMap((block, i): { name: string; code: string; printed: string }[] => {
      const next: Block | undefined = blocks[i + 1];
      if (block.language !== 'ts' || next?.language !== 'text') return [];
      return [{ name: `${file}:${block.line}`, code: block.code, printed: next.code }];
    });
  });

  it('print what the guides say', async () => {
    expect(programs.length).toBeGreaterThanOrEqual(8);
    const marks = programs.map(({ name, code }, i) => {
      folder.write(`program-${i}.mjs`, transpiled(code));
      return `console.log('== ${name}');\nawait import('./program-${i}.mjs');`;
    });
    folder.write('programs.mjs', marks.join('\n'));
    const { stdout } = await run(process.execPath, ['programs.mjs'], { cwd: folder.path });
    const expected = programs.map(({ name, printed }) => `== ${name}\n${printed}`);
    expect(stdout.split(/^(?=== )/m)).toEqual(expected);
  });
});
