// What `npm run test:browser` runs: bundles the core for a browser, which fails where anything of Node's leaks in, runs
// one epoch in headless Chromium and the same one here, and compares; then the tests of the report's page. Needs the
// built `dist`.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { startVitest } from 'vitest/node';

const root = resolve(import.meta.dirname, '..');
const entry = join(root, 'test', 'browser', 'epoch.js');
/** Milliseconds for the epoch in the browser. */
const PATIENCE = 120_000;

const { code, bytes, modules } = await bundle();
console.log(`bundled ${modules} modules into ${Math.round(bytes / 1000)} kB, nothing of Node's among them`);
const executablePath = findBrowser();
if (executablePath === null) {
  console.error(
    'test:browser: no Chromium was found. Install one (Debian, Ubuntu: `apt-get install chromium`; elsewhere:\n' +
      '`npx playwright-core install chromium-headless-shell`) or name one in the environment variable CHROMIUM.',
  );
  process.exit(2);
}

const { runEpoch } = await import(entry);
const here = await runEpoch();
const { result: there, errors, requests, version, ms } = await runInBrowser();

/** Named, so that a failure tells what does not hold. */
const properties = {
  'nothing failed on the page': () => assert.deepEqual(errors, []),
  'nothing was fetched from any host': () => assert.deepEqual(requests, []),
  'every entry point is there': () => assert.equal(there.layers, true),
  'all honest banks agree, and no guarantee is violated': () => {
    assert.equal(there.agreement, true);
    assert.deepEqual(there.violations, []);
  },
  'the disputed key is opened and decided': () => {
    assert.equal(there.disputed, 1);
    assert.match(there.balance, /^10[0-3]\.00$/);
  },
  'the seal verifies, signed by a quorum': () => assert.equal(there.signers, 3),
  'an altered seal is refused with a code': () => assert.match(String(there.forged), /^[A-Z][A-Z_]+$/),
  'the equivocator is proven faulty': () => assert.match(there.proven.join(), /^west: two-[a-z]+$/),
  'the JavaScript backend is in use': () => assert.equal(there.bls, 'noble'),
  'browser and Node seal the same result': () =>
    assert.deepEqual({ ...there, bls: null }, { ...here, bls: null }),
};
for (const [name, check] of Object.entries(properties)) {
  check();
  console.log(`ok ${name}`);
}
console.log(`${Object.keys(properties).length} passed in Chromium ${version}; the epoch took ${ms} ms there`);
await testPages();

/** The tests that need a browser lie beside its epoch: `npm test` asks for none. */
async function testPages() {
  process.env.CHROMIUM = executablePath;
  // Not as vitest.config.ts has it: that is for the tests of `npm test`, and finds those.
  const include = ['test/browser/*.browser.ts'];
  const times = { testTimeout: PATIENCE, hookTimeout: PATIENCE };
  const tests = await startVitest('test', [], { root, watch: false, config: false, include, ...times });
  await tests.close();
}

/** Fails on any import that a browser cannot resolve: esbuild knows no module of Node's on this platform. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'concordatTest',
    target: 'chrome120',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const foreign = Object.entries(metafile.inputs).flatMap(([input, { imports }]) =>
    imports
      .filter(({ path, external }) => (external && path !== '<runtime>') || path.startsWith('node:'))
      .map(({ path }) => `${input} imports ${path}`),
  );
  assert.deepEqual(foreign, [], 'the bundle has modules from outside');
  const [{ text, contents }] = outputFiles;
  return { code: text, bytes: contents.length, modules: Object.keys(metafile.inputs).length };
}

/** The browser to use: the one named, else one of the system, else one that playwright installed; null for none. */
function findBrowser() {
  const system = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
  const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM] : [...system, chromium.executablePath()];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

async function runInBrowser() {
  const args = ['--disable-gpu', '--disable-background-networking', '--disable-component-update'];
  // Chromium refuses to run as root with its sandbox, as containers have it.
  const chromiumSandbox = process.getuid?.() !== 0;
  const browser = await chromium.launch({ executablePath, chromiumSandbox, args });
  try {
    const page = await browser.newPage();
    const errors = [];
    const requests = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    page.setDefaultTimeout(PATIENCE);
    await page.addScriptTag({ content: code });
    const started = performance.now();
    const result = await withinPatience(page.evaluate('concordatTest.runEpoch()'));
    const ms = Math.round(performance.now() - started);
    return { result, errors, requests, version: browser.version(), ms };
  } finally {
    await browser.close();
  }
}

function withinPatience(running) {
  let timeout;
  const expired = new Promise((_, reject) => {
    timeout = setTimeout(() => reject(new Error(`no end of the epoch in ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([running, expired]).finally(() => clearTimeout(timeout));
}
