import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of files that a test may alter. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'concordat-'));

  /** The path of a file in it. */
  at(name: string): string {
    return join(this.path, name);
  }

  text(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  json(name: string): Record<string, string> {
    return JSON.parse(this.text(name));
  }

  write(name: string, content: string | object): string {
    writeFileSync(this.at(name), typeof content === 'string' ? content : JSON.stringify(content));
    return this.at(name);
  }

  /** Changes members of a JSON file. */
  alter(name: string, changes: object): void {
    this.write(name, { ...this.json(name), ...changes });
  }

  copy(): Folder {
    const folder = new Folder();
    cpSync(this.path, folder.path, { recursive: true });
    return folder;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
