import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The text of one `<script>` element of the page, and the source that a Content-Security-Policy allows it by. */
export interface PageScript {
  readonly kind: 'classic' | 'module';
  readonly text: string;
  /** `'sha256-…'`, with the quotes. */
  readonly source: string;
}

/** Chart.js and what draws and sorts with it, in the order in which the page runs them. */
export function pageScripts(): readonly PageScript[] {
  return [
    inline('classic', chartLibrary()),
    inline('module', own('charts.js')),
    inline('module', own('tables.js')),
  ];
}

/** The build of Chart.js for a `<script>` element lies beside the one that `require` finds; it is not exported itself. */
function chartLibrary(): string {
  const entry = createRequire(import.meta.url).resolve('chart.js');
  return readFileSync(join(entry, '..', 'chart.umd.min.js'), 'utf8');
}

const own = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`./page/${name}`, import.meta.url)), 'utf8');

/** The source of a policy for `text`: the base64 of its SHA-256, as CSP level 3 has it. */
export const hashSource = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function inline(kind: PageScript['kind'], code: string): PageScript {
  const text = scriptText(code);
  return { kind, text, source: hashSource(text) };
}

/**
 * Code that may stand inside a `<script>` element: what would end the element, or begin a comment in it, is written
 * with a backslash that strings and regular expressions ignore. Source maps are left out: they would be fetched.
 */
export function scriptText(code: string): string {
  return code.replace(/^\/\/# sourceMappingURL=.*$/gm, '').replace(/<(?=\/script|!--|script)/gi, '\\x3c');
}

/** A value as JSON that may stand inside a `<script>` element: no text in it can end the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
