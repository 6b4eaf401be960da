import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReportPage, reportPage } from '../../src/cli/report-html.js';
import { sampleBank, sampleReport, sampleTimeline } from '../cli/sample-report.js';

const HOSTILE = `</script><img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;
const sides = [
  { banks: ['bank-01', 'bank-02'], holds: 'agreed', hasRecord: true, value: null },
  { banks: [HOSTILE], holds: 'other', hasRecord: true, value: HOSTILE },
] as const;
/** Keeps what each figure writes, by its name. */
const RECORDS_TEXTS = `
  window.drawnTexts = {};
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    (window.drawnTexts[this.canvas.dataset.figure] ??= []).push(text);
    return fillText.call(this, text, ...place);
  };`;
const breaks = Array.from({ length: 12 }, (_, i) => ({
  key: i < 5 ? `${i}`.padStart(16, i % 2 === 0 ? '9' : 'a') : String(15 - i),
  isId: i < 5,
  field: null,
  state: i < 5 ? ('unvouched' as const) : ('divergent' as const),
  reason: i === 7 ? 'found by its reason' : HOSTILE,
  holders: ['bank-01'],
  dissenters: [],
  sides,
  support: (i * 7) % 12,
}));
const contents: ReportPage = {
  title: HOSTILE,
  report: sampleReport({
    perBank: [...sampleReport().perBank.slice(1), sampleBank(HOSTILE)],
    statistics: {
      mode: 'aggregate',
      banks: ['a'],
      fields: ['10000.00', '-1234567.80', '2.50'].map((sum, i) => ({
        field: `f${i}`,
        count: '3',
        sum,
        mean: null,
      })),
      outliers: [],
    },
  }),
  command: HOSTILE,
  timeline: sampleTimeline(),
  breaks,
  decided: null,
  notices: [HOSTILE],
  hasFiles: true,
};

/** A hundred banks, two neighbours of every ten in a state that has a mark. */
const states = ['faulty', 'silent', 'divergent', 'behind'] as const;
const many: ReportPage = {
  ...contents,
  report: sampleReport({
    banks: 100,
    perBank: Array.from({ length: 100 }, (_, i) =>
      sampleBank(`bank-${String(i + 1).padStart(3, '0')}`, {
        state: i % 10 === 3 || i % 10 === 4 ? states[Math.floor(i / 10) % 4]! : 'agreed',
        bytesSent: 10 ** (2 + (i % 6)),
        lowerBoundBytes: 50,
      }),
    ),
  }),
};

describe('in a browser the page', () => {
  let directory: string;
  let browser: Browser;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'concordat-page-'));
    writeFileSync(join(directory, 'report.html'), reportPage(contents));
    writeFileSync(join(directory, 'many.html'), reportPage(many));
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM!,
      // Chromium refuses to run as root with its sandbox, as containers have it.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu'],
    });
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
    { file = 'report.html', init = '' } = {},
  ): Promise<string[]> {
    const page = await browser.newPage({ viewport: size, colorScheme });
    const complaints: string[] = [];
    await page.addInitScript(init);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => complaints.push(request.url()));
    page.on('requestfailed', (request) =>
      complaints.push(`${request.url()}: ${request.failure()?.errorText}`),
    );
    await page.goto(pathToFileURL(join(directory, file)).href);
    await act(page);
    await page.close();
    return complaints.filter((text) => !text.endsWith(`/${file}`));
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

  it('sorts figures as figures, keys as numbers and ids as text, after all keys', async () => {
    await withPage({ width: 1280, height: 900 }, 'light', async (page) => {
      expect(await page.locator('#breaks th', { hasText: 'State' }).getAttribute('aria-sort')).toBe(
        'ascending',
      );
      await page.locator('#breaks th', { hasText: 'Key' }).getByRole('button').click();
      const ids = ['9999999999999990', '9999999999999992', '9999999999999994', 'aaaaaaaaaaaaaaa1'];
      expect(await page.locator('#breaks tbody td:first-child').allTextContents()).toEqual([
        ...['4', '5', '6', '7', '8', '9', '10'],
        ...[...ids, 'aaaaaaaaaaaaaaa3'],
      ]);
      await page.locator('#statistics th', { hasText: 'Sum' }).getByRole('button').click();
      expect(await page.locator('#statistics tbody td:nth-child(3)').allTextContents()).toEqual([
        '-1,234,567.80',
        '2.50',
        '10,000.00',
      ]);
    });
  });

  it('marks every bank that did not agree, whether its name has room or not, and cuts no mark off', async () => {
    for (const width of [390, 1280])
      await withPage(
        { width, height: 900 },
        'dark',
        async (page) => {
          for (const name of ['timeline', 'banks']) {
            const drawn = (await page.evaluate(`window.drawnTexts[${JSON.stringify(name)}]`)) as string[];
            const marks = drawn.filter((text) => /^[✘·≠…]$/.test(text));
            expect([name, marks.length]).toEqual([name, 20]);
            // Of two neighbours with a mark one has room; names without a mark are left out before those with one.
            for (let i = 0; i < 10; i++)
              expect(drawn).toContain(`bank-${String(10 * i + 4).padStart(3, '0')}`);
            expect(drawn.filter((text) => text.includes('…') && text !== '…')).toEqual([]);
          }
        },
        { file: 'many.html', init: RECORDS_TEXTS },
      );
  });

  it('keeps a line for every power of ten, also where there is no room for its name', async () => {
    await withPage(
      { width: 390, height: 900 },
      'light',
      async (page) => {
        const ticks = (await page.evaluate(
          `Chart.getChart(document.querySelector('canvas[data-figure=banks]')).scales.x.ticks`,
        )) as { value: number; label: string }[];
        expect(ticks.length).toBeGreaterThan(4);
        for (const [i, { value }] of ticks.entries())
          expect(Math.round(Math.log10(value / ticks[0]!.value))).toBe(i);
        expect(ticks.filter(({ label }) => label === '').length).toBeGreaterThan(0);
        expect(ticks.filter(({ label }) => label !== '').length).toBeGreaterThan(1);
      },
      { file: 'many.html' },
    );
  });

  it('shows each break as a card on a telephone, and links that a finger hits', async () => {
    await withPage({ width: 390, height: 844 }, 'light', async (page) => {
      const cell = page.locator('#breaks tbody tr').first().locator('td').nth(4);
      const { x, width } = (await cell.boundingBox())!;
      expect(x + width).toBeLessThanOrEqual(390);
      expect(await page.getByRole('row').first().isVisible()).toBe(true);
      for (const link of await page.locator('nav a').all())
        expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(24);
    });
  });

  it('selects the command where there is no clipboard', async () => {
    await withPage(
      { width: 1280, height: 900 },
      'light',
      async (page) => {
        await page.getByRole('button', { name: 'Copy the command' }).click();
        await expect.poll(() => page.evaluate('String(getSelection())')).toContain('window.hacked');
      },
      { init: `Object.defineProperty(navigator, 'clipboard', { value: undefined })` },
    );
  });

  it('has no button that does nothing where scripts are off', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(directory, 'report.html')).href);
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.locator('#breaks tbody tr:visible').count()).toBe(12);
    await context.close();
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
