import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReportPage, reportPage } from '../../src/cli/report-html.js';
import { sampleBank, sampleReport, sampleTimeline } from './sample-report.js';

/** A browser that may be there: it is no dependency, and without one nothing here can be shown. */
const CHROMIUM = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  existsSync,
);

const HOSTILE = `</script><img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;
const sides = [
  { banks: ['bank-01', 'bank-02'], holds: 'agreed', value: null },
  { banks: [HOSTILE], holds: 'other', value: HOSTILE },
] as const;
const breaks = Array.from({ length: 12 }, (_, i) => ({
  key: String(i),
  field: null,
  state: i < 5 ? ('unvouched' as const) : ('divergent' as const),
  reason: i === 7 ? 'found by its reason' : HOSTILE,
  holders: ['bank-01'],
  sides,
  support: (i * 7) % 12,
}));
const contents: ReportPage = {
  title: HOSTILE,
  report: sampleReport({ perBank: [...sampleReport().perBank.slice(1), sampleBank(HOSTILE)] }),
  command: HOSTILE,
  timeline: sampleTimeline(),
  breaks,
  decided: null,
  notices: [HOSTILE],
  hasFiles: true,
};

describe.skipIf(CHROMIUM === undefined)('in a browser the page', () => {
  let directory: string;
  let browser: Browser;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'concordat-page-'));
    writeFileSync(join(directory, 'report.html'), reportPage(contents));
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Does something with the page, and returns what the browser complained of or asked for meanwhile. */
  async function withPage(
    size: { width: number; height: number },
    colorScheme: 'light' | 'dark',
    act: (page: Page) => Promise<void>,
  ): Promise<string[]> {
    const page = await browser.newPage({ viewport: size, colorScheme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => complaints.push(request.url()));
    page.on('requestfailed', (request) =>
      complaints.push(`${request.url()}: ${request.failure()?.errorText}`),
    );
    await page.goto(pathToFileURL(join(directory, 'report.html')).href);
    await act(page);
    await page.close();
    return complaints.filter((text) => !text.endsWith('/report.html'));
  }

  /** How many colours a figure has: one that is not drawn has none but transparent. */
  const coloursOf = (page: Page, name: string): Promise<number> =>
    page.evaluate((figure) => {
      const scope = globalThis as unknown as {
        document: {
          querySelector(selector: string): {
            width: number;
            height: number;
            getContext(kind: string): {
              getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
            };
          };
        };
      };
      const canvas = scope.document.querySelector(`canvas[data-figure=${figure}]`);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }, name);

  it('draws every figure, asks for nothing and runs nothing of what others wrote', async () => {
    const complaints = await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      for (const name of ['timeline', 'keys', 'steps', 'banks'])
        expect(await coloursOf(page, name), name).toBeGreaterThan(10);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.locator('h1').textContent()).toBe(HOSTILE);
    });
    expect(complaints).toEqual([]);
  });

  it('is kept by its policy from running a script that is not its own', async () => {
    const complaints = await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      await page.evaluate(
        `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hacked = true' }))`,
      );
      await page.evaluate(
        `document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.org/x.png' }))`,
      );
      await page.waitForTimeout(50);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
    });
    expect(
      complaints.filter((text) => text.includes('Content Security Policy')).length,
    ).toBeGreaterThanOrEqual(2);
    expect(complaints).toContain('https://example.org/x.png: csp');
  });

  it('does not scroll sideways on a telephone or a desk, light or dark', async () => {
    await withPage({ width: 1280, height: 844 }, 'light', async (page) => {
      const grounds = new Set<string>();
      for (const width of [1280, 768, 390, 320])
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height: 844 });
          await page.emulateMedia({ colorScheme });
          const excess = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
          await expect.poll(excess, { message: `${width} ${colorScheme}` }).toBeLessThanOrEqual(0);
          grounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        }
      expect(grounds.size).toBe(2);
    });
  });

  it('finds breaks by text and state, and says how many', async () => {
    await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      const shown = page.locator('#breaks tbody tr:visible');
      const status = page.getByRole('status');
      expect(await status.textContent()).toBe('12 of 12 shown');
      await page.getByLabel('Search the breaks').fill('REASON found');
      expect([await shown.count(), await status.textContent()]).toEqual([1, '1 of 12 shown']);
      await page.getByLabel('Search the breaks').fill('');
      await page.locator('form select').selectOption('unvouched');
      expect(await shown.count()).toBe(5);
      await page.getByLabel('Search the breaks').fill('there is no such thing');
      expect([await shown.count(), await status.textContent()]).toEqual([0, '0 of 12 shown']);
    });
  });

  it('sorts by the keyboard, numbers as numbers, and says in which direction', async () => {
    await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      const header = page.locator('#breaks th', { hasText: 'Support' });
      const keys = () => page.locator('#breaks tbody td:last-child').allTextContents();
      const sorted = (await keys())
        .map(Number)
        .sort((a, b) => a - b)
        .map(String);
      expect(await header.getAttribute('aria-sort')).toBeNull();
      await header.getByRole('button').focus();
      await page.keyboard.press('Enter');
      expect([await header.getAttribute('aria-sort'), await keys()]).toEqual(['ascending', sorted]);
      await page.keyboard.press('Space');
      expect([await header.getAttribute('aria-sort'), await keys()]).toEqual([
        'descending',
        sorted.reverse(),
      ]);
    });
  });

  it('leaves out the messages whose kind is switched off', async () => {
    await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      const buttons = page.getByRole('group', { name: 'Kinds of messages shown' }).getByRole('button');
      expect(await buttons.allTextContents()).toEqual(['●Opening and commitments', '●Drafts']);
      const all = await coloursOf(page, 'timeline');
      await buttons.first().press('Enter');
      expect(await buttons.first().getAttribute('aria-pressed')).toBe('false');
      expect(await coloursOf(page, 'timeline')).toBeLessThan(all);
    });
  });

  it('is drawn anew when the colours of the system change, and in light ones for paper', async () => {
    await withPage({ width: 800, height: 900 }, 'dark', async (page) => {
      const ink = () =>
        page.evaluate(
          `Chart.getChart(document.querySelector('canvas[data-figure=steps]')).data.datasets[0].backgroundColor[0]`,
        );
      const dark = await ink();
      await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
      const paper = await ink();
      expect(paper).not.toBe(dark);
      await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
      expect(await ink()).toBe(dark);
      await page.emulateMedia({ colorScheme: 'light' });
      await expect.poll(ink).toBe(paper);
    });
  });
});
