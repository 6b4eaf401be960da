// A plugin of TypeDoc: after the reference is written, every link in it must lead to a page of it and to an id there.
// TypeDoc itself checks links between declarations, not the anchors of its own pages or of documents' headings.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Renderer } from 'typedoc';

/** Hooks the check in behind TypeDoc's writing of pages; a warning there fails the run. */
export function load(app) {
  app.renderer.on(Renderer.EVENT_END, ({ outputDirectory }) => {
    for (const broken of brokenLinks(outputDirectory)) app.logger.warn(broken);
  });
}

/** The links of a folder's pages that lead to no file of it, or to no id on the page. */
export function brokenLinks(folder) {
  const pages = new Map(
    readdirSync(folder, { recursive: true })
      .map((name) => String(name).replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.html'))
      .map((name) => [name, pageOf(readFileSync(join(folder, name), 'utf8'))]),
  );
  return [...pages].flatMap(([name, { links }]) =>
    links.flatMap((link) => fault(folder, pages, name, link) ?? []),
  );
}

function pageOf(html) {
  const all = (pattern) => [...html.matchAll(pattern)].map(([, value]) => value.replaceAll('&amp;', '&'));
  return { links: [...new Set(all(/<a [^>]*?href="([^"]*)"/g))], ids: new Set(all(/ id="([^"]*)"/g)) };
}

function fault(folder, pages, name, link) {
  if (/^[a-z]+:/.test(link)) return null;
  const { pathname, hash } = new URL(link, `file:///${name}`);
  const target = pathname === '/' ? 'index.html' : decodeURIComponent(pathname.slice(1));
  if (!existsSync(join(folder, target))) return `${name}: ${link}: there is no ${target}`;
  const anchor = decodeURIComponent(hash.slice(1));
  if (anchor === '' || !target.endsWith('.html') || pages.get(target).ids.has(anchor)) return null;
  return `${name}: ${link}: no such anchor`;
}
