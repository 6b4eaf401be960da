import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, ROOT } from '../cli/built.js';

interface LockEntry {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** The manifest of this package. */
export const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
};

/** What `npm install` puts beside the package for those who embed it, by its place: from the lock file. */
export function runtimePackages(): ReadonlyMap<string, LockEntry> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  return new Map(
    Object.entries(packages).filter(([place, { dev, devOptional }]) => place !== '' && !dev && !devOptional),
  );
}

/** What a project on Node has of its own. */
const BESIDE = ['node_modules/@types/node', 'node_modules/undici-types'];

/** A project in which the packed package is installed, and of the others only what the package declares. */
export class Installed {
  readonly directory = mkdtempSync(join(tmpdir(), 'concordat-installed-'));
  /** Files of the package, as packed. */
  readonly files: readonly string[];
  /** Its bytes, unpacked. */
  readonly unpackedSize: number;
  readonly tarball: string;

  constructor() {
    build();
    const packed = execFileSync(
      'npm',
      [
        'pack',
        '--json',
        '--ignore-scripts',
        '--offline',
        '--loglevel',
        'error',
        '--pack-destination',
        this.directory,
      ],
      { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const [{ filename, files, unpackedSize }] = JSON.parse(packed) as [
      { filename: string; unpackedSize: number; files: readonly { readonly path: string }[] },
    ];
    this.unpackedSize = unpackedSize;
    this.files = files.map(({ path }) => path);
    this.tarball = join(this.directory, filename);
    const modules = join(this.directory, 'node_modules');
    mkdirSync(join(modules, 'concordat'), { recursive: true });
    execFileSync('tar', ['-xzf', this.tarball, '--strip-components=1', '-C', join(modules, 'concordat')]);
    for (const place of [...runtimePackages().keys(), ...BESIDE]) {
      if (place.lastIndexOf('node_modules/') > 0 || !existsSync(join(ROOT, place))) continue;
      mkdirSync(dirname(join(this.directory, place)), { recursive: true });
      symlinkSync(join(ROOT, place), join(this.directory, place), 'dir');
    }
    this.write('package.json', '{ "type": "module", "private": true }');
  }

  /** The package as it is installed. */
  get root(): string {
    return join(this.directory, 'node_modules', 'concordat');
  }

  write(name: string, text: string): string {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
