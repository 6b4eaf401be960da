import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectDirectory, expectFile, writeDirectory, writeFile } from '../../src/cli/output.js';
import { build, ROOT } from './built.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'concordat-output-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(root, name), 'utf8');
function* failing(): Generator<string> {
  yield 'half of it';
  throw Object.assign(new Error('full'), { code: 'ENOSPC' });
}

describe('an output directory', () => {
  it('appears with all its files', () => {
    writeDirectory(
      join(root, 'deep/out'),
      new Map([
        ['a.csv', 'x'],
        ['b.csv', 'yé'],
      ]),
    );
    expect(readdirSync(root)).toEqual(['deep']);
    expect(readdirSync(join(root, 'deep'))).toEqual(['out']);
    expect(read('deep/out/b.csv')).toBe('yé');
  });

  it('has its files replaced, and foreign ones left alone', () => {
    writeDirectory(
      join(root, 'out'),
      new Map([
        ['a.csv', 'old'],
        ['b.csv', 'old'],
      ]),
    );
    writeFileSync(join(root, 'out/notes.txt'), 'mine');
    writeDirectory(join(root, 'out'), new Map([['a.csv', 'new']]));
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['a.csv', 'b.csv', 'notes.txt']);
    expect([read('out/a.csv'), read('out/b.csv'), read('out/notes.txt')]).toEqual(['new', 'old', 'mine']);
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('has nothing made beside it, where it may be a mount point, or all that we may write', () => {
    mkdirSync(join(root, 'out'));
    let beside: string[] = [];
    function* looking(): Generator<string> {
      beside = readdirSync(root);
      yield 'new';
    }
    writeDirectory(join(root, 'out'), new Map([['a.csv', looking()]]));
    expect(beside).toEqual(['out']);
    expect(readdirSync(join(root, 'out'))).toEqual(['a.csv']);
  });

  it('is whole when a signal to stop comes while it is written', () => {
    const script = `
      import { writeDirectory } from ${JSON.stringify(join(ROOT, 'dist/cli/output.js'))};
      function* slow() { process.kill(process.pid, 'SIGTERM'); yield 'first'; yield 'second'; }
      writeDirectory(${JSON.stringify(join(root, 'out'))}, new Map([['a.csv', slow()], ['b.csv', 'b']]));
      setTimeout(() => {}, 20_000);`;
    build();
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      143,
      'concordat: stopped by SIGTERM after the output was written whole\n',
    ]);
    expect(readdirSync(root)).toEqual(['out']);
    expect([read('out/a.csv'), read('out/b.csv')]).toEqual(['firstsecond', 'b']);
  }, 120_000);

  it('stays as it was when a file cannot be written', () => {
    writeDirectory(join(root, 'out'), new Map([['a.csv', 'old']]));
    const files = new Map<string, string | Iterable<string>>([
      ['a.csv', 'new'],
      ['b.csv', failing()],
    ]);
    expect(() => writeDirectory(join(root, 'out'), files)).toThrow('no space left');
    expect(readdirSync(join(root, 'out'))).toEqual(['a.csv']);
    expect(read('out/a.csv')).toBe('old');
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('stays as it was when a later file cannot be renamed into place', () => {
    writeDirectory(join(root, 'out'), new Map([['a.csv', 'old']]));
    mkdirSync(join(root, 'out/c.csv'));
    writeFileSync(join(root, 'out/c.csv/inside'), 'mine');
    const files = new Map([
      ['a.csv', 'new'],
      ['b.csv', 'new'],
      ['c.csv', 'new'],
    ]);
    expect(() => writeDirectory(join(root, 'out'), files)).toThrow('c.csv: it is a directory');
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['a.csv', 'c.csv']);
    expect([read('out/a.csv'), read('out/c.csv/inside')]).toEqual(['old', 'mine']);
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('is not made when writing fails, nor the directories above it', () => {
    const files = new Map([['a.csv', failing()]]);
    expect(() => writeDirectory(join(root, 'some/where/out'), files)).toThrow('no space left');
    expect(readdirSync(root)).toEqual([]);
  });

  it('is written through a symbolic link', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'out'));
    writeDirectory(join(root, 'out'), new Map([['a.csv', 'x']]));
    expect(read('real/a.csv')).toBe('x');
    expect(readdirSync(root).sort()).toEqual(['out', 'real']);
  });

  it('is refused beforehand where a file is, and below one', () => {
    writeFileSync(join(root, 'out'), 'mine');
    expect(() => expectDirectory(join(root, 'out'))).toThrow('not a directory');
    expect(() => writeDirectory(join(root, 'out'), new Map([['a', 'b']]))).toThrow('not a directory');
    expect(() => writeDirectory(join(root, 'out/below'), new Map([['a', 'b']]))).toThrow('not a directory');
    expect(read('out')).toBe('mine');
    expect(() => expectDirectory(join(root, 'absent'))).not.toThrow();
  });

  it('does not swallow a bug of whoever makes its content', () => {
    function* broken(): Generator<string> {
      yield (undefined as unknown as string[])[0]!;
    }
    expect(() => writeDirectory(join(root, 'out'), new Map([['a.csv', broken()]]))).toThrow(TypeError);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('an output file', () => {
  it('replaces the old one and leaves nothing beside it', () => {
    writeFile(join(root, 'report.html'), 'old');
    writeFile(join(root, 'report.html'), 'new');
    expect(read('report.html')).toBe('new');
    expect(readdirSync(root)).toEqual(['report.html']);
  });

  it('is refused where a directory is, and without a directory around it', () => {
    mkdirSync(join(root, 'report.html'));
    expect(() => expectFile(join(root, 'report.html'))).toThrow('it is a directory');
    expect(() => expectFile(join(root, 'absent/report.html'))).toThrow('its directory does not exist');
    expect(() => writeFile(join(root, 'absent/report.html'), 'x')).toThrow('its directory does not exist');
    expect(existsSync(join(root, 'absent'))).toBe(false);
  });
});
