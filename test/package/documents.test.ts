import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../cli/built.js';
import { blocksOf, markdownFiles, textOf } from './documents.js';

/** Text without fenced blocks and code, in which brackets mean something else. */
const prose = (markdown: string): string =>
  markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '`code`');

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading]) => {
      const text = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = text.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    }),
  );
}

/** Why a link of a document leads nowhere; null when it does not. */
function broken(file: string, link: string): string | null {
  if (/^https?:/.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(join(ROOT, target))) return `${file}: ${link}: there is no ${target}`;
  if (anchor === undefined) return null;
  const isDocument = target.endsWith('.md') && statSync(join(ROOT, target)).isFile();
  return isDocument && anchors(textOf(target)).has(anchor) ? null : `${file}: ${link}: no such heading`;
}

describe('the documentation', () => {
  it('has links that lead to a file of the project, and to a heading of it', () => {
    const links = markdownFiles().flatMap((file) =>
      [...prose(textOf(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => ({ file, link: link! })),
    );
    expect(links.length).toBeGreaterThan(30);
    expect(links.flatMap(({ file, link }) => broken(file, link) ?? [])).toEqual([]);
  });

  it('has every guide within reach of the README or another document', () => {
    const reached = new Set(
      markdownFiles().flatMap((file) =>
        [...prose(textOf(file)).matchAll(/\]\(([^)\s#]+\.md)/g)].map(([, path]) =>
          normalize(join(dirname(file), path!)),
        ),
      ),
    );
    const documents = markdownFiles().filter((file) => file !== 'README.md');
    expect(documents.filter((file) => !reached.has(file))).toEqual([]);
  });

  it('says of every block what language it is in', () => {
    for (const file of markdownFiles()) {
      const fences = textOf(file).match(/^```/gm)?.length ?? 0;
      expect(fences, file).toBe(2 * blocksOf(textOf(file)).length);
    }
  });
});

describe('the check of links', () => {
  it.each(['nothing.md', '../nothing', '#no-such-heading', 'docs/protocol.md#no-such-heading', 'LICENSE#x'])(
    'finds %s broken',
    (link) => expect(broken('README.md', link)).not.toBeNull(),
  );

  it('knows headings with code, punctuation, links and repetition, and no heading in a block', () => {
    const text =
      '## Embedding `Bank`\n\n## C, the [inputs](x.md)\n\n## Again\n\n## Again\n\n```sh\n# no\n```\n';
    expect([...anchors(text)]).toEqual(['embedding-bank', 'c-the-inputs', 'again', 'again-1']);
  });
});
